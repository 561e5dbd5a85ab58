"""Signed-in sessions as rows, found by a hash of their token, that die when somebody signs out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, bindparam, delete, insert, select, update

from careplan.store.db import Transaction
from careplan.store.errors import NotFound
from careplan.store.owners import SERVICE
from careplan.store.tables import session

_c = session.c
_IS_THIS = _c.token_hash == bindparam("of_token")
_NEW = insert(session)
_BY_TOKEN = select(session).where(_IS_THIS)
_THIS = update(session).where(_IS_THIS)
_TOUCH = _THIS.values(last_seen_at=bindparam("at"))
_SECOND = _THIS.values(second_factor_at=bindparam("at"))
_SET_DATA = _THIS.values(data=bindparam("new_data"))
_DELETE = delete(session).where(_IS_THIS)
_OF_ACCOUNT = (
    select(session)
    .where(_c.account_id == bindparam("of_account"))
    .order_by(_c.last_seen_at.desc(), _c.session_id)
)
_DELETE_ONE = delete(session).where(
    _c.account_id == bindparam("of_account"), _c.session_id == bindparam("of_session")
)
_DELETE_ALL = delete(session).where(_c.account_id == bindparam("of_account"))
_DELETE_OTHERS = _DELETE_ALL.where(_c.token_hash != bindparam("but_token"))
_PURGE = delete(session).where(_c.last_seen_at < bindparam("before"))


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionRow:
    """`account_id` is None for somebody who has not signed in. `session_id` is what a page may
    name it by: the token opens it, and the token's hash is no business of a page."""

    session_id: UUID | None
    account_id: UUID | None
    created_at: datetime
    last_seen_at: datetime
    second_factor_at: datetime | None
    data: Mapping[str, Any]


def new_session(
    tx: Transaction,
    token: str,
    *,
    account_id: UUID | None,
    at: datetime,
    second_factor_at: datetime | None = None,
    data: Mapping[str, Any] | None = None,
) -> None:
    hashed = _hash(tx, token)
    row = {
        "token_hash": hashed,
        "session_id": tx.new_id(),
        "account_id": account_id,
        "created_at": at,
        "last_seen_at": at,
        "second_factor_at": second_factor_at,
        "data": _sealed(tx, hashed, data or {}),
    }
    tx.run(_NEW, row)


def session_by_token(tx: Transaction, token: str) -> SessionRow | None:
    row = tx.run(_BY_TOKEN, {"of_token": _hash(tx, token)}).one_or_none()
    return None if row is None else _session(tx, row)


def sessions_of(tx: Transaction, account_id: UUID) -> tuple[SessionRow, ...]:
    """The last used first; those that time has ended are among them until they are purged."""
    rows = tx.run(_OF_ACCOUNT, {"of_account": account_id})
    return tuple(_session(tx, row) for row in rows)


def touch(tx: Transaction, token: str, at: datetime) -> None:
    tx.run(_TOUCH, {"of_token": _hash(tx, token), "at": at})


def note_second_factor(tx: Transaction, token: str, *, at: datetime) -> None:
    if tx.run(_SECOND, {"of_token": _hash(tx, token), "at": at}).rowcount == 0:
        raise NotFound("there is no such session")


def take_second_factor(tx: Transaction, token: str) -> None:
    """From now on this session is as before its second step: it opens nobody's plan."""
    if tx.run(_SECOND, {"of_token": _hash(tx, token), "at": None}).rowcount == 0:
        raise NotFound("there is no such session")


def set_session_data(tx: Transaction, token: str, data: Mapping[str, Any]) -> None:
    hashed = _hash(tx, token)
    changed = {"of_token": hashed, "new_data": _sealed(tx, hashed, data)}
    if tx.run(_SET_DATA, changed).rowcount == 0:
        raise NotFound("there is no such session")


def end_session(tx: Transaction, token: str) -> None:
    tx.run(_DELETE, {"of_token": _hash(tx, token)})


def end_one_of_account(tx: Transaction, account_id: UUID, session_id: UUID) -> bool:
    """Whether this call ended it: it was the account's own and had not ended."""
    this = {"of_account": account_id, "of_session": session_id}
    return tx.run(_DELETE_ONE, this).rowcount == 1


def end_all_of_account(tx: Transaction, account_id: UUID, *, but_token: str | None = None) -> int:
    """Signs the account out everywhere (everywhere else, when a token is to stay)."""
    if but_token is None:
        return tx.run(_DELETE_ALL, {"of_account": account_id}).rowcount
    others = {"of_account": account_id, "but_token": _hash(tx, but_token)}
    return tx.run(_DELETE_OTHERS, others).rowcount


def purge_sessions(tx: Transaction, before: datetime) -> int:
    """Sessions that nobody has used since then."""
    return tx.run(_PURGE, {"before": before}).rowcount


def _session(tx: Transaction, row: Row[Any]) -> SessionRow:
    return SessionRow(
        session_id=row.session_id,
        account_id=row.account_id,
        created_at=row.created_at,
        last_seen_at=row.last_seen_at,
        second_factor_at=row.second_factor_at,
        data=tx.unseal_facts(SERVICE, _c.data, row.token_hash.hex(), row.data),
    )


def _hash(tx: Transaction, token: str) -> bytes:
    return tx.hash("session", token)


def _sealed(tx: Transaction, hashed: bytes, data: Mapping[str, Any]) -> bytes:
    return tx.seal_facts(SERVICE, _c.data, hashed.hex(), dict(data))
