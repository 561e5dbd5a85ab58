"""From what is kept of people to rows that name nobody, a few hundred reports at a time.

Each person's facts are looked up once and kept as the words that are counted; nothing else of them
leaves the transaction.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from uuid import UUID

from careplan.acts.world import london_day
from careplan.fhir.counted_facts import CountedFacts, counted_facts
from careplan.measures.rows import Case, Row, Served, row_of
from careplan.measures.splits import (
    ELSEWHERE,
    MISSING,
    Who,
    age_band,
    ethnic_category,
    yes_no,
)
from careplan.store.db import Transaction
from careplan.store.deprivation import quintile_of
from careplan.store.equality import equality_of
from careplan.store.hospitals import hospitals
from careplan.store.measures import people_begun
from careplan.store.owners import of_patient
from careplan.store.patients import patient_of
from careplan.store.reports import reports_to_count
from careplan.store.versions import current_version
from careplan.summary.wording import LONDON
from careplan.visits.report import VisitReport
from careplan.visits.telling import may_be_one_visit

ONE_VISIT = timedelta(hours=3)
"""Two reports of one person that say they arrived this close together are of one visit. Where one
has no time, they are if they name the same day and place: a helper may have told it as well."""


@dataclass(frozen=True, slots=True)
class Counted:
    """A case and whose team's it is."""

    team_id: UUID | None
    case: Case


@dataclass(frozen=True, slots=True)
class _Person:
    number: int
    team_id: UUID | None
    born: date | None
    who: Who
    told: list[VisitReport] = field(default_factory=list)


class Counting:
    """One run over one transaction."""

    def __init__(self, tx: Transaction) -> None:
        self._tx = tx
        self._people: dict[UUID, _Person] = {}
        self.names: Mapping[str, str] = {one.code: one.words for one in hospitals(tx)}
        self.read = 0

    def visits(self, *, since: datetime, until: datetime) -> list[Counted]:
        """Each visit once, however many reports tell of it."""
        made = []
        for report in reports_to_count(self._tx, since=since, until=until):
            self.read += 1
            person = self._person(report.patient_id)
            if not _told_before(person, report):
                made.append(Counted(person.team_id, self._row(person, report).case()))
        return made

    def served(self, *, since: datetime, until: datetime, as_of: datetime) -> list[Counted]:
        made = []
        for one in people_begun(self._tx, since=since, until=until):
            person = self._person(one.patient_id)
            signed = one.signed_at if one.signed_at and one.signed_at < as_of else None
            row = Served(
                person=person.number,
                who=_aged(person, london_day(as_of)),
                days=max(0, (signed - one.created_at).days) if signed else None,
                reached=signed is not None or one.has_link,
            )
            made.append(Counted(one.team_id, row.case()))
        return made

    def _row(self, person: _Person, report: VisitReport) -> Row:
        arrived = _arrived(report)
        local = arrived.astimezone(LONDON) if arrived else None
        day = london_day(arrived) if arrived else report.on_day or london_day(report.given_at)
        return row_of(
            report,
            person=person.number,
            who=_aged(person, day),
            hospital=self._hospital(report),
            hour=local.hour if local else None,
            month=f"{day:%Y-%m}",
        )

    def _hospital(self, report: VisitReport) -> str:
        if report.hospital in self.names:
            return str(report.hospital)
        return ELSEWHERE if report.hospital or report.hospital_words else MISSING

    def _person(self, patient_id: UUID) -> _Person:
        known = self._people.get(patient_id)
        if known is None:
            known = self._look_up(patient_id, len(self._people))
            self._people[patient_id] = known
        return known

    def _look_up(self, patient_id: UUID, number: int) -> _Person:
        patient = patient_of(self._tx, patient_id)
        version = current_version(self._tx, patient_id)
        facts = counted_facts(version.record) if version else CountedFacts()
        told = equality_of(self._tx, patient_id)
        # What they told here comes before what stands in the plan: it is asked for this alone.
        category = told.ethnic_category if told and told.ethnic_category else facts.ethnicity
        fifth = None
        if told and told.count_postcode and facts.postcode:
            fifth = quintile_of(self._tx, facts.postcode)
        self._tx.forget(of_patient(patient_id))
        who = Who(
            ethnic_category=ethnic_category(category),
            sex=facts.sex or MISSING,
            language=_language(facts.language),
            interpreter=yes_no(facts.interpreter),
            deprivation=str(fifth) if fifth else MISSING,
            smartphone=yes_no(told.smartphone if told else None),
        )
        return _Person(number, patient.team_id if patient else None, facts.born, who)


def _aged(person: _Person, on: date) -> Who:
    return replace(person.who, age=age_band(person.born, on))


def _language(code: str | None) -> str:
    if code is None:
        return MISSING
    return "english" if code.partition("-")[0] == "en" else "other"


def _told_before(person: _Person, report: VisitReport) -> bool:
    if any(_one_visit(report, other) for other in person.told):
        return True
    person.told.append(report)
    return False


def _one_visit(one: VisitReport, other: VisitReport) -> bool:
    first, second = _arrived(one), _arrived(other)
    if first and second:
        return abs(first - second) < ONE_VISIT
    return may_be_one_visit(one, other)


def _arrived(report: VisitReport) -> datetime | None:
    return report.arrived.at if report.arrived else None
