"""Visits and their taps: what was tapped is sealed; in clear stand only a stage and the times by
which a desk with twenty thousand people finds who is in an emergency department now.

Every tap is a row with the id its phone gave it, so that one sent a thousand times is kept once.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, and_, bindparam, insert, select, update

from careplan.store.db import Transaction, on_both
from careplan.store.owners import of_patient
from careplan.store.patients import Face, face_from
from careplan.store.tables import patient, visit, visit_tap
from careplan.visits.visit import SHOWN_FOR, Stage, Tap, Tapped, Visit, When, Where, after

MOST_LISTED = 100
_v, _t, _p = visit.c, visit_tap.c, patient.c
_OF_PATIENT = _v.patient_id == bindparam("of_patient")
_ONE = (_OF_PATIENT, _v.visit_id == bindparam("of_visit"))
_NEWEST_FIRST = (_v.begun_at.desc(), _v.stage == str(Stage.LEFT), _v.visit_id)
_KEEP = insert(visit)
_SETTLE = (
    update(visit)
    .where(*_ONE)
    .values(
        stage=bindparam("new_stage"),
        shown_until=bindparam("new_until"),
        tells_team=bindparam("new_tells"),
        body=bindparam("new_body"),
    )
)
_BY_ID = select(visit).where(*_ONE)
_ALL = select(visit).where(_OF_PATIENT).order_by(*_NEWEST_FIRST).limit(MOST_LISTED)
_NEWEST_SHOWN = (
    select(_v.visit_id)
    .where(_OF_PATIENT, _v.shown_until > bindparam("at"), _v.begun_at <= bindparam("at"))
    .order_by(*_NEWEST_FIRST)
    .limit(1)
    .scalar_subquery()
)
_SHOWN = (
    select(visit, _t.tap_id, _t.heard_at, _t.body.label("tap_body"))
    .outerjoin(visit_tap, and_(_t.patient_id == _v.patient_id, _t.visit_id == _v.visit_id))
    .where(_OF_PATIENT, _v.visit_id == _NEWEST_SHOWN)
)
_NEAR = (
    select(visit)
    .where(
        _OF_PATIENT,
        _v.begun_at > bindparam("since"),
        _v.begun_at < bindparam("until"),
        _v.stage != str(Stage.LEFT),
    )
    .order_by(*_NEWEST_FIRST)
    .limit(1)
)
_TAPS = select(visit_tap).where(
    _t.patient_id == bindparam("of_patient"),
    _t.visit_id.in_(bindparam("of_visits", expanding=True)),
)
_TAPPED_IN = select(_t.visit_id).where(
    _t.patient_id == bindparam("of_patient"), _t.tap_id == bindparam("of_tap")
)
_TAP = on_both(lambda insert: insert(visit_tap).on_conflict_do_nothing().returning(_t.tap_id))
# The offset keeps the two apart: each database would otherwise read a whole team of twenty thousand
# to find the few who went somewhere in the last day.
_LIVE = (
    select(visit)
    .where(_v.shown_until > bindparam("at"), _v.stage != str(Stage.LEFT), _v.tells_team.is_(True))
    .offset(0)
    .subquery()
)
_NOW_THERE = (
    select(_LIVE, _p.face, _p.data_key)
    .join(patient, _p.patient_id == _LIVE.c.patient_id)
    .where(_p.team_id == bindparam("of_team"), _p.data_key.is_not(None))
    .order_by(_LIVE.c.begun_at.desc(), _LIVE.c.visit_id)
    .limit(MOST_LISTED)
)


# --- visits ------------------------------------------------------------------------------------


def keep_visit(tx: Transaction, begun: Visit) -> None:
    row = {
        "patient_id": begun.patient_id,
        "visit_id": begun.visit_id,
        "begun_at": begun.begun_at,
        "shown_until": begun.shown_until,
        "stage": begun.stage,
        "tells_team": begun.tells_team,
        "body": _sealed(tx, begun),
    }
    tx.run(_KEEP, row)


def settle_visit(tx: Transaction, patient_id: UUID, visit_id: UUID) -> Visit | None:
    """Reads every tap again and keeps what they come to: the order they came in does not matter.

    A visit whose every tap was taken back is shown nowhere.
    """
    row = tx.run(_BY_ID, {"of_patient": patient_id, "of_visit": visit_id}).one_or_none()
    if row is None:
        return None
    taps = _taps(tx, patient_id, [visit_id])
    found = after(_visit(tx, row), taps[visit_id])
    values = {
        "of_patient": patient_id,
        "of_visit": visit_id,
        "new_stage": found.stage,
        "new_until": found.shown_until if found.taps else found.begun_at,
        "new_tells": found.tells_team,
        "new_body": _sealed(tx, found),
    }
    tx.run(_SETTLE, values)
    return found


def visit_of(tx: Transaction, patient_id: UUID, visit_id: UUID) -> Visit | None:
    row = tx.run(_BY_ID, {"of_patient": patient_id, "of_visit": visit_id}).one_or_none()
    return None if row is None else _with_taps(tx, patient_id, [row])[0]


def visits_of(tx: Transaction, patient_id: UUID) -> tuple[Visit, ...]:
    """Newest first, without those that were pressed by mistake and taken back."""
    rows = tx.run(_ALL, {"of_patient": patient_id}).all()
    return tuple(one for one in _with_taps(tx, patient_id, rows) if one.taps)


def visit_shown(tx: Transaction, patient_id: UUID, *, at: datetime) -> Visit | None:
    """The newest that emergency pages speak of at this moment, left or not, with its taps: one
    statement, because whoever scans a card waits for it."""
    rows = tx.run(_SHOWN, {"of_patient": patient_id, "at": at}).all()
    if not rows:
        return None
    taps = [
        _tapped(tx, patient_id, row.tap_id, row.heard_at, row.tap_body)
        for row in rows
        if row.tap_id is not None
    ]
    return after(_visit(tx, rows[0]), taps)


def visit_near(tx: Transaction, patient_id: UUID, *, at: datetime) -> Visit | None:
    """The visit that "I'm going in" pressed at this moment most likely means: begun within a day
    of it, and not left."""
    near = {"of_patient": patient_id, "since": at - SHOWN_FOR, "until": at + SHOWN_FOR}
    row = tx.run(_NEAR, near).one_or_none()
    return None if row is None else _with_taps(tx, patient_id, [row])[0]


def in_departments(
    tx: Transaction, team_id: UUID, *, at: datetime
) -> tuple[tuple[Visit, Face | None], ...]:
    """Who of a team says that they are going to an emergency department, or are in one, and lets
    the team know it; newest first, without their taps, and always one statement."""
    found = []
    for row in tx.run(_NOW_THERE, {"of_team": team_id, "at": at}):
        tx.remember(of_patient(row.patient_id), row.data_key)
        face = face_from(tx, row.patient_id, row.face) if row.face else None
        found.append((_visit(tx, row), face))
    return tuple(found)


# --- taps --------------------------------------------------------------------------------------


def keep_tap(tx: Transaction, patient_id: UUID, visit_id: UUID, one: Tapped) -> bool:
    """Whether this call kept it: a tap that came before is left as it was."""
    facts = {
        "tap": str(one.tap),
        "at": one.at.isoformat(),
        "off": one.clock_off,
        "words": one.words,
        "when": str(one.when) if one.when else None,
        "where": _where_facts(one.where) if one.where else None,
        "tells": one.tells,
        "back": str(one.back) if one.back else None,
        "by": one.by,
    }
    owner, key = of_patient(patient_id), str(one.tap_id)
    row = {
        "patient_id": patient_id,
        "tap_id": one.tap_id,
        "visit_id": visit_id,
        "heard_at": one.heard_at,
        "body": tx.seal_facts(owner, _t.body, key, facts),
    }
    return tx.run(_TAP, row).one_or_none() is not None


def visit_of_tap(tx: Transaction, patient_id: UUID, tap_id: UUID) -> UUID | None:
    """The visit that a tap was counted in."""
    found: UUID | None = tx.run(
        _TAPPED_IN, {"of_patient": patient_id, "of_tap": tap_id}
    ).scalar_one_or_none()
    return found


def every_tap(tx: Transaction, patient_id: UUID, visit_id: UUID) -> tuple[Tapped, ...]:
    """Those taken back too, in the order they were heard."""
    return tuple(_taps(tx, patient_id, [visit_id])[visit_id])


# --- rows --------------------------------------------------------------------------------------


def _with_taps(tx: Transaction, patient_id: UUID, rows: Iterable[Row[Any]]) -> list[Visit]:
    found = list(rows)
    taps = _taps(tx, patient_id, [row.visit_id for row in found])
    return [after(_visit(tx, row), taps[row.visit_id]) for row in found]


def _taps(tx: Transaction, patient_id: UUID, visits: list[UUID]) -> dict[UUID, list[Tapped]]:
    found: dict[UUID, list[Tapped]] = defaultdict(list)
    if visits:
        for row in tx.run(_TAPS, {"of_patient": patient_id, "of_visits": visits}):
            one = _tapped(tx, row.patient_id, row.tap_id, row.heard_at, row.body)
            found[row.visit_id].append(one)
    for taps in found.values():
        taps.sort(key=lambda one: (one.heard_at, one.at, str(one.tap_id)))
    return found


def _sealed(tx: Transaction, one: Visit) -> bytes:
    facts = {"by": one.by, "where": _where_facts(one.where)}
    return tx.seal_facts(of_patient(one.patient_id), _v.body, str(one.visit_id), facts)


def _visit(tx: Transaction, row: Row[Any]) -> Visit:
    facts = tx.unseal_facts(of_patient(row.patient_id), _v.body, str(row.visit_id), row.body)
    return Visit(
        patient_id=row.patient_id,
        visit_id=row.visit_id,
        begun_at=row.begun_at,
        stage=Stage(row.stage),
        tells_team=row.tells_team,
        by=facts["by"],
        where=Where(**facts["where"]),
    )


def _tapped(
    tx: Transaction, patient_id: UUID, tap_id: UUID, heard_at: datetime, body: bytes
) -> Tapped:
    facts = tx.unseal_facts(of_patient(patient_id), _t.body, str(tap_id), body)
    return Tapped(
        tap_id=tap_id,
        tap=Tap(facts["tap"]),
        at=datetime.fromisoformat(facts["at"]),
        heard_at=heard_at,
        clock_off=facts["off"],
        words=facts["words"],
        when=When(facts["when"]) if facts["when"] else None,
        where=Where(**facts["where"]) if facts["where"] else None,
        tells=facts["tells"],
        back=UUID(facts["back"]) if facts["back"] else None,
        by=facts["by"],
    )


def _where_facts(where: Where) -> dict[str, str | None]:
    return {"hospital": where.hospital, "words": where.words, "listed_as": where.listed_as}
