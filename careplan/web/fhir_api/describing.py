"""What this service says of itself to other systems: FHIR's own statement, and OpenAPI."""

from __future__ import annotations

import json

from flask import Response, current_app, request

from careplan.fhir import capability, wire
from careplan.fhir.outcome import IssueType
from careplan.web.access import Reader, open_to
from careplan.web.describing.openapi import openapi
from careplan.web.fhir_api.answering import wants_json
from careplan.web.fhir_api.described import (
    FORMAT,
    JSON,
    Answer,
    LetsIn,
    described,
    fhir_answer,
    outcome_answer,
    query,
)
from careplan.web.fhir_api.door import Refused, fhir_api, fhir_response
from careplan.web.here import here

_MODES = ("full", "normative")


@fhir_api.get("/metadata")
@open_to(Reader.ANYONE)
@described(
    summary="What this service can do, as FHIR says it",
    lets_in=LetsIn.NOTHING,
    parameters=(query("mode", "All of it is returned for either.", {"enum": _MODES}), FORMAT),
    answers={
        200: fhir_answer("The statement.", "CapabilityStatement"),
        400: outcome_answer("Another mode. There is no terminology service here."),
        406: outcome_answer("Wanted in a form there is none in."),
    },
)
def metadata() -> Response:
    wants_json()
    mode = request.args.get("mode", "full")
    if mode not in _MODES:
        says = "mode is full or normative: there is no terminology service here."
        raise Refused(400, IssueType.NOT_SUPPORTED, says)
    made = capability.statement(f"{here().settings.base_url}/fhir")
    return fhir_response(wire.dumps(made))


@fhir_api.get("/openapi.json")
@open_to(Reader.ANYONE)
@described(
    summary="Every address that answers JSON, as OpenAPI 3.1",
    lets_in=LetsIn.NOTHING,
    answers={
        200: Answer(
            says="This.",
            media={
                JSON: {
                    "type": "object",
                    "required": ["openapi", "info", "paths", "components"],
                    "properties": {"openapi": {"const": "3.1.0"}},
                }
            },
        ),
    },
)
def open_api() -> Response:
    made = openapi(current_app, base_url=here().settings.base_url)
    body = json.dumps(made, ensure_ascii=False, separators=(",", ":"))
    return Response(body, content_type=JSON)
