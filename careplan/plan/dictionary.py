"""The field dictionary of a condition: labels, limits, options and surfaces, read from data and checked at start."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path
from types import UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

from careplan.plan.care_plan import SECTIONS

CONDITIONS = Path(__file__).parent.parent / "conditions"
SURFACES = ("record", "emergency", "page", "a4", "card", "private", "export")
_META = {"source", "dated", "clinical_sign_off"}


class Carry(StrEnum):
    """What a surface owes a field (design 1.2)."""

    MUST = "must"
    MAY = "may"
    NEVER = "never"


class BadContent(ValueError):
    """A content file that does not fit the plan; found at start, never in front of a person."""


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
    """A condition's content. `field("pain_plan.steps.dose")`, `words("triggers", "cold")`, `carries(path, "a4")`."""

    condition: Mapping[str, str]
    sections: Mapping[str, Section]
    fields: Mapping[str, Field]
    options: Mapping[str, Mapping[str, str]]
    surfaces: Mapping[str, Mapping[str, Carry]]

    def field(self, path: str) -> Field:
        return self.fields[path]

    def words(self, options: str, code: str) -> str:
        """The words of a code; a code this dictionary does not know is shown as it stands, never dropped."""
        return self.options[options].get(code, code)

    def carries(self, path: str, surface: str) -> Carry:
        return self.surfaces[self.fields[path].surface][surface]


@cache
def dictionary(condition: str = "sickle_cell") -> Dictionary:
    """Read and check a condition's folder. Raises BadContent naming the file and the place."""
    folder = CONDITIONS / condition
    surfaces = {
        row: {surface: Carry(value[surface]) for surface in SURFACES}
        for row, value in _load(folder / "surfaces.toml").items()
        if row not in _META
    }
    options = {
        name: value for name, value in _load(folder / "options.toml").items() if name not in _META
    }
    sections, found = {}, {}
    for name, table in _load(folder / "fields.toml").items():
        if name in _META:
            continue
        own = dict(_fields(name, table, table["surface"]))
        found.update(own)
        top = tuple(path for path in own if path.count(".") == 1)
        sections[name] = Section(name, table["title"], table["by"], top)
    made = Dictionary(_load(folder / "condition.toml"), sections, found, options, surfaces)
    _check(made)
    return made


def _load(path: Path) -> dict[str, Any]:
    with path.open("rb") as file:
        return tomllib.load(file)


def _fields(path: str, table: Mapping[str, Any], surface: str) -> Iterator[tuple[str, Field]]:
    for name, value in table.items():
        if not isinstance(value, dict) or name == "trap":
            continue
        inner, own = f"{path}.{name}", value.get("surface", surface)
        known = {key: item for key, item in value.items() if not isinstance(item, dict)}
        known.pop("surface", None)
        trap = value.get("trap")
        children = tuple(
            f"{inner}.{key}"
            for key, item in value.items()
            if isinstance(item, dict) and key != "trap"
        )
        try:
            yield (
                inner,
                Field(
                    path=inner,
                    surface=own,
                    children=children,
                    trap=Trap(trap["from"], trap["below"], trap["text"]) if trap else None,
                    **known,
                ),
            )
        except TypeError as problem:
            raise BadContent(f"fields.toml: {inner}: {problem}") from problem
        yield from _fields(inner, value, own)


def _check(made: Dictionary) -> None:
    """The dictionary and the plan's classes must name the same fields, and every reference must lead somewhere."""
    expected = set(_paths())
    for path in expected ^ set(made.fields):
        raise BadContent(f"fields.toml: {path}: stands in only one of the plan and its dictionary")
    for field in made.fields.values():
        if field.surface not in made.surfaces:
            raise BadContent(f"fields.toml: {field.path}: no surface row {field.surface!r}")
        if field.options and field.options not in made.options:
            raise BadContent(f"fields.toml: {field.path}: no options {field.options!r}")


_WHOLE = {"Dose", "Interval", "Reading", "BloodPressure"}
"""Values typed and shown as one thing, so they are one field."""


def _paths() -> Iterator[str]:
    for name, cls in SECTIONS.items():
        yield from _class_paths(cls, name)


def _class_paths(cls: Any, path: str) -> Iterator[str]:
    hints = get_type_hints(cls)
    for f in fields(cls):
        if f.name in ("id", "unsure"):
            continue
        inner = f"{path}.{f.name}"
        yield inner
        kind = _bare(hints[f.name])
        if is_dataclass(kind) and getattr(kind, "__name__", "") not in _WHOLE:
            yield from _class_paths(kind, inner)


def _bare(kind: Any) -> Any:
    if get_origin(kind) in (Union, UnionType):
        (kind,) = (arg for arg in get_args(kind) if arg is not type(None))
    if get_origin(kind) is tuple:
        return get_args(kind)[0]
    return kind
