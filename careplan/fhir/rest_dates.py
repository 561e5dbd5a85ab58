"""FHIR's dates in searches: `ge2026-11` and the like, as the spans of time they stand for.

A date without a time is a whole day in London, where the people are whom the plans are about.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from decimal import Decimal

from careplan.summary.wording import LONDON

Moments = tuple[tuple[datetime | None, datetime | None], ...]
"""Any of these spans, each from the first on and before the second."""
Days = tuple[tuple[date | None, date | None], ...]

_VALUE = re.compile(
    r"(?P<prefix>[a-z]{2})?(?P<year>\d{4})(-(?P<month>\d\d)(-(?P<day>\d\d)"
    r"(T(?P<hour>\d\d):(?P<minute>\d\d)(:(?P<second>\d\d)(\.(?P<fraction>\d{1,6}))?)?"
    r"(?P<zone>Z|[+ -]\d\d:\d\d)?)?)?)?",
    re.ASCII,
)
PREFIXES = frozenset({"eq", "ne", "gt", "lt", "ge", "le", "sa", "eb"})
_DAY = timedelta(days=1)
_FIRST_YEAR = 1800
_LAST_YEAR = 9999


class BadDate(ValueError):
    """What it is not, in words for whoever wrote the search."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A prefix, and the span that its value covers: a year, a day, a second."""

    prefix: str
    low: datetime
    high: datetime


def read_date(text: str) -> Asked:
    match = _VALUE.fullmatch(text)
    if match is None:
        raise BadDate("not a date, as 2026-11-23, 2026-11 or 2026-11-23T09:00:00Z")
    prefix = match["prefix"] or "eq"
    if prefix not in PREFIXES:
        raise BadDate(f"the prefix {prefix!r} is not one of {', '.join(sorted(PREFIXES))}")
    try:
        return Asked(prefix, *_span(match))
    except (ValueError, OverflowError) as problem:
        raise BadDate("not a day of the calendar, or not a time of the day") from problem


def _span(match: re.Match[str]) -> tuple[datetime, datetime]:
    year, month, day = (int(match[name] or 1) for name in ("year", "month", "day"))
    if year < _FIRST_YEAR:
        raise ValueError(year)
    if match["hour"] is None:
        first = date(year, month, day)
        return _begins(first), _begins(_after(first, match))
    second = int(match["second"] or 0)
    micro = int((match["fraction"] or "").ljust(6, "0"))
    zone = _zone(match["zone"])
    hour, minute = int(match["hour"]), int(match["minute"])
    low = datetime(year, month, day, hour, minute, second, micro, zone).astimezone(UTC)
    return low, low + _step(match)


def _after(first: date, match: re.Match[str]) -> date:
    """The first day after it; the last of the calendar has none, and is its own."""
    if first.year == _LAST_YEAR:
        return date.max
    if match["month"] is None:
        return date(first.year + 1, 1, 1)
    if match["day"] is None:
        return date(first.year + first.month // 12, first.month % 12 + 1, 1)
    return first + _DAY


def _step(match: re.Match[str]) -> timedelta:
    if match["second"] is None:
        return timedelta(minutes=1)
    digits = len(match["fraction"] or "")
    return timedelta(microseconds=int(Decimal(1_000_000).scaleb(-digits)))


def _zone(text: str | None) -> tzinfo:
    if text is None:
        return LONDON
    if text == "Z":
        return UTC
    hours, minutes = int(text[1:3]), int(text[4:])
    ahead = timedelta(hours=hours, minutes=minutes)
    # An unescaped + in an address is read as a space.
    return timezone(-ahead if text[0] == "-" else ahead)


def _begins(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=LONDON).astimezone(UTC)


# --- what is found ---------------------------------------------------------------------------


def of_moment(asked: Asked) -> Moments:
    """For something that has a moment."""
    low, high = asked.low, asked.high
    spans: dict[str, Moments] = {
        "eq": ((low, high),),
        "ne": ((None, low), (high, None)),
        "gt": ((high, None),),
        "sa": ((high, None),),
        "lt": ((None, low),),
        "eb": ((None, low),),
        "ge": ((low, None),),
        "le": ((None, high),),
    }
    return spans[asked.prefix]


def of_day(asked: Asked) -> Days:
    """For something that has a whole day."""
    first, last = _whole_days(asked)
    spans: dict[str, Days] = {
        "eq": ((first, last),),
        "ne": ((None, first), (last, None)) if first < last else ((None, None),),
        "gt": ((last, None),),
        "lt": ((None, first),),
        "ge": ((min(first, last), None),),
        "le": ((None, max(first, last)),),
        "sa": ((_next_day(asked.high), None),),
        "eb": ((None, _day(asked.low)),),
    }
    return spans[asked.prefix]


def of_time_until_day(asked: Asked) -> Days:
    """For a time that has no beginning, and ends with a whole day: it began before anything asked
    for, it equals nothing, and it lasts beyond whatever begins on its last day."""
    spans: dict[str, Days] = {
        "eq": (),
        "sa": (),
        "ne": ((None, None),),
        "lt": ((None, None),),
        "le": ((None, None),),
        "ge": ((_day(asked.low), None),),
    }
    return spans.get(asked.prefix, of_day(asked))


def _whole_days(asked: Asked) -> tuple[date, date]:
    """The first day that lies in the span whole, and the first after it that does not."""
    return _next_day(asked.low), _day(asked.high)


def _day(at: datetime) -> date:
    return at.astimezone(LONDON).date()


def _next_day(at: datetime) -> date:
    """This day where it just begins, else the next."""
    day = _day(at)
    return day if _begins(day) == at else day + _DAY
