"""What a door says of itself, as data beside its view: the published descriptions are made of it.

`described` stores and decides nothing. Tests ask every door for what it promises here, so a
description that is not true does not last.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import Any, TypeVar, cast

from careplan.fhir.outcome import IssueType
from careplan.web.fhir_api.door import FHIR_JSON

View = TypeVar("View", bound=Callable[..., Any])
Schema = Mapping[str, Any]
"""JSON Schema 2020-12, as OpenAPI 3.1 takes it."""

JSON = "application/json"
FORM = "application/x-www-form-urlencoded"


class LetsIn(StrEnum):
    """What a caller must bring."""

    NOTHING = "nothing: anybody may ask"
    PARTNER = "a partner’s bearer token (SMART Backend Services)"
    SESSION = "the session cookie of somebody signed in"
    ADDRESS = "the address itself, which holds 256 random bits"
    TICKET = "a token of 256 random bits in the body"


class Where(StrEnum):
    PATH = "path"
    QUERY = "query"
    HEADER = "header"


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """`repeats`: it may be given several times, and each stands by itself."""

    name: str
    where: Where
    says: str
    schema: Schema
    required: bool = False
    repeats: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Body:
    """What may be sent: a schema for each media type. Anything else is refused."""

    media: Mapping[str, Schema]
    required: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """`media` is empty where nothing but a status comes back. `headers`: name and what it says."""

    says: str
    media: Mapping[str, Schema] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Description:
    """One address and method. `scope` is what the token must allow, where that is one scope."""

    summary: str
    answers: Mapping[int, Answer]
    lets_in: LetsIn
    methods: tuple[str, ...] = ()
    parameters: tuple[Parameter, ...] = ()
    body: Body | None = None
    scope: str | None = None

    def is_of(self, method: str) -> bool:
        return not self.methods or method in self.methods


def described(
    *,
    summary: str,
    answers: Mapping[int, Answer],
    lets_in: LetsIn = LetsIn.PARTNER,
    methods: tuple[str, ...] = (),
    parameters: tuple[Parameter, ...] = (),
    body: Body | None = None,
    scope: str | None = None,
) -> Callable[[View], View]:
    """Put it on a view, above or below `open_to`. A view that does one thing for GET and another
    for POST carries it twice, each with its `methods`."""
    said = Description(
        summary=summary,
        answers=MappingProxyType(dict(answers)),
        lets_in=lets_in,
        methods=methods,
        parameters=parameters,
        body=body,
        scope=scope,
    )

    def store(view: View) -> View:
        view.described = (said, *getattr(view, "described", ()))  # type: ignore[attr-defined]
        return view

    return store


def description_of(view: Callable[..., Any], method: str) -> Description | None:
    """What a view says of itself for a method; nothing where it says nothing."""
    said = cast("tuple[Description, ...]", getattr(view, "described", ()))
    return next((one for one in said if one.is_of(method)), None)


# --- what many doors say alike -------------------------------------------------------------------

TEXT: Schema = MappingProxyType({"type": "string"})
ID: Schema = MappingProxyType({"type": "string", "pattern": "^[A-Za-z0-9.-]{1,64}$"})
VERSION: Schema = MappingProxyType({"type": "string", "pattern": "^[1-9][0-9]{0,8}$"})
OUTCOME: Schema = MappingProxyType(
    {
        "type": "object",
        "required": ["resourceType", "issue"],
        "properties": {
            "resourceType": {"const": "OperationOutcome"},
            "issue": {
                "type": "array",
                "minItems": 1,
                "items": {
                    "type": "object",
                    "required": ["severity", "code"],
                    "properties": {
                        "severity": {"enum": ["fatal", "error", "warning", "information"]},
                        "code": {"enum": sorted(IssueType)},
                        "diagnostics": {"type": "string"},
                        "expression": {"type": "array", "items": {"type": "string"}},
                    },
                },
            },
        },
    }
)


def path(name: str, says: str, schema: Schema = ID) -> Parameter:
    return Parameter(name=name, where=Where.PATH, says=says, schema=schema, required=True)


def query(name: str, says: str, schema: Schema = TEXT, **more: Any) -> Parameter:
    return Parameter(name=name, where=Where.QUERY, says=says, schema=schema, **more)


def header(name: str, says: str, schema: Schema = TEXT, **more: Any) -> Parameter:
    return Parameter(name=name, where=Where.HEADER, says=says, schema=schema, **more)


FORMAT = query(
    "_format",
    "The form of the answer, before whatever Accept says: there is one.",
    {"enum": ["json", "application/json", "application/fhir+json", ""]},
)


def resource(kind: str | None = None) -> Schema:
    """A FHIR resource of this type. Its elements are FHIR's own business, and our profiles'."""
    named = {"const": kind} if kind else {"type": "string", "pattern": "^[A-Z]"}
    return {
        "type": "object",
        "required": ["resourceType"],
        "properties": {"resourceType": named, "id": dict(ID)},
    }


def _one_of(kinds: tuple[str, ...]) -> Schema:
    return resource(*kinds) if len(kinds) < 2 else {"oneOf": [resource(one) for one in kinds]}


def fhir_body(*kinds: str) -> Body:
    """One resource of one of these types; FHIR's own media type, or plain JSON."""
    schema = _one_of(kinds)
    return Body(media={FHIR_JSON: schema, JSON: schema})


def fhir_answer(says: str, *kinds: str, **headers: str) -> Answer:
    """A resource of one of these types, or of any; headers are named with _ for -, as in
    `Last_Modified="…"`."""
    schema = _one_of(kinds)
    named = {name.replace("_", "-"): text for name, text in headers.items()}
    return Answer(says=says, media={FHIR_JSON: schema}, headers=named)


def outcome_answer(says: str, **headers: str) -> Answer:
    named = {name.replace("_", "-"): text for name, text in headers.items()}
    return Answer(says=says, media={FHIR_JSON: OUTCOME}, headers=named)


REFUSED: Mapping[int, Answer] = MappingProxyType(
    {
        400: outcome_answer("It was not asked in a way this door understands."),
        401: outcome_answer(
            "No token, or one that is not, or no longer, good.",
            WWW_Authenticate="Bearer, and what is wrong with the token.",
        ),
        403: outcome_answer("The token does not allow this."),
        406: outcome_answer("The answer was wanted in a form there is none in."),
        429: outcome_answer("Too often.", Retry_After="How many seconds to wait."),
        503: outcome_answer("The database does not answer.", Retry_After="Seconds to wait."),
    }
)
"""What every door that wants a partner's token may say: `answers={200: …, **REFUSED}`."""
NOT_THERE: Mapping[int, Answer] = MappingProxyType(
    {404: outcome_answer("There is no such thing, or this partner may not see it.")}
)
NOT_TAKEN: Mapping[int, Answer] = MappingProxyType(
    {
        413: outcome_answer("Larger than this door takes."),
        415: outcome_answer("Sent as something other than FHIR JSON, or packed."),
        422: outcome_answer("Read, and against the rules: each issue says which."),
    }
)
"""What a door to which something is sent may say besides."""
