"""Changing one's own password: the old one first, and afterwards every other session is over."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from careplan.accounts.passwords import check_password, hash_password, problem_with
from careplan.accounts.people import Who
from careplan.acts.own_sessions import end_others
from careplan.acts.signing_in import (
    WrongCode,
    WrongSignIn,
    count_try,
    needs_second_factor,
    uses_code,
    write_down_failure,
)
from careplan.acts.world import NotAllowed, World, actor
from careplan.audit.events import AuditEvent, Kind
from careplan.store.accounts import Account, account_of, set_password
from careplan.store.trail import append


class WeakPassword(ValueError):
    """The new password is turned away; `sentence` says what to do about it."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


@dataclass(frozen=True, slots=True)
class NewPassword:
    """What was typed. `code` is asked for where the account has an app that makes codes."""

    old: str
    new: str
    code: str = ""

    def __repr__(self) -> str:
        return "NewPassword(…)"


def change_password(world: World, *, by: Who, token: str, typed: NewPassword, at: datetime) -> int:
    """How many other sessions ended with it. Raises WrongSignIn for the old password, WrongCode,
    WeakPassword and TooManyTries; then nothing is changed."""
    if needs_second_factor(by):
        raise NotAllowed
    count_try(world, f"password:{by.account_id}", at=at)
    mine = UUID(by.account_id)
    with world.store.read() as tx:
        account = account_of(tx, mine)
    if account is None or not check_password(
        account.password_hash, typed.old, strength=world.strength
    ):
        write_down_failure(world, mine, "password", at)
        raise WrongSignIn
    _must_be_strong(world, account, typed)
    hashed = hash_password(typed.new, entropy=world.entropy, strength=world.strength)
    with world.store.begin() as tx:
        now = account_of(tx, mine)
        if now is None or now.password_hash != account.password_hash:
            raise WrongSignIn  # changed elsewhere while this was typed
        right = not now.has_totp or uses_code(tx, mine, typed.code, at)
        if right:
            set_password(tx, mine, hashed, changed_at=at)
            what = {"account": by.account_id}
            append(tx, AuditEvent(Kind.PASSWORD_CHANGED, at, actor(by), by.patient_id, what))
            ended = end_others(tx, by=by, token=token, at=at)
    if not right:
        write_down_failure(world, mine, "second_factor", at)
        raise WrongCode
    return ended


def _must_be_strong(world: World, account: Account, typed: NewPassword) -> None:
    problem = problem_with(typed.new, name=account.name, email=account.email, leaked=world.leaked)
    if problem is not None:
        raise WeakPassword(problem.sentence)
    if check_password(account.password_hash, typed.new, strength=world.strength):
        raise WeakPassword("This is the password you have. Choose another one.")


def password_set_on(world: World, *, by: Who) -> datetime | None:
    """When the password was last chosen anew; since the account was made, if never. None for an
    account that has no password."""
    with world.store.read() as tx:
        account = account_of(tx, UUID(by.account_id)) if by.known else None
    if account is None or account.password_hash is None:
        return None
    return account.password_changed_at or account.created_at
