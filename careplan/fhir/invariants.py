"""R4's own invariants, each asked at its own place: the one door to fhirpathpy.

An expression is parsed once and only when a file has something to ask it of. One that comes out as
nothing (a period from "2025" to "2025-03-01") is kept: R4 cannot tell either.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from functools import cache
from typing import Any

from careplan.fhir.definitions import Invariant, shape
from careplan.fhir.outcome import IssueType
from careplan.fhir.problems import Problem, Severity, error
from careplan.fhir.structure import Home, Place
from careplan.fhir.wire import Number

ELSEWHERE = {
    "ele-1": "structure",
    "ext-1": "structure",
    "txt-1": "xhtml",
    "txt-2": "xhtml",
    "ref-1": "targets",
    "dom-3": "targets",
    "dom-6": "conform, as advice",
    "bdl-2": "documents, entry by entry",
    "bdl-3": "documents, entry by entry",
    "bdl-4": "documents, entry by entry",
    "bdl-7": "documents, entry by entry",
    "bdl-9": "documents",
    "bdl-10": "documents",
    "bdl-11": "documents",
    "que-2": "here, in Python",
    "csd-1": "here, in Python",
    "rng-2": "here, in Python",
}
"""Rules checked by other means: the engine lacks a function for them, or takes very long."""

_ONLY_IF = {"dom-2": "contained", "dom-4": "contained", "dom-5": "contained"}
"""Rules that say nothing without this element."""

_INNER = ("BackboneElement", "Element")
_MOST = 20_000

Resolve = Callable[[str, Home], Home | None]


class Rules:
    """The invariants of one file. Numbers are made plain once, for the engine knows no others.

    `unfinished`: where something required is missing, which most rules take for granted.
    """

    def __init__(
        self, root: dict[str, Any], resolve: Resolve, unfinished: frozenset[str] = frozenset()
    ) -> None:
        self._resolve, self._unfinished = resolve, unfinished
        self._made: dict[int, Any] = {}
        self._asked = 0
        self._plain(root)

    def check(self, place: Place) -> Iterator[Problem]:
        if place.path in self._unfinished:
            return
        for rule in _rules(place.element.path, place.type.code, place.type.profile):
            if _ONLY_IF.get(rule.key, "") in ("", *_names(place.value)):
                yield from self._ask(rule, place)
        yield from _by_hand(place)

    def _ask(self, rule: Invariant, place: Place) -> Iterator[Problem]:
        self._asked += 1
        if self._asked > _MOST:
            if self._asked == _MOST + 1:
                text = f"so large that only {_MOST} rules were asked; the rest was not checked"
                yield error("", text, IssueType.TOO_COSTLY)
            return
        home, outer = place.home, place.home.around or place.home
        around = {"resource": self._made[id(home.tree)], "rootResource": self._made[id(outer.tree)]}
        value = self._made.get(id(place.value), place.value)
        try:
            answer = _compiled(rule.expression)(value, place.base, around, self._find(home))
        except Exception as problem:  # noqa: BLE001  (the engine raises bare Exceptions)
            text = f"the rule {rule.key} could not be asked: {str(problem)[:80]}"
            yield Problem(place.path, Severity.INFORMATION, text, IssueType.PROCESSING)
            return
        if answer == [False]:
            severity = Severity.ERROR if rule.severity == "error" else Severity.WARNING
            text = f"{rule.human.strip().rstrip('.')} ({rule.key})"
            yield Problem(place.path, severity, text, IssueType.INVARIANT)

    def _find(self, home: Home) -> Callable[[list[Any]], list[Any]]:
        def resolved(inputs: list[Any]) -> list[Any]:
            found = []
            for one in inputs:
                to = one.get("reference") if isinstance(one, dict) else one
                target = self._resolve(to, home) if isinstance(to, str) else None
                if target is not None:
                    found.append(_node(self._made[id(target.tree)], target.kind))
            return found

        return resolved

    def _plain(self, value: Any) -> Any:
        if isinstance(value, Number):
            return _number(value.text)
        if isinstance(value, list):
            return [self._plain(item) for item in value]
        if isinstance(value, dict):
            made = {name: self._plain(item) for name, item in value.items()}
            self._made[id(value)] = made
            return made
        return value


def _names(value: Any) -> tuple[str, ...]:
    return tuple(value) if isinstance(value, dict) else ()


def _number(text: str) -> Any:
    """Only what the structure has found to be a number of FHIR's is ever computed with."""
    if len(text) > 40:
        return text
    return int(text) if text.lstrip("-").isdecimal() else Decimal(text)


@cache
def _rules(path: str, code: str, profile: str | None) -> tuple[Invariant, ...]:
    """Those of the element, of its type, of the type's profile and of the element it repeats."""
    found: dict[str, Invariant] = {}
    for one in (*_of_element(path), *_of_type(code), *_of_type(_last(profile))):
        if one.key not in ELSEWHERE:
            found.setdefault(one.key, one)
    return tuple(found.values())


def _last(profile: str | None) -> str:
    return profile.rpartition("/")[2] if profile else ""


def _of_type(code: str) -> tuple[Invariant, ...]:
    found = shape(code) if code and code not in _INNER else None
    return found.root.invariants if found else ()


def _of_element(path: str) -> tuple[Invariant, ...]:
    owner = path.rpartition(".")[0]
    found = shape(path.partition(".")[0])
    if found is None or not owner:
        return ()
    for member in found.members[owner].values():
        element = member.element
        if element.path == path:
            same = _of_element(element.same_as) if element.same_as else ()
            return (*element.invariants, *same)
    return ()


def _by_hand(place: Place) -> Iterator[Problem]:
    if place.type.code == "Range" and not _rising(place.value):
        yield error(place.path, "low is higher than high (rng-2)", IssueType.INVARIANT)
    elif place.type.code == "Questionnaire" and _repeated(place.value, "item", "linkId"):
        text = "the same linkId stands twice (que-2)"
        yield error(place.path, text, IssueType.INVARIANT)
    elif place.type.code == "CodeSystem" and _repeated(place.value, "concept", "code"):
        yield error(place.path, "the same code stands twice (csd-1)", IssueType.INVARIANT)


def _rising(value: dict[str, Any]) -> bool:
    ends = [value.get(name) for name in ("low", "high")]
    if not all(isinstance(end, dict) for end in ends):
        return True
    low, high = (end for end in ends if end is not None)
    numbers = [end.get("value") for end in (low, high)]
    same = all(low.get(name) == high.get(name) for name in ("system", "code", "unit"))
    if not same or not all(isinstance(one, Number) and len(one.text) <= 40 for one in numbers):
        return True
    return Decimal(numbers[0].text) <= Decimal(numbers[1].text)


def _repeated(value: dict[str, Any], inner: str, name: str) -> bool:
    seen: set[str] = set()
    waiting: list[Any] = [value]
    while waiting:
        items = waiting.pop().get(inner)
        for one in items if isinstance(items, list) else ():
            if not isinstance(one, dict):
                continue
            said = one.get(name)
            if isinstance(said, str):
                if said in seen:
                    return True
                seen.add(said)
            waiting.append(one)
    return False


Ask = Callable[[Any, str, Mapping[str, Any], Callable[[list[Any]], list[Any]]], Any]


@cache
def _compiled(expression: str) -> Ask:
    from fhirpathpy import apply_parsed_path  # noqa: PLC0415  (0.2 s, and rarely needed)
    from fhirpathpy.models import models  # noqa: PLC0415
    from fhirpathpy.parser import parse  # noqa: PLC0415

    parsed = parse(expression)  # type: ignore[no-untyped-call]
    own = {"hasValue": {"fn": _has_value, "arity": {0: []}}}

    def ask(
        value: Any,
        base: str,
        around: Mapping[str, Any],
        resolve: Callable[[list[Any]], list[Any]],
    ) -> Any:
        table = {**own, "resolve": {"fn": resolve, "arity": {0: []}}}
        options = {"userInvocationTable": table, "traceFn": _say_nothing}
        node = _node(value, base)
        said = {**around, "context": node}
        return apply_parsed_path(  # type: ignore[no-untyped-call]
            node, parsed, said, models["r4"], options
        )

    return ask


def _node(value: Any, base: str) -> Any:
    from fhirpathpy.engine.nodes import ResourceNode  # noqa: PLC0415

    return ResourceNode.create_node(value, base)  # type: ignore[no-untyped-call]


def _has_value(inputs: list[Any]) -> list[bool]:
    return [len(inputs) == 1 and not isinstance(inputs[0], dict) and inputs[0] is not None]


def _say_nothing(*_: object) -> None:
    """R4's rules trace what they see; a validator has its own words."""
