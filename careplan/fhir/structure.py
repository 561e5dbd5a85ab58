"""One walk through a file by R4's own definitions: what stands where it may not, and every place.

All of it in one pass: unknown elements, how many, which types, and how primitives are written. The
places that are what they should be are handed on to the rules about codes, references and values.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from careplan.fhir import primitives
from careplan.fhir.definitions import Element, Member, Shape, Type, shape
from careplan.fhir.outcome import IssueType
from careplan.fhir.problems import Problem, error

_INNER = ("BackboneElement", "Element")
_MOST = 1000
"""Problems after which a walk ends: whoever reads them has enough to do."""


@dataclass(frozen=True, slots=True)
class Home:
    """A resource in the file. `around`: the resource that contains it, of a contained one."""

    tree: dict[str, Any]
    path: str
    kind: str
    around: Home | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """A value that has the type its element asks for. `base`: where R4 defines what is inside."""

    value: Any
    path: str
    element: Element
    type: Type
    base: str
    home: Home


class Walk:
    """Everything found in one file."""

    def __init__(self, tree: dict[str, Any], path: str) -> None:
        self.problems: list[Problem] = []
        self.places: list[Place] = []
        self.homes: list[Home] = []
        self._resource(tree, path, None, None)

    @property
    def full(self) -> bool:
        return len(self.problems) >= _MOST

    def _wrong(self, path: str, text: str, type_: IssueType = IssueType.STRUCTURE) -> None:
        if not self.full:
            self.problems.append(error(path, text, type_))

    def _resource(self, tree: Any, path: str, member: Member | None, around: Home | None) -> None:
        kind = tree.get("resourceType") if isinstance(tree, dict) else None
        found = shape(kind) if isinstance(kind, str) and kind.isalnum() else None
        if found is None or not found.is_resource or found.abstract:
            text = f"{str(kind)[:40]!r} is no resource of FHIR R4" if kind else "no resourceType"
            self._wrong(path, text)
            return
        home = Home(tree, path, found.kind, around)
        self.homes.append(home)
        element = member.element if member else found.root
        self.places.append(Place(tree, path, element, Type(found.kind, (), None), found.kind, home))
        self._object(tree, path, found, found.kind, home)

    def _object(self, tree: Any, path: str, kind: Shape, base: str, home: Home) -> None:
        seen: dict[str, set[str]] = {}
        for name, value in tree.items():
            if name == "resourceType" and tree is home.tree:
                continue
            member = _member(kind.members[base], name)
            if member is None:
                text = f"{base} has no such element"
                self._wrong(f"{path}.{_named(name)}", text)
                continue
            where = f"{path}.{member.element.name}"
            bare = name.removeprefix("_")
            seen.setdefault(member.element.path, set()).add(bare)
            if bare == name:
                self._member(value, tree.get(f"_{name}"), where, member, kind, home)
            else:
                self._beside(value, tree.get(bare), where, member, home)
        self._counted(path, kind.needed[base], seen)

    def _counted(self, path: str, needed: tuple[Element, ...], seen: dict[str, set[str]]) -> None:
        for element in needed:
            if element.path not in seen:
                text = f"missing: {element.path} is required"
                self._wrong(f"{path}.{element.name}", text, IssueType.REQUIRED)
        for element_path, names in seen.items():
            if len(names) > 1:
                where = f"{path}.{element_path.rpartition('.')[2].removesuffix('[x]')}"
                self._wrong(where, f"only one of {', '.join(sorted(names))} may be there")

    def _member(
        self, value: Any, beside: Any, where: str, member: Member, kind: Shape, home: Home
    ) -> None:
        if member.element.most == 1:
            if isinstance(value, list):
                self._wrong(where, "a list, where at most one is allowed")
            else:
                self._value(value, where, member, kind, home)
            return
        if not isinstance(value, list) or not value:
            text = "an empty list" if value == [] else "not a list, as it must be"
            self._wrong(where, text)
            return
        most = member.element.most
        if most is not None and len(value) > most:
            self._wrong(where, f"{len(value)} found, at most {most} allowed")
        for index, item in enumerate(value):
            if item is None and _at(beside, index) is not None:
                continue
            self._value(item, f"{where}[{index}]", member, kind, home)

    def _beside(self, value: Any, sibling: Any, where: str, member: Member, home: Home) -> None:
        """The id and extensions of a primitive, in the member with an underscore."""
        items = value if isinstance(value, list) else [value]
        if isinstance(value, list) != (member.element.most != 1) or (
            isinstance(value, list) and isinstance(sibling, list) and len(value) != len(sibling)
        ):
            self._wrong(where, "the extensions do not match the values they belong to")
            return
        element = shape("Element")
        for index, item in enumerate(items):
            at = f"{where}[{index}]" if isinstance(value, list) else where
            if item is None and isinstance(value, list):
                continue
            if not isinstance(item, dict) or not item:
                self._wrong(at, "not an object of extensions")
            elif element:
                self._object(item, at, element, "Element", home)

    def _value(self, value: Any, path: str, member: Member, kind: Shape, home: Home) -> None:
        if self.full:
            return
        code = member.type.code
        if code in primitives.PRIMITIVE:
            text = "null stands for nothing in FHIR" if value is None else None
            text = text or primitives.problem(code, value)
            if text:
                self._wrong(path, text, _type_of(code))
            else:
                self.places.append(Place(value, path, member.element, member.type, code, home))
            return
        if not isinstance(value, dict) or not value:
            text = "an empty object" if value == {} else f"not an object, as {code} must be"
            self._wrong(path, text)
        elif code == "Resource":
            contained = member.element.name == "contained"
            self._resource(value, path, member, home if contained else None)
        else:
            inner = kind if code in _INNER else shape(code)
            base = (member.element.same_as or member.element.path) if code in _INNER else code
            if inner is None:
                self._wrong(path, f"{code} is no type of FHIR R4")
                return
            self.places.append(Place(value, path, member.element, member.type, base, home))
            self._object(value, path, inner, base, home)
            self._whole(value, path, base)

    def _whole(self, value: dict[str, Any], path: str, base: str) -> None:
        """R4's rules ele-1 and ext-1, which every object would ask of the slow engine."""
        if value.keys() == {"id"}:
            self._wrong(path, "holds an id and nothing else (ele-1)", IssueType.INVARIANT)
        if base == "Extension":
            has_value = any(name.lstrip("_").startswith("value") for name in value)
            if has_value == ("extension" in value):
                text = "must have either a value or extensions of its own (ext-1)"
                self._wrong(path, text, IssueType.INVARIANT)


def _member(members: Mapping[str, Member], name: str) -> Member | None:
    """What a JSON name means; with an underscore, only beside a primitive."""
    found = members.get(name.removeprefix("_"))
    beside = name.startswith("_")
    return None if found and beside and found.type.code not in primitives.PRIMITIVE else found


def _type_of(code: str) -> IssueType:
    return IssueType.SECURITY if code == "xhtml" else IssueType.VALUE


def _at(beside: Any, index: int) -> Any:
    return beside[index] if isinstance(beside, list) and index < len(beside) else None


def _named(name: str) -> str:
    """A FHIRPath step for any name a file may hold."""
    if name.isidentifier() and name.isascii():
        return name
    plain = "".join(letter if letter.isprintable() else "?" for letter in name[:40])
    return "`" + plain.replace("\\", "?").replace("`", "?") + "`"
