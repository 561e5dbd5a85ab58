"""The element rules of a StructureDefinition: how many, which fixed value or pattern, per slice.

Enough of FHIR's profiling to hold our own profiles and UK Core's minimums; not a general validator.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from careplan.fhir import bindings
from careplan.fhir.tree import Node

Rule = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Broken:
    """One rule that one place does not keep."""

    path: str
    problem: str


@dataclass(frozen=True, slots=True)
class Child(Node):
    """A place reached from its parent. `name`: its JSON name, which of a choice says the type."""

    name: str


_KINDS = {str: "code"}


def check(rules: Sequence[Rule], start: Node) -> Iterator[Broken]:
    """`rules` are the differential's elements; `start` is a resource or an extension."""
    fixed = {rule["id"]: value for rule in rules for value in [_value(rule)] if value is not None}
    for rule in rules:
        steps = rule["id"].split(".")[1:]
        if not steps:
            continue
        for parent in _reach([start], steps[:-1], rule["id"].split(".")[0], fixed):
            yield from _check_one(rule, parent, steps[-1], fixed)


def _check_one(rule: Rule, parent: Node, step: str, fixed: Mapping[str, Any]) -> Iterator[Broken]:
    prefix = rule["id"].rpartition(".")[0]
    found = list(_step(parent, step, f"{prefix}.{step}", fixed))
    name, _, piece = step.replace("[x]", "").partition(":")
    where, of = f"{parent.path}.{name}", f" of {piece}" if piece else ""
    if len(found) < rule.get("min", 0):
        yield Broken(where, f"at least {rule['min']}{of} wanted, {len(found)} found")
    most = rule.get("max", "*")
    if most != "*" and len(found) > int(most):
        yield Broken(where, f"at most {most}{of} allowed, {len(found)} found")
    wanted = fixed.get(rule["id"])
    for one in found:
        if wanted is not None and not _holds(one.tree, wanted):
            yield Broken(one.path, "not the value this profile asks for")
        if step.endswith("[x]") and not _typed(rule, one):
            yield Broken(one.path, "not a type this profile allows")
        yield from _bound(rule, one)


def _bound(rule: Rule, one: Child) -> Iterator[Broken]:
    """The required binding of a profile, to a value set whose codes are known here."""
    binding = rule.get("binding", {})
    if binding.get("strength") != "required":
        return
    allowed = bindings.named(binding.get("valueSet", ""))
    kind = _KINDS.get(type(one.tree), "")
    if isinstance(one.tree, dict):
        kind = "CodeableConcept" if "coding" in one.tree or "code" not in one.tree else "Coding"
    if allowed and kind:
        text = bindings.outside(one.tree, kind, allowed, binding["valueSet"])
        if text:
            yield Broken(one.path, text)


def _reach(
    nodes: list[Node], steps: list[str], prefix: str, fixed: Mapping[str, Any]
) -> list[Node]:
    for step in steps:
        prefix = f"{prefix}.{step}"
        nodes = [found for node in nodes for found in _step(node, step, prefix, fixed)]
    return nodes


def _step(node: Node, step: str, identity: str, fixed: Mapping[str, Any]) -> Iterator[Child]:
    """The children a step names; of a slice, those whose fixed children have the fixed values."""
    name, _, piece = step.partition(":")
    marks = [
        (path.removeprefix(f"{identity}."), value)
        for path, value in fixed.items()
        if path.startswith(f"{identity}.")
    ]
    for child in _children(node, name):
        if not piece or all(_marked(child, path, value) for path, value in marks):
            yield child


def _marked(child: Node, path: str, value: Any) -> bool:
    if ":" in path:
        return True
    names = path.split(".")
    found = child.at(*names) if not path.endswith("[x]") else None
    return path.endswith("[x]") or (found is not None and _holds(found.tree, value))


def _children(node: Node, name: str) -> Iterator[Child]:
    if not isinstance(node.tree, dict):
        return
    stem = name.removesuffix("[x]")
    for key, value in node.tree.items():
        choice = name.endswith("[x]") and key.startswith(stem) and key[len(stem) :][:1].isupper()
        if key != name and not choice:
            continue
        if isinstance(value, list):
            for index, item in enumerate(value):
                yield Child(item, f"{node.path}.{stem}[{index}]", key)
        else:
            yield Child(value, f"{node.path}.{stem}", key)


def _typed(rule: Rule, child: Child) -> bool:
    allowed = [one["code"] for one in rule.get("type", ())]
    stem = rule["id"].rpartition(".")[2].removesuffix("[x]")
    return not allowed or any(child.name == stem + code[0].upper() + code[1:] for code in allowed)


def _value(rule: Rule) -> Any:
    for name, value in rule.items():
        if name.startswith(("fixed", "pattern")):
            return value
    return None


def _holds(value: Any, wanted: Any) -> bool:
    """A pattern is kept when everything it names is there."""
    if isinstance(wanted, dict):
        return isinstance(value, dict) and all(
            name in value and _holds(value[name], inner) for name, inner in wanted.items()
        )
    if isinstance(wanted, list):
        return isinstance(value, list) and all(
            any(_holds(one, inner) for one in value) for inner in wanted
        )
    return bool(type(value) is type(wanted) and value == wanted)
