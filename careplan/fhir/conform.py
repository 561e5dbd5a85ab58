"""Is this file a FHIR R4 document, or a visit report, as this program promises? Says all it finds.

It never raises, whatever the bytes; and it says aloud what it does not check.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from careplan.fhir import codes, profiles, structure, visit_questionnaire, wire, xhtml
from careplan.fhir.outcome import Issue, IssueType
from careplan.fhir.tree import Node
from careplan.fhir.writable import text_problem
from careplan.plan.codec import Unreadable

NOT_CHECKED = (
    "that a SNOMED CT, LOINC or UCUM code exists and means what its words say",
    "that a code belongs to the value set its element asks for, as in status or gender",
    "FHIR invariants, except those a profile here turns into a minimum",
    "that a reference leads to a kind of resource its element allows",
    f"more than the minimums of {profiles.UKCORE_SNAPSHOT}: its bindings and must-support elements",
    "the International Patient Summary, whose section codes are used without claiming it",
    "that the narrative says what the data say",
    "that a signature's fingerprint is that of the signed bytes, which are not in the document",
)
"""Said with every verdict: a clean file is a well-built one, not a correct plan."""

_ID = re.compile(r"[A-Za-z0-9.-]{1,64}")
_MOST_PROBLEMS = 200


class Severity(StrEnum):
    ERROR = "error"
    WARNING = "warning"
    INFORMATION = "information"


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong at one place."""

    path: str
    severity: Severity
    text: str
    type: IssueType = IssueType.INVALID


def issues(problems: Iterable[Problem]) -> tuple[Issue, ...]:
    """The same for an OperationOutcome; of a file without problems, the sentence that says so."""
    said = tuple(
        Issue(
            type=one.type,
            says=f"{one.path}: {one.text}" if one.path else one.text,
            severity=str(one.severity),
            expression=one.path or None,
        )
        for one in problems
    )
    return said or (
        Issue(type=IssueType.INFORMATIONAL, says="No problem was found.", severity="information"),
    )


def check(data: bytes) -> list[Problem]:
    """Everything wrong with the file, worst first; an empty list when nothing was found."""
    try:
        tree = wire.loads(data)
    except Unreadable as problem:
        return [Problem(problem.path, Severity.ERROR, problem.problem)]
    if not isinstance(tree, dict) or not isinstance(tree.get("resourceType"), str):
        return [Problem("", Severity.ERROR, "not a FHIR resource: no resourceType")]
    bundle = Node(tree, tree["resourceType"][:40])
    found = [*_resource(bundle)]
    if tree["resourceType"] == "Bundle":
        found += _document(bundle)
        for entry in _entries(bundle):
            resource = entry.at("resource")
            if resource is not None and isinstance(resource.tree, dict):
                found += _resource(resource)
    elif tree.get("questionnaire") == visit_questionnaire.URL:
        found += _told(bundle)
    else:
        found.append(_error(bundle.path, "not a document Bundle: only this resource was checked"))
    unique = dict.fromkeys(found)
    worst_first = sorted(unique, key=lambda one: one.severity is not Severity.ERROR)
    return worst_first[:_MOST_PROBLEMS]


def _told(response: Node) -> Iterator[Problem]:
    """A visit report stands by itself, and keeps to the questionnaire it answers."""
    try:
        yield from (_error(one.path, one.problem) for one in visit_questionnaire.problems(response))
    except Unreadable as problem:
        yield _error(problem.path, problem.problem)


def _error(path: str, text: str) -> Problem:
    return Problem(path, Severity.ERROR, text)


def _resource(node: Node) -> Iterator[Problem]:
    tree = node.tree
    if node.path == "Bundle":
        tree = {**tree, "entry": [_shell(entry) for entry in _list(tree.get("entry"))]}
    for broken in (*structure.check(tree, node.path), *profiles.broken_by(Node(tree, node.path))):
        yield _error(broken.path, broken.problem)
    yield from _texts(tree, node.path)


def _shell(entry: Any) -> Any:
    """An entry for the Bundle's own check: what it holds is checked by itself, with its path."""
    if not isinstance(entry, dict) or not isinstance(entry.get("resource"), dict):
        return entry
    return {**entry, "resource": {"resourceType": "Basic", "code": {"text": "checked by itself"}}}


def _texts(value: Any, path: str) -> Iterator[Problem]:
    """The library accepts any string that holds one good character, and any narrative at all."""
    if isinstance(value, dict):
        for name, item in value.items():
            yield from _member(value, name, item, f"{path}.{name}")
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _texts(item, f"{path}[{index}]")
    elif isinstance(value, str):
        problem = text_problem(value)
        if problem:
            yield _error(path, problem)
    elif value is None and not path.endswith("]"):  # a list of primitives may hold null
        yield _error(path, "null stands for nothing in FHIR")


def _member(owner: dict[str, Any], name: str, item: Any, path: str) -> Iterator[Problem]:
    if name == "div" and isinstance(item, str):
        yield from (_error(path, problem) for problem in xhtml.problems(item))
    elif name == "id" and "resourceType" in owner and not _is_id(item):
        yield _error(path, "not an id: letters, digits, hyphens and dots, at most 64")
    else:
        yield from _texts(item, path)


def _is_id(value: Any) -> bool:
    return isinstance(value, str) and _ID.fullmatch(value) is not None


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _entries(bundle: Node) -> list[Node]:
    found = bundle.at("entry")
    entries = _list(found.tree) if found else []
    return [Node(entry, f"{bundle.path}.entry[{index}]") for index, entry in enumerate(entries)]


def _text(node: Node, *steps: str | int) -> str | None:
    found = node.at(*steps)
    return found.tree if found is not None and isinstance(found.tree, str) else None


def _document(bundle: Node) -> Iterator[Problem]:
    """The rules of a FHIR document (R4 section 3.3) that the library does not know."""
    yield from _head(bundle)
    entries = _entries(bundle)
    kinds = [_text(entry, "resource", "resourceType") for entry in entries]
    if kinds[:1] != ["Composition"]:
        yield _error(f"{bundle.path}.entry[0]", "a document begins with its Composition")
    if kinds.count("Composition") > 1:
        yield _error(f"{bundle.path}.entry", "more than one Composition")
    if kinds.count("Patient") != 1:
        yield _error(f"{bundle.path}.entry", "a plan is about one Patient")
    yield from _addresses(entries)
    yield from _references(entries)


def _head(bundle: Node) -> Iterator[Problem]:
    if _text(bundle, "type") != "document":
        yield _error(f"{bundle.path}.type", "not a document")
    for steps in (("identifier", "system"), ("identifier", "value"), ("timestamp",)):
        if not _text(bundle, *steps):
            yield _error(".".join((bundle.path, *steps)), "a document needs one")
    claimed = bundle.at("meta", "profile")
    if f"{codes.PROFILE}/CrisisPlanDocument" not in _list(claimed.tree if claimed else None):
        text = "does not claim to be a crisis plan document, so only general rules were checked"
        yield Problem(f"{bundle.path}.meta.profile", Severity.WARNING, text)


def _addresses(entries: list[Node]) -> Iterator[Problem]:
    seen: dict[str, str] = {}
    for entry in entries:
        url, identity = _text(entry, "fullUrl"), _text(entry, "resource", "id")
        if url is None:
            yield _error(f"{entry.path}.fullUrl", "every entry of a document needs one")
        elif url in seen:
            yield _error(f"{entry.path}.fullUrl", f"the same as that of {seen[url]}")
        elif url.startswith("urn:uuid:") and identity and url != f"urn:uuid:{identity}":
            yield Problem(
                f"{entry.path}.fullUrl", Severity.WARNING, "not the address of the resource's id"
            )
        if url is not None:
            seen.setdefault(url, entry.path)


def _references(entries: list[Node]) -> Iterator[Problem]:
    known: set[str] = set()
    for entry in entries:
        url, kind = _text(entry, "fullUrl"), _text(entry, "resource", "resourceType")
        known |= {url or "", f"{kind}/{_text(entry, 'resource', 'id')}"}
    for entry in entries:
        for path, target in _targets(entry.tree, entry.path):
            if target not in known and not target.startswith("#"):
                yield _error(path, f"leads out of the document, to {target[:80]!r}")


def _targets(value: Any, path: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        for name, item in value.items():
            if name == "reference" and isinstance(item, str):
                yield f"{path}.{name}", item
            else:
                yield from _targets(item, f"{path}.{name}")
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _targets(item, f"{path}[{index}]")
