"""Where somebody is signed in: see it, end it; and showing again who one is, before what matters.

Whoever picks up a phone that lies open reads what is open. They must not be able to make a way in
of their own, or shut its owner out: for that the password is asked for again.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from careplan.accounts import sessions
from careplan.accounts.passwords import check_password
from careplan.accounts.people import Who
from careplan.acts.signing_in import (
    DEVICE,
    IS_NEW,
    WrongCode,
    WrongSignIn,
    count_try,
    let_go,
    uses_code,
    write_down_failure,
)
from careplan.acts.world import NotAllowed, NotThere, World, actor
from careplan.audit.events import AuditEvent, Kind
from careplan.store import sessions as rows
from careplan.store.accounts import account_of
from careplan.store.db import Transaction
from careplan.store.trail import append

SURE_FOR = timedelta(minutes=15)
_SURE = "sure_at"
"""Under this name a session knows when its owner last showed again who they are."""


class NotSure(Exception):
    """It is too long ago that they signed in: the password is asked for again first."""


def must_be_sure(tx: Transaction, *, by: Who, token: str, at: datetime) -> rows.SessionRow:
    """The session, if its owner showed a moment ago who they are. Raises NotSure."""
    row = rows.session_by_token(tx, token)
    if row is None or str(row.account_id) != by.account_id:
        raise NotAllowed
    if not is_sure(row, at=at):
        raise NotSure
    return row


def is_sure(row: rows.SessionRow, *, at: datetime) -> bool:
    again = row.data.get(_SURE)
    shown = max(row.created_at, datetime.fromisoformat(again)) if again else row.created_at
    return at - shown < SURE_FOR


def show_again(
    world: World, *, by: Who, token: str, password: str, code: str, at: datetime
) -> None:
    """The password, and the code where the account has an app: for a quarter of an hour this
    session may change the ways in. Raises WrongSignIn, WrongCode, TooManyTries."""
    if by.owes_second_step:
        raise NotAllowed
    count_try(world, f"again:{by.account_id}", at=at)
    mine = UUID(by.account_id)
    with world.store.read() as tx:
        account = account_of(tx, mine)
    kept = account.password_hash if account else None
    if account is None or not check_password(kept, password, strength=world.strength):
        write_down_failure(world, mine, "password", at)
        raise WrongSignIn
    with world.store.begin() as tx:
        row = rows.session_by_token(tx, token)
        if row is None or row.account_id != mine:
            raise NotAllowed
        right = not account.has_totp or uses_code(tx, mine, code, at)
        if right:
            rows.set_session_data(tx, token, {**row.data, _SURE: at.isoformat()})
    if not right:
        write_down_failure(world, mine, "second_factor", at)
        raise WrongCode


@dataclass(frozen=True, slots=True)
class OwnSession:
    """One place where somebody is signed in; `this` is the one that asks. `new`: its kind
    had not been used lately, and the owner was told."""

    session_id: UUID
    device: str
    begun_at: datetime
    last_used_at: datetime
    this: bool
    new: bool = False


def own_sessions(world: World, *, by: Who, token: str, at: datetime) -> tuple[OwnSession, ...]:
    """Those that still open something, this one first."""
    with world.store.read() as tx:
        here = rows.session_by_token(tx, token)
        found = rows.sessions_of(tx, UUID(by.account_id))
    mine = here.session_id if here else None
    lasting = [
        OwnSession(
            row.session_id,
            row.data.get(DEVICE, ""),
            row.created_at,
            row.last_seen_at,
            row.session_id == mine,
            IS_NEW in row.data,
        )
        for row in found
        if row.session_id is not None and _lasts(row, by, at)
    ]
    return tuple(sorted(lasting, key=lambda one: not one.this))


def _lasts(row: rows.SessionRow, by: Who, at: datetime) -> bool:
    facts = sessions.Session(roles=by.roles, started_at=row.created_at, seen_at=row.last_seen_at)
    return sessions.still_valid(facts, now=at)


def end_own_session(world: World, *, by: Who, token: str, session_id: UUID, at: datetime) -> None:
    """Whoever holds that phone is a stranger from their next press. Raises NotSure, NotThere."""
    with world.store.begin() as tx:
        must_be_sure(tx, by=by, token=token, at=at)
        found = [
            row for row in rows.sessions_of(tx, UUID(by.account_id)) if row.session_id == session_id
        ]
        if not found or not rows.end_one_of_account(tx, UUID(by.account_id), session_id):
            raise NotThere
        _told(tx, found, by=by, at=at)


def end_other_sessions(world: World, *, by: Who, token: str, at: datetime) -> int:
    """Everywhere but here. How many they were. Raises NotSure."""
    with world.store.begin() as tx:
        must_be_sure(tx, by=by, token=token, at=at)
        return end_others(tx, by=by, token=token, at=at)


def end_others(tx: Transaction, *, by: Who, token: str, at: datetime) -> int:
    """As part of another deed that makes every other session doubtful."""
    mine = UUID(by.account_id)
    here = rows.session_by_token(tx, token)
    others = [
        row
        for row in rows.sessions_of(tx, mine)
        if here is None or row.session_id != here.session_id
    ]
    rows.end_all_of_account(tx, mine, but_token=token)
    if others:
        _told(tx, others, by=by, at=at)
    return len(others)


def _told(tx: Transaction, ended: list[rows.SessionRow], *, by: Who, at: datetime) -> None:
    """What those phones and computers kept for the session is let go with it."""
    what = {"account": by.account_id, "count": str(len(ended))}
    append(tx, AuditEvent(Kind.SESSIONS_ENDED, at, actor(by), by.patient_id, what))
    for row in ended:
        let_go(tx, row.data, by=by, at=at, cause="ended")
