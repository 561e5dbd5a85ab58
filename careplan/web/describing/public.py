"""What anybody may ask, and a cache may keep: public keys, figures, whether the service is up."""

from __future__ import annotations

from collections.abc import Mapping

from careplan.measures.measures import Measure
from careplan.measures.splits import Split
from careplan.web.describing.shapes import (
    DAY,
    ERROR,
    NOT_ANSWERING,
    PLAIN,
    WHOLE,
    a,
    many,
    said,
)
from careplan.web.fhir_api.described import (
    TEXT,
    Answer,
    Description,
    LetsIn,
    Parameter,
    fhir_answer,
    header,
    path,
    query,
)

APP_MANIFEST = "application/manifest+json"
_KEY = a(
    {
        **dict.fromkeys(("kty", "use", "alg", "crv", "kid", "x", "y"), TEXT),
        "crlVersion": WHOLE,
    },
    "crlVersion",
)
_UNLESS = header("If-None-Match", "What the answer was called the last time.")
_UNCHANGED = Answer(says="As it was the last time.")
_ICON = a(dict.fromkeys(("src", "sizes", "type", "purpose"), TEXT), "purpose")
_BLANK = {"const": ""}
FIGURES_ASKED: tuple[Parameter, ...] = (
    query("measure", "Which measure.", {"enum": sorted(Measure)}),
    query("by", "Split by this; blank is not at all.", {"enum": ["", *sorted(Split)]}),
    query("and", "And by this, where the two can be crossed.", {"enum": ["", *sorted(Split)]}),
    query("until", "The day a sheet ends; without it the newest.", {"anyOf": [DAY, _BLANK]}),
)
FIGURES = fhir_answer("A Measure and its MeasureReport, as one file.", "Bundle")


def _text(says: str) -> Answer:
    return Answer(says=says, media={PLAIN: TEXT})


PUBLIC_DOORS: Mapping[str, tuple[Description, ...]] = {
    "well_known.keys": (
        Description(
            summary="The public keys of signed cards (JWK Set)",
            lets_in=LetsIn.NOTHING,
            parameters=(_UNLESS,),
            answers={
                200: said("Every key a card may be checked with.", a({"keys": many(_KEY)})),
                304: _UNCHANGED,
                503: NOT_ANSWERING,
            },
        ),
    ),
    "well_known.cards_taken_back": (
        Description(
            summary="The cards taken back that were signed with one key",
            lets_in=LetsIn.NOTHING,
            parameters=(path("kid", "The key’s own name.", {"type": "string"}), _UNLESS),
            answers={
                200: said(
                    "Their numbers.",
                    a({"kid": TEXT, "method": {"const": "rid"}, "ctr": WHOLE, "rids": many(TEXT)}),
                ),
                304: _UNCHANGED,
                404: said("No such key is published.", ERROR),
                503: NOT_ANSWERING,
            },
        ),
    ),
    "measures.fhir_file": (
        Description(
            summary="The public figures, as FHIR",
            lets_in=LetsIn.NOTHING,
            parameters=(*FIGURES_ASKED, _UNLESS),
            answers={
                200: FIGURES,
                304: _UNCHANGED,
                404: said("There is no such sheet.", ERROR),
                503: NOT_ANSWERING,
            },
        ),
    ),
    "installing.manifest": (
        Description(
            summary="What makes the site an app on a home screen",
            lets_in=LetsIn.NOTHING,
            answers={
                200: Answer(
                    says="A web app manifest.",
                    media={
                        APP_MANIFEST: a(
                            {
                                "name": TEXT,
                                "short_name": TEXT,
                                "icons": many(_ICON),
                            },
                            more=True,
                        )
                    },
                )
            },
        ),
    ),
    "front.machines.healthz": (
        Description(
            summary="Whether the process answers",
            lets_in=LetsIn.NOTHING,
            answers={200: _text("It does.")},
        ),
    ),
    "front.machines.readyz": (
        Description(
            summary="Whether the database answers, and speaks of the same schema",
            lets_in=LetsIn.NOTHING,
            answers={200: _text("It does."), 503: _text("It does not.")},
        ),
    ),
}
