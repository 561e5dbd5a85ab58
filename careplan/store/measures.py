"""What is published of the measures, and what was promised about them; and whom the service serves.

A sheet is kept once and never changed: two that overlapped could be taken from each other.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, bindparam, exists, func, insert, select, tuple_, update

from careplan.measures.keeping import from_text, to_text
from careplan.measures.sheet import Sheet
from careplan.store.db import Transaction, on_both
from careplan.store.owners import of_patient
from careplan.store.tables import (
    link,
    measure_promise,
    measure_sheet,
    patient,
    signature,
    visit_report,
)

EVERYONE = "everyone"
BATCH = 500
_s, _p = measure_sheet.c, measure_promise.c

# --- sheets ------------------------------------------------------------------------------------

_KEEP_SHEET = on_both(
    lambda insert: insert(measure_sheet).on_conflict_do_nothing().returning(_s.scope)
)
_OF_SCOPE = (_s.scope >= bindparam("first"), _s.scope < bindparam("past"))
_DAYS = select(_s.scope).where(*_OF_SCOPE).order_by(_s.scope.desc())
_SHEET = select(_s.body).where(_s.scope == bindparam("of_scope"))


def keep_sheet(tx: Transaction, sheet: Sheet, *, whose: str, at: datetime) -> bool:
    """Whether this call kept it; whoever worked the same time out first has published it."""
    row = {
        "scope": _scope(sheet.about, whose, sheet.period.until),
        "worked_out_at": at,
        "body": to_text(sheet),
    }
    return tx.run(_KEEP_SHEET, row).one_or_none() is not None


def sheet_days(tx: Transaction, about: str, *, whose: str) -> tuple[date, ...]:
    """The last days (not counted themselves) of the sheets there are, newest first."""
    first = f"{about}:{whose}:"
    found = tx.run(_DAYS, {"first": first, "past": f"{about}:{whose};"}).scalars()
    return tuple(date.fromisoformat(scope.removeprefix(first)) for scope in found)


def sheet_of(tx: Transaction, about: str, *, whose: str, until: date) -> Sheet | None:
    text = tx.run(_SHEET, {"of_scope": _scope(about, whose, until)}).scalar_one_or_none()
    return None if text is None else from_text(text)


def _scope(about: str, whose: str, until: date) -> str:
    return f"{about}:{whose}:{until.isoformat()}"


_WAITING = select(func.count()).where(
    visit_report.c.given_at >= bindparam("since"), visit_report.c.given_at < bindparam("until")
)


def reports_waiting(tx: Transaction, *, since: datetime, until: datetime) -> int:
    """About how many reports there are to read, without reading one."""
    return int(tx.run(_WAITING, {"since": since, "until": until}).scalar_one())


# --- promises ----------------------------------------------------------------------------------

_NEW_PROMISE = insert(measure_promise)
_PROMISES = select(measure_promise).order_by(
    _p.done_on.is_not(None), _p.due_on, _p.made_at, _p.promise_id
)
_PUBLIC = _PROMISES.where(_p.public)
_OF_TEAM = _PROMISES.where(_p.scope == bindparam("of_scope"))
_DONE = (
    update(measure_promise)
    .where(
        _p.promise_id == bindparam("of_promise"),
        _p.scope == bindparam("of_scope"),
        _p.done_on.is_(None),
    )
    .values(done_on=bindparam("on"))
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Promise:
    """`scope` is the id of the team that made it; a public one stands at `/measures` too."""

    promise_id: UUID
    scope: str
    public: bool
    measure: str
    owner: str
    action: str
    due_on: date
    done_on: date | None = None
    made_at: datetime
    made_by: UUID


def keep_promise(tx: Transaction, made: Promise) -> None:
    tx.run(_NEW_PROMISE, {name: getattr(made, name) for name in Promise.__slots__})


def public_promises(tx: Transaction) -> tuple[Promise, ...]:
    """Those still to be done first, the earliest day first."""
    return tuple(_promise(row) for row in tx.run(_PUBLIC))


def promises_of(tx: Transaction, scope: str) -> tuple[Promise, ...]:
    return tuple(_promise(row) for row in tx.run(_OF_TEAM, {"of_scope": scope}))


def mark_done(tx: Transaction, promise_id: UUID, *, scope: str, on: date) -> bool:
    """Whether this call did it."""
    values = {"of_promise": promise_id, "of_scope": scope, "on": on}
    return tx.run(_DONE, values).rowcount == 1


def _promise(row: Row[Any]) -> Promise:
    return Promise(**{name: getattr(row, name) for name in Promise.__slots__})


# --- whom the service serves -------------------------------------------------------------------

_FIRST_SIGNED = (
    select(func.min(signature.c.signed_at))
    .where(signature.c.patient_id == patient.c.patient_id)
    .scalar_subquery()
)
_HAS_LINK = exists().where(link.c.patient_id == patient.c.patient_id)
_PLACE = tuple_(patient.c.created_at, patient.c.patient_id)
_BEGUN = (
    select(
        patient.c.patient_id,
        patient.c.team_id,
        patient.c.created_at,
        patient.c.data_key,
        _FIRST_SIGNED.label("signed_at"),
        _HAS_LINK.label("has_link"),
    )
    .where(
        patient.c.created_at >= bindparam("since"),
        patient.c.created_at < bindparam("until"),
        patient.c.data_key.is_not(None),
    )
    .order_by(patient.c.created_at, patient.c.patient_id)
    .limit(BATCH)
)
_AFTER = _BEGUN.where(
    tuple_(
        bindparam("last_at", type_=patient.c.created_at.type),
        bindparam("last_patient", type_=patient.c.patient_id.type),
    )
    < _PLACE
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Begun:
    """Somebody whose plan was begun, and how far it came."""

    patient_id: UUID
    team_id: UUID | None
    created_at: datetime
    signed_at: datetime | None
    has_link: bool


def people_begun(tx: Transaction, *, since: datetime, until: datetime) -> Iterator[Begun]:
    """Some hundred at once; the person's key is at hand while theirs is looked at."""
    asked: dict[str, Any] = {"since": since, "until": until}
    statement = _BEGUN
    while rows := tx.run(statement, asked).all():
        for row in rows:
            tx.remember(of_patient(row.patient_id), row.data_key)
            yield Begun(
                patient_id=row.patient_id,
                team_id=row.team_id,
                created_at=row.created_at,
                signed_at=row.signed_at,
                has_link=row.has_link,
            )
            tx.forget(of_patient(row.patient_id))
        asked |= {"last_at": rows[-1].created_at, "last_patient": rows[-1].patient_id}
        statement = _AFTER
