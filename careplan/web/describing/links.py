"""The doors of SMART Health Links 1.0.0: a link's manifest, its one file, its files."""

from __future__ import annotations

from collections.abc import Mapping

from careplan.web.describing.shapes import (
    ANY,
    ERROR,
    MAYBE_TEXT,
    NOT_ANSWERING,
    TOO_MUCH,
    WHOLE,
    a,
    many,
    said,
)
from careplan.web.fhir_api.described import (
    JSON,
    TEXT,
    Answer,
    Body,
    Description,
    LetsIn,
    path,
    query,
)

JOSE = "application/jose"
_ASKS = {"enum": ["birth date", "passcode"]}
_WORDS: Mapping[str, object] = {"type": "string", "minLength": 1, "pattern": r"\S"}
_ANYTHING = {"type": "string", "minLength": 1, "pattern": r"^[^/]+$"}

_FILE = {
    **a(
        {
            "contentType": {
                "enum": [
                    "application/fhir+json",
                    "application/smart-health-card",
                    "application/smart-api-access",
                ]
            },
            "lastUpdated": {"type": "string", "format": "date-time"},
            "status": {"enum": ["can-change", "finalized"]},
            "fhirVersion": {"const": "4.0.1"},
            "embedded": TEXT,
            "location": {"type": "string", "format": "uri"},
        },
        *("fhirVersion", "embedded", "location"),
    ),
    "oneOf": [{"required": ["embedded"]}, {"required": ["location"]}],
}
_MANIFEST = a(
    {
        "files": {**many(_FILE), "minItems": 1},
        "_state": a(
            {"label": TEXT, "tone": TEXT, "words": TEXT, "version": WHOLE, "checked": TEXT}
        ),
        "_look": ANY,
        "_visit": many(TEXT),
        "_reply": TEXT,
    },
    *("_visit", "_reply", "_look"),
)
_BODY = {
    "type": "object",
    "required": ["recipient"],
    "properties": {
        "recipient": {**TEXT, "description": "Who is looking, as people would say it."},
        "passcode": {"description": "What the link asks. Anything but text is as none."},
        "embeddedLengthMax": {"description": "A number: no file in the answer may be longer."},
    },
}
_ADDRESS = path("token", "43 characters, which stand in the link.", _ANYTHING)
_DEAD = said(
    "There is no such link, or it opens nothing any more: which, and whom to ring.",
    a({"state": TEXT, "phone": MAYBE_TEXT, "_door": TEXT}, "phone", "_door"),
)
_NAMELESS = said("Nobody said who is looking.", ERROR)
_POLL = "After how many seconds to ask again, for a link that lasts."

LINK_DOORS: Mapping[str, tuple[Description, ...]] = {
    "machine.manifest": (
        Description(
            summary="What a link holds, for a reader that says who it is",
            methods=("POST",),
            lets_in=LetsIn.ADDRESS,
            parameters=(_ADDRESS,),
            body=Body(media={JSON: _BODY}),
            answers={
                200: said("The files, each in the answer or at an address.", _MANIFEST),
                400: _NAMELESS,
                401: said(
                    "The link asks something, and this was not it.",
                    a({"remainingAttempts": WHOLE, "_asks": _ASKS}),
                ),
                404: _DEAD,
                413: TOO_MUCH,
                429: said("Too soon after a wrong answer.", a({"_asks": _ASKS}), Retry_After=_POLL),
                503: NOT_ANSWERING,
            },
        ),
    ),
    "machine.direct": (
        Description(
            summary="The one file of a link that has no manifest",
            methods=("GET",),
            lets_in=LetsIn.ADDRESS,
            parameters=(
                _ADDRESS,
                query("recipient", "Who is looking.", _WORDS, required=True),
            ),
            answers={
                200: Answer(says="A compact JWE.", media={JOSE: TEXT}),
                400: _NAMELESS,
                404: _DEAD,
                503: NOT_ANSWERING,
            },
        ),
    ),
    "machine.file": (
        Description(
            summary="A file that a manifest named, for half an hour",
            methods=("GET",),
            lets_in=LetsIn.ADDRESS,
            parameters=(path("ticket", "What the manifest said.", _ANYTHING),),
            answers={
                200: Answer(says="A compact JWE.", media={JOSE: TEXT}),
                404: said("There is none, or no longer.", a({"state": {"const": "unknown"}})),
                503: NOT_ANSWERING,
            },
        ),
    ),
}
