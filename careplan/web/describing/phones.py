"""What a remembered phone asks without anybody signed in: each request brings its own token."""

from __future__ import annotations

from collections.abc import Mapping

from careplan.acts.phones import Cause, Dose
from careplan.acts.tapping import MOST_AT_ONCE, Why
from careplan.visits.visit import Tap, When
from careplan.web.describing.shapes import (
    ELSEWHERE,
    ERROR,
    FLAG,
    NOT_ANSWERING,
    TOO_MUCH,
    WHOLE,
    a,
    said,
)
from careplan.web.fhir_api.described import JSON, Body, Description, LetsIn

_TOKEN = {"type": "string", "minLength": 43, "maxLength": 43}
_UUID = {"type": "string", "format": "uuid"}
_TIME = {"type": "string", "format": "date-time", "pattern": r"(Z|\+00:00)$"}
_TAP = {
    "type": "object",
    "required": ["id", "visit", "tap", "at"],
    "properties": {
        "id": _UUID,
        "visit": _UUID,
        "tap": {"enum": sorted(Tap)},
        "at": _TIME,
        "when": {"enum": [*sorted(When), None]},
        "words": {"type": ["string", "null"]},
        "hospital": {"type": ["string", "null"]},
        "place": {"type": ["string", "null"]},
        "tells": {"type": ["boolean", "null"]},
        "back": {"anyOf": [_UUID, {"type": "null"}]},
        "another": FLAG,
        "own": FLAG,
    },
}
_TAPS = {
    "type": "object",
    "required": ["token"],
    "anyOf": [
        {"required": ["sent", "taps"]},
        {"required": ["forget"], "properties": {"forget": {"const": True}}},
    ],
    "properties": {
        "token": _TOKEN,
        "sent": {**_TIME, "description": "Now, by the phone’s clock."},
        "taps": {
            "type": "array",
            "maxItems": MOST_AT_ONCE,
            "items": {},
            "description": f"Each as {sorted(_TAP['properties'])}; one that cannot be read is "
            "refused by itself.",
        },
        "forget": {**FLAG, "description": "The phone forgets itself; the rest is not read."},
    },
}
_FORGOTTEN = said("This phone was forgotten, or nobody knows it.", a({"known": {"const": False}}))

PHONE_DOORS: Mapping[str, tuple[Description, ...]] = {
    "tapping.taps": (
        Description(
            summary="What was tapped on the way in",
            methods=("POST",),
            lets_in=LetsIn.TICKET,
            body=Body(media={JSON: _TAPS}),
            answers={
                200: said(
                    "What became of each tap, by its id.",
                    a(
                        {
                            "kept": {"type": "object", "additionalProperties": FLAG},
                            "refused": {
                                "type": "object",
                                "additionalProperties": {"enum": sorted(Why)},
                            },
                        }
                    ),
                ),
                400: said("Without the time, or the taps, or with too many.", ERROR),
                403: ELSEWHERE,
                410: _FORGOTTEN,
                413: TOO_MUCH,
                429: said("Too often.", a({"known": {"const": True}}), Retry_After="Seconds."),
                503: NOT_ANSWERING,
            },
        ),
    ),
    "asking.may_it": (
        Description(
            summary="Whether a phone may keep its copy of the plan",
            methods=("POST",),
            lets_in=LetsIn.TICKET,
            body=Body(
                media={
                    JSON: {
                        "type": "object",
                        "required": ["token"],
                        "properties": {
                            "token": _TOKEN,
                            "gone": {"description": f"Why it was erased: {sorted(Cause)}."},
                        },
                    }
                }
            ),
            answers={
                200: said(
                    "It may; and how the copy compares with the plan as it is now.",
                    a(
                        {
                            "keep": {"const": True},
                            "newest": WHOLE,
                            "newer": FLAG,
                            "dose": {"enum": sorted(Dose)},
                        }
                    ),
                ),
                403: ELSEWHERE,
                410: said("It may not, for whatever reason.", a({"keep": {"const": False}})),
                413: TOO_MUCH,
                503: NOT_ANSWERING,
            },
        ),
    ),
}
