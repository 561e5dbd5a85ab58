"""`$validate`: what is wrong with a resource that was sent to be judged, and kept nowhere."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from careplan.fhir import wire
from careplan.fhir.conform import check, issues
from careplan.fhir.outcome import Issue, IssueType, outcome
from careplan.plan.codec import Unreadable


def judged(data: bytes, *, kind: str | None, now: datetime) -> bytes:
    """An OperationOutcome about the resource, or about the one inside Parameters, as R4's own
    operation takes it. `kind`: what it must be. Raises Unreadable for what is not JSON of FHIR."""
    tree = wire.loads(data)
    inside = _inside(tree)
    problems = check(data if inside is tree else wire.dumps(inside), now=now)
    found = [*_another(inside, kind), *issues(problems)]
    return wire.dumps(outcome(found))


def _inside(tree: Any) -> Any:
    """The resource itself: numbers are kept by their digits, so writing it again loses nothing."""
    if not isinstance(tree, dict) or tree.get("resourceType") != "Parameters":
        return tree
    given = tree.get("parameter")
    parts = [one for one in given if isinstance(one, dict)] if isinstance(given, list) else []
    found = [
        one["resource"] for one in parts if one.get("name") == "resource" and "resource" in one
    ]
    if len(found) != 1:
        raise Unreadable("Parameters.parameter", "one named resource, with a resource, is needed")
    return found[0]


def _another(tree: Any, kind: str | None) -> list[Issue]:
    said = tree.get("resourceType") if isinstance(tree, dict) else None
    if kind is None or said == kind:
        return []
    text = f"this address judges a {kind}, and this is none"
    return [Issue(type=IssueType.INVALID, says=text, expression=kind)]
