"""The closed lists of ours that documents use: what each code system holds, where it is used."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import is_dataclass
from enum import StrEnum
from functools import cache
from types import MappingProxyType, UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

from careplan.fhir import alerts, codes
from careplan.fhir.answers import CLINICAL, OWN, kind_of_choice
from careplan.fhir.frame import Kind
from careplan.fhir.paper_reference import PLACE as PAPER
from careplan.fhir.people import PROFESSIONALS
from careplan.measures.words import SPLITS
from careplan.plan.care_plan import SECTIONS, AnswerKind
from careplan.plan.content import installed
from careplan.plan.dictionary import Dictionary, Field, dictionary
from careplan.plan.medicines import MedicineStatus, Severity
from careplan.plan.pain import Relation, Stage
from careplan.plan.values import Answer3, DoseUnit, Formulation, IntervalKind, Route, TimeUnit

NAMED: Mapping[type[StrEnum], tuple[str, str]] = MappingProxyType(
    {
        Answer3: ("answer3", "A thing is said to be so, not so, or not known"),
        AnswerKind: ("answer-kind", "What somebody answers to their plan"),
        DoseUnit: ("dose-units", "The units a dose may be written in"),
        Formulation: ("formulations", "Whether a medicine acts at once or over hours"),
        IntervalKind: ("interval-kind", "How often a dose may be given again"),
        MedicineStatus: ("medicine-status", "Whether a regular medicine is taken"),
        Relation: ("relations", "How a later dose stands to the first"),
        Route: ("routes", "Routes, one of which may be PCA"),
        Stage: ("stages", "When in the plan a dose is meant"),
        TimeUnit: ("time-units", "The units of the time between two doses"),
    }
)
"""Closed lists used in more than one place, or in an extension: their name and title."""

_FHIRS_OWN: Mapping[type[StrEnum], str] = MappingProxyType({Severity: codes.REACTION_SEVERITY})
"""A closed list of the plan that FHIR has under the same codes."""

PLACES: Mapping[str, str] = MappingProxyType(
    {
        "identity": "The person",
        "composition": "The first page of the document",
        "plan": "The plan itself",
        "version": "Who wrote which section of this version",
        "stop": "Do not use the dose on earlier copies",
        "signature": "Who signed",
        "signature.role": "In which role they signed",
        "signature.organisation": "For which organisation they signed",
        "signature.provenance": "The signature",
        "care_team": "The care team",
        **{f"care_team.{who}.role": f"The role of the {who}" for who in PROFESSIONALS},
        OWN: "Everything else that the person says",
        CLINICAL: "Everything else that the team says",
        alerts.SEDATED: "Has been over-sedated with an opioid",
        PAPER: "The paper of this version",
    }
)
"""Places a resource takes in a plan that are no field of it."""


def lists(words: Dictionary) -> Iterator[tuple[str, str, Mapping[str, str]]]:
    """The name, title and codes of every closed list that documents with these words may use."""
    asked = {field.options: path for path, field in reversed([*words.fields.items()])}
    for name, known in words.options.items():
        path = asked.get(name)
        yield name, _asked_at(words, path) if path else name.replace("_", " ").capitalize(), known
    labels = {field.path: field.label for field in words.fields.values()}
    titles = {section.id: section.title for section in words.sections.values()}
    title = "The fields of the plan: which place in the plan a resource takes"
    yield "field", title, labels | {path: PLACES[path] for path in PLACES if path not in labels}
    yield "section", "The sections of the document", {codes.ALERTS: "Alerts"} | titles
    yield "document", "Which document of a version", _members(Kind)
    told = {"dose stopped": "Do not use the dose on earlier copies"} | alerts.TEXTS
    yield "alert", "Facts nobody may overlook", told
    for closed, (name, title) in NAMED.items():
        yield name, title, _members(closed)
    for path, closed in _enums().items():
        field = words.fields.get(path)
        if field and not field.options and closed not in NAMED and closed not in _FHIRS_OWN:
            yield kind_of_choice(field), _asked_at(words, path), _members(closed)


def _asked_at(words: Dictionary, path: str) -> str:
    """Where in the plan the choice is made, in the plan's own words."""
    section = words.sections[path.partition(".")[0]]
    return f"{section.title}: {words.fields[path].label}"


def shared() -> Iterator[tuple[str, str, Mapping[str, str]]]:
    """Those that are the same whatever the condition."""
    named = {name: dictionary(name).condition["name"] for name in installed()}
    yield "condition", "The conditions whose plans this program writes", named
    title = "By what the figures of the measures are split"
    yield "measure-split", title, {str(one): said for one, said in SPLITS.items()}


def value_set_of(field: Field) -> str | None:
    """The canonical address of the codes that answer this field, if it has a closed list."""
    if field.type not in ("choice", "choices", "answer3"):
        return None
    if field.options:
        return value_set(field.options)
    closed = _enums()[field.path]
    if closed in _FHIRS_OWN:
        return _FHIRS_OWN[closed]
    return value_set(NAMED[closed][0] if closed in NAMED else kind_of_choice(field))


def value_set(name: str) -> str:
    """The canonical address of all codes of one of our lists."""
    return f"{codes.VALUE_SET}/{name.replace('_', '-')}"


def _members(closed: type[StrEnum]) -> dict[str, str]:
    return {str(one): str(one) for one in closed}


@cache
def _enums() -> Mapping[str, type[StrEnum]]:
    """Every place in the plan that holds one of a closed list, however deep."""
    return dict(found for name, cls in SECTIONS.items() for found in _inside(name, cls))


def _inside(path: str, cls: type[Any]) -> Iterator[tuple[str, type[StrEnum]]]:
    for name, kind in get_type_hints(cls).items():
        bare = _bare(kind)
        if not isinstance(bare, type):
            continue
        if issubclass(bare, StrEnum):
            yield f"{path}.{name}", bare
        elif is_dataclass(bare):
            yield from _inside(f"{path}.{name}", bare)


def _bare(kind: Any) -> Any:
    """What stands in `X | None` or in `tuple[X, ...]`."""
    if get_origin(kind) in (Union, UnionType):
        return _bare(next(arg for arg in get_args(kind) if arg is not type(None)))
    return _bare(get_args(kind)[0]) if get_origin(kind) is tuple else kind
