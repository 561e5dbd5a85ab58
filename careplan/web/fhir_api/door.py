"""The blueprint of every FHIR door, and how a refusal leaves it: always an OperationOutcome."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from flask import Blueprint, Response

from careplan.fhir import wire
from careplan.fhir.outcome import Issue, IssueType, outcome

FHIR_JSON = "application/fhir+json"

fhir_api = Blueprint("fhir_api", __name__, url_prefix="/fhir")


@dataclass(eq=False)
class Refused(Exception):
    """Raise this anywhere behind a FHIR door: the answer says why, and nothing was done."""

    status: int
    type: IssueType
    says: str
    headers: Mapping[str, str] = field(default_factory=dict)


@fhir_api.errorhandler(Refused)
def refused(problem: Refused) -> Response:
    said = outcome([Issue(type=problem.type, says=problem.says)])
    return fhir_response(wire.dumps(said), problem.status, problem.headers)


def fhir_response(
    body: bytes, status: int = 200, headers: Mapping[str, str] | None = None
) -> Response:
    """One resource as it goes out. The media type always says FHIR, and that it is UTF-8."""
    answer = Response(body, status=status, content_type=f"{FHIR_JSON}; charset=utf-8")
    answer.headers.extend(headers or {})
    return answer
