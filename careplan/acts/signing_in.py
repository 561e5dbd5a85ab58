"""Signing in and out: password, second factor for staff, and a session that is a row."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from careplan.accounts import second_factor, sessions
from careplan.accounts.passwords import check_password
from careplan.accounts.people import STAFF, Role, Standing, Who
from careplan.acts.world import SYSTEM, World, actor
from careplan.audit.events import AuditEvent, Kind
from careplan.keys.tokens import new_token
from careplan.store import sessions as rows
from careplan.store.accounts import (
    AccountRow,
    account_by_email,
    account_of,
    memberships_of,
    patient_of_account,
    use_totp_step,
)
from careplan.store.counters import count_in, counted_in
from careplan.store.db import Transaction
from careplan.store.trail import append

TRIES = 10
WINDOW = timedelta(minutes=15)
_TOUCH_AFTER = timedelta(minutes=1)


@dataclass(frozen=True)
class SignedIn:
    """Who it is in this request, and whether a second factor is set up and given."""

    who: Who
    session: rows.SessionRow
    has_second_factor: bool


class WrongSignIn(ValueError):
    """E-mail or password is wrong; which of them is never said."""


class TooManyTries(ValueError):
    """This account's sign-in rests for a quarter of an hour."""


class WrongCode(ValueError):
    """The one-time code is wrong, too old, or has been used."""


def folded_email(email: str) -> str:
    return unicodedata.normalize("NFKC", email).strip().casefold()


def sign_in(world: World, *, email: str, password: str, at: datetime) -> str:
    """A new session's token. Staff still have to give the second factor in it."""
    folded = folded_email(email)
    with world.store.begin() as tx:
        if count_in(tx, f"sign-in:{folded}", WINDOW, at) > TRIES:
            raise TooManyTries
    with world.store.read() as tx:
        found = account_by_email(tx, folded)
    right = check_password(found.password_hash if found else None, password, strength=world.strength)
    with world.store.begin() as tx:
        if found is None or not right or found.state != Standing.ACTIVE:
            _failed(tx, found, at)
            outcome = None
        else:
            outcome = new_token(world.entropy)
            rows.new_session(tx, outcome, account_id=found.id, at=at)
            who = _who(tx, found, second_factor_given=False)
            append(tx, AuditEvent(Kind.SIGNED_IN, at, actor(who), who.patient_id, {"account": str(found.id)}))
    if outcome is None:
        raise WrongSignIn
    return outcome


def _failed(tx: Transaction, found: AccountRow | None, at: datetime) -> None:
    patient = patient_of_account(tx, found.id) if found else None
    what = {"reason": "password"}
    append(tx, AuditEvent(Kind.SIGN_IN_FAILED, at, SYSTEM, str(patient) if patient else None, what))


def recognise(world: World, *, token: str, at: datetime) -> SignedIn | None:
    """Who a session token belongs to now: suspended, ended or idle sessions are nobody."""
    with world.store.read() as tx:
        row = rows.session_by_token(tx, token)
        account = account_of(tx, row.account_id) if row and row.account_id else None
        if row is None or account is None or account.state != Standing.ACTIVE:
            return None
        who = _who(tx, account, second_factor_given=row.second_factor_at is not None)
    facts = sessions.Session(roles=who.roles, started_at=row.created_at, seen_at=row.last_seen_at)
    if not sessions.still_valid(facts, now=at):
        return None
    if at - row.last_seen_at >= _TOUCH_AFTER:
        with world.store.begin() as tx:
            rows.touch(tx, token, at)
    return SignedIn(who, row, account.has_totp)


def give_second_factor(world: World, *, token: str, code: str, at: datetime) -> str:
    """The session goes on under a new token, marked as two-factor. Raises WrongCode."""
    with world.store.begin() as tx:
        row = rows.session_by_token(tx, token)
        account = account_of(tx, row.account_id) if row and row.account_id else None
        if row is None or account is None:
            raise WrongCode
        tries = count_in(tx, f"second-factor:{account.id}", WINDOW, at)
    if tries > TRIES:
        raise TooManyTries
    with world.store.begin() as tx:
        secret = account.totp_secret(tx)
        step = second_factor.check(secret, code, now=at, last_step=account.last_totp_step) if secret else None
        fresh = None
        if step is not None and use_totp_step(tx, account.id, step):
            fresh = new_token(world.entropy)
            rows.end_session(tx, token)
            rows.new_session(tx, fresh, account_id=account.id, at=at, second_factor_at=at)
        else:
            what = {"account": str(account.id), "reason": "second_factor"}
            append(tx, AuditEvent(Kind.SIGN_IN_FAILED, at, SYSTEM, None, what))
    if fresh is None:
        raise WrongCode
    return fresh


def sign_out(world: World, *, token: str, by: Who, at: datetime) -> None:
    with world.store.begin() as tx:
        rows.end_session(tx, token)
        append(tx, AuditEvent(Kind.SIGNED_OUT, at, actor(by), by.patient_id, {"account": by.account_id}))


def _who(tx: Transaction, account: AccountRow, *, second_factor_given: bool) -> Who:
    """Roles come from memberships and from the plan the account is linked to, read afresh each time."""
    members = [one for one in memberships_of(tx, account.id) if one.state == Standing.ACTIVE]
    patient = patient_of_account(tx, account.id)
    roles = {Role(one.role) for one in members} | ({Role.PATIENT} if patient else set())
    first = members[0] if members else None
    return Who(
        account_id=str(account.id),
        name=account.name,
        roles=frozenset(roles),
        patient_id=str(patient) if patient else None,
        team_id=str(first.team_id) if first else None,
        organisation=first.organisation if first else None,
        title=account.title,
        registration=next((one.registration for one in members if one.registration), None),
        second_factor=second_factor_given,
    )


def needs_second_factor(who: Who) -> bool:
    return bool(who.roles & STAFF) and not who.second_factor


__all__ = [
    "SignedIn",
    "TooManyTries",
    "WrongCode",
    "WrongSignIn",
    "counted_in",
    "folded_email",
    "give_second_factor",
    "needs_second_factor",
    "recognise",
    "sign_in",
    "sign_out",
]
