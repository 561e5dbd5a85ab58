"""What another system's document says, for people to read: its narrative made safe, and a listing.

Nothing is interpreted, merged, converted or left out: a resource is listed by every value it holds,
letter for letter, under the names its sender used.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from careplan.fhir import bare_xhtml, wire
from careplan.fhir.arrival_rules import Held, held_in
from careplan.fhir.tree import Tree
from careplan.fhir.wire import Number

_HEADINGS: Mapping[str, str] = MappingProxyType(
    {
        "AllergyIntolerance": "allergies",
        "MedicationStatement": "medicines",
        "MedicationRequest": "medicines",
        "MedicationAdministration": "medicines",
        "MedicationDispense": "medicines",
        "Condition": "conditions",
    }
)
LISTED = ("allergies", "medicines", "conditions")
_STANDING = ("status", "clinicalStatus", "verificationStatus")
_FRAME = frozenset({"resourceType", "id", "meta", "text", "contained", "implicitRules"})
_LETTERS = re.compile(r"(?<=[a-z])(?=[A-Z])")


Named = Mapping[tuple[str | None, str], Held]
"""Every resource by where it is known (everywhere, or inside one) and what it is called there."""


@dataclass(frozen=True, slots=True)
class Thing:
    """One resource: what it is of, how it stands by its sender's own codes (a refuted allergy is
    one that somebody does not have), and every value under the name of its element."""

    title: str
    stands: str
    rows: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of narrative, as allowed XHTML where it could be made safe, or as plain text."""

    title: str
    xhtml: str | None
    text: str


@dataclass(frozen=True, slots=True)
class AsWritten:
    """`others`: how many resources of each further kind the document holds."""

    title: str
    parts: tuple[Part, ...]
    things: Mapping[str, tuple[Thing, ...]]
    others: tuple[tuple[str, int], ...]


def as_written(document: bytes) -> AsWritten:
    """For a document that `read_arrival` took."""
    tree: Tree = wire.loads(document)
    held = held_in(tree)
    named = {(one.around, name): one for one in held for name in one.names}
    things: dict[str, list[Thing]] = {name: [] for name in LISTED}
    others: Counter[str] = Counter()
    for one in held:
        heading = _HEADINGS.get(one.kind)
        if heading:
            things[heading].append(_thing(one, named))
        elif one is not held[0]:
            others[one.kind] += 1
    head = held[0].tree if held else tree
    return AsWritten(
        title=_text(head.get("title")),
        parts=tuple(_parts(head)),
        things={name: tuple(found) for name, found in things.items()},
        others=tuple(sorted(others.items())),
    )


# --- narrative -------------------------------------------------------------------------------


def _parts(head: Tree) -> Iterator[Part]:
    """The whole page where there is one, and every section that has words of its own."""
    yield from _part("", head)
    stack = [*reversed(_list(head.get("section")))]
    while stack:
        section = stack.pop()
        if isinstance(section, dict):
            yield from _part(_text(section.get("title")), section)
            stack += [*reversed(_list(section.get("section")))]


def _part(title: str, owner: Tree) -> Iterator[Part]:
    narrative = owner.get("text")
    div = narrative.get("div") if isinstance(narrative, dict) else None
    if isinstance(div, str):
        yield Part(title, bare_xhtml.bare(div), bare_xhtml.plain(div))


# --- listing ---------------------------------------------------------------------------------


def _thing(one: Held, named: Named) -> Thing:
    rows = tuple(_rows({k: v for k, v in one.tree.items() if k not in _FRAME}, ""))
    codes = (_code(one.tree.get(name)) for name in _STANDING)
    return Thing(_title(one, named), ", ".join(code for code in codes if code), rows)


def _title(one: Held, named: Named) -> str:
    """The words its sender gave to what it is of; a medicine may be a resource of its own."""
    for name in ("code", "medicationCodeableConcept"):
        said = _concept(one.tree.get(name))
        if said:
            return said
    target = one.tree.get("medicationReference")
    if not isinstance(target, dict):
        return ""
    leads = _text(target.get("reference"))
    other = named.get((one.path, leads)) or named.get((None, leads))
    said = _concept(other.tree.get("code")) if other else ""
    return said or _text(target.get("display"))


def _concept(value: Any) -> str:
    if not isinstance(value, dict):
        return ""
    said = [_text(value.get("text"))]
    said += [_text(one.get("display")) for one in _list(value.get("coding")) if _is_object(one)]
    said += [_text(one.get("code")) for one in _list(value.get("coding")) if _is_object(one)]
    return next((one for one in said if one), "")


def _code(value: Any) -> str:
    """A code as it is, or the first of a concept."""
    if isinstance(value, dict):
        codes = [_text(one.get("code")) for one in _list(value.get("coding")) if _is_object(one)]
        return next((one for one in codes if one), _text(value.get("text")))
    return _text(value)


def _rows(value: Any, name: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _rows(inner, f"{name}, {_word(key)}" if name else _word(key))
    elif isinstance(value, list):
        for index, inner in enumerate(value, 1):
            yield from _rows(inner, f"{name} {index}" if len(value) > 1 else name)
    else:
        yield name, _said(value)


def _said(value: Any) -> str:
    if isinstance(value, Number):
        return value.text
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value)


def _word(key: str) -> str:
    return _LETTERS.sub(" ", key).lower()


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _is_object(value: Any) -> bool:
    return isinstance(value, dict)
