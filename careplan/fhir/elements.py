"""The element rules of a StructureDefinition: how many, which fixed value or pattern, per slice.

Enough of FHIR's profiling to hold our own profiles and UK Core's minimums; not a general validator.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from careplan.fhir.tree import Node

Rule = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Broken:
    """One rule that one place does not keep."""

    path: str
    problem: str


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
    name = step.replace("[x]", "")
    where = f"{parent.path}.{name}"
    if len(found) < rule.get("min", 0):
        yield Broken(where, f"at least {rule['min']} wanted, {len(found)} found")
    most = rule.get("max", "*")
    if most != "*" and len(found) > int(most):
        yield Broken(where, f"at most {most} allowed, {len(found)} found")
    wanted = fixed.get(rule["id"])
    for one in found:
        if wanted is not None and not _holds(one.tree, wanted):
            yield Broken(one.path, "not the value this profile asks for")
        if step.endswith("[x]") and not _typed(rule, one):
            yield Broken(one.path, "not a type this profile allows")


def _reach(
    nodes: list[Node], steps: list[str], prefix: str, fixed: Mapping[str, Any]
) -> list[Node]:
    for step in steps:
        prefix = f"{prefix}.{step}"
        nodes = [found for node in nodes for found in _step(node, step, prefix, fixed)]
    return nodes


def _step(node: Node, step: str, identity: str, fixed: Mapping[str, Any]) -> Iterator[Node]:
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


def _children(node: Node, name: str) -> Iterator[Node]:
    if not isinstance(node.tree, dict):
        return
    for key, value in node.tree.items():
        choice = name.endswith("[x]") and key.startswith(name[:-3]) and key != name[:-3]
        if key != name and not choice:
            continue
        if isinstance(value, list):
            for index, item in enumerate(value):
                yield Node(item, f"{node.path}.{key}[{index}]")
        else:
            yield Node(value, f"{node.path}.{key}")


def _typed(rule: Rule, node: Node) -> bool:
    allowed = [one["code"] for one in rule.get("type", ())]
    key = node.path.rpartition(".")[2]
    stem = rule["id"].rpartition(".")[2].removesuffix("[x]")
    return not allowed or any(key == stem + code[0].upper() + code[1:] for code in allowed)


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
