"""A document that another system sends: can it be read, what is it called, and whom is it about?

Only what makes it unreadable as FHIR R4 JSON, or dangerous, refuses it. Another system's profile
is its own affair: a team shall see what it says.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from careplan.fhir import bundle, codes, composition, wire
from careplan.fhir.arrival_rules import Held, broken_rules, held_in, patients_of
from careplan.fhir.frame import Kind
from careplan.fhir.outcome import Issue, IssueType
from careplan.fhir.problems import issues
from careplan.fhir.structure import Walk
from careplan.fhir.tree import Tree
from careplan.plan.care_plan import Version
from careplan.plan.codec import Unreadable
from careplan.plan.content import installed
from careplan.plan.dictionary import dictionary
from careplan.plan.values import nhs_number

MAX_BYTES = wire.MAX_BYTES
KINDS = ("CarePlan", "Bundle")
_UNREADABLE = frozenset({IssueType.STRUCTURE, IssueType.REQUIRED, IssueType.VALUE})
_MOST = 50
_LONGEST_NAME = 400


class Unfit(ValueError):
    """Nothing is kept. `not_fhir`: it is not even a FHIR resource of the kind that was expected."""

    def __init__(self, *said: Issue, not_fhir: bool = False) -> None:
        super().__init__("; ".join(one.says for one in said))
        self.issues, self.not_fhir = said, not_fhir


@dataclass(frozen=True, slots=True)
class Arrival:
    """`identifier` is what its sender calls it; the NHS number and birth date are those of the one
    person it is about, as far as it says them."""

    kind: str
    identifier: str
    nhs_number: str | None
    born: date | None
    ours: Kind | None


def read_arrival(data: bytes, kind: str, *, at: datetime) -> Arrival:
    """Raises Unfit with every reason found, up to fifty."""
    tree = _tree(data, kind)
    _must_be_fhir(tree, kind)
    if kind == "Bundle":
        _must_be_document(tree)
    held = held_in(tree)
    broken = [*broken_rules(held, tree, at=at)]
    if broken:
        raise Unfit(*broken[:_MOST])
    identifier = _identifier(tree, kind)
    subject = patients_of(held)
    numbers, born = _who(subject[0] if subject else None, tree, held)
    number = next(iter(numbers)) if len(numbers) == 1 else None
    return Arrival(kind, identifier, number, born, _ours(tree))


def our_version(data: bytes) -> tuple[Kind, Version] | None:
    """The plan that one of our own documents shows; None for anybody else's, and for one of ours
    that does not read back as it was written."""
    try:
        tree = wire.loads(data)
        kind = _ours(tree)
        if kind is None:
            return None
        condition = _condition(tree)
        if condition not in installed():
            return None
        return kind, bundle.read(tree, kind, dictionary(condition))
    except Unreadable:
        return None


def _tree(data: bytes, kind: str) -> Tree:
    try:
        tree = wire.loads(data)
    except Unreadable as problem:
        said = f"{problem.path}: {problem.problem}." if problem.path else f"{problem.problem}."
        raise Unfit(Issue(type=IssueType.STRUCTURE, says=said), not_fhir=True) from problem
    found = tree.get("resourceType") if isinstance(tree, dict) else None
    if found != kind:
        said = f"A {kind} was expected here, and not {str(found)[:40]!r}."
        raise Unfit(Issue(type=IssueType.INVALID, says=said), not_fhir=True)
    return dict(tree)


def _must_be_fhir(tree: Tree, kind: str) -> None:
    found = [one for one in Walk(tree, kind).problems if one.type in _UNREADABLE]
    if found:
        raise Unfit(*issues(found[:_MOST]))


def _must_be_document(tree: Tree) -> None:
    if tree.get("type") != "document":
        raise Unfit(
            Issue(
                type=IssueType.NOT_SUPPORTED,
                says="Bundle.type: only a document is taken here, no batch and no collection.",
                expression="Bundle.type",
            )
        )
    entries = tree.get("entry") or [{}]
    first = entries[0].get("resource") or {}
    if first.get("resourceType") != "Composition":
        said = "Bundle.entry[0]: a document begins with its Composition."
        raise Unfit(Issue(type=IssueType.INVARIANT, says=said, expression="Bundle.entry[0]"))


def _identifier(tree: Tree, kind: str) -> str:
    """System and value; of a CarePlan with several, the first that has both."""
    said = tree.get("identifier")
    for one in said if isinstance(said, list) else [said]:
        system, value = (one.get("system"), one.get("value")) if isinstance(one, dict) else ("", "")
        if system and value and len(system) + len(value) <= _LONGEST_NAME:
            return f"{kind}|{system}|{value}"
    raise Unfit(
        Issue(
            type=IssueType.REQUIRED,
            says=f"{kind}.identifier: a system and a value are needed, {_LONGEST_NAME} letters or "
            "fewer together, so that the same document sent twice is known again.",
            expression=f"{kind}.identifier",
        )
    )


def _who(patient: Held | None, tree: Tree, held: list[Held]) -> tuple[set[str], date | None]:
    said = patient.tree.get("identifier") if patient else None
    numbers = {number for one in said or [] if (number := _number(one))}
    head = held[0].tree if held else tree
    subject = head.get("subject")
    if isinstance(subject, dict) and (number := _number(subject.get("identifier"))):
        numbers.add(number)
    return numbers, _born(patient.tree.get("birthDate") if patient else None)


def _number(identifier: Any) -> str | None:
    if not isinstance(identifier, dict) or identifier.get("system") != codes.NHS_NUMBER:
        return None
    value = identifier.get("value")
    return nhs_number(value) if isinstance(value, str) else None


def _born(text: Any) -> date | None:
    """A birth date known to the day, or none: half of one is nobody's proof."""
    try:
        return date.fromisoformat(text) if isinstance(text, str) and len(text) == 10 else None
    except ValueError:
        return None


def _ours(tree: Tree) -> Kind | None:
    meta = tree.get("meta")
    tags = meta.get("tag") if isinstance(meta, dict) else None
    for tag in tags if isinstance(tags, list) else []:
        if isinstance(tag, dict) and tag.get("system") == bundle.DOCUMENT:
            return Kind(tag["code"]) if tag.get("code") in list(Kind) else None
    return None


def _condition(tree: Tree) -> str | None:
    head = tree["entry"][0]["resource"] if tree.get("entry") else {}
    for one in head.get("extension") or []:
        if isinstance(one, dict) and one.get("url") == composition.CONDITION:
            return str(one.get("valueCode"))
    return None
