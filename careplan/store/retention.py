"""How long things are kept, as `retention.toml` says, and which rows are past that.

A rule has its period in the data and its rows here; neither can be without the other.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Table, and_, bindparam, delete, func, select, tuple_

from careplan.plan.content import BadContent, read_toml
from careplan.store.db import Transaction
from careplan.store.past import ROWS, Rows
from careplan.store.tables import Moment, audit_event, patient, trail_head

FILE = Path(__file__).parent / "retention.toml"
OF_PEOPLE = ("drafts", "plans")
"""These erase somebody: they are counted and carried out person by person."""
OF_ACCOUNTS = ("unlinked_accounts",)
"""These erase accounts, each of which leaves a stub: store/unlinked.py."""


class Runs(StrEnum):
    """Who removes it."""

    WORK = "work"
    PURGE = "purge"
    PLANS = "plans"
    NEVER = "never"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    id: str
    what: str
    from_when: str
    source: str
    runs: Runs
    days: int = 0
    years: int = 0

    @property
    def period(self) -> str:
        if self.years:
            return f"{self.years} years"
        return f"{self.days} days" if self.days else "at once"

    def before(self, at: datetime) -> datetime:
        """What began to count before this is past its time."""
        return years_before(at, self.years) - timedelta(days=self.days)


@dataclass(frozen=True, slots=True)
class Retention:
    rules: tuple[Rule, ...]
    sign_off: str
    goes_with: Mapping[str, frozenset[str]]

    def rule(self, name: str) -> Rule:
        return next(one for one in self.rules if one.id == name)


@cache
def retention(file: Path = FILE) -> Retention:
    held = read_toml(file)
    try:
        rules = tuple(
            Rule(id=name, **row | {"runs": Runs(row["runs"])})
            for name, row in held["rules"].items()
        )
        goes = {name: frozenset(tables.split()) for name, tables in held["goes_with"].items()}
    except (KeyError, TypeError, ValueError) as problem:
        raise BadContent(f"{file.name}: {problem}") from problem
    if {one.id for one in rules} != {*ROWS, *OF_PEOPLE, *OF_ACCOUNTS}:
        raise BadContent(f"{file.name}: each rule has its rows, and the other way about")
    return Retention(rules, str(held["sign_off"]), goes)


def years_before(at: datetime, years: int) -> datetime:
    """The same day of an earlier year; for 29 February, the day before where there is none."""
    try:
        return at.replace(year=at.year - years)
    except ValueError:
        return at.replace(year=at.year - years, day=28)


# --- rows ------------------------------------------------------------------------------------

_BEFORE: Any = bindparam("before", type_=Moment())


@dataclass(frozen=True, slots=True)
class Past:
    """How many rows are past their time, and since when the oldest has counted."""

    rows: int
    oldest: datetime | None


def past_rows(tx: Transaction, rule: Rule, *, at: datetime) -> Past:
    rows = ROWS[rule.id]
    found = select(func.count(), func.min(rows.since)).select_from(rows.table)
    row: Any = tx.run(found.where(*_past(rows)), {"before": rule.before(at)}).one()
    return Past(int(row[0]), row[1])


def remove_some(tx: Transaction, rule: Rule, *, at: datetime, most: int) -> int:
    """How many rows went; nought when none is left."""
    if rule.runs is Runs.NEVER:
        raise ValueError(f"no command removes {rule.id}")
    rows, values = ROWS[rule.id], {"before": rule.before(at)}
    key = tuple(rows.table.primary_key.columns)
    chosen = tx.run(select(*key).where(*_past(rows)).limit(most), values).all()
    if not chosen:
        return 0
    for table, its_key in rows.first:
        tx.run(delete(table).where(_in(its_key, chosen)))
    return tx.run(delete(rows.table).where(_in(key, chosen), *_past(rows)), values).rowcount


def _past(rows: Rows) -> tuple[ColumnElement[bool], ...]:
    return (rows.since < _BEFORE, *rows.only)


def _in(key: Sequence[Any], chosen: Sequence[Any]) -> ColumnElement[bool]:
    if len(key) == 1:
        return key[0].in_([row[0] for row in chosen])  # type: ignore[no-any-return]
    return tuple_(*key).in_([tuple(row) for row in chosen])


# --- people ----------------------------------------------------------------------------------

_p = patient.c
_LAST: Any = func.coalesce(audit_event.c.at, _p.created_at, type_=Moment())
_NEVER_TAKEN = and_(_p.team_id.is_(None), _p.current_version.is_(None))
_PEOPLE = (
    select(_p.patient_id, _LAST.label("last_at"))
    .select_from(
        patient.join(trail_head, trail_head.c.patient_id == _p.patient_id).outerjoin(
            audit_event,
            and_(
                audit_event.c.patient_id == trail_head.c.patient_id,
                audit_event.c.sequence == trail_head.c.sequence,
            ),
        )
    )
    .where(
        _p.data_key.is_not(None),
        _p.patient_id > bindparam("after", type_=_p.patient_id.type),
        _LAST < _BEFORE,
    )
    .order_by(_p.patient_id)
    .limit(500)
)
_WHO = {"drafts": _PEOPLE.where(_NEVER_TAKEN), "plans": _PEOPLE.where(~_NEVER_TAKEN)}


def untouched(tx: Transaction, rule: Rule, *, at: datetime) -> Iterator[tuple[UUID, datetime]]:
    """Everybody in whose trail nothing has been written since the period began, and the moment of
    their last deed."""
    after = UUID(int=0)
    while True:
        asked = {"before": rule.before(at), "after": after}
        rows = tx.run(_WHO[rule.id], asked).all()
        for row in rows:
            yield row.patient_id, row.last_at
        if not rows:
            return
        after = rows[-1].patient_id


def is_untouched(tx: Transaction, rule: Rule, patient_id: UUID, *, at: datetime) -> bool:
    """Asked again in the transaction that would erase them."""
    one = _WHO[rule.id].where(_p.patient_id == bindparam("this"))
    asked = {"before": rule.before(at), "after": UUID(int=0), "this": patient_id}
    return tx.run(one, asked).first() is not None


def tables_of(rows: Mapping[str, Rows] = ROWS) -> frozenset[Table]:
    """Every table that a rule removes something of."""
    return frozenset(one.table for one in rows.values())
