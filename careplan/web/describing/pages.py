"""What the scripts of our own pages ask, with the session and the form token of the page.

They answer JSON to that script and a page to anybody else, and are nobody's interface: they stand
here so that they are asked, with everything else, for what they should never do.
"""

from __future__ import annotations

from collections.abc import Mapping

from careplan.web.describing.public import FIGURES, FIGURES_ASKED
from careplan.web.describing.shapes import (
    FLAG,
    MAYBE_TEXT,
    PAGE,
    WHOLE,
    a,
    many,
    page,
    said,
)
from careplan.web.drafts import AUTOSAVE
from careplan.web.fhir_api.described import (
    FORM,
    JSON,
    TEXT,
    Answer,
    Body,
    Description,
    LetsIn,
    Schema,
    header,
)

_FORM: Schema = {
    "type": "object",
    "additionalProperties": TEXT,
    "properties": {"csrf_token": TEXT},
}
_OWN: Schema = {
    "type": "object",
    "additionalProperties": TEXT,
    "required": ["own"],
    "properties": {
        "csrf_token": TEXT,
        "own": {"const": "yes", "description": "It is a phone of one’s own."},
        "name": {**TEXT, "description": "What to call it: one line of 40 letters at most."},
        "names": {**TEXT, "description": "“yes”: the names may stay on the phone too."},
    },
}
_REFUSED: Mapping[int, Answer] = {
    302: Answer(says="Nobody is signed in, or without the second step.", media={PAGE: TEXT}),
    400: page("Without the form token of the page."),
    403: page("Not for whoever is signed in."),
    404: page("There is nothing at this address, or they may not see it."),
    413: page("More than this door takes."),
    503: page("The database is not answering."),
}
_MEANWHILE = said(
    "Somebody wrote there meanwhile. Nothing was kept.",
    a({"saved": {}, "conflict": FLAG, "by": MAYBE_TEXT}, "conflict", "by"),
)
_KEPT = {
    JSON: a({"saved": TEXT, "revision": WHOLE}),
    PAGE: TEXT,
}
_PROBLEM = a({"problem": TEXT})


def _saving(summary: str) -> tuple[Description, ...]:
    """A page that saves itself as somebody types."""
    return (
        Description(
            summary=summary,
            methods=("GET",),
            lets_in=LetsIn.SESSION,
            answers={200: page("The page."), 302: _REFUSED[302], **_refused(403, 404, 503)},
        ),
        Description(
            summary=f"{summary}: saved as it is typed",
            methods=("POST",),
            lets_in=LetsIn.SESSION,
            parameters=(header(AUTOSAVE, "With it the answer is JSON; without it, a page."),),
            body=Body(media={FORM: _FORM}, required=False),
            answers={
                **_REFUSED,
                200: Answer(says="Kept.", media=_KEPT),
                303: page("Kept; the next page."),
                409: Answer(says=_MEANWHILE.says, media={**_MEANWHILE.media, PAGE: TEXT}),
                422: page("Kept as far as it can be; what is wrong is said."),
            },
        ),
    )


def _refused(*codes: int) -> dict[int, Answer]:
    return {code: _REFUSED[code] for code in codes}


def _remembering() -> tuple[Description, ...]:
    names: dict[str, Schema] = {
        "token": TEXT,
        "phone": TEXT,
        "whose": TEXT,
        "called": MAYBE_TEXT,
        "medicines": many(TEXT),
        "hospitals": many(a({"code": TEXT, "name": TEXT})),
    }
    return (
        Description(
            summary="The phones that remember “I’m going in”",
            methods=("GET",),
            lets_in=LetsIn.SESSION,
            answers={200: page("The page."), **_refused(302, 403, 404, 503)},
        ),
        Description(
            summary="This phone remembers “I’m going in”",
            methods=("POST",),
            lets_in=LetsIn.SESSION,
            body=Body(media={FORM: _OWN}),
            answers={
                **_REFUSED,
                200: said(
                    "What stays on the phone, handed over once.",
                    a(names, "called", "medicines", "hospitals"),
                ),
                409: said("Ten phones are remembered already.", _PROBLEM),
                422: said("Nobody said that the phone is their own.", _PROBLEM),
            },
        ),
    )


PAGE_DOORS: Mapping[str, tuple[Description, ...]] = {
    "patient.write": _saving("A page of one’s own words"),
    "carer.write": _saving("A page of the words of somebody one helps"),
    "team.section": _saving("A section the team writes"),
    "report.page": _saving("A page of what happened at a visit"),
    "carer_report.page": _saving("A page of what happened at somebody’s visit"),
    "visit.remember": _remembering(),
    "carer_visit.remember": _remembering(),
    "phone.keep": (
        Description(
            summary="A copy of the plan, for a phone that locks it",
            methods=("POST",),
            lets_in=LetsIn.SESSION,
            body=Body(media={FORM: _OWN}),
            answers={
                **_REFUSED,
                200: said(
                    "What stays beside the lock in clear, and what goes behind it.",
                    a(
                        {
                            "beside": a(
                                {
                                    "token": TEXT,
                                    "phone": TEXT,
                                    "version": WHOLE,
                                    "kept_at": TEXT,
                                    "expires_at": TEXT,
                                }
                            ),
                            "behind": a(
                                {
                                    "narrative": TEXT,
                                    "chip": a({"label": TEXT, "tone": TEXT, "words": TEXT}),
                                    "signed_until": MAYBE_TEXT,
                                    "notices": many(
                                        a({"text": TEXT, "since": MAYBE_TEXT, "until": MAYBE_TEXT})
                                    ),
                                    "review_due": MAYBE_TEXT,
                                }
                            ),
                        }
                    ),
                ),
                409: said("Nothing is published yet.", _PROBLEM),
                422: said("The name is too long, or the phone is not their own.", _PROBLEM),
            },
        ),
    ),
    "report.everything": (
        Description(
            summary="All that somebody told about their visits, as one file",
            methods=("POST",),
            lets_in=LetsIn.SESSION,
            body=Body(media={FORM: _FORM}, required=False),
            answers={**_REFUSED, 200: said("Everything.", {"type": "object"})},
        ),
    ),
    "team.invited": (
        Description(
            summary="How far the starting of many plans has come",
            methods=("GET",),
            lets_in=LetsIn.SESSION,
            parameters=(header("Accept", "With application/json, the figures alone."),),
            answers={
                200: Answer(
                    says="So far.",
                    media={
                        PAGE: TEXT,
                        JSON: a({"done": WHOLE, "total": WHOLE, "words": TEXT, "working": FLAG}),
                    },
                ),
                **_refused(302, 403, 404, 503),
            },
        ),
    ),
    "team_measures.fhir_file": (
        Description(
            summary="One team’s own figures, as FHIR",
            methods=("GET",),
            lets_in=LetsIn.SESSION,
            parameters=FIGURES_ASKED,
            answers={200: FIGURES, **_refused(302, 403, 404, 503)},
        ),
    ),
}
