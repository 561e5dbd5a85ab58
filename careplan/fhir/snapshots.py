"""The snapshot of a profile: everything FHIR R4 says of a type, tightened by UK Core and by us.

The files of the guide hold differentials only. A package needs snapshots, and they quote R4's own
words, so they are derived from R4's definitions when the package is built and never kept.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from copy import deepcopy
from typing import Any

from careplan.fhir import codes, definitions, profiles, ukcore
from careplan.fhir.tree import Tree

_ORDER = (
    *("id", "extension", "path", "representation", "sliceName", "slicing", "label", "code"),
    *("short", "definition", "comment", "requirements", "alias", "min", "max", "base"),
    *("contentReference", "type", "defaultValue", "meaningWhenMissing", "orderMeaning", "fixed"),
    *("pattern", "example", "minValue", "maxValue", "maxLength", "condition", "constraint"),
    *("mustSupport", "isModifier", "isModifierReason", "isSummary", "binding", "mapping"),
)
"""The elements of an ElementDefinition as R4 lists them; of a choice, how its names begin."""

_STRENGTHS = ("example", "preferred", "extensible", "required")
_BY_ADDRESS = {"discriminator": [{"type": "value", "path": "url"}], "rules": "open"}


class Contradiction(ValueError):
    """A differential asks for what its base does not have, or does not allow."""

    def __init__(self, identity: str, problem: str) -> None:
        super().__init__(f"{identity}: {problem}")
        self.identity, self.problem = identity, problem


def with_snapshot(definition: Mapping[str, Any]) -> Tree:
    """One of our StructureDefinitions as a package carries it. Raises Contradiction."""
    made = {name: value for name, value in definition.items() if name != "differential"}
    return {
        **made,
        "snapshot": {"element": elements(definition)},
        "differential": definition["differential"],
    }


def elements(definition: Mapping[str, Any]) -> list[Tree]:
    """The elements of its snapshot, in R4's order. Raises Contradiction."""
    growing = _Growing(_base(definition))
    for rule in definition["differential"]["element"]:
        growing.constrain(rule)
    return [_in_order(one) for one in growing.elements]


def _base(definition: Mapping[str, Any]) -> list[Tree]:
    address = definition["baseDefinition"]
    own = profiles.ours().get(address)
    if own is not None:
        return elements(own)
    growing = _Growing(_whole(definition["type"]))
    if address.startswith(f"{codes.UKCORE}/UKCore-"):
        for rule in ukcore.rules(definition["type"]):
            growing.constrain(rule)
    elif definitions.kind_of(address) != definition["type"]:
        raise Contradiction(definition["id"], f"no base {address}")
    return growing.elements


def _whole(kind: str) -> list[Tree]:
    """R4's own, without what it says of other standards: a mapping constrains nothing."""
    found = deepcopy(definitions.structure(kind)["snapshot"]["element"])
    for one in found:
        one.pop("mapping", None)
    return list(found)


def _in_order(element: Tree) -> Tree:
    return {
        name: element[name] for name in sorted(element, key=lambda one: _ORDER.index(_stem(one)))
    }


def _stem(name: str) -> str:
    """`fixed` of fixedCode; any other name as it is."""
    return next((one for one in ("fixed", "pattern") if name.startswith(one)), name)


class _Growing:
    """A snapshot while a differential is laid over it, rule by rule."""

    def __init__(self, base: list[Tree]) -> None:
        self.elements = base

    def constrain(self, rule: Mapping[str, Any]) -> None:
        """Lay one rule over the element it names, opened or sliced off first if need be."""
        element = self.elements[self._at(rule["id"])]
        for name, value in rule.items():
            _tighten(element, name, value)
        if element["max"] != "*" and element["min"] > int(element["max"]):
            raise Contradiction(rule["id"], "at least more than at most")

    def _find(self, identity: str) -> int | None:
        found = (at for at, one in enumerate(self.elements) if one["id"] == identity)
        return next(found, None)

    def _at(self, identity: str) -> int:
        """Where an element is, once it is there."""
        found = self._find(identity)
        if found is not None:
            return found
        parent, _, step = identity.rpartition(".")
        if not parent:
            raise Contradiction(identity, "another type than its base")
        self._at(parent)
        name, _, piece = step.partition(":")
        if piece:
            self._slice(f"{parent}.{name}", piece)
        elif not self._below(parent):
            self._open(parent)
        opened = self._find(identity)
        if opened is None:
            raise Contradiction(identity, "no such element in its base")
        return opened

    def _end_of(self, identity: str) -> int:
        """Behind an element, all below it, and all slices of it."""
        inside = (f"{identity}.", f"{identity}:")
        ends = [
            at + 1
            for at, one in enumerate(self.elements)
            if one["id"] == identity or one["id"].startswith(inside)
        ]
        return ends[-1]

    def _slice(self, identity: str, name: str) -> None:
        """A slice is a copy of what it is a slice of, which need not be there at all."""
        whole = self.elements[self._at(identity)]
        if "slicing" not in whole:
            if [one["code"] for one in whole.get("type", ())] != ["Extension"]:
                raise Contradiction(identity, "has slices, and does not say by what")
            whole["slicing"] = deepcopy(_BY_ADDRESS)
        piece = {key: deepcopy(value) for key, value in whole.items() if key != "slicing"}
        piece |= {"id": f"{identity}:{name}", "sliceName": name, "min": 0}
        self.elements.insert(self._end_of(identity), piece)

    def _open(self, identity: str) -> None:
        """Put its children beneath an element: of what it slices or repeats, or of its type."""
        at = self._at(identity)
        element = self.elements[at]
        whole, colon, _ = identity.rpartition(":")
        same_as = element.get("contentReference", "#").partition("#")[2]
        if colon and "." not in identity[len(whole) :] and self._below(whole):
            found, root = self._below(whole), whole
        elif same_as:
            found, root = self._below(same_as), same_as
        else:
            root, found = _of_its_type(element)
        self.elements[at + 1 : at + 1] = [_moved(one, root, element) for one in found]

    def _below(self, identity: str) -> list[Tree]:
        return [one for one in self.elements if one["id"].startswith(f"{identity}.")]


def _moved(child: Tree, root: str, parent: Tree) -> Tree:
    """A child of `root` as a child of `parent`; `base` goes on saying whence it comes."""
    made = deepcopy(child)
    path = made["path"].split(".")[len(root.split(".")) :]
    return made | {
        "id": parent["id"] + made["id"].removeprefix(root),
        "path": ".".join((parent["path"], *path)),
    }


def _of_its_type(element: Tree) -> tuple[str, list[Tree]]:
    """The type an element must have and the children that gives it. An extension of ours says
    itself which parts it has; of anybody else's, R4 says what all extensions have."""
    types = element.get("type", ())
    if len(types) != 1:
        raise Contradiction(element["id"], "its children depend on which type it has")
    kind, profile = str(types[0]["code"]), next(iter(types[0].get("profile", ())), "")
    if profile in profiles.ours():
        return kind, elements(profiles.ours()[profile])[1:]
    if profile and kind != "Extension":
        raise Contradiction(element["id"], f"its children depend on {profile}")
    return kind, _whole(kind)[1:]


# --- one rule over one element -----------------------------------------------------------------


def _tighten(element: Tree, name: str, value: Any) -> None:
    """A profile may only say more than its base says, and never anything else."""
    check = _CHECKS.get(_stem(name))
    if check is None:
        raise Contradiction(element["id"], f"{name} is not understood here")
    problem = check(element, name, value)
    if problem:
        raise Contradiction(element["id"], problem)
    more = [*element.get("constraint", ()), *value] if name == "constraint" else value
    element[name] = deepcopy(more)


def _said(_element: Tree, _name: str, _value: Any) -> None:
    return None


def _path(element: Tree, _name: str, value: str) -> str | None:
    return None if value == element["path"] else f"its path is {element['path']}"


def _least(element: Tree, _name: str, value: int) -> str | None:
    return None if value >= element["min"] else "fewer than its base"


def _most(element: Tree, _name: str, value: str) -> str | None:
    most = element["max"]
    fits = most == "*" or (value != "*" and int(value) <= int(most))
    return None if fits else "more than its base"


def _type(element: Tree, _name: str, value: Sequence[Mapping[str, Any]]) -> str | None:
    known = {one["code"] for one in element["type"]}
    return None if {one["code"] for one in value} <= known else "a type its base has not"


def _binding(element: Tree, _name: str, value: Mapping[str, Any]) -> str | None:
    base = element.get("binding")
    if base is None:
        return None
    moved = base["strength"] == "required" and value["valueSet"] != base["valueSet"]
    looser = _STRENGTHS.index(value["strength"]) < _STRENGTHS.index(base["strength"])
    return "a looser binding than its base" if moved or looser else None


def _value(element: Tree, name: str, value: Any) -> str | None:
    """R4 gives the type of an id or an address in its own language, and FHIR's beside it."""
    kinds = {
        next((said["valueUrl"] for said in one.get("extension", ())), one["code"])
        for one in element.get("type", ())
    }
    stem = name.removeprefix("fixed").removeprefix("pattern")
    if stem not in {kind[:1].upper() + kind[1:] for kind in kinds}:
        return f"{name} is no value of its type"
    return None if element.get(name, value) == value else "another value than its base"


_CHECKS: Mapping[str, Callable[[Tree, str, Any], str | None]] = {
    "path": _path,
    "min": _least,
    "max": _most,
    "type": _type,
    "binding": _binding,
    "fixed": _value,
    "pattern": _value,
    **dict.fromkeys(("id", "sliceName", "slicing", "short", "definition", "comment"), _said),
    **dict.fromkeys(("constraint", "mustSupport"), _said),
}
"""What a rule may say, and what must hold for it against the base."""
