"""One page of a visit report as a form: what is shown in it, and what was meant by what came back.

Whatever cannot be read is asked about in a sentence, and stays in its box.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from careplan.store.hospitals import Hospital
from careplan.summary.wording import LONDON, day
from careplan.visits.questions import CLOSED, Kind, Page, Question, asked
from careplan.visits.report import (
    LONGEST_WORDS,
    Audience,
    Remembered,
    Sureness,
    Unfair,
    VisitReport,
)
from careplan.web.forms.text import Refused, clean, fits, keepable, line
from careplan.web.words import _

ELSEWHERE, EARLIER, NONE, BLANK = "elsewhere", "earlier", "none", "blank"
LONGEST_PLACE = 120
_DAYS = 28
_NOON = 12
_TIME = re.compile(r"(\d{1,2})[:.]?(\d{2})\s*(am|pm)?", re.IGNORECASE)

Typed = Mapping[str, Sequence[str]]


@dataclass
class Reading:
    """The answers of a page, and a sentence for each box that needs something."""

    answers: dict[str, Any] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)


def showable(typed: Typed) -> dict[str, list[str]]:
    """What was typed, fit to be shown again: what cannot be kept is marked where it stands."""
    return {name: [keepable(text) for text in texts] for name, texts in typed.items()}


def one(typed: Typed, name: str) -> str:
    found = typed.get(name) or [""]
    return keepable(found[0])


# --- what is shown ----------------------------------------------------------------------------


def typed_of(page: Page, report: VisitReport) -> dict[str, list[str]]:
    """The boxes as they stand for what is kept."""
    boxes: dict[str, list[str]] = {}
    for question in page.questions:
        value = getattr(report, question.id)
        if question.kind is Kind.HOSPITAL:
            boxes["hospital"] = [value or (ELSEWHERE if report.hospital_words else "")]
            boxes["hospital_words"] = [report.hospital_words or ""]
        elif question.kind in (Kind.TIME, Kind.RELIEF):
            boxes |= _time_boxes(question, value, report)
        elif question.kind in (Kind.CHOICES, Kind.AUDIENCE):
            boxes[question.id] = [str(item) for item in value]
        else:
            boxes[question.id] = ["" if value is None else str(value)]
    return boxes


def _time_boxes(
    question: Question, value: Remembered | None, report: VisitReport
) -> dict[str, list[str]]:
    local = value.at.astimezone(LONDON) if value and value.at else None
    on = local.date() if local else report.on_day
    sure = str(value.sureness) if value else ""
    if question.kind is Kind.RELIEF and report.no_relief:
        sure = NONE
    return {
        f"{question.id}-day": [on.isoformat() if on else ""],
        f"{question.id}-date": [""],
        f"{question.id}-time": [f"{local:%H:%M}" if local else ""],
        f"{question.id}-sure": [sure],
    }


def day_choices(today: date, chosen: str) -> list[tuple[str, str]]:
    """The last four weeks by name, the day that is chosen, and any other."""
    first = {0: _("Today"), 1: _("Yesterday")}
    days = [today - timedelta(days=back) for back in range(_DAYS)]
    names = [first.get(back, f"{on:%A}") for back, on in enumerate(days)]
    listed = [(on.isoformat(), f"{name}, {day(on)}") for name, on in zip(names, days, strict=True)]
    if chosen and chosen != EARLIER and chosen not in dict(listed):
        shown = _read_day(chosen)
        listed += [(chosen, day(shown))] if shown else []
    return [*listed, (EARLIER, _("Longer ago"))]


# --- what came back ---------------------------------------------------------------------------


def read(
    page: Page, typed: Typed, *, report: VisitReport, hospitals: Sequence[Hospital]
) -> Reading:
    """The page's answers; a blank box is a question that was skipped."""
    reading = Reading()
    for question in page.questions:
        if question.kind is Kind.HOSPITAL:
            _hospital(reading, typed, report, hospitals)
        elif question.kind in (Kind.TIME, Kind.RELIEF):
            _time(reading, typed, question, report)
        elif question.kind in (Kind.CHOICES, Kind.AUDIENCE):
            kind = Audience if question.kind is Kind.AUDIENCE else Unfair
            ticked = set(typed.get(question.id, ()))
            reading.answers[question.id] = tuple(item for item in kind if item in ticked)
        elif question.kind is Kind.WORDS:
            _words(reading, typed, question.id)
        else:
            _choice(reading, typed, question)
    return reading


def _choice(reading: Reading, typed: Typed, question: Question) -> None:
    chosen = one(typed, question.id)
    if chosen and chosen not in question.answers:
        reading.errors[question.id] = _("Choose one of these, or skip the question.")
    elif question.kind is Kind.SCALE:
        reading.answers[question.id] = int(chosen) if chosen else None
    else:
        kind = CLOSED[question.choices]
        reading.answers[question.id] = kind(chosen) if chosen else None


def _words(reading: Reading, typed: Typed, name: str) -> None:
    try:
        reading.answers[name] = fits(clean(one(typed, name)), LONGEST_WORDS) or None
    except Refused as problem:
        reading.errors[name] = str(problem)


def _hospital(
    reading: Reading, typed: Typed, report: VisitReport, hospitals: Sequence[Hospital]
) -> None:
    chosen = one(typed, "hospital")
    known = {item.code for item in hospitals} | {report.hospital}
    try:
        words = line(one(typed, "hospital_words"), LONGEST_PLACE)
    except Refused as problem:
        reading.errors["hospital_words"] = str(problem)
        return
    if chosen in ("", ELSEWHERE):
        reading.answers |= {"hospital": None, "hospital_words": words or None}
    elif chosen not in known:
        reading.errors["hospital"] = _("Choose one of these, or skip the question.")
    elif words:
        reading.errors["hospital"] = _(
            "You chose a hospital and wrote another. Take one of them out."
        )
    else:
        reading.answers |= {"hospital": chosen, "hospital_words": None}


# --- times ------------------------------------------------------------------------------------


def _time(reading: Reading, typed: Typed, question: Question, report: VisitReport) -> None:
    """The day and the hour, and how sure. A time without a word of how sure is an estimate."""
    name, sure = question.id, one(typed, f"{question.id}-sure")
    try:
        on = _day_of(typed, name)
        clock = _clock_of(typed, name)
        told = _remembered(name, on, clock, sure, getattr(report, name))
    except _NotClear as problem:
        reading.errors[problem.box] = problem.sentence
        return
    if question.kind is Kind.RELIEF:
        none = sure == NONE
        reading.answers["no_relief"] = True if none else None
    else:
        reading.answers["on_day"] = on
    reading.answers[name] = told


class _NotClear(ValueError):
    def __init__(self, box: str, sentence: str) -> None:
        super().__init__(sentence)
        self.box, self.sentence = box, sentence


def _day_of(typed: Typed, name: str) -> date | None:
    chosen, written = one(typed, f"{name}-day"), one(typed, f"{name}-date").strip()
    if written and chosen not in ("", EARLIER):
        raise _NotClear(f"{name}-day", _("You gave two days. Take one of them out."))
    text = written or ("" if chosen == EARLIER else chosen)
    if not text:
        return None
    on = _read_day(text)
    if on is None:
        raise _NotClear(f"{name}-date", _("Write the day like 2026-11-23, or choose one above."))
    return on


def _read_day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _clock_of(typed: Typed, name: str) -> time | None:
    text = one(typed, f"{name}-time").strip()
    if not text:
        return None
    found = _TIME.fullmatch(text)
    hour, minute, half = (int(found[1]), int(found[2]), found[3]) if found else (99, 99, None)
    if half and 1 <= hour <= _NOON:
        hour = hour % _NOON + (_NOON if half.lower() == "pm" else 0)
    elif half:
        hour = 99
    if hour > 23 or minute > 59:
        raise _NotClear(f"{name}-time", _("Write the time like 14:05."))
    return time(hour, minute)


def _remembered(
    name: str, on: date | None, clock: time | None, sure: str, kept: Remembered | None
) -> Remembered | None:
    if sure == BLANK:
        return None
    if sure in (Sureness.DONT_KNOW, NONE):
        if clock is not None:
            sentence = _("You gave a time, and said that there is none. Which is right?")
            raise _NotClear(f"{name}-time", sentence)
        return Remembered(sureness=Sureness.DONT_KNOW) if sure != NONE else None
    if clock is None:
        if sure:
            unknown = asked().choices["sureness"][Sureness.DONT_KNOW]
            sentence = _("Write the time, or choose “%(words)s”.", words=unknown)
            raise _NotClear(f"{name}-time", sentence)
        return None
    if on is None:
        raise _NotClear(f"{name}-day", _("Choose the day too."))
    sureness = Sureness(sure) if sure in tuple(Sureness) else Sureness.ESTIMATE
    return Remembered(sureness=sureness, at=_moment(name, on, clock, kept))


def _moment(name: str, on: date, clock: time, kept: Remembered | None) -> datetime:
    """London's time. What was tapped to the second stays so while its minute is not changed."""
    local = datetime.combine(on, clock, LONDON)
    if kept and kept.at and kept.at.astimezone(LONDON).replace(second=0, microsecond=0) == local:
        return kept.at
    at = local.astimezone(UTC)
    if at.astimezone(LONDON).replace(tzinfo=None) != local.replace(tzinfo=None):
        sentence = _("The clocks went forward that night, so this time never was.")
        raise _NotClear(f"{name}-time", sentence)
    return at
