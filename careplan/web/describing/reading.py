"""What partners read: made from the table that the searches themselves are read by."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from careplan.fhir.capability import ParameterType, kind_of
from careplan.fhir.rest_search import MOST_A_PAGE, Summary
from careplan.web.describing.shapes import ANY
from careplan.web.fhir_api.described import (
    FORM,
    FORMAT,
    ID,
    JSON,
    NOT_TAKEN,
    NOT_THERE,
    REFUSED,
    TEXT,
    VERSION,
    Answer,
    Body,
    Description,
    LetsIn,
    Parameter,
    Schema,
    fhir_answer,
    header,
    outcome_answer,
    path,
    query,
    resource,
)
from careplan.web.fhir_api.door import FHIR_JSON

PDF = "application/pdf"
_UNCHANGED = {304: Answer(says="As the client has it.")}
_UNLESS = header("If-None-Match", "The ETag that the client has.")
_IDENTITY = path("identity", "The resource’s own id.", ID)
_STAMPED = {"ETag": "W/ and the version.", "Last_Modified": "When it was published."}
_STAMPS = {name.replace("_", "-"): says for name, says in _STAMPED.items()}
_COUNT: Schema = {"type": "integer", "minimum": 0, "maximum": 999_999_999}
_DATE: Schema = {
    "type": "string",
    "pattern": r"^(eq|ne|gt|lt|ge|le|sa|eb)?2[0-9]{3}(-(0[1-9]|1[0-2])(-(0[1-9]|1\d|2[0-8]))?)?$",
    "description": "Down to the second: 2026, 2026-11, 2026-11-23, 2026-11-23T09:00:00Z.",
}
_BLANK: Schema = {"const": ""}
"""What is blank was not asked, unless strict handling is."""
_PAGE = query("_page", "Where a page of this search goes on, as its next link says.")
_SCHEMAS: Mapping[ParameterType, Schema] = {
    ParameterType.DATE: _DATE,
    ParameterType.TOKEN: TEXT,
    ParameterType.REFERENCE: ID,
}


def _or_blank(schema: Schema) -> Schema:
    return {"anyOf": [dict(schema), _BLANK]}


def _searched() -> Iterator[Parameter]:
    kind = kind_of("CarePlan")
    for one in kind.search if kind else ():
        for name in one.names:
            # What nothing here is called finds nothing, and is no fault.
            is_text = one.type is ParameterType.TOKEN or "." in name
            schema = TEXT if is_text else _or_blank(_SCHEMAS[one.type])
            yield query(name, one.means, schema, repeats=True)


def _includes() -> list[str]:
    kind = kind_of("CarePlan")
    return [f"CarePlan:{one.name}" for one in kind.includes] if kind else []


_STRICTLY = header(
    "Prefer",
    "handling=strict: what is not known is refused. Otherwise it is left out, and left out of "
    "the answer’s self link.",
)
_SEARCH: tuple[Parameter, ...] = (
    *_searched(),
    query("_count", f"How many on a page; {MOST_A_PAGE} at most.", _or_blank(_COUNT)),
    query(
        "_include", "What they refer to, beside them.", {"enum": ["", *_includes()]}, repeats=True
    ),
    query("_summary", "Less of each.", {"enum": ["", *sorted(Summary)]}),
    query("_elements", "These elements of each; what is none is passed over."),
    _PAGE,
    FORMAT,
    _STRICTLY,
)
_FOUND = fhir_answer("The page, its links, and how many there are.", "Bundle")


def _read(summary: str, kind: str | None, scope: str | None, *more: Parameter) -> Description:
    body = fhir_answer("It.", *((kind,) if kind else ()), **_STAMPED)
    return Description(
        summary=summary,
        lets_in=LetsIn.PARTNER,
        methods=("GET",),
        parameters=(_IDENTITY, *more, FORMAT, _UNLESS),
        answers={200: body, **_UNCHANGED, **REFUSED, **NOT_THERE},
        scope=scope,
    )


def _of_one(summary: str, kind: str) -> Description:
    """A search of what belongs to one person."""
    named = kind_of(kind)
    return Description(
        summary=summary,
        lets_in=LetsIn.PARTNER,
        methods=("GET",),
        parameters=(
            *(
                query(one.name, one.means, _SCHEMAS[one.type], required=True)
                for one in (named.search if named else ())
            ),
            query("_count", "How many.", _COUNT),
            FORMAT,
            _STRICTLY,
        ),
        answers={200: _FOUND, **REFUSED},
        scope=f"system/{kind}.s",
    )


def _validate() -> Description:
    return Description(
        summary="Every problem found in what is sent; nothing is kept",
        lets_in=LetsIn.PARTNER,
        methods=("POST",),
        parameters=(FORMAT,),
        body=Body(media={FHIR_JSON: ANY, JSON: ANY}),
        answers={
            200: outcome_answer("Each problem, or that there is none."),
            **REFUSED,
            **NOT_THERE,
            405: outcome_answer("Resources of that type are not judged by themselves."),
            **NOT_TAKEN,
        },
    )


READING_DOORS: Mapping[str, tuple[Description, ...]] = {
    "fhir_api.read_plan": (_read("A plan as it stands", "CarePlan", "system/CarePlan.r"),),
    "fhir_api.read_version": (
        _read(
            "A version of a plan",
            "CarePlan",
            "system/CarePlan.r",
            path("version", "Its number.", VERSION),
        ),
    ),
    "fhir_api.read_detail": (_read("Something a plan refers to", None, None),),
    "fhir_api.plan_document": (
        _read("The document, byte for byte as published", "Bundle", "system/Bundle.r"),
    ),
    "fhir_api.read_bundle": (
        _read("A document that stands, or one the client sent", "Bundle", "system/Bundle.r"),
    ),
    "fhir_api.read_reference": (
        _read("The plan as a PDF, named", "DocumentReference", "system/DocumentReference.r"),
    ),
    "fhir_api.read_binary": (
        Description(
            summary="The plan as a PDF: itself where Accept says application/pdf",
            lets_in=LetsIn.PARTNER,
            methods=("GET",),
            parameters=(_IDENTITY, FORMAT, _UNLESS),
            answers={
                200: Answer(
                    says="It.", media={FHIR_JSON: resource("Binary"), PDF: TEXT}, headers=_STAMPS
                ),
                **_UNCHANGED,
                **REFUSED,
                **NOT_THERE,
            },
            scope="system/Binary.r",
        ),
    ),
    "fhir_api.find_paper": (_of_one("The PDF of one person’s plan", "DocumentReference"),),
    "fhir_api.find_looks": (_of_one("Who looked at one person’s plan", "AuditEvent"),),
    "fhir_api.read_look": (
        Description(
            summary="One look at a plan",
            lets_in=LetsIn.PARTNER,
            methods=("GET",),
            parameters=(_IDENTITY, FORMAT),
            answers={200: fhir_answer("It.", "AuditEvent"), **REFUSED, **NOT_THERE},
            scope="system/AuditEvent.r",
        ),
    ),
    "fhir_api.validate": (_validate(),),
    "fhir_api.validate_kind": (_validate(),),
    "fhir_api.plan_history": (
        Description(
            summary="The published versions of a plan, newest first",
            lets_in=LetsIn.PARTNER,
            methods=("GET",),
            parameters=(
                _IDENTITY,
                query("_count", "How many on a page.", _COUNT),
                query("_since", "Published since.", _or_blank(_DATE)),
                query("_page", "The number before which to go on.", _COUNT),
                FORMAT,
            ),
            answers={200: _FOUND, **REFUSED, **NOT_THERE},
            scope="system/CarePlan.r",
        ),
    ),
    "fhir_api.search": (
        Description(
            summary="Search plans",
            lets_in=LetsIn.PARTNER,
            methods=("GET",),
            parameters=_SEARCH,
            answers={200: _FOUND, **REFUSED},
            scope="system/CarePlan.s",
        ),
    ),
    "fhir_api.search_in_a_form": (
        Description(
            summary="Search plans with nothing in the address",
            lets_in=LetsIn.PARTNER,
            methods=("POST",),
            parameters=_SEARCH,
            body=Body(media={FORM: {"type": "object"}}, required=False),
            answers={200: _FOUND, **REFUSED},
            scope="system/CarePlan.s",
        ),
    ),
}
