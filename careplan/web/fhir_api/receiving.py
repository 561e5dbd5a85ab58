"""The door for documents that other systems send: kept for the team, and never a signed plan."""

from __future__ import annotations

import re
from uuid import UUID

from flask import Response, request

from careplan.acts.partner_tokens import TooMany
from careplan.acts.receiving import Receipt, SentBefore, Unfit, read_sent, receive
from careplan.fhir import wire
from careplan.fhir.arriving import MAX_BYTES
from careplan.fhir.outcome import Issue, IssueType, outcome
from careplan.web.access import Reader, open_to
from careplan.web.fhir_api.answering import wants_json
from careplan.web.fhir_api.asking import asked_by, need
from careplan.web.fhir_api.described import (
    NOT_TAKEN,
    REFUSED,
    Answer,
    described,
    fhir_body,
    header,
    outcome_answer,
)
from careplan.web.fhir_api.door import FHIR_JSON, Refused, fhir_api, fhir_response
from careplan.web.here import here

_MEDIA = frozenset({FHIR_JSON, "application/json"})
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_PREFER = frozenset({"minimal", "representation", "OperationOutcome"})
_TAG = 'W/"1"'
_PIECE = 64 * 1024
_RECEIVED = {"Location": "Where its sender reads it back.", "ETag": _TAG}
_TAKEN = {
    201: Answer(says="Kept for the team. Nothing in any plan has changed.", headers=_RECEIVED),
    200: Answer(says="These very bytes were kept before.", headers=_RECEIVED),
    409: outcome_answer("This identifier was given to other bytes before."),
    412: outcome_answer("If-None-Exist is not supported; the identifier does its work."),
    **NOT_TAKEN,
    **REFUSED,
}
_PARAMETERS = (
    header("Prefer", "return=minimal, which is the default, representation or OperationOutcome."),
)


@fhir_api.post("/CarePlan")
@described(
    summary="Send a care plan to the team, which keeps it as a proposal.",
    parameters=_PARAMETERS,
    body=fhir_body("CarePlan"),
    answers=_TAKEN,
    scope="system/CarePlan.c",
)
@open_to(Reader.PARTNER)
def send_plan() -> Response:
    return _received("CarePlan")


@fhir_api.post("/Bundle")
@described(
    summary="Send a document to the team, which keeps it as a proposal.",
    parameters=_PARAMETERS,
    body=fhir_body("Bundle"),
    answers=_TAKEN,
    scope="system/Bundle.c",
)
@open_to(Reader.PARTNER)
def send_document() -> Response:
    return _received("Bundle")


def sent_back(kind: str, identity: str) -> Response | None:
    """The very bytes of what this client sent; None where it sent no such thing."""
    if not asked_by().scopes.allow(kind, "c") or not _UUID.fullmatch(identity):
        return None
    body = read_sent(here().world, partner=asked_by(), kind=kind, received_id=UUID(identity))
    return fhir_response(body, headers={"ETag": _TAG}) if body is not None else None


def _received(kind: str) -> Response:
    partner = need(kind, "c")
    wants_json()
    wanted = _wanted()
    if "If-None-Exist" in request.headers:
        text = "If-None-Exist is not supported: the same identifier sent twice is one document."
        raise Refused(412, IssueType.NOT_SUPPORTED, text)
    data = posted_body()
    try:
        receipt = receive(here().world, partner=partner, kind=kind, data=data, at=here().now())
    except SentBefore:
        text = "This identifier was given to another document before. What came first is kept."
        raise Refused(409, IssueType.DUPLICATE, text) from None
    except TooMany as rest:
        text = f"As many documents as one system may send in a day; more in {rest.seconds} seconds."
        raise Refused(429, IssueType.THROTTLED, text, {"Retry-After": str(rest.seconds)}) from None
    except Unfit as problem:
        status = 400 if problem.not_fhir else 422
        return fhir_response(wire.dumps(outcome(problem.issues)), status)
    return _answer(receipt, data, wanted)


def _answer(receipt: Receipt, data: bytes, wanted: str) -> Response:
    where = f"{here().settings.base_url}/fhir/{receipt.kind}/{receipt.received_id}"
    headers = {"Location": where, "ETag": _TAG}
    status = 201 if receipt.first else 200
    if wanted == "representation":
        return fhir_response(data, status, headers)
    if wanted == "OperationOutcome":
        text = "Kept for the team to read. It changes nothing in any plan."
        said = [Issue(type=IssueType.INFORMATIONAL, says=text, severity="information")]
        return fhir_response(wire.dumps(outcome(said)), status, headers)
    answer = Response(status=status, headers=headers)
    answer.content_type = f"{FHIR_JSON}; charset=utf-8"
    return answer


def _wanted() -> str:
    """What of `Prefer` we know; the rest of it is a wish that may go unheard (RFC 7240)."""
    for one in request.headers.get("Prefer", "").split(","):
        name, _, value = one.partition(";")[0].strip().partition("=")
        if name.strip().lower() == "return" and value.strip().strip('"') in _PREFER:
            return value.strip().strip('"')
    return "minimal"


def posted_body() -> bytes:
    """At most two megabytes, and never more than that in memory."""
    if request.mimetype not in _MEDIA or request.headers.get("Content-Encoding"):
        text = f"Send {FHIR_JSON}, not packed."
        raise Refused(415, IssueType.NOT_SUPPORTED, text)
    too_long = Refused(
        413, IssueType.TOO_LONG, f"Larger than {MAX_BYTES} bytes, which is the most taken here."
    )
    if (request.content_length or 0) > MAX_BYTES:
        raise too_long
    request.max_content_length = MAX_BYTES + 1
    data = bytearray()
    while piece := request.stream.read(_PIECE):  # which may come in any size
        data += piece
        if len(data) > MAX_BYTES:
            raise too_long
    return bytes(data)
