"""What the desk lists: a page of a team's people, how many stand in each list, whom a search finds.

Each list has an index that holds its people alone, so a page and a count cost the same in a team
of twenty and of twenty thousand. A count stops at `MOST`: past that the number no longer helps.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Integer,
    Row,
    Select,
    and_,
    bindparam,
    func,
    literal_column,
    select,
    tuple_,
)

from careplan.store import search
from careplan.store.db import Transaction
from careplan.store.patients import FACTS, Face, Patient, face_from, patient_from
from careplan.store.tables import patient

MOST = 99
_c = patient.c


class Only(StrEnum):
    """Which of a team's people a list shows."""

    EVERYONE = "everyone"
    OVERDUE = "overdue"
    DUE_SOON = "due_soon"
    CHANGED_SINCE_SIGNED = "changed_since_signed"
    WAITING = "waiting"
    DISAGREED = "disagreed"
    DOSE_STOPPED = "dose_stopped"
    SIGNER_LEFT = "signer_left"
    ANSWER_PENDING = "answer_pending"
    NOT_SIGNED = "not_signed"
    UNLINKED = "unlinked"
    TASKS_DUE = "tasks_due"


@dataclass(frozen=True, slots=True)
class Listed:
    """One line of a team's list."""

    patient: Patient
    face: Face | None


@dataclass(frozen=True, slots=True)
class After:
    """Where the last page of a list ended."""

    due: date | None
    patient_id: UUID


@dataclass(frozen=True, slots=True)
class Days:
    """What "overdue" and "soon" mean today."""

    today: date
    soon: date


_SHOWN: Mapping[Only, tuple[ColumnElement[bool], ...]] = {
    Only.EVERYONE: (),
    Only.OVERDUE: (_c.due_on < bindparam("today", type_=_c.due_on.type),),
    Only.DUE_SOON: (
        _c.due_on >= bindparam("today", type_=_c.due_on.type),
        _c.due_on <= bindparam("soon", type_=_c.due_on.type),
    ),
    Only.CHANGED_SINCE_SIGNED: (_c.changed_since_signed.is_(True),),
    Only.WAITING: (_c.waiting_for_team.is_(True),),
    Only.DISAGREED: (_c.disagreed.is_(True),),
    Only.DOSE_STOPPED: (_c.dose_stopped.is_(True),),
    Only.SIGNER_LEFT: (_c.signer_left_at.is_not(None),),
    Only.ANSWER_PENDING: (_c.answer_pending.is_(True),),
    Only.NOT_SIGNED: (_c.signed_at.is_(None),),
    Only.UNLINKED: (_c.unlinked.is_(True),),
    Only.TASKS_DUE: (_c.next_due <= bindparam("soon", type_=_c.next_due.type),),
}
COUNTED = tuple(one for one in Only if one is not Only.EVERYONE)


def due_of(one: Patient, only: Only) -> date | None:
    """The date that this list is in the order of."""
    standing = one.standing
    return standing.next_due if only is Only.TASKS_DUE else standing.due_on


def team_list(
    tx: Transaction,
    team_id: UUID,
    *,
    limit: int,
    only: Only = Only.EVERYONE,
    after: After | None = None,
    days: Days,
) -> tuple[Listed, ...]:
    """The longest overdue first, people without a date last; always one statement."""
    values: dict[str, Any] = {
        "of_team": team_id,
        "today": days.today,
        "soon": days.soon,
        "most": limit,
    }
    if after is not None:
        values |= {"after_due": after.due, "after_id": after.patient_id}
    rows = tx.run(page_of(only, following=after is not None), values)
    return tuple(_listed(tx, row) for row in rows)


def team_counts(tx: Transaction, team_id: UUID, *, days: Days) -> Mapping[Only, int]:
    """How many people stand in each list, up to `MOST` + 1; one statement over indexes alone."""
    values = {"of_team": team_id, "today": days.today, "soon": days.soon}
    row = tx.run(counts(), values).one()
    return dict(zip(COUNTED, row, strict=True))


def search_team(
    tx: Transaction, team_id: UUID, text: str, *, today: date, limit: int = 50
) -> tuple[Listed, ...]:
    """The team's people with every part of the text: beginnings of names, birth date, numbers."""
    found = search.matching(tx, team_id, text, today=today)
    if found is None:
        return ()
    chosen, values = found
    rows = tx.run(people_in(chosen), values | {"of_team": team_id, "most": limit})
    return tuple(_listed(tx, row) for row in rows)


_PEOPLE = select(*FACTS, _c.face)


def people_in(chosen: Select[Any]) -> Select[Any]:
    """Those of the team whom a search chose.

    Team and order are put so that no index fits them: one would tempt SQLite to walk the whole
    team along it and to ask of everybody whether they were found.
    """
    team = func.coalesce(_c.team_id, _c.team_id) == bindparam("of_team", type_=_c.team_id.type)
    wanted = (team, _c.patient_id.in_(chosen))
    order = (func.coalesce(_c.due_on, _c.due_on), _c.patient_id)
    return _PEOPLE.where(*wanted).order_by(*order).limit(bindparam("most", type_=Integer()))


@cache
def page_of(only: Only, *, following: bool) -> Select[Any]:
    """The statement of one page; kept, because putting it together costs more than asking it."""
    order = (_order(only), _c.patient_id)
    page = _PEOPLE.where(_c.team_id == bindparam("of_team"), *_SHOWN[only])
    if following:
        mark = tuple_(
            bindparam("after_due", type_=_order(only).type),
            bindparam("after_id", type_=_c.patient_id.type),
        )
        page = page.where(tuple_(*order) > mark)
    return page.order_by(*order).limit(bindparam("most", type_=Integer()))


@cache
def counts() -> Select[Any]:
    return select(*(_count(only).label(only.value) for only in COUNTED))


def _count(only: Only) -> Any:
    found = (
        select(literal_column("1"))
        .select_from(patient)
        .where(and_(_c.team_id == bindparam("of_team"), *_SHOWN[only]))
        .limit(literal_column(str(MOST + 1)))
        .subquery()
    )
    return select(func.count()).select_from(found).scalar_subquery()


def _order(only: Only) -> Any:
    return _c.next_due if only is Only.TASKS_DUE else _c.due_on


def _listed(tx: Transaction, row: Row[Any]) -> Listed:
    found = patient_from(tx, row)
    return Listed(found, None if row.face is None else face_from(tx, found.patient_id, row.face))
