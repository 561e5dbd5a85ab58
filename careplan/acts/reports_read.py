"""What people tell of visits, as others may have it: their team, and a hospital's named person.

Staff of the team also write down what somebody tells them; after that they read it only if the
person let the team.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from careplan.accounts.people import Who
from careplan.accounts.permissions import may_list_reports, may_write_down_visit
from careplan.acts.reporting import ANSWERS, ask_first, keep_new
from careplan.acts.world import SYSTEM, NotAllowed, NotThere, World, actor, allowed_patient
from careplan.audit.events import AuditEvent, Kind
from careplan.store import reports as store
from careplan.store.db import Transaction
from careplan.store.errors import Taken
from careplan.store.patients import Face, face_of
from careplan.store.reports import KeptReport
from careplan.store.trail import append
from careplan.visits.report import Audience, Source, VisitReport
from careplan.visits.telling import Doubt, for_the_hospital

PAGE = 25
WRITTEN_DOWN = (Source.PHONE, Source.PAPER)


@dataclass(frozen=True)
class Line:
    """One report in the team's list: whose it is, and whether anybody has read it."""

    face: Face
    kept: KeptReport


@dataclass(frozen=True)
class ReportsPage:
    lines: tuple[Line, ...]
    page: int
    more: bool


def team_reports(world: World, *, by: Who, page: int = 1, at: datetime) -> ReportsPage:
    """Those that people let their team see: unread first, then newest first."""
    if by.team_id is None or not may_list_reports(by, team_id=by.team_id):
        raise NotAllowed
    with world.store.begin() as tx:
        skipped = (page - 1) * PAGE
        found = store.reports_for_team(tx, UUID(by.team_id), most=PAGE + 1, skipped=skipped)
        faces = [(face_of(tx, one.patient_id), one) for one in found[:PAGE]]
        what = {"team": by.team_id, "count": str(len(faces))}
        append(tx, AuditEvent(Kind.LIST_READ, at, actor(by), None, what))
    lines = tuple(Line(face, one) for face, one in faces if face)
    return ReportsPage(lines, page, len(found) > PAGE)


def read_report(
    world: World, *, by: Who, patient_id: UUID, report_id: UUID, at: datetime
) -> KeptReport:
    """By the person's team, if they let it; they are told that it was read."""
    with world.store.begin() as tx:
        allowed_patient(tx, by, patient_id, may_write_down_visit)
        kept = store.report_of(tx, patient_id, report_id)
        if kept is None or kept.report is None or Audience.TEAM not in kept.report.audience:
            raise NotThere
        store.note_read(tx, patient_id, report_id, at=at)
        what = {"report": str(report_id)}
        append(tx, AuditEvent(Kind.REPORT_READ, at, actor(by), str(patient_id), what))
    return kept


def write_down_report(
    world: World,
    *,
    by: Who,
    patient_id: UUID,
    report_id: UUID,
    source: Source,
    answers: Mapping[str, Any],
    sure: frozenset[Doubt] = frozenset(),
    at: datetime,
) -> None:
    """What somebody told on the telephone or on paper, at once. Sent twice it is kept once.

    Raises Odd for what is to be asked about first.
    """
    if source not in WRITTEN_DOWN or not answers.keys() <= ANSWERS:
        raise TypeError("staff write down what was told on the telephone or on paper")
    new = VisitReport(
        patient_id=patient_id, report_id=report_id, source=source, given_at=at, **answers
    )
    try:
        _write_down(world, by, new, sure, at)
    except Taken:  # by the same button, pressed twice at the same moment: now it is there
        _write_down(world, by, new, sure, at)


def _write_down(
    world: World, by: Who, new: VisitReport, sure: frozenset[Doubt], at: datetime
) -> None:
    with world.store.begin() as tx:
        allowed_patient(tx, by, new.patient_id, may_write_down_visit)
        if not _written_before(tx, by, new):
            ask_first(tx, by, new, sure=sure, at=at)
            keep_new(tx, by, new, at=at)


def _written_before(tx: Transaction, by: Who, new: VisitReport) -> bool:
    """Raises NotThere for the id of a report that is not theirs, and says nothing of it."""
    there = store.report_of(tx, new.patient_id, new.report_id)
    if there is not None and there.entered_by != UUID(by.account_id):
        raise NotThere
    return there is not None


def may_write_down(world: World, *, by: Who, patient_id: UUID) -> Face:
    """Whose report it would be, for the page that asks. Raises NotThere."""
    with world.store.read() as tx:
        allowed_patient(tx, by, patient_id, may_write_down_visit)
        face = face_of(tx, patient_id)
    if face is None:
        raise NotThere
    return face


def reports_for_hospital(
    world: World, *, hospital: str, since: datetime, until: datetime, at: datetime
) -> tuple[VisitReport, ...]:
    """For the hospital's named person, handed over by whoever runs the service: without the
    person's name, and without names of staff. Each person is told."""
    with world.store.begin() as tx:
        found = [
            one.report
            for one in store.reports_that_stand(tx, since=since, until=until)
            if one.report
            and one.report.hospital == hospital
            and Audience.HOSPITAL in one.report.audience
        ]
        for one in found:
            what = {"report": str(one.report_id)}
            event = AuditEvent(Kind.REPORT_HANDED_OVER, at, SYSTEM, str(one.patient_id), what)
            append(tx, event)
    return tuple(for_the_hospital(one) for one in found)
