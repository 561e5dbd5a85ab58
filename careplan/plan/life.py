"""Everyday life in the person's own words (domain 2.12, 2.13, 2.17, 2.18, 2.20)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from careplan.plan.values import Answer3, Line


@dataclass(frozen=True, slots=True)
class Adjustments:
    """Reasonable adjustments, in the groups of the national flag (DAPB4019)."""

    kinds: tuple[str, ...] = ()
    other: str | None = None
    unsure: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class HardTimes:
    """What makes hospital hard. `past_trauma` reaches an ED only with the person's tick."""

    hospital_is_hard: str | None = None
    past_trauma: str | None = None
    show_in_ed: bool | None = None
    mental_health: str | None = None
    unsure: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Pregnancy:
    """Reaches an ED only while `pregnant` is yes and with the person's tick, `show_in_ed`."""

    pregnant: Answer3 | None = None
    weeks: int | None = None
    weeks_on: date | None = None
    due_on: date | None = None
    unit_phone: str | None = None
    show_in_ed: bool | None = None
    trying: Answer3 | None = None
    breastfeeding: Answer3 | None = None
    contraception: str | None = None
    fertility: str | None = None
    unsure: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ChildWords:
    """The page a child writes, beside what their parents write."""

    words: str | None = None
    unsure: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SchoolAndWork:
    """`show_controlled`: the person agrees that school may see doses of controlled drugs."""

    place: str | None = None
    staff: str | None = None
    has_plan: Answer3 | None = None
    needs: tuple[Line, ...] = ()
    fever: str | None = None
    pain: str | None = None
    emergency_phone: str | None = None
    classmates: str | None = None
    show_controlled: bool | None = None
    disability_service: str | None = None
    work: str | None = None
    travel: str | None = None
    unsure: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class GrowingUp:
    """What a young person can already do for themselves, before care moves to adults."""

    ready: tuple[str, ...] = ()
    wants: str | None = None
    unsure: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Visibility:
    """Own-words sections that no emergency page shows: the team sees them, an ED does not."""

    team_only: tuple[str, ...] = ()
    unsure: tuple[str, ...] = ()
