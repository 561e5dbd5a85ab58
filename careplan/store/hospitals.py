"""The hospitals that pages offer: public facts, loaded by the trust. A closed one keeps its code,
so that what was told of it still has a name."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Row, bindparam, select, update

from careplan.store.db import Transaction, on_both
from careplan.store.tables import hospital

_c = hospital.c
_ALL = select(hospital).order_by(_c.name, _c.code)
_ONE = select(hospital).where(_c.code == bindparam("of_code"))
_KEEP = on_both(
    lambda insert: (made := insert(hospital)).on_conflict_do_update(
        index_elements=["code"],
        set_={name: made.excluded[name] for name in ("name", "town", "closed_on")},
    )
)
_CLOSE = (
    update(hospital)
    .where(_c.code == bindparam("of_code"), _c.closed_on.is_(None))
    .values(closed_on=bindparam("on"))
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Hospital:
    code: str
    name: str
    town: str | None = None
    closed_on: date | None = None

    @property
    def words(self) -> str:
        return f"{self.name}, {self.town}" if self.town else self.name


def keep_hospitals(tx: Transaction, listed: Iterable[Hospital]) -> None:
    """New ones are added; a code that is there takes these words."""
    rows = [
        {"code": one.code, "name": one.name, "town": one.town, "closed_on": one.closed_on}
        for one in listed
    ]
    if rows:
        tx.run(_KEEP, rows)


def close_hospital(tx: Transaction, code: str, *, on: date) -> bool:
    """Whether this call did it."""
    return tx.run(_CLOSE, {"of_code": code, "on": on}).rowcount == 1


def hospitals(tx: Transaction) -> tuple[Hospital, ...]:
    """All of them, by name, those that have closed too."""
    return tuple(_hospital(row) for row in tx.run(_ALL))


def hospital_of(tx: Transaction, code: str) -> Hospital | None:
    row = tx.run(_ONE, {"of_code": code}).one_or_none()
    return _hospital(row) if row else None


def _hospital(row: Row[Any]) -> Hospital:
    return Hospital(code=row.code, name=row.name, town=row.town, closed_on=row.closed_on)
