"""Counts knocks at a door in windows of time, for every process together, by one statement each."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, delete, select
from sqlalchemy.dialects import postgresql, sqlite

from careplan.store.db import Transaction
from careplan.store.ready import Ready
from careplan.store.tables import counter

_c = counter.c


def _one_more(insert: Any) -> Ready:
    """Asked by everybody at every door that counts."""
    return Ready(
        insert(counter)
        .values(scope_hash=bindparam("scope_hash"), window_start=bindparam("window_start"), count=1)
        .on_conflict_do_update(
            index_elements=[_c.scope_hash, _c.window_start], set_={"count": _c.count + 1}
        )
        .returning(_c.count)
    )


_COUNT = {"sqlite": _one_more(sqlite.insert), "postgresql": _one_more(postgresql.insert)}
_SO_FAR = select(_c.count).where(
    _c.scope_hash == bindparam("scope_hash"), _c.window_start == bindparam("window_start")
)
_FORGET = delete(counter).where(_c.window_start < bindparam("before"))
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def count_in(tx: Transaction, scope: str, *, window: timedelta, at: datetime) -> int:
    """How often, with this time, something happened in the window that `at` lies in.

    `scope` says what is counted and for whom; only its keyed hash is kept.
    """
    ((number,),) = tx.run_ready(_COUNT[tx.dialect], _knock(tx, scope, window, at))
    return int(number)


def counted_in(tx: Transaction, scope: str, *, window: timedelta, at: datetime) -> int:
    """How often so far, without counting."""
    return int(tx.run(_SO_FAR, _knock(tx, scope, window, at)).scalar_one_or_none() or 0)


def _knock(tx: Transaction, scope: str, window: timedelta, at: datetime) -> dict[str, Any]:
    return {
        "scope_hash": tx.hash("counter", f"{scope}|{window.total_seconds()}"),
        "window_start": at - (at - _EPOCH) % window,
    }


def ends_in(window: timedelta, *, at: datetime) -> timedelta:
    """How long until the window that `at` lies in is over."""
    return window - (at - _EPOCH) % window


def forget_before(tx: Transaction, before: datetime) -> int:
    return tx.run(_FORGET, {"before": before}).rowcount
