"""A visit report in words: the answers as lines, and what is asked about before it is kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from careplan.acts.reporting import Odd
from careplan.store.hospitals import Hospital
from careplan.summary.wording import day, moment
from careplan.visits.questions import Kind, Question, asked
from careplan.visits.report import Remembered, Sureness, VisitReport
from careplan.visits.telling import MUST_CHANGE, Doubt
from careplan.web.words import _


@dataclass(frozen=True)
class DoubtWords:
    """`box`: the one it is about. `confirm`: what they say when it is right as it is."""

    doubt: Doubt
    box: str
    sentence: str
    confirm: str = ""

    @property
    def must_change(self) -> bool:
        return self.doubt in MUST_CHANGE


def doubt_words(odd: Odd, *, of_them: bool = False) -> tuple[DoubtWords, ...]:
    known = {one.doubt: one for one in (*_must_change(), *_may_be_right(of_them=of_them))}
    return tuple(known[one] for one in odd.found)


def _must_change() -> tuple[DoubtWords, ...]:
    return (
        DoubtWords(
            Doubt.IN_THE_FUTURE,
            "arrived-day",
            _("This day or time has not come yet. Change it, or say that it is not known."),
        ),
        DoubtWords(
            Doubt.RELIEF_FIRST,
            "relief-time",
            _(
                "This is before the time of getting there. Give the first pain relief at the "
                "hospital. After midnight, choose the next day. Or say that it is not known."
            ),
        ),
    )


def _may_be_right(*, of_them: bool) -> tuple[DoubtWords, ...]:
    right = _("Yes, this is right")
    return (
        DoubtWords(
            Doubt.BEFORE_GOING_IN,
            "arrived-time",
            _("This is before “I’m going in” was pressed. Is it right?"),
            right,
        ),
        DoubtWords(
            Doubt.LONG_AGO, "arrived-day", _("This is more than a year ago. Is it right?"), right
        ),
        DoubtWords(
            Doubt.LONG_WAIT,
            "relief-time",
            _("This is more than 12 hours after getting there. Is it right?"),
            right,
        ),
        DoubtWords(
            Doubt.NOT_UNFAIR,
            "treated_unfairly",
            _("It says not unfairly, and a reason is ticked. Which is right?"),
            _("Both are right: keep them"),
        ),
        DoubtWords(
            Doubt.TOLD_BEFORE,
            "hospital",
            _("There is a report already that may be of this visit.")
            if of_them
            else _("You have told about a visit like this already."),
            _("This is another visit"),
        ),
        DoubtWords(
            Doubt.NAMES_STAFF,
            "words",
            _(
                "This seems to name somebody who works there. That is allowed. The name is left "
                "out where it can be found before the hospital reads it, and words are never "
                "counted or published."
            ),
            _("Keep the name"),
        ),
    )


# --- the answers as lines ---------------------------------------------------------------------


@dataclass(frozen=True)
class Row:
    label: str
    value: str


@dataclass(frozen=True)
class Group:
    page_id: str
    title: str
    rows: tuple[Row, ...]


def rows_of(
    report: VisitReport | None, hospitals: Mapping[str, Hospital], *, of_them: bool = False
) -> tuple[Group, ...]:
    """Every page with what was answered on it; a page nobody answered has no rows."""
    if report is None:
        return ()
    return tuple(
        Group(
            page.id,
            page.asked(of_them=of_them),
            tuple(
                Row(question.asked(of_them=of_them), said)
                for question in page.questions
                if (said := said_to(question, report, hospitals))
            ),
        )
        for page in asked().pages
    )


def said_to(question: Question, report: VisitReport, hospitals: Mapping[str, Hospital]) -> str:
    """One answer in words; "" when it was skipped."""
    value = getattr(report, question.id)
    if question.kind is Kind.HOSPITAL:
        found = hospitals.get(value) if value else None
        return found.words if found else (value or report.hospital_words or "")
    if question.kind is Kind.RELIEF and report.no_relief:
        return _("None was given")
    if question.kind in (Kind.TIME, Kind.RELIEF):
        whole_day = report.on_day if question.kind is Kind.TIME else None
        return when(value) or (day(whole_day) if whole_day else "")
    if question.kind in (Kind.CHOICES, Kind.AUDIENCE):
        return "; ".join(question.answers[item] for item in value)
    if question.answers and value is not None:
        return question.answers[str(value)]
    return value or ""


def when(told: Remembered | None) -> str:
    if told is None or told.at is None:
        return asked().choices["sureness"][told.sureness] if told else ""
    said = moment(told.at)
    return _("about %(when)s", when=said) if told.sureness is Sureness.ESTIMATE else said


def title_of(report: VisitReport, hospitals: Mapping[str, Hospital]) -> str:
    """ "St Anselm's Hospital, 20 November 2026", as far as it is known."""
    place = said_to(asked().questions[0], report, hospitals) or _("A visit")
    return f"{place}, {day(report.on_day)}" if report.on_day else place
