"""What people say happened at a visit: sealed documents apart from the plan, one for each visit.

Taking one back destroys the document; the row stays, so that it is known that there was one.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, bindparam, insert, select, tuple_, update

from careplan.fhir.visit_report import from_response, to_response
from careplan.store.db import Transaction
from careplan.store.errors import Stale, Taken
from careplan.store.owners import of_patient
from careplan.store.tables import patient, visit_report
from careplan.visits.report import Audience, VisitReport

BATCH = 500
_c = visit_report.c
_OF = select(visit_report).where(_c.patient_id == bindparam("of_patient"))
_ALL = _OF.order_by(_c.given_at.desc(), _c.report_id)
_ONE = _OF.where(_c.report_id == bindparam("of_report"))
_OF_VISIT = _OF.where(_c.visit_id == bindparam("of_visit"), _c.withdrawn_at.is_(None))
_THIS = (_c.patient_id == bindparam("of_patient"), _c.report_id == bindparam("of_report"))
_STANDS = _c.withdrawn_at.is_(None)
_NEW = insert(visit_report)
_NEXT = (
    update(visit_report)
    .where(*_THIS, _STANDS, _c.revision == bindparam("based_on"))
    .values(
        revision=_c.revision + 1,
        for_team=bindparam("to_team"),
        read_by_team_at=None,
        document=bindparam("sealed"),
    )
    .returning(_c.revision)
)
_WITHDRAW = (
    update(visit_report)
    .where(*_THIS, _STANDS)
    .values(withdrawn_at=bindparam("at"), for_team=False, document=None)
)
_READ = (
    update(visit_report)
    .where(*_THIS, _c.read_by_team_at.is_(None))
    .values(read_by_team_at=bindparam("at"))
)
_FOR_TEAM = (
    select(visit_report, patient.c.data_key)
    .join(patient, patient.c.patient_id == _c.patient_id)
    .where(
        patient.c.team_id == bindparam("of_team"),
        patient.c.data_key.is_not(None),
        _c.for_team,
        _STANDS,
    )
    .order_by(_c.read_by_team_at.is_not(None), _c.given_at.desc(), _c.report_id)
    .limit(bindparam("most"))
    .offset(bindparam("skipped"))
)
_PLACE = tuple_(_c.given_at, _c.patient_id, _c.report_id)
_COUNTED = (
    select(visit_report, patient.c.data_key)
    .join(patient, patient.c.patient_id == _c.patient_id)
    .where(
        _c.given_at >= bindparam("since"),
        _c.given_at < bindparam("until"),
        _STANDS,
        patient.c.data_key.is_not(None),
    )
    .order_by(_c.given_at, _c.patient_id, _c.report_id)
    .limit(BATCH)
)
_AFTER = _COUNTED.where(
    tuple_(
        bindparam("last_at", type_=_c.given_at.type),
        bindparam("last_patient", type_=_c.patient_id.type),
        bindparam("last_report", type_=_c.report_id.type),
    )
    < _PLACE
)


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptReport:
    """`report` is None once it was taken back. `entered_by`: the account that wrote it down, where
    that is not the person's own."""

    patient_id: UUID
    report_id: UUID
    visit_id: UUID | None
    given_at: datetime
    revision: int
    report: VisitReport | None
    entered_by: UUID | None = None
    withdrawn_at: datetime | None = None
    read_by_team_at: datetime | None = None


def keep(tx: Transaction, report: VisitReport, *, entered_by: UUID | None = None) -> None:
    """A new one. Raises Taken when its visit has a report, or its id is in use."""
    there = report.visit_id and of_visit(tx, report.patient_id, report.visit_id)
    if there or report_of(tx, report.patient_id, report.report_id):
        raise Taken("this visit has a report")
    row = {
        "patient_id": report.patient_id,
        "report_id": report.report_id,
        "visit_id": report.visit_id,
        "given_at": report.given_at,
        "revision": 1,
        "withdrawn_at": None,
        "entered_by": entered_by,
        "for_team": Audience.TEAM in report.audience,
        "read_by_team_at": None,
        "document": _sealed(tx, report),
    }
    tx.run(_NEW, row)


def change(tx: Transaction, report: VisitReport, *, based_on: int) -> int:
    """The new revision, unread again. Raises Stale with what is there now."""
    values = {
        "of_patient": report.patient_id,
        "of_report": report.report_id,
        "based_on": based_on,
        "to_team": Audience.TEAM in report.audience,
        "sealed": _sealed(tx, report),
    }
    revision = tx.run(_NEXT, values).scalar_one_or_none()
    if revision is None:
        raise Stale(report_of(tx, report.patient_id, report.report_id))
    return int(revision)


def withdraw(tx: Transaction, patient_id: UUID, report_id: UUID, *, at: datetime) -> bool:
    """Whether this call did it. The document is gone for good; no count finds it again."""
    values = {"of_patient": patient_id, "of_report": report_id, "at": at}
    return tx.run(_WITHDRAW, values).rowcount == 1


def note_read(tx: Transaction, patient_id: UUID, report_id: UUID, *, at: datetime) -> None:
    """The first time that the team reads it as it stands."""
    tx.run(_READ, {"of_patient": patient_id, "of_report": report_id, "at": at})


def report_of(tx: Transaction, patient_id: UUID, report_id: UUID) -> KeptReport | None:
    row = tx.run(_ONE, {"of_patient": patient_id, "of_report": report_id}).one_or_none()
    return _kept(tx, row) if row else None


def of_visit(tx: Transaction, patient_id: UUID, visit_id: UUID) -> KeptReport | None:
    """The one that stands for this visit."""
    row = tx.run(_OF_VISIT, {"of_patient": patient_id, "of_visit": visit_id}).one_or_none()
    return _kept(tx, row) if row else None


def reports_of(tx: Transaction, patient_id: UUID) -> tuple[KeptReport, ...]:
    """Newest first, those taken back too."""
    return tuple(_kept(tx, row) for row in tx.run(_ALL, {"of_patient": patient_id}))


def reports_for_team(
    tx: Transaction, team_id: UUID, *, most: int, skipped: int = 0
) -> tuple[KeptReport, ...]:
    """What people let this team see: unread first, then newest first."""
    asked = {"of_team": team_id, "most": most, "skipped": skipped}
    return tuple(_with_key(tx, row) for row in tx.run(_FOR_TEAM, asked).all())


def reports_that_stand(
    tx: Transaction, *, since: datetime, until: datetime
) -> Iterator[KeptReport]:
    """Every report given in that time and not taken back, oldest first, some hundred at once."""
    asked: dict[str, Any] = {"since": since, "until": until}
    statement = _COUNTED
    while rows := tx.run(statement, asked).all():
        for row in rows:
            yield _with_key(tx, row)
            tx.forget(of_patient(row.patient_id))
        last = rows[-1]
        asked |= {
            "last_at": last.given_at,
            "last_patient": last.patient_id,
            "last_report": last.report_id,
        }
        statement = _AFTER


def reports_to_count(tx: Transaction, *, since: datetime, until: datetime) -> Iterator[VisitReport]:
    """Those that people let be counted. Their words are taken out: sums do not need them."""
    for kept in reports_that_stand(tx, since=since, until=until):
        if kept.report and Audience.MEASURES in kept.report.audience:
            yield replace(kept.report, words=None)


# --- rows to values --------------------------------------------------------------------------


def _sealed(tx: Transaction, report: VisitReport) -> bytes:
    owner = of_patient(report.patient_id)
    return tx.seal(owner, _c.document, str(report.report_id), to_response(report))


def _with_key(tx: Transaction, row: Row[Any]) -> KeptReport:
    tx.remember(of_patient(row.patient_id), row.data_key)
    return _kept(tx, row)


def _kept(tx: Transaction, row: Row[Any]) -> KeptReport:
    report = None
    if row.document is not None:
        owner = of_patient(row.patient_id)
        report = from_response(tx.unseal(owner, _c.document, str(row.report_id), row.document))
    return KeptReport(
        patient_id=row.patient_id,
        report_id=row.report_id,
        visit_id=row.visit_id,
        given_at=row.given_at,
        revision=row.revision,
        report=report,
        entered_by=row.entered_by,
        withdrawn_at=row.withdrawn_at,
        read_by_team_at=row.read_by_team_at,
    )
