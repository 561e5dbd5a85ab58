"""FHIR R4's own definitions, which bin/setup packs into one file: opened only when asked.

Nothing that serves a reader asks: whoever validates a file or derives a profile does.
"""

from __future__ import annotations

import json
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from careplan.fhir import codes

FILE = Path(__file__).parent / "vendor" / "r4.zip"


class NotSetUp(Exception):
    """The definitions are missing on this machine."""

    def __init__(self) -> None:
        super().__init__("The definitions of FHIR R4 are not on this machine: run bin/setup.")


@dataclass(frozen=True, slots=True)
class Type:
    """One type an element may have; `targets` are the kinds a reference of it may lead to."""

    code: str
    targets: tuple[str, ...]
    profile: str | None


@dataclass(frozen=True, slots=True)
class Binding:
    """Where an element's code comes from. `most`: the value set that no code may leave."""

    strength: str
    value_set: str
    most: str | None


@dataclass(frozen=True, slots=True)
class Invariant:
    """One rule over an element, as a FHIRPath expression that must be true."""

    key: str
    severity: str
    human: str
    expression: str


@dataclass(frozen=True, slots=True)
class Element:
    """One element of a type. `same_as`: the path of the element whose children it repeats."""

    path: str
    name: str
    least: int
    most: int | None
    types: tuple[Type, ...]
    binding: Binding | None
    invariants: tuple[Invariant, ...]
    same_as: str | None

    @property
    def choice(self) -> bool:
        return self.path.endswith("[x]")


@dataclass(frozen=True, slots=True)
class Member:
    """What one JSON name means: an element, and of a choice the type it says."""

    element: Element
    type: Type


@dataclass(frozen=True, slots=True)
class Shape:
    """A resource or data type: its root, and the members of each of its own inner objects."""

    kind: str
    is_resource: bool
    abstract: bool
    root: Element
    members: Mapping[str, Mapping[str, Member]]
    needed: Mapping[str, tuple[Element, ...]]


@cache
def structure(kind: str) -> Mapping[str, Any]:
    """The whole StructureDefinition with its snapshot, of a resource or data type of R4."""
    found: Mapping[str, Any] | None = _read(f"structure/{kind}")
    if found is None:
        raise KeyError(f"{kind} is no type of FHIR R4")
    return found


@cache
def shape(kind: str) -> Shape | None:
    """The same type in brief, for who validates; None when R4 has no such type."""
    found = _read(f"rules/{kind}")
    if found is None:
        return None
    elements = [_element(one) for one in found["element"]]
    members: dict[str, dict[str, Member]] = {one.path: {} for one in elements}
    for one in elements[1:]:
        for type_ in one.types:
            name = one.name + type_.code[:1].upper() + type_.code[1:] if one.choice else one.name
            members[one.path.rpartition(".")[0]][name] = Member(one, type_)
    needed = {
        path: tuple(dict.fromkeys(one.element for one in inside.values() if one.element.least))
        for path, inside in members.items()
    }
    is_resource = found["kind"] == "resource"
    return Shape(kind, is_resource, found["abstract"], elements[0], members, needed)


@cache
def value_sets() -> Mapping[str, Mapping[str, frozenset[str] | None]]:
    """Of the value sets R4 requires: the codes by system; None where somebody else keeps them."""
    return {
        url: {system: None if codes is None else frozenset(codes) for system, codes in one.items()}
        for url, one in (_read("valuesets") or {}).items()
    }


@cache
def code_systems() -> Mapping[str, frozenset[str]]:
    """Every code of the code systems that the release holds whole."""
    return {url: frozenset(codes) for url, codes in (_read("codesystems") or {}).items()}


@cache
def any_case() -> frozenset[str]:
    """The code systems that do not say they tell capital letters from small ones."""
    return frozenset(_read("any-case") or ())


def kind_of(profile: str) -> str:
    """`Patient` of the address of R4's Patient."""
    return profile.removeprefix(f"{codes.HL7}/")


@cache
def _packed() -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(FILE)
    except (OSError, zipfile.BadZipFile) as problem:
        raise NotSetUp from problem


def _read(name: str) -> Any:
    try:
        return json.loads(_packed().read(f"{name}.json"))
    except KeyError:
        return None


def _element(one: Mapping[str, Any]) -> Element:
    binding = one.get("binding")
    return Element(
        path=one["path"],
        name=one["path"].rpartition(".")[2].removesuffix("[x]"),
        least=one["min"],
        most=None if one["max"] == "*" else int(one["max"]),
        types=_types(one),
        binding=_binding(binding) if binding and "valueSet" in binding else None,
        invariants=tuple(
            Invariant(rule["key"], rule["severity"], rule["human"], rule["expression"])
            for rule in one["constraint"]
            if rule["expression"]
        ),
        same_as=one.get("contentReference", "#").partition("#")[2] or None,
    )


def _types(one: Mapping[str, Any]) -> tuple[Type, ...]:
    if "contentReference" in one:
        return (Type("BackboneElement", (), None),)
    return tuple(
        Type(
            _code(one, type_),
            tuple(kind_of(target) for target in type_.get("targetProfile", ())),
            next(iter(type_.get("profile", ())), None),
        )
        for type_ in one.get("type", ())
    )


def _code(one: Mapping[str, Any], type_: Mapping[str, Any]) -> str:
    """Of a resource's id the release says only that it is a string of its own language."""
    code: str = type_["code"]
    if not code.startswith(codes.FHIRPATH_TYPE):
        return code
    if one.get("base", {}).get("path") == "Resource.id":
        return "id"
    return next((said["valueUrl"] for said in type_.get("extension", ())), "string")


def _binding(binding: Mapping[str, Any]) -> Binding:
    most = next(
        (
            one["valueCanonical"]
            for one in binding.get("extension", ())
            if one["url"].endswith("elementdefinition-maxValueSet")
        ),
        None,
    )
    return Binding(binding["strength"], binding["valueSet"].partition("|")[0], most)
