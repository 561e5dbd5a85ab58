"""How dates, intervals, values and places are put into words. Nothing is computed."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from zoneinfo import ZoneInfo

from careplan.plan.dictionary import Dictionary
from careplan.plan.sickle import BloodPressure, Reading
from careplan.plan.values import Interval, IntervalKind, TimeUnit
from careplan.summary.phrases import Phrases

LONDON = ZoneInfo("Europe/London")
_MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
_UNITS = {
    TimeUnit.MINUTE: "minute",
    TimeUnit.HOUR: "hour",
    TimeUnit.DAY: "day",
    TimeUnit.WEEK: "week",
}


def day(value: date | datetime) -> str:
    """ "8 September 2026"; a moment is the day it was in London."""
    if isinstance(value, datetime):
        value = value.astimezone(LONDON).date()
    return f"{value.day} {_MONTHS[value.month - 1]} {value.year}"


def moment(value: datetime) -> str:
    """ "23 November 2026 at 09:00", London time."""
    here = value.astimezone(LONDON)
    return f"{day(here)} at {here:%H:%M}"


def clock(value: datetime) -> str:
    """ "09:00", London time."""
    return f"{value.astimezone(LONDON):%H:%M}"


def partial_day(text: str) -> str:
    """A date as far as it is known: "2016", "December 2019", "4 December 2019"."""
    year, *rest = text.split("-")
    if not rest:
        return year
    month = _MONTHS[int(rest[0]) - 1]
    return f"{month} {year}" if len(rest) == 1 else f"{int(rest[1])} {month} {year}"


def length(interval: Interval) -> str:
    """ "30 minutes", "1 hour": for "repeat after …"."""
    if interval.number is None or interval.unit is None:
        return ""
    word = _UNITS[interval.unit]
    return f"{interval.number} {word}" if interval.number == 1 else f"{interval.number} {word}s"


def frequency(interval: Interval) -> str:
    """ "every 6 hours", "at night"; empty when it was not written."""
    return interval.words if interval.complete else ""


def repeat(interval: Interval | None, say: Phrases) -> str:
    """How soon the same dose may be given again in a crisis."""
    if interval is None or not interval.complete:
        return say.say("dose.no_repeat")
    if interval.kind is IntervalKind.SINGLE_DOSE:
        return say.say("dose.single")
    if interval.kind is IntervalKind.SET_TIMES:
        return interval.times or ""
    return say.say("dose.after", length=length(interval))


def places(codes: Iterable[str], words: Dictionary, say: Phrases) -> list[str]:
    """Pain sites in words; left and right of one part become "both …"."""
    named = [words.words("pain_sites", code) for code in codes]
    found: list[str] = []
    for name in named:
        side, _, part = name.partition(" ")
        both = say.lines.get(f"both.{part}")
        other = {"left": "right", "right": "left"}.get(side)
        if both is None or other is None or f"{other} {part}" not in named:
            found.append(name)
        elif both not in found:
            found.append(both)
    return found


def listed(words: Dictionary, options: str, codes: Iterable[str]) -> str:
    return ", ".join(words.words(options, code) for code in codes)


def language(words: Dictionary, code: str | None, named: str | None) -> str:
    """As picked from the list, as named where the list does not have it, or both."""
    picked = words.words("languages", code) if code and not (code == "other" and named) else None
    return ", ".join(filter(None, (picked, named)))


def sentence(text: str) -> str:
    """Ends with a stop, without doubling one that was typed."""
    return text if text.rstrip()[-1:] in (".", "!", "?", "…", "”") else f"{text.rstrip()}."


def measured(value: Reading | BloodPressure, unit: str) -> str:
    """ "82 g/L", "96%", "108/64 mmHg": the number as typed."""
    if isinstance(value, BloodPressure):
        number = f"{value.systolic}/{value.diastolic}"
    else:
        number = value.value
    return f"{number}%" if unit == "%" else f"{number} {unit}"
