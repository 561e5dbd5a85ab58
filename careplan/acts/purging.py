"""Removing what has been kept long enough, rule by rule, some at a time; nothing that has no rule.

Each batch says in the service's trail how many rows of which rule went. Plans go one by one, as
when somebody is erased for another reason, and only where that was asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from careplan.acts.erasing import Why, erase_for_ever
from careplan.acts.world import SYSTEM, World, london_day
from careplan.audit.events import AuditEvent, Kind
from careplan.plan.rules.facts import age_on
from careplan.store.db import Transaction
from careplan.store.erasing import born_on
from careplan.store.owners import of_patient
from careplan.store.retention import (
    OF_ACCOUNTS,
    OF_PEOPLE,
    Rule,
    Runs,
    is_untouched,
    past_rows,
    remove_some,
    retention,
    untouched,
    years_before,
)
from careplan.store.trail import append
from careplan.store.unlinked import erase_unlinked, unlinked_accounts

AT_ONCE = 500
_OF_AGE = 18
_UNTIL = {True: 26, False: 25}
"""The birthday until which a child's plan is kept: the later one for who was 17 when last seen."""


class Scope(StrEnum):
    """How far somebody who purges means to go."""

    HARMLESS = "harmless"
    """What nobody could use any more; written nowhere, because it happens all day long."""
    ALL_BUT_PLANS = "all_but_plans"
    PLANS_TOO = "plans_too"


_RUNS = {
    Scope.HARMLESS: (Runs.WORK,),
    Scope.ALL_BUT_PLANS: (Runs.WORK, Runs.PURGE),
    Scope.PLANS_TOO: (Runs.WORK, Runs.PURGE, Runs.PLANS),
}


@dataclass(frozen=True, slots=True)
class Due:
    """What of one rule is past its time. `held`: people who would be, but whose birth date nobody
    knows, or who were children."""

    rule: Rule
    rows: int
    oldest: datetime | None
    held: int = 0


def what_is_due(world: World, *, at: datetime) -> Iterator[Due]:
    """Rule by rule, changing nothing."""
    for rule in retention().rules:
        with world.store.read() as tx:
            yield _people_due(tx, rule, at) if rule.id in OF_PEOPLE else _rows_due(tx, rule, at)


def purge(
    world: World, *, scope: Scope, at: datetime, tell: Callable[[Rule, int], None] | None = None
) -> int:
    """How many rows went, of every rule together; a person is one. Safe to stop and run again."""
    total = 0
    for rule in retention().rules:
        if rule.runs in _RUNS[scope]:
            gone = _go(world, rule, scope, at)
            total += gone
            if tell is not None and gone:
                tell(rule, gone)
    return total


def _go(world: World, rule: Rule, scope: Scope, at: datetime) -> int:
    if rule.id in OF_PEOPLE:
        return _erase_all(world, rule, at)
    return _remove_all(world, rule, at, quiet=scope is Scope.HARMLESS)


def _rows_due(tx: Transaction, rule: Rule, at: datetime) -> Due:
    if rule.id in OF_ACCOUNTS:
        return Due(rule, *unlinked_accounts(tx, before=rule.before(at)))
    found = past_rows(tx, rule, at=at)
    return Due(rule, found.rows, found.oldest)


def _remove_all(world: World, rule: Rule, at: datetime, *, quiet: bool) -> int:
    total = 0
    while True:
        with world.store.begin() as tx:
            gone = _some_gone(tx, rule, at)
            if gone and not quiet:
                what = {"count": str(gone), "rule": rule.id}
                append(tx, AuditEvent(Kind.PURGED, at, SYSTEM, None, what))
        total += gone
        if not gone:
            return total


def _some_gone(tx: Transaction, rule: Rule, at: datetime) -> int:
    if rule.id in OF_ACCOUNTS:
        return erase_unlinked(tx, before=rule.before(at), most=AT_ONCE)
    return remove_some(tx, rule, at=at, most=AT_ONCE)


# --- people ----------------------------------------------------------------------------------


def _people_due(tx: Transaction, rule: Rule, at: datetime) -> Due:
    rows = held = 0
    oldest: datetime | None = None
    for patient_id, last in untouched(tx, rule, at=at):
        if not _may_go(tx, rule, patient_id, last, at):
            held += 1
            continue
        rows += 1
        oldest = last if oldest is None else min(oldest, last)
    return Due(rule, rows, oldest, held)


def _erase_all(world: World, rule: Rule, at: datetime) -> int:
    with world.store.read() as tx:
        found = [
            patient_id
            for patient_id, last in untouched(tx, rule, at=at)
            if _may_go(tx, rule, patient_id, last, at)
        ]
    return sum(_erase_one(world, rule, patient_id, at) for patient_id in found)


def _erase_one(world: World, rule: Rule, patient_id: UUID, at: datetime) -> bool:
    with world.store.begin() as tx:
        if not is_untouched(tx, rule, patient_id, at=at):
            return False
        authority = f"Retention, rule {rule.id}"
        erase_for_ever(tx, patient_id, why=Why.KEPT_LONG_ENOUGH, authority=authority, at=at)
    return True


def _may_go(tx: Transaction, rule: Rule, patient_id: UUID, last: datetime, at: datetime) -> bool:
    if rule.id != "plans":
        return True
    born = born_on(tx, patient_id)
    tx.forget(of_patient(patient_id))
    return born is not None and not _kept_for_a_child(born, london_day(last), at)


def _kept_for_a_child(born: date, last_seen: date, at: datetime) -> bool:
    age = age_on(born, last_seen)
    if age is None or age >= _OF_AGE:
        return False
    years = _UNTIL[age == _OF_AGE - 1]
    return born > london_day(years_before(at, years))
