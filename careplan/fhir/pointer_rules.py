"""Would the National Record Locator take this pointer? Its rules as a table, each with its source.

They were read in the Locator's own public program, NHSDigital/NRLF, and tried on no server of
theirs: docs/fhir/pointers.md says what that leaves open. Our own rules are stricter about people.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from careplan.fhir import codes
from careplan.fhir.elements import Broken
from careplan.fhir.pointer_checks import (
    Holds,
    a_holder,
    a_true_nhs_number,
    absent,
    among,
    begins_with_holder,
    format_of_its_kind,
    like,
    one,
    places,
    proxied_system_named,
    replaced_is_named,
    replaced_is_the_holders,
    some,
    some_if_any,
    stability_once,
    stability_said,
    there,
    worded,
)


class Source(StrEnum):
    """Where a rule stands written."""

    FHIR = "FHIR R4 4.0.1, DocumentReference"
    VALIDATOR = "NHSDigital/NRLF, layer/nrlf/core/validators.py"
    TABLES = "NHSDigital/NRLF, layer/nrlf/core/constants.py"
    PRODUCER = "NHSDigital/NRLF, api/producer: createDocumentReference, upsertDocumentReference"
    OURS = "this service"


@dataclass(frozen=True, slots=True)
class Rule:
    """`at`: "content[*].format.code" is each content's."""

    at: str
    holds: Holds
    problem: str
    source: Source


def problems(pointer: Any) -> list[Broken]:
    """Every rule that is not kept, in the order of the table; none when it would be taken.

    A place that is wrong is told of once, and what lies in it not at all.
    """
    if not isinstance(pointer, dict):
        return [Broken("DocumentReference", "an object was expected")]
    found: dict[str, str] = {}
    for rule in RULES:
        for place, value in places(pointer, rule.at):
            if not any(_within(place, other) for other in found) and not rule.holds(value, pointer):
                found[place] = rule.problem
    return [Broken(f"DocumentReference.{place}", problem) for place, problem in found.items()]


def _within(place: str, outer: str) -> bool:
    return place == outer or place.startswith((f"{outer}.", f"{outer}["))


_V, _T, _P, _O = Source.VALIDATOR, Source.TABLES, Source.PRODUCER, Source.OURS
_F = Source.FHIR
_NEEDED = "a pointer needs one"
_WORDS = "not the words the Locator has for this code"


def _coded(at: str, table: Mapping[str, str], what: str) -> tuple[Rule, ...]:
    """One coding of SNOMED CT, of a code the Locator knows, in the Locator's own words."""
    coding = f"{at}.coding[0]"
    return (
        Rule(f"{at}.coding", one, "exactly one coding is taken", _V),
        Rule(f"{coding}.system", among({codes.SNOMED}), "must be SNOMED CT", _V),
        Rule(f"{coding}.code", among(table), f"not {what}", _T),
        Rule(coding, worded(table), _WORDS, _V),
    )


def _organisation(at: str) -> tuple[Rule, ...]:
    return (
        Rule(f"{at}.identifier", there, _NEEDED, _V),
        Rule(f"{at}.identifier.system", among({codes.ODS}), "must be that of ODS codes", _V),
        Rule(f"{at}.identifier.value", a_holder, "1 to 12 letters and figures", _V),
    )


_PERSON = (
    Rule("subject.identifier", there, _NEEDED, _V),
    Rule("subject.identifier.system", among({codes.NHS_NUMBER}), "must be NHS numbers'", _V),
    Rule("subject.identifier.value", a_true_nhs_number, "not an NHS number", _O),
    Rule("subject.display", absent, "a pointer names nobody", _O),
)

_RELATIONS = {"replaces", "transforms", "signs", "appends"}
_RELATED = (
    Rule("relatesTo", some_if_any, "a list of one or more, or nothing", _F),
    Rule("relatesTo[*].code", among(_RELATIONS), "not a relation that FHIR knows", _F),
    Rule("relatesTo[*]", replaced_is_named, "must name by identifier what it replaces", _V),
    Rule("relatesTo[*]", replaced_is_the_holders, "not a pointer of the same custodian", _P),
)

_ATTACHED = "content[*].attachment"
_FORMAT = "content[*].format"
_CONTENT = (
    Rule("content", some, "a pointer leads somewhere", _F),
    Rule(_ATTACHED, there, "a pointer leads somewhere", _F),
    Rule(f"{_ATTACHED}.contentType", among(codes.NRL_FORMATS_OF), "not a kind that is taken", _T),
    Rule(f"{_ATTACHED}.url", like(r"(https?|ssp)://[^\s/]\S*"), "must be a whole address", _O),
    Rule(f"{_ATTACHED}.data", absent, "a pointer holds nothing of the document", _O),
    Rule(_FORMAT, there, _NEEDED, _V),
    Rule(f"{_FORMAT}.system", among({codes.NRL_FORMAT}), "must be the Locator's formats", _V),
    Rule(f"{_FORMAT}.code", among(codes.NRL_FORMATS), "not one of the Locator's formats", _T),
    Rule(_FORMAT, worded(codes.NRL_FORMATS), _WORDS, _V),
    Rule("content[*].extension", stability_once, "must say once whether content changes", _V),
    Rule("content[*].extension[*]", stability_said, "must be static or dynamic, and worded so", _V),
    Rule("content[*]", format_of_its_kind, "the format is not that of this content type", _V),
)

RULES: tuple[Rule, ...] = (
    Rule("resourceType", among({"DocumentReference"}), "must be DocumentReference", _F),
    Rule("status", among({"current", "superseded"}), "must be current or superseded", _V),
    Rule("type", there, _NEEDED, _V),
    *_coded("type", codes.NRL_TYPES, "a type of care plan of the Locator's list"),
    Rule("category", one, "exactly one is taken", _V),
    *_coded("category[0]", codes.NRL_CATEGORY, "the category of care plans"),
    *_PERSON,
    Rule("author", one, "exactly one is taken", _V),
    *_organisation("author[0]"),
    *_organisation("custodian"),
    Rule("id", like(r"[A-Za-z0-9.-]{1,64}"), "1 to 64 letters, figures, dots, hyphens", _F),
    Rule("id", begins_with_holder, "must begin with the custodian's code and a hyphen", _P),
    Rule("masterIdentifier.value", like(r"urn:uuid:[0-9a-f-]{36}"), "must name the document", _O),
    *_RELATED,
    *_CONTENT,
    Rule("context.practiceSetting", there, _NEEDED, _V),
    *_coded("context.practiceSetting", codes.NRL_SETTINGS, "a setting known here of the list"),
    Rule("context", proxied_system_named, "the Spine's proxy needs one ASID of 12 figures", _V),
)
