"""A condition's field dictionary: labels, limits, options, surfaces; data, checked at start."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import MISSING, dataclass, fields, is_dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path
from types import UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

from careplan.plan.care_plan import SECTIONS
from careplan.plan.content import (
    CONDITIONS,
    FIRST,
    BadContent,
    condition_facts,
    content,
    read_toml,
)

__all__ = ["CONDITIONS", "FIRST", "BadContent", "dictionary", "read_toml"]

SURFACES = (
    *("record", "emergency", "page", "a4", "card", "offline", "private"),
    *("large", "text", "staff", "ambulance", "school", "gp", "export"),
)
AUTHORS = ("patient", "team")
TYPES = (
    *("line", "text", "phone", "nhs_number", "ods", "registration"),
    *("number", "decimal", "date", "partial_date", "yes_no", "answer3", "choice", "choices"),
    *("dose", "interval", "reading", "blood_pressure", "list", "group"),
)
_META = {"source", "dated", "clinical_sign_off"}


class Carry(StrEnum):
    """What a surface owes a field (design 1.2)."""

    MUST = "must"
    MAY = "may"
    NEVER = "never"


@dataclass(frozen=True, slots=True)
class Trap:
    """A value in another unit's range: asked about, never converted."""

    low: float
    below: float
    text: str


@dataclass(frozen=True, slots=True)
class Field:
    """One field: `path` such as "pain_plan.steps.dose". Limits are inclusive."""

    path: str
    label: str
    type: str
    surface: str
    min: float | None = None
    max: float | None = None
    ask_below: float | None = None
    ask_above: float | None = None
    trap: Trap | None = None
    unit: str | None = None
    options: str | None = None
    past: bool = False
    max_years: int | None = None
    shown: str = "value"
    children: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Section:
    id: str
    title: str
    by: str
    fields: tuple[str, ...]


@dataclass(frozen=True)
class Dictionary:
    """`field("pain_plan.steps.dose")`, `words("triggers", "cold")`, `carries(path, "a4")`."""

    condition: Mapping[str, str]
    sections: Mapping[str, Section]
    fields: Mapping[str, Field]
    options: Mapping[str, Mapping[str, str]]
    surfaces: Mapping[str, Mapping[str, Carry]]
    left_out: frozenset[str] = frozenset()
    """Sections that a plan for this condition never asks for."""

    def field(self, path: str) -> Field:
        return self.fields[path]

    def words(self, options: str, code: str) -> str:
        """The words of a code; one this dictionary does not know is shown as it stands."""
        return self.options[options].get(code, code)

    def carries(self, path: str, surface: str) -> Carry:
        return self.surfaces[self.fields[path].surface][surface]


@cache
def dictionary(condition: str = FIRST, root: Path = CONDITIONS) -> Dictionary:
    """Read and check a condition's folder. Raises BadContent naming the file and the place."""

    def tables(file: str) -> Iterator[tuple[str, dict[str, Any]]]:
        return _tables(file, content(condition, file, root))

    sections, found = {}, {}
    for name, table in tables("fields.toml"):
        for key in ("title", "by", "surface"):
            if not isinstance(table.get(key), str):
                raise BadContent(f"fields.toml: {name}: no {key}")
        own = dict(_fields(name, table, table["surface"]))
        found.update(own)
        top = tuple(path for path in own if path.count(".") == 1)
        sections[name] = Section(name, table["title"], table["by"], top)
    facts = condition_facts(condition, root)
    made = Dictionary(
        condition={name: said for name, said in facts.items() if isinstance(said, str)},
        sections=sections,
        fields=found,
        options=dict(tables("options.toml")),
        surfaces={name: _row(name, row) for name, row in tables("surfaces.toml")},
        left_out=frozenset(facts.get("leave_out", ())),
    )
    _check(made)
    return made


def _tables(file: str, held: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for name, value in held.items():
        if isinstance(value, dict):
            yield name, value
        elif name not in _META:
            raise BadContent(f"{file}: {name}: a table was expected")


def _row(name: str, row: Mapping[str, Any]) -> dict[str, Carry]:
    for surface in {*SURFACES} ^ {*row}:
        raise BadContent(f"surfaces.toml: {name}: {surface}: missing, or not a surface")
    try:
        return {surface: Carry(row[surface]) for surface in SURFACES}
    except ValueError as problem:
        raise BadContent(f"surfaces.toml: {name}: {problem}") from problem


def _fields(path: str, table: Mapping[str, Any], surface: str) -> Iterator[tuple[str, Field]]:
    for name, value in table.items():
        if not isinstance(value, dict) or name == "trap":
            continue
        inner, own = f"{path}.{name}", value.get("surface", surface)
        known = {key: item for key, item in value.items() if not isinstance(item, dict)}
        known.pop("surface", None)
        children = (key for key, item in value.items() if isinstance(item, dict) and key != "trap")
        try:
            trap = value.get("trap")
            field = Field(
                path=inner,
                surface=own,
                children=tuple(f"{inner}.{key}" for key in children),
                trap=Trap(trap["from"], trap["below"], trap["text"]) if trap else None,
                **known,
            )
        except (TypeError, KeyError) as problem:
            raise BadContent(f"fields.toml: {inner}: {problem}") from problem
        yield inner, field
        yield from _fields(inner, value, own)


def _check(made: Dictionary) -> None:
    """Dictionary and plan name the same fields; every reference leads somewhere."""
    required = dict(_paths())
    for path in sorted(({*SECTIONS} ^ {*made.sections}) | ({*required} ^ {*made.fields})):
        raise BadContent(f"fields.toml: {path}: stands in only one of the plan and its dictionary")
    for name in sorted(made.left_out - {*SECTIONS}):
        raise BadContent(f"condition.toml: leave_out: no section {name!r}")
    for section in made.sections.values():
        if section.by not in AUTHORS:
            raise BadContent(f"fields.toml: {section.id}: by {section.by!r} is nobody we know")
    for field in made.fields.values():
        _check_field(field, made)
        if required[field.path]:
            _check_shown_with_its_item(field.path, made)
    _check_options(made.options)


def _check_options(options: Mapping[str, Mapping[str, str]]) -> None:
    for name, words in options.items():
        if any(not isinstance(said, str) or not said.strip() for said in words.values()):
            raise BadContent(f"options.toml: {name}: a code has no words")
        if len({*words.values()}) < len(words):
            raise BadContent(f"options.toml: {name}: two codes have the same words")


def _check_field(field: Field, made: Dictionary) -> None:
    where = f"fields.toml: {field.path}"
    if field.type not in TYPES:
        raise BadContent(f"{where}: no type {field.type!r}")
    if not field.label.strip():
        raise BadContent(f"{where}: no label")
    if field.surface not in made.surfaces:
        raise BadContent(f"{where}: no surface row {field.surface!r}")
    if field.options and field.options not in made.options:
        raise BadContent(f"{where}: no options {field.options!r}")
    if field.min is not None and field.max is not None and field.min > field.max:
        raise BadContent(f"{where}: min is above max")


def _check_shown_with_its_item(path: str, made: Dictionary) -> None:
    """An item cannot be shown without the part that says what it is."""
    parent = path.rpartition(".")[0]
    for surface in SURFACES:
        hidden = made.carries(path, surface) is Carry.NEVER
        if hidden and made.carries(parent, surface) is not Carry.NEVER:
            raise BadContent(f"fields.toml: {path}: hidden on {surface}, where {parent} is shown")


_WHOLE = {"Dose", "Interval", "Reading", "BloodPressure"}
"""Values typed and shown as one thing, so they are one field."""


def _paths() -> Iterator[tuple[str, bool]]:
    """Every field there must be, and whether it is one its item cannot do without."""
    for name, cls in SECTIONS.items():
        yield from _class_paths(cls, name)


def _class_paths(cls: Any, path: str) -> Iterator[tuple[str, bool]]:
    hints = get_type_hints(cls)
    for f in fields(cls):
        if f.name in ("id", "unsure"):
            continue
        inner = f"{path}.{f.name}"
        yield inner, f.default is MISSING
        kind = _bare(hints[f.name])
        if is_dataclass(kind) and getattr(kind, "__name__", "") not in _WHOLE:
            yield from _class_paths(kind, inner)


def _bare(kind: Any) -> Any:
    if get_origin(kind) in (Union, UnionType):
        (kind,) = (arg for arg in get_args(kind) if arg is not type(None))
    if get_origin(kind) is tuple:
        return get_args(kind)[0]
    return kind
