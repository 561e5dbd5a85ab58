"""What went wrong before, behind or beside a FHIR door's own code, said as FHIR says it.

An address that is none, a method nobody takes, too large a body, a database that does not answer:
the site refuses them alike everywhere, and here in an OperationOutcome.
"""

from __future__ import annotations

from flask import Response, request

from careplan.fhir import wire
from careplan.fhir.outcome import Issue, IssueType, outcome
from careplan.web.fhir_api.door import fhir_response

FHIR_DOORS = "/fhir/"
_TYPES = {
    400: IssueType.INVALID,
    401: IssueType.LOGIN,
    403: IssueType.FORBIDDEN,
    404: IssueType.NOT_FOUND,
    405: IssueType.NOT_SUPPORTED,
    409: IssueType.CONFLICT,
    413: IssueType.TOO_LONG,
    414: IssueType.TOO_LONG,
    415: IssueType.NOT_SUPPORTED,
    429: IssueType.THROTTLED,
    431: IssueType.TOO_LONG,
    503: IssueType.TRANSIENT,
}
_SENTENCES = {
    400: "The request could not be read.",
    403: "This is not allowed here.",
    404: "There is nothing at this address.",
    413: "Larger than this address takes. Nothing was kept.",
    415: "Sent in a form this address does not take. Nothing was kept.",
    500: "Something went wrong here. Nothing was kept.",
}


def as_outcome(status: int, text: str) -> Response:
    """`text` is what a person would read, for the statuses that have no sentence of their own."""
    says = _SENTENCES.get(status, text)
    if status == 405:
        says = f"This address does not take {request.method[:20]}."
    usual = IssueType.EXCEPTION if status >= 500 else IssueType.PROCESSING
    said = outcome([Issue(type=_TYPES.get(status, usual), says=says)])
    return fhir_response(wire.dumps(said), status)
