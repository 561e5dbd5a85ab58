"""What the rules are called, how hard they are and where they draw a line: a condition's data."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import cache
from typing import Any

from careplan.plan.content import FIRST, BadContent, content

_RULE = re.compile(r"R[0-9]+")


@cache
def rule_table(condition: str = FIRST) -> Mapping[str, Mapping[str, str]]:
    """Title, usual severity and source of each rule of a condition, for pages and documents.

    A row with `kept_by` finds nothing: something else keeps it, by not letting it happen.
    """
    return {name: row for name, row in _content(condition).items() if _RULE.fullmatch(name)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Every line a rule draws, from `[limits]` of rules.toml, where each says what it is."""

    adult_age: int
    weight_months: tuple[tuple[int, int], ...]
    weight_months_adult: int
    egfr_below: int
    lab_months: int
    haemoglobin_unit_trap: tuple[int, int]
    creatinine_unit_trap: tuple[int, int]
    target_hb_above: int
    transfused_days: int
    phone_tested_days: int
    aspirin_mg_a_day: int
    last_trimester_week: int
    codeine_age: int
    codeine_breathing_age: int
    aspirin_age: int
    tramadol_age: int
    nasal_diamorphine_age: int
    ibuprofen_months: int
    ibuprofen_kg: int
    prophylaxis_age: int
    review_ages: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Phrases:
    """Words the rules look for in what staff type, from `[phrases]` of rules.toml."""

    carry_on: tuple[str, ...]
    naloxone: tuple[str, ...]
    alcohol: tuple[str, ...]
    alcohol_but_not: tuple[str, ...]
    kidney_stage: tuple[str, ...]
    fast_metaboliser: tuple[str, ...]
    blood: tuple[str, ...]
    office_hours: tuple[str, ...]
    day_and_night: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TypeWords:
    """How a type that is missing, or that is only carried, is said: from `[type]`."""

    name: str
    carried: str
    carried_codes: tuple[str, ...]
    carried_written: str


@dataclass(frozen=True, slots=True)
class Lines:
    """All that a condition's rules.toml says beside its table of rules."""

    limits: Limits
    phrases: Phrases
    type: TypeWords


@cache
def lines(condition: str = FIRST) -> Lines:
    """Raises BadContent where a line is missing or there is one that no rule draws."""
    held = _content(condition)
    return Lines(
        _fill(Limits, held.get("limits")),
        _fill(Phrases, held.get("phrases")),
        _fill(TypeWords, held.get("type")),
    )


@cache
def _content(condition: str) -> Mapping[str, Any]:
    return content(condition, "rules.toml")


def _fill(kind: Any, table: Mapping[str, Any] | None) -> Any:
    wanted = {one.name for one in fields(kind)}
    for name in sorted(wanted ^ {*(table or {})}):
        raise BadContent(f"rules.toml: {kind.__name__.lower()}: {name}: missing, or not known")
    return kind(**{name: _frozen(value) for name, value in (table or {}).items()})


def _frozen(value: Any) -> Any:
    return tuple(_frozen(one) for one in value) if isinstance(value, list) else value
