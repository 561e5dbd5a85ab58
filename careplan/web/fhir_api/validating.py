"""The door where a system has a file judged before it sends it. Nothing is kept."""

from __future__ import annotations

from flask import Response

from careplan.fhir.definitions import NotSetUp
from careplan.fhir.outcome import IssueType
from careplan.fhir.rest_validate import judged
from careplan.plan.codec import Unreadable
from careplan.web.access import Reader, open_to
from careplan.web.fhir_api.answering import wants_json
from careplan.web.fhir_api.door import Refused, fhir_api, fhir_response
from careplan.web.fhir_api.receiving import posted_body
from careplan.web.here import here


@fhir_api.post("/$validate")
@open_to(Reader.PARTNER)
def validate() -> Response:
    return _judged(None)


@fhir_api.post("/<any(CarePlan,Bundle):kind>/$validate")
@open_to(Reader.PARTNER)
def validate_kind(kind: str) -> Response:
    return _judged(kind)


def _judged(kind: str | None) -> Response:
    """200 for whatever could be read: that it is wrong is the answer, and no failure."""
    wants_json()
    try:
        return fhir_response(judged(posted_body(), kind=kind, now=here().now()))
    except NotSetUp:
        says = "This service cannot judge files: its set-up is not finished."
        raise Refused(503, IssueType.TRANSIENT, says, {"Retry-After": "600"}) from None
    except Unreadable as problem:
        raise Refused(
            400, IssueType.STRUCTURE, f"{problem.path}: {problem.problem}"[:400]
        ) from None
