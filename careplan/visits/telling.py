"""How a report begins, what is odd about one, and what others read of it. Nothing is put right
silently: an odd answer is asked about, and it is the person who says which is true.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from uuid import UUID

from careplan.visits.report import Remembered, Source, Sureness, VisitReport, YesNo
from careplan.visits.visit import MUST, Tap, Visit

LONG_AGO = timedelta(days=365)
LONG_WAIT = timedelta(hours=12)
A_CLOCKS_WIDTH = timedelta(minutes=5)
"""Two clocks in one hospital may differ by this much: nobody is asked about less."""
ONE_VISIT = timedelta(hours=12)
"""Two arrivals closer than this, at one hospital, may be one visit told twice."""


class Doubt(StrEnum):
    """What is odd. Those of `MUST_CHANGE` cannot be true; the others are right if they say so."""

    IN_THE_FUTURE = "in_the_future"
    RELIEF_FIRST = "relief_first"
    BEFORE_GOING_IN = "before_going_in"
    LONG_AGO = "long_ago"
    LONG_WAIT = "long_wait"
    NOT_UNFAIR = "not_unfair"
    TOLD_BEFORE = "told_before"
    """Another report may be of the same visit."""
    NAMES_STAFF = "names_staff"


MUST_CHANGE = frozenset({Doubt.IN_THE_FUTURE, Doubt.RELIEF_FIRST})


def begun_from(
    visit: Visit, *, report_id: UUID, at: datetime, source: Source, on_day: date | None
) -> VisitReport:
    """A report that holds what was tapped, and nothing that was not. `on_day`: of the arrival."""
    arrived, relief = visit.first(Tap.ARRIVED), visit.first(Tap.RELIEF_GIVEN)
    checked = visit.first(Tap.CHECKED_AGAIN)
    in_time = relief and checked and timedelta() <= checked - relief <= MUST
    return VisitReport(
        patient_id=visit.patient_id,
        report_id=report_id,
        visit_id=visit.visit_id,
        source=source,
        given_at=at,
        hospital=visit.where.hospital,
        hospital_words=None if visit.where.hospital else visit.where.words,
        on_day=on_day,
        arrived=_exactly(arrived),
        relief=_exactly(relief),
        checked_within_30=YesNo.YES if in_time else None,
    )


def _exactly(at: datetime | None) -> Remembered | None:
    return Remembered(sureness=Sureness.EXACT, at=at) if at else None


def doubts(
    report: VisitReport, *, at: datetime, today: date, going_in: datetime | None = None
) -> Iterator[Doubt]:
    """What to ask about, worst first. `going_in`: when they pressed it, if they did."""
    arrived = report.arrived.at if report.arrived else None
    relief = report.relief.at if report.relief else None
    later = [one for one in (arrived, relief) if one and one > at + A_CLOCKS_WIDTH]
    if later or (report.on_day and report.on_day > today):
        yield Doubt.IN_THE_FUTURE
    if arrived and relief and relief < arrived:
        yield Doubt.RELIEF_FIRST
    if arrived and going_in and arrived < going_in - A_CLOCKS_WIDTH:
        yield Doubt.BEFORE_GOING_IN
    if report.on_day and today - report.on_day > LONG_AGO:
        yield Doubt.LONG_AGO
    if arrived and relief and relief - arrived > LONG_WAIT:
        yield Doubt.LONG_WAIT
    if report.unfair and report.treated_unfairly is YesNo.NO:
        yield Doubt.NOT_UNFAIR


def may_be_one_visit(one: VisitReport, other: VisitReport) -> bool:
    """Whether to ask if the two are of one visit: the same place, about the same time."""
    if one.report_id == other.report_id or other.withdrawn_at or _place(one) != _place(other):
        return False
    if one.visit_id and other.visit_id:
        return one.visit_id == other.visit_id
    first, second = (told.arrived.at if told.arrived else None for told in (one, other))
    if first and second:
        return abs(first - second) < ONE_VISIT
    return one.on_day is not None and one.on_day == other.on_day


def _place(report: VisitReport) -> str | None:
    return report.hospital or (report.hospital_words or "").casefold().strip() or None


# --- names of staff ---------------------------------------------------------------------------

_TITLE = (
    r"(?:Dr|Doctor|Nurse|Sister|Matron|Mr|Mrs|Ms|Miss|Mx|Prof|Professor|Consultant|Registrar)\b\.?"
)
_NAME = re.compile(rf"\b((?i:{_TITLE}))(?:\s+[A-Z][\w’'-]+){{1,3}}")
LEFT_OUT = "[name left out]"


def names_staff(words: str) -> bool:
    """Whether the words look as if they name somebody who works there."""
    return _NAME.search(words) is not None


def without_names(words: str) -> str:
    """For readers who must not learn a name: only what stands behind a title can be found."""
    return _NAME.sub(rf"\1 {LEFT_OUT}", words)


def for_the_hospital(report: VisitReport) -> VisitReport:
    """What the hospital's named owner reads: names of staff are left out."""
    return replace(report, words=without_names(report.words)) if report.words else report
