"""Schemas that more than one table of doors is written with."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from careplan.web.fhir_api.described import JSON, TEXT, Answer, Schema

PAGE = "text/html"
PLAIN = "text/plain"
ANY: Schema = {}
FLAG: Schema = {"type": "boolean"}
WHOLE: Schema = {"type": "integer"}
DAY: Schema = {"type": "string", "format": "date"}
MAYBE_TEXT: Schema = {"type": ["string", "null"]}


def a(properties: Mapping[str, Schema], *optional: str, more: bool = False) -> Schema:
    """An object of exactly these members; those named after are not always there."""
    made: dict[str, Any] = {
        "type": "object",
        "properties": {name: dict(schema) for name, schema in properties.items()},
        "required": [name for name in properties if name not in optional],
    }
    return made if more else {**made, "additionalProperties": False}


def many(items: Schema) -> Schema:
    return {"type": "array", "items": dict(items)}


def said(text: str, schema: Schema, **headers: str) -> Answer:
    """A few words of JSON."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Answer(says=text, media={JSON: schema}, headers=named)


def page(text: str) -> Answer:
    """A page for people, from a door that answers JSON otherwise."""
    return Answer(says=text, media={PAGE: TEXT})


ERROR = a({"error": TEXT, "detail": TEXT}, "detail")
TOO_MUCH = said("More than this door takes. Nothing was kept.", ERROR)
ELSEWHERE = said("Sent by a page of another site.", ERROR)
NOT_ANSWERING = said("The database is not answering.", ERROR, Retry_After="Seconds to wait.")
