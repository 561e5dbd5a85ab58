"""After a visit: the person, or who helps them, says what happened and who else may know of it.

Nobody who treats them finds any of this: no page, document, link or export of a plan asks here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from types import MappingProxyType
from typing import Any
from uuid import UUID

from careplan.accounts.people import Who
from careplan.accounts.permissions import may_tell_of_visit
from careplan.acts.world import NotThere, World, actor, allowed_patient, london_day
from careplan.audit.events import AuditEvent, Kind
from careplan.store import reports as store
from careplan.store.db import Transaction
from careplan.store.errors import Taken
from careplan.store.patients import Face, face_of
from careplan.store.reports import KeptReport
from careplan.store.trail import append
from careplan.store.visits import visit_of, visits_of
from careplan.visits.report import Audience, Source, VisitReport
from careplan.visits.telling import (
    MUST_CHANGE,
    Doubt,
    begun_from,
    doubts,
    may_be_one_visit,
    names_staff,
)
from careplan.visits.visit import Tap, Visit

_CONCERNS: Mapping[Doubt, frozenset[str]] = MappingProxyType(
    {
        Doubt.IN_THE_FUTURE: frozenset({"on_day", "arrived", "relief"}),
        Doubt.RELIEF_FIRST: frozenset({"relief"}),
        Doubt.BEFORE_GOING_IN: frozenset({"arrived"}),
        Doubt.LONG_AGO: frozenset({"on_day"}),
        Doubt.LONG_WAIT: frozenset({"relief"}),
        Doubt.NOT_UNFAIR: frozenset({"unfair", "treated_unfairly"}),
        Doubt.TOLD_BEFORE: frozenset({"hospital", "hospital_words", "on_day", "arrived"}),
        Doubt.NAMES_STAFF: frozenset({"words"}),
    }
)
"""The answers at which each is asked about, so that it can be put right where it is asked."""
_OURS = frozenset({"patient_id", "report_id", "visit_id", "source", "given_at", "withdrawn_at"})
ANSWERS = frozenset(VisitReport.__dataclass_fields__) - _OURS


class AlreadyTold(Exception):
    """This visit has a report, which can be changed. None: it is somebody else's to change."""

    def __init__(self, report_id: UUID | None) -> None:
        super().__init__("this visit has a report")
        self.report_id = report_id


class Odd(ValueError):
    """Nothing was kept: these things are asked about first. `other`: a report that may be of the
    same visit."""

    def __init__(self, found: tuple[Doubt, ...], other: UUID | None = None) -> None:
        super().__init__(", ".join(found))
        self.found, self.other = found, other

    @property
    def must_change(self) -> bool:
        return any(one in MUST_CHANGE for one in self.found)


@dataclass(frozen=True)
class ToTell:
    """A visit that was tapped, and what became of its report: none, one to go on with, or one
    that is somebody else's."""

    visit: Visit
    report_id: UUID | None
    by_another: bool


def reports(world: World, *, by: Who, patient_id: UUID) -> tuple[KeptReport, ...]:
    """Newest first. The person sees every one, a carer those that they gave themself."""
    with world.store.read() as tx:
        allowed_patient(tx, by, patient_id, may_tell_of_visit)
        return tuple(one for one in store.reports_of(tx, patient_id) if _is_theirs(by, one))


def report(world: World, *, by: Who, patient_id: UUID, report_id: UUID) -> KeptReport:
    with world.store.read() as tx:
        allowed_patient(tx, by, patient_id, may_tell_of_visit)
        return _found(tx, by, patient_id, report_id)


def whose_report(world: World, *, by: Who, patient_id: UUID) -> Face:
    """Whose visit a carer tells of, for the top of the page."""
    with world.store.read() as tx:
        allowed_patient(tx, by, patient_id, may_tell_of_visit)
        face = face_of(tx, patient_id)
    if face is None:
        raise NotThere
    return face


def visits_to_tell(world: World, *, by: Who, patient_id: UUID) -> tuple[ToTell, ...]:
    """The visits somebody tapped, newest first."""
    with world.store.read() as tx:
        allowed_patient(tx, by, patient_id, may_tell_of_visit)
        told = {
            one.visit_id: one
            for one in store.reports_of(tx, patient_id)
            if one.visit_id and one.withdrawn_at is None
        }
        return tuple(_to_tell(by, one, told.get(one.visit_id)) for one in visits_of(tx, patient_id))


def _to_tell(by: Who, visit: Visit, told: KeptReport | None) -> ToTell:
    mine = told is not None and _is_theirs(by, told)
    return ToTell(visit, told.report_id if told and mine else None, told is not None and not mine)


def begin_report(
    world: World,
    *,
    by: Who,
    patient_id: UUID,
    report_id: UUID,
    visit_id: UUID | None = None,
    at: datetime,
) -> KeptReport:
    """A report that nobody else may see yet, holding what was tapped. Twice is once.

    Raises AlreadyTold where the visit has one.
    """
    told: dict[str, Any] = {"by": by, "patient_id": patient_id, "report_id": report_id}
    try:
        return _begun(world, **told, visit_id=visit_id, at=at)
    except Taken:  # by the same button, pressed twice at the same moment
        return report(world, **told)


def _begun(
    world: World,
    *,
    by: Who,
    patient_id: UUID,
    report_id: UUID,
    visit_id: UUID | None,
    at: datetime,
) -> KeptReport:
    source = Source.CARER if by.grant else Source.PERSON
    with world.store.begin() as tx:
        allowed_patient(tx, by, patient_id, may_tell_of_visit)
        event = _event(Kind.REPORT_GIVEN, by, patient_id, report_id, at, told=source)
        begun = store.report_of(tx, patient_id, report_id)
        if begun is not None:
            return _found(tx, by, patient_id, report_id)
        append(tx, event)  # which also makes two devices of one person wait for each other
        new = _blank(tx, patient_id, report_id, visit_id, source, at)
        told = store.of_visit(tx, patient_id, new.visit_id) if new.visit_id else None
        if told is not None:
            raise AlreadyTold(told.report_id if _is_theirs(by, told) else None)
        store.keep(tx, new, entered_by=UUID(by.account_id) if by.grant else None)
        return _found(tx, by, patient_id, report_id)


def _blank(
    tx: Transaction,
    patient_id: UUID,
    report_id: UUID,
    visit_id: UUID | None,
    source: Source,
    at: datetime,
) -> VisitReport:
    visit = visit_of(tx, patient_id, visit_id) if visit_id else None
    if visit is None:
        return VisitReport(patient_id=patient_id, report_id=report_id, source=source, given_at=at)
    day = london_day(visit.first(Tap.ARRIVED) or visit.begun_at)
    return begun_from(visit, report_id=report_id, at=at, source=source, on_day=day)


def answer_report(
    world: World,
    *,
    by: Who,
    patient_id: UUID,
    report_id: UUID,
    answers: Mapping[str, Any],
    based_on: int,
    sure: frozenset[Doubt] = frozenset(),
    at: datetime,
) -> int:
    """Keep the answers of one page; the new revision. `sure`: what they say is right as it is.

    Raises Odd for what is to be asked about first, and store.errors.Stale when the report was
    changed elsewhere since this page was shown.
    """
    if not answers.keys() <= ANSWERS:
        raise TypeError(f"not answers: {', '.join(sorted(answers.keys() - ANSWERS))}")
    with world.store.begin() as tx:
        allowed_patient(tx, by, patient_id, may_tell_of_visit)
        kept = _found(tx, by, patient_id, report_id)
        if kept.report is None:
            raise NotThere
        new = replace(kept.report, **answers)
        _ask_first(tx, by, new, _changed(kept.report, answers), answers.keys(), sure, at)
        revision = store.change(tx, new, based_on=based_on)
        more = {"revision": str(revision)}
        append(tx, _event(Kind.REPORT_CHANGED, by, patient_id, report_id, at, **more))
        if new.audience != kept.report.audience or ("audience" in answers and revision == 2):
            append(tx, _shared(by, new, at))
    return revision


def _changed(old: VisitReport, answers: Mapping[str, Any]) -> frozenset[str]:
    return frozenset(name for name, value in answers.items() if getattr(old, name) != value)


def _ask_first(
    tx: Transaction,
    by: Who,
    new: VisitReport,
    changed: frozenset[str],
    answered: Iterable[str],
    sure: frozenset[Doubt],
    at: datetime,
) -> None:
    other = _other_report(tx, by, new)
    found = tuple(
        one
        for one in _doubts(tx, new, other, at)
        if _CONCERNS[one] & (set(answered) if one in MUST_CHANGE else changed)
        and (one in MUST_CHANGE or one not in sure)
    )
    if found:
        raise Odd(found, other if Doubt.TOLD_BEFORE in found else None)


def _doubts(tx: Transaction, new: VisitReport, other: UUID | None, at: datetime) -> Iterator[Doubt]:
    visit = visit_of(tx, new.patient_id, new.visit_id) if new.visit_id else None
    going_in = visit.first(Tap.GOING_IN) if visit else None
    yield from doubts(new, at=at, today=london_day(at), going_in=going_in)
    if other is not None:
        yield Doubt.TOLD_BEFORE
    if new.words and names_staff(new.words):
        yield Doubt.NAMES_STAFF


def _other_report(tx: Transaction, by: Who, new: VisitReport) -> UUID | None:
    """One that may be of the same visit, of those that `by` may know of."""
    for kept in store.reports_of(tx, new.patient_id):
        if kept.report and _may_know(by, kept) and may_be_one_visit(new, kept.report):
            return kept.report_id
    return None


def _may_know(by: Who, kept: KeptReport) -> bool:
    """Staff who write a call down must not learn by it that the person told of that visit."""
    if not by.is_staff:
        return _is_theirs(by, kept)
    shared = kept.report is not None and Audience.TEAM in kept.report.audience
    return shared or kept.entered_by == UUID(by.account_id)


def withdraw_report(
    world: World, *, by: Who, patient_id: UUID, report_id: UUID, at: datetime
) -> None:
    """Destroy it, at any time. Twice is once."""
    with world.store.begin() as tx:
        allowed_patient(tx, by, patient_id, may_tell_of_visit)
        _found(tx, by, patient_id, report_id)
        if store.withdraw(tx, patient_id, report_id, at=at):
            append(tx, _event(Kind.REPORT_WITHDRAWN, by, patient_id, report_id, at))


# --- what staff write down --------------------------------------------------------------------


def ask_first(
    tx: Transaction, by: Who, new: VisitReport, *, sure: frozenset[Doubt], at: datetime
) -> None:
    """The same questions about a report that comes whole. Raises Odd."""
    _ask_first(tx, by, new, ANSWERS, ANSWERS, sure, at)


def keep_new(tx: Transaction, by: Who, new: VisitReport, *, at: datetime) -> None:
    """Keep a whole one with its events."""
    append(tx, _event(Kind.REPORT_GIVEN, by, new.patient_id, new.report_id, at, told=new.source))
    store.keep(tx, new, entered_by=UUID(by.account_id))
    append(tx, _shared(by, new, at))


# --- shared by all ----------------------------------------------------------------------------


def _is_theirs(by: Who, kept: KeptReport) -> bool:
    """Every report about a person is theirs; a carer's are those that they gave."""
    return by.grant is None or kept.entered_by == UUID(by.account_id)


def _found(tx: Transaction, by: Who, patient_id: UUID, report_id: UUID) -> KeptReport:
    kept = store.report_of(tx, patient_id, report_id)
    if kept is None or not _is_theirs(by, kept):
        raise NotThere
    return kept


def _event(
    kind: Kind, by: Who, patient_id: UUID, report_id: UUID, at: datetime, **more: str
) -> AuditEvent:
    what = {"report": str(report_id)} | {name: str(value) for name, value in more.items()}
    return AuditEvent(kind, at, actor(by), str(patient_id), what)


def _shared(by: Who, new: VisitReport, at: datetime) -> AuditEvent:
    named = "_".join(one for one in Audience if one in new.audience) or "nobody"
    return _event(Kind.REPORT_SHARED, by, new.patient_id, new.report_id, at, seen_by=named)
