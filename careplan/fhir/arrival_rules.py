"""What no document may hold that another system sends, however well-formed it is.

These are not differences of profile: a document about two people, one that says it was written
tomorrow, or one that runs, is refused whole.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from careplan.fhir.outcome import Issue, IssueType
from careplan.fhir.tree import Tree

_RUNS = re.compile(
    r"<[\s/]*(?:\w{1,20}:)?(script|iframe|frame|object|embed|applet|form|input|button|base|link|meta|"
    r"svg|math)\b|<[^<>]*[\s/\"']on[a-z]+\s*=|javascript\s*:|vbscript\s*:|<!DOCTYPE|<!ENTITY|<\?",
    re.IGNORECASE,
)
_UP = frozenset({"partOf", "basedOn", "replaces", "derivedFrom", "hasMember"})
"""References that lead to what something is a part or a successor of: a circle of them is none."""
_HAPPENED = frozenset(
    {
        *("timestamp", "birthDate", "deceasedDateTime", "created", "authoredOn", "recordedDate"),
        *("dateAsserted", "issued", "recorded", "authored", "lastUpdated", "time"),
    }
)
"""Elements that say when something was, and never when it is to be."""
_DATED = frozenset({"Composition", "DocumentReference"})
"""Where `date` is when it was written."""
_DATE = re.compile(r"[0-9]{4}(-[0-9]{2}){0,2}")
_A_DAY = timedelta(days=1)
"""Clocks differ, and so do time zones."""
_SOMEBODY = frozenset({"subject", "patient"})
_PATIENT_URL = re.compile(r"(?:.*/)?(Patient/[A-Za-z0-9.-]{1,64})(?:/_history/[A-Za-z0-9.-]+)?")
_KINDS = re.compile(r"(?:.*/)?(?:Group|Device|Location|Practitioner|Organization)/.*")


@dataclass(frozen=True, slots=True)
class Held:
    """One resource of a document. `names`: all that references to it may say from where it stands;
    `around`: the path of the resource that contains it."""

    tree: Tree
    path: str
    kind: str
    names: frozenset[str]
    around: str | None = None


def held_in(tree: Tree) -> list[Held]:
    """Every resource of a document Bundle, or a resource by itself, with what each contains."""
    if tree.get("resourceType") != "Bundle":
        return [*_with_contained(tree, str(tree.get("resourceType")), frozenset())]
    found: list[Held] = []
    entries = tree.get("entry")
    for index, entry in enumerate(entries if isinstance(entries, list) else []):
        resource = entry.get("resource") if isinstance(entry, dict) else None
        if isinstance(resource, dict):
            url = entry.get("fullUrl")
            names = frozenset({url} if isinstance(url, str) else ())
            found += _with_contained(resource, f"Bundle.entry[{index}].resource", names)
    return found


def _with_contained(tree: Tree, path: str, names: frozenset[str]) -> Iterator[Held]:
    kind, identity = str(tree.get("resourceType")), tree.get("id")
    if isinstance(identity, str):
        names |= {f"{kind}/{identity}"}
    yield Held(tree, path, kind, names)
    inside = tree.get("contained")
    for index, one in enumerate(inside if isinstance(inside, list) else []):
        if isinstance(one, dict):
            name = frozenset({f"#{one.get('id')}"})
            yield Held(one, f"{path}.contained[{index}]", str(one.get("resourceType")), name, path)


def broken_rules(held: list[Held], tree: Tree, *, at: datetime) -> Iterator[Issue]:
    """Each with its place; nothing when the document may come in."""
    yield from _anothers(held)
    yield from _circles(held)
    yield from _dates(tree, str(tree.get("resourceType")), (at + _A_DAY).date().isoformat())
    yield from _running(tree, str(tree.get("resourceType")))


def patients_of(held: list[Held]) -> list[Held]:
    return [one for one in held if one.kind == "Patient"]


def _issue(path: str, text: str, kind: IssueType = IssueType.BUSINESS_RULE) -> Issue:
    return Issue(type=kind, says=f"{path}: {text}.", expression=path)


# --- somebody else ---------------------------------------------------------------------------


def _anothers(held: list[Held]) -> Iterator[Issue]:
    patients = patients_of(held)
    if len(patients) > 1:
        yield _issue(patients[1].path, "a document is about one person, and this is a second")
        return
    own = _own_names(held, patients[0] if patients else None)
    for one in held:
        if one.kind == "Patient":
            continue
        for path, key, target in references(one):
            if _is_somebody(one, key, target) and _without_version(target) not in own:
                yield _issue(path, "leads to a person whom this document is not about")


def _own_names(held: list[Held], patient: Held | None) -> frozenset[str]:
    if patient is not None:
        return patient.names
    head = held[0].tree if held else {}
    subject = head.get("subject") or head.get("patient")
    target = subject.get("reference") if isinstance(subject, dict) else None
    return frozenset({_without_version(target)} if isinstance(target, str) else ())


def _is_somebody(one: Held, key: str, target: str) -> bool:
    if target == "#" or (target.startswith("#") and key not in _SOMEBODY):
        return False
    if _PATIENT_URL.fullmatch(target):
        return True
    return key in _SOMEBODY and not _KINDS.fullmatch(target) and one.kind != "Provenance"


def _without_version(target: str) -> str:
    return target.partition("/_history/")[0]


def references(one: Held) -> Iterator[tuple[str, str, str]]:
    """Path, the element it stands in, and where it leads; not those of contained resources."""
    stack: list[tuple[Any, str, str]] = [(one.tree, one.path, "")]
    while stack:
        value, path, key = stack.pop()
        if isinstance(value, dict):
            target = value.get("reference")
            if isinstance(target, str):
                yield f"{path}.reference", key, target
            stack += [
                (inner, f"{path}.{name}", name)
                for name, inner in value.items()
                if name != "contained"
            ]
        elif isinstance(value, list):
            stack += [(inner, f"{path}[{index}]", key) for index, inner in enumerate(value)]


# --- circles ---------------------------------------------------------------------------------


def _circles(held: list[Held]) -> Iterator[Issue]:
    known = {name: one.path for one in held if one.around is None for name in one.names}
    inside = {
        (one.around, name): one.path for one in held if one.around is not None for name in one.names
    }
    up: dict[str, list[str]] = {}
    for one in held:
        near = one.around or one.path
        for path, key, target in references(one):
            goal = inside.get((near, target)) or known.get(_without_version(target))
            if goal == one.path:
                yield _issue(path, "leads to the resource it stands in")
            elif goal is not None and key in _UP:
                up.setdefault(one.path, []).append(goal)
    circle = _in_a_circle(up)
    if circle:
        yield _issue(circle, "parts lead to each other in a circle")


def _in_a_circle(up: Mapping[str, list[str]]) -> str | None:
    """One of those left when whatever nothing leads to has been taken away, again and again."""
    led_to = Counter(goal for goals in up.values() for goal in goals)
    free = [one for one in up if not led_to[one]]
    left = set(up)
    while free:
        here = free.pop()
        left.discard(here)
        for goal in up.get(here, ()):
            led_to[goal] -= 1
            if not led_to[goal] and goal in left:
                free.append(goal)
    return min(left, default=None)


# --- times, and what runs --------------------------------------------------------------------


def _each(value: Any, path: str, visit: Callable[[Tree, str], Iterator[Issue]]) -> Iterator[Issue]:
    """Every object of the tree once, however deep."""
    stack: list[tuple[Any, str]] = [(value, path)]
    while stack:
        here, at = stack.pop()
        if isinstance(here, dict):
            yield from visit(here, at)
            stack += [(inner, f"{at}.{name}") for name, inner in here.items()]
        elif isinstance(here, list):
            stack += [(inner, f"{at}[{index}]") for index, inner in enumerate(here)]


def _dates(tree: Tree, path: str, latest: str) -> Iterator[Issue]:
    def visit(one: Tree, at: str) -> Iterator[Issue]:
        for name, value in one.items():
            said = name in _HAPPENED or (name == "date" and one.get("resourceType") in _DATED)
            found = _DATE.match(value) if said and isinstance(value, str) else None
            if found and found.group() > latest[: len(found.group())]:
                yield _issue(f"{at}.{name}", "says something of the future as if it had been")

    yield from _each(tree, path, visit)


def _running(tree: Tree, path: str) -> Iterator[Issue]:
    def visit(one: Tree, at: str) -> Iterator[Issue]:
        div = one.get("div")
        if isinstance(div, str) and _RUNS.search(div):
            text = "this narrative holds something that runs, loads or asks (txt-1)"
            yield _issue(f"{at}.div", text, IssueType.SECURITY)

    yield from _each(tree, path, visit)
