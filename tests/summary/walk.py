"""Every filled-in field of a plan, and the words a reader must find for it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import fields, is_dataclass
from datetime import date
from typing import Any

from careplan.plan.care_plan import SECTIONS, CarePlan
from careplan.plan.dictionary import Carry, Dictionary
from careplan.plan.sickle import BloodPressure, Reading
from careplan.plan.values import Dose, Interval, IntervalKind, spaced

WHOLE = (Dose, Interval, Reading, BloodPressure)

UNTOLD = ("other", "none")
"""A thing named elsewhere, or asked about and not there: its words are not shown by themselves."""

# Shown by what stands around them ("Do NOT give", the heading of a list), not as a word.
NOT_A_WORD = {
    "allergies.state",
    "my_allergies.state",
    "transfusion.antibody_state",
    "pain_plan.steps.stage",
    "pain_plan.steps.relation",
    "complications.events.had",
    "advance_decisions.entries.exists",
    "usual_pain.sites",
}


def leaves(plan: CarePlan, words: Dictionary) -> Iterator[tuple[str, Any]]:
    for section in SECTIONS:
        yield from _leaves(plan.section(section), section, words)


def _leaves(value: Any, path: str, words: Dictionary) -> Iterator[tuple[str, Any]]:
    if isinstance(value, tuple):
        for item in value:
            yield from _leaves(item, path, words)
    elif is_dataclass(value) and not isinstance(value, WHOLE):
        for f in fields(value):
            inner = f"{path}.{f.name}"
            if inner in words.fields:
                yield from _leaves(getattr(value, f.name), inner, words)
    elif value is not None:
        yield path, value


def must(plan: CarePlan, surface: str, words: Dictionary) -> Iterator[tuple[str, Any]]:
    return ((p, v) for p, v in leaves(plan, words) if words.carries(p, surface) is Carry.MUST)


def never(plan: CarePlan, surface: str, words: Dictionary) -> Iterator[tuple[str, Any]]:
    return ((p, v) for p, v in leaves(plan, words) if words.carries(p, surface) is Carry.NEVER)


def expected(path: str, value: Any, words: Dictionary) -> str | None:
    """The words a reader must find, worked out apart from the code under test; None where none."""
    if path in _ON_THE_PAGE:
        return _ON_THE_PAGE[path](value)
    if words.field(path).options and value in UNTOLD:
        return None
    return recorded(path, value, words)


def recorded(path: str, value: Any, words: Dictionary) -> str | None:
    """The same for the record, where every value stands under its label."""
    if isinstance(value, bool) or path in NOT_A_WORD:
        return None
    for kind, words_of in _BY_KIND:
        if isinstance(value, kind):
            return words_of(value)
    field = words.field(path)
    if field.type in _BY_TYPE:
        return _BY_TYPE[field.type](value)
    return words.words(field.options, value) if field.options else str(value)


def _interval(value: Interval) -> str:
    if value.kind is IntervalKind.SET_TIMES:
        return value.times or ""
    if value.kind is IntervalKind.SINGLE_DOSE:
        return "do not repeat"
    if not value.complete:  # a draft's half interval, which no signed dose can have
        return ""
    return str(value.number) if value.number != 1 else value.words


def folded(text: str) -> str:
    """For comparing with paper, which breaks lines where it likes."""
    return "".join(text.split())


_BY_KIND: tuple[tuple[type, Callable[[Any], str]], ...] = (
    (date, lambda value: f"{value.day} {value:%B} {value.year}"),
    (Dose, lambda value: value.words),
    (Interval, _interval),
    (Reading, lambda value: str(value.value)),
    (BloodPressure, lambda value: f"{value.systolic}/{value.diastolic}"),
)
_BY_TYPE: dict[str, Callable[[Any], str]] = {
    "nhs_number": spaced,
    "partial_date": lambda value: value[:4],
}
_ON_THE_PAGE: dict[str, Callable[[Any], str]] = {
    "medicines.entries.status": lambda value: "" if value == "taking" else value.capitalize(),
    "other_plan.exists": lambda value: "Another plan exists" if value == "yes" else "Another plan",
    "other_plan.leads": lambda value: "not decided: ask" if value == "not decided" else value,
    "transfusion.hyperhaemolysis": lambda _: "Hyperhaemolysis",
    "pregnancy.pregnant": lambda _: "Pregnant",
    "complications.events.naloxone": lambda value: {
        "yes": "naloxone given",
        "no": "naloxone not given",
    }.get(value, "naloxone: not known"),
    "warning_signs.fever_at": lambda value: f"Temperature {value}",
    "transfusion.refusal": lambda value: (
        "Declines blood products: none" if value == "none" else f"Declines {value}"
    ),
}
