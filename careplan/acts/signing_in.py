"""Signing in and out: password, second factor for staff, and a session that is a row."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from careplan.accounts import second_factor, sessions
from careplan.accounts.passwords import check_password, hash_password, needs_rehash
from careplan.accounts.people import STAFF, Role, Standing, Who
from careplan.acts.new_device import is_new_device
from careplan.acts.world import SYSTEM, NotThere, World, actor
from careplan.audit.events import AuditEvent, Kind
from careplan.keys.tokens import new_token
from careplan.store import sessions as rows
from careplan.store.accounts import (
    Account,
    Relation,
    account_by_email,
    account_of,
    credential_of,
    patients_of_account,
    set_password,
    totp_of,
    use_totp_step,
)
from careplan.store.carers import still_stands
from careplan.store.counters import count_in
from careplan.store.db import Transaction
from careplan.store.errors import ReadOnly, Unavailable
from careplan.store.fences import let_in
from careplan.store.phones import PHONE_IN_SESSION, forget_phone
from careplan.store.tapping import TAPPER_IN_SESSION, forget_tapper
from careplan.store.teams import hold_memberships, memberships_of
from careplan.store.trail import append

TRIES = 10
WINDOW = timedelta(minutes=15)
SELF = "self"
DEVICE = "device"
"""Under this name a session knows what it was begun on, in words."""
IS_NEW = "new_device"
"""And under this one, that nobody had used its kind lately."""
_NOBODY = UUID(int=0)
_TOUCH_AFTER = timedelta(minutes=1)


@dataclass(frozen=True)
class SignedIn:
    """Who it is in this request, and the session that says so."""

    who: Who
    session: rows.SessionRow

    @property
    def has_second_factor(self) -> bool:
        return self.who.second_factor_set


class WrongSignIn(ValueError):
    """E-mail or password is wrong; which of them is never said."""


class TooManyTries(ValueError):
    """This door rests for a quarter of an hour, for this account alone."""


class WrongCode(ValueError):
    """The one-time code is wrong, too old, or has been used."""


def folded_email(email: str) -> str:
    """One form for an address however it is typed; half a letter becomes a question mark."""
    plain = email.encode("utf-8", "replace").decode("utf-8")
    return unicodedata.normalize("NFKC", plain).strip().casefold()


def sign_in(
    world: World,
    *,
    email: str,
    password: str,
    at: datetime,
    old_token: str | None = None,
    device: str = "",
) -> str:
    """A new session's token. Staff, and who asked for it, still have to give the second factor.

    `old_token` is whatever the browser held until now: it opens nothing afterwards. `device` is
    what the person reads in the list of their sessions.
    """
    folded = folded_email(email)
    count_try(world, f"sign-in:{folded}", at=at)
    with world.store.read() as tx:
        found = credential_of(tx, folded)
    kept = found.password_hash if found else None
    right = check_password(kept, password, strength=world.strength)
    if found is None or not right or found.state != Standing.ACTIVE:
        write_down_failure(world, found.account_id if found else None, "password", at)
        raise WrongSignIn
    stronger = _rehashed(world, kept, password)
    with world.store.begin() as tx:
        account = account_of(tx, found.account_id, held=True)
        if account is not None and (account.password_hash, account.state) == (kept, found.state):
            if stronger is not None:
                set_password(tx, account.account_id, stronger)
            return begin_session(world, tx, account, at=at, old_token=old_token, device=device)
    raise WrongSignIn  # meanwhile they have a new password, or were stopped


def demo_sign_in(
    world: World, *, email: str, at: datetime, old_token: str | None = None, device: str = ""
) -> str:
    """Straight in as an invented person, with the second step skipped.

    Only the demonstration's own doors call this; nowhere else may a password be left out.
    """
    with world.store.begin() as tx:
        found = account_by_email(tx, folded_email(email))
        if found is None:
            raise NotThere
        token = begin_session(world, tx, found, at=at, old_token=old_token, device=device)
        if needs_second_factor(_who(tx, found, second_factor_given=False)):
            rows.note_second_factor(tx, token, at=at)
    return token


def who_is(world: World, *, email: str) -> Who:
    """Who an account is, for commands and the seed, which act for somebody without a session."""
    with world.store.read() as tx:
        found = account_by_email(tx, folded_email(email))
        if found is None:
            raise NotThere
        return _who(tx, found, second_factor_given=False)


def recognise(world: World, *, token: str, at: datetime) -> SignedIn | None:
    """Who a session token belongs to now: ended or idle sessions are nobody, and so is everybody
    whose account is suspended. Without a place in a team any more they have no role."""
    with world.store.read() as tx:
        row = rows.session_by_token(tx, token)
        account = account_of(tx, row.account_id) if row and row.account_id else None
        if row is None or account is None or account.state != Standing.ACTIVE:
            return None
        who = _who(tx, account, second_factor_given=row.second_factor_at is not None)
        # Whoever was suspended stays known, so that a page they had open says so.
        roles = who.roles or {one.role for one in memberships_of(tx, account.account_id)}
    facts = sessions.Session(
        roles=frozenset(roles), started_at=row.created_at, seen_at=row.last_seen_at
    )
    if not sessions.still_valid(facts, now=at):
        return None
    if at - row.last_seen_at >= _TOUCH_AFTER:
        # Who only reads stays known, while nothing can be written and no disk has any room left.
        with suppress(ReadOnly, Unavailable), world.store.begin() as tx:
            rows.touch(tx, token, at)
    return SignedIn(who, row)


def give_second_factor(world: World, *, token: str, code: str, at: datetime) -> str:
    """The session goes on under a new token, marked as two-factor. Raises WrongCode."""
    with world.store.read() as tx:
        row = rows.session_by_token(tx, token)
        account = account_of(tx, row.account_id) if row and row.account_id else None
    if account is None:
        raise WrongCode
    count_try(world, f"second-factor:{account.account_id}", at=at)
    with world.store.begin() as tx:
        if uses_code(tx, account.account_id, code, at):
            return begin_two_factor(world, tx, account.account_id, at=at, old_token=token)
    write_down_failure(world, account.account_id, "second_factor", at)
    raise WrongCode


def begin_two_factor(
    world: World, tx: Transaction, account_id: UUID, *, at: datetime, old_token: str
) -> str:
    """A fresh session in which the second factor has been given; the old token is dead."""
    fresh = new_token(world.entropy)
    kept = _kept_here(tx, old_token, account_id)
    rows.end_session(tx, old_token)
    rows.new_session(tx, fresh, account_id=account_id, at=at, second_factor_at=at, data=kept)
    return fresh


def _kept_here(tx: Transaction, old_token: str | None, account_id: UUID) -> dict[str, Any]:
    """What this browser is called and keeps, when it goes on under a new token: signing out of
    that one must let it go too. Nobody else's, and nothing of a screen that was handed over."""
    old = rows.session_by_token(tx, old_token) if old_token is not None else None
    if old is None or old.account_id != account_id:
        return {}
    names = (DEVICE, IS_NEW, PHONE_IN_SESSION, TAPPER_IN_SESSION)
    return {name: old.data[name] for name in names if name in old.data}


def sign_out(world: World, *, token: str, by: Who, at: datetime) -> None:
    """What this browser kept for the session is let go with it."""
    with world.store.begin() as tx:
        row = rows.session_by_token(tx, token)
        let_in(tx, *own_plan(by))
        rows.end_session(tx, token)
        what = {"account": by.account_id}
        append(tx, AuditEvent(Kind.SIGNED_OUT, at, actor(by), by.patient_id, what))
        if row is not None:
            let_go(tx, row.data, by=by, at=at, cause="signed_out")


def let_go(tx: Transaction, data: Mapping[str, Any], *, by: Who, at: datetime, cause: str) -> None:
    """A copy that was kept on this phone in a session that is over, and "I'm going in" without
    signing in."""
    kept = data.get(PHONE_IN_SESSION)
    if kept and by.patient_id and forget_phone(tx, UUID(by.patient_id), UUID(kept), at=at):
        what = {"cause": cause}
        append(tx, AuditEvent(Kind.PHONE_ERASED, at, actor(by), by.patient_id, what))
    forget_tapper_of_session(tx, data, by=by, at=at)


def forget_tapper_of_session(
    tx: Transaction, data: Mapping[str, Any], *, by: Who, at: datetime
) -> None:
    """The phone that was made to remember "I'm going in" in this session, the person's own or
    that of somebody who helps them."""
    if TAPPER_IN_SESSION not in data:
        return
    patient_id, phone_id = map(UUID, data[TAPPER_IN_SESSION])
    let_in(tx, patient_id)
    if forget_tapper(tx, patient_id, phone_id, at=at):
        kind, what = Kind.TAPPING_PHONE_FORGOTTEN, {"phone_by": "sign_out"}
        append(tx, AuditEvent(kind, at, actor(by), str(patient_id), what))


def needs_second_factor(who: Who) -> bool:
    """Staff always; patients and those who help them once they have set a code app up."""
    return who.owes_second_step or (bool(who.roles & STAFF) and not who.second_factor)


def count_try(world: World, scope: str, *, at: datetime) -> None:
    """One more knock at a door that somebody could try to guess open. Raises TooManyTries.

    Counted before the answer is looked at and in a transaction of its own, so that a hundred
    guesses at the same moment are still counted one by one.
    """
    with world.store.begin() as tx:
        if count_in(tx, scope, window=WINDOW, at=at) > TRIES:
            raise TooManyTries


def uses_code(tx: Transaction, account_id: UUID, code: str, at: datetime) -> bool:
    """Whether the code is right, and had not been used; from now on it has."""
    totp = totp_of(tx, account_id)
    if totp is None:
        return False
    step = second_factor.check(totp.secret, code, now=at, last_step=totp.last_step)
    return step is not None and use_totp_step(tx, account_id, step)


def begin_session(
    world: World,
    tx: Transaction,
    account: Account,
    *,
    at: datetime,
    old_token: str | None,
    device: str = "",
    second_factor_at: datetime | None = None,
) -> str:
    """For somebody who has shown by any way in that the account is theirs. `second_factor_at` is
    for a way that was two steps in itself."""
    mine = account.account_id
    data = _kept_here(tx, old_token, mine) | ({DEVICE: device} if device else {})
    data |= {IS_NEW: "yes"} if is_new_device(tx, mine, device, at=at) else {}
    if old_token is not None:
        rows.end_session(tx, old_token)
    token = new_token(world.entropy)
    rows.new_session(
        tx, token, account_id=mine, at=at, second_factor_at=second_factor_at, data=data
    )
    who = _who(tx, account, second_factor_given=second_factor_at is not None)
    let_in(tx, *own_plan(who))
    what = {"account": who.account_id}
    append(tx, AuditEvent(Kind.SIGNED_IN, at, actor(who), who.patient_id, what))
    return token


def _rehashed(world: World, kept: str | None, password: str) -> str | None:
    """The password hashed at today's cost, when it was kept at another."""
    if kept is None or not needs_rehash(kept, strength=world.strength):
        return None
    return hash_password(password, entropy=world.entropy, strength=world.strength)


def write_down_failure(world: World, account_id: UUID | None, reason: str, at: datetime) -> None:
    """In the trail of the person whose account it is, or the service's when it is nobody's: the
    same questions are asked for both, so that no clock tells them apart."""
    with world.store.begin() as tx:
        related = _related(tx, account_id or _NOBODY)
        patient = str(related.patient_id) if related and related.relation == SELF else None
        let_in(tx, *((related.patient_id,) if related else ()))
        append(tx, AuditEvent(Kind.SIGN_IN_FAILED, at, SYSTEM, patient, {"reason": reason}))


def _who(tx: Transaction, account: Account, *, second_factor_given: bool) -> Who:
    """Roles come from memberships and from the plan the account is linked to, afresh each time.

    A person's account without a plan of its own is a carer's, for nobody yet.
    """
    members = memberships_of(tx, account.account_id)
    standing = [one for one in members if one.state == Standing.ACTIVE]
    related = _related(tx, account.account_id)
    first = standing[0] if standing else None
    # What somebody is in another team counts for nothing in this one.
    active = [one for one in standing if first and one.team_id == first.team_id]
    own = {Role.PATIENT} if related else set()
    if account.kind == "person" and related is None:
        own = {Role.CARER}  # for whom, the page they come to says: acts/carers.here_for
    return Who(
        account_id=str(account.account_id),
        name=account.name,
        roles=frozenset({one.role for one in active} | own),
        patient_id=str(related.patient_id) if related else None,
        team_id=str(first.team.team_id) if first else None,
        organisation=first.team.organisation if first else None,
        title=account.title,
        registration=next((one.registration for one in active if one.registration), None),
        second_factor=second_factor_given,
        second_factor_set=account.has_totp,
    )


def own_plan(who: Who) -> tuple[UUID, ...]:
    """Whose record it is, besides, that their own signing in and out is written in."""
    return (UUID(who.patient_id),) if who.patient_id else ()


def as_they_stand(tx: Transaction, by: Who) -> Who | None:
    """The same person by what the database says now, unchanged until the transaction ends."""
    hold_memberships(tx, UUID(by.account_id))
    account = account_of(tx, UUID(by.account_id))
    if account is None or account.state != Standing.ACTIVE:
        return None
    if by.grant is not None:
        return by if still_stands(tx, UUID(by.patient_id), UUID(by.grant.id)) else None
    return _who(tx, account, second_factor_given=by.second_factor)


def _related(tx: Transaction, account_id: UUID) -> Relation | None:
    """The plan an account was linked to first: it names one plan."""
    return next(iter(patients_of_account(tx, account_id)), None)
