"""Our own codes and the questionnaire as FHIR files, made from the dictionary for fhir_profiles/.

`python -m careplan.fhir.terminology` writes them again; a test fails when they have drifted.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from enum import StrEnum
from types import UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

from careplan.fhir import alerts, codes, visit_questionnaire
from careplan.fhir.answers import kind_of_choice
from careplan.fhir.profiles import FOLDER
from careplan.fhir.tree import Tree, some
from careplan.plan.care_plan import SECTIONS
from careplan.plan.content import installed
from careplan.plan.dictionary import Dictionary, Field, dictionary
from careplan.plan.values import Answer3, Route

_DATED = "2026-11-23"
_TYPES = {
    "text": "text",
    "number": "integer",
    "decimal": "decimal",
    "date": "date",
    "partial_date": "dateTime",
    "yes_no": "boolean",
    "choice": "choice",
    "choices": "choice",
    "answer3": "choice",
    "list": "group",
    "group": "group",
    "dose": "group",
    "interval": "group",
    "reading": "group",
    "blood_pressure": "group",
}


def files(*conditions: Dictionary) -> dict[str, Tree]:
    """File name to resource: the code systems of all conditions together, a questionnaire each."""
    made: dict[str, Tree] = {}
    for words in conditions:
        for one in _code_systems(words):
            name = f"CodeSystem-{one['id']}.json"
            made[name] = _with_more(made[name], one) if name in made else one
        questionnaire = _questionnaire(words)
        made[f"Questionnaire-{questionnaire['id']}.json"] = questionnaire
    for name, (title, known) in visit_questionnaire.code_systems().items():
        made[f"CodeSystem-{name}.json"] = _code_system(name, title, known)
    made[f"Questionnaire-{visit_questionnaire.NAME}.json"] = _visit_report()
    return made


def _visit_report() -> Tree:
    """What is asked after a visit to an emergency department, whatever the condition."""
    title = "What happened at a visit to an emergency department"
    return _head("Questionnaire", visit_questionnaire.NAME, visit_questionnaire.URL, title) | {
        "subjectType": ["Patient"],
        "item": visit_questionnaire.questionnaire_items(),
    }


def _with_more(system: Tree, other: Tree) -> Tree:
    """A code is in the system once; the words it has first are its display."""
    known = {one["code"] for one in system["concept"]}
    concepts = [*system["concept"], *(one for one in other["concept"] if one["code"] not in known)]
    return system | {"count": len(concepts), "concept": concepts}


def text_of(resource: Tree) -> str:
    return json.dumps(resource, indent=2, ensure_ascii=False) + "\n"


def _head(kind: str, name: str, url: str, title: str) -> Tree:
    return {
        "resourceType": kind,
        "id": name.replace("_", "-"),
        "url": url,
        "version": "0.1.0",
        "name": "".join(part.capitalize() for part in name.replace("_", "-").split("-")),
        "title": title,
        "status": "draft",
        "experimental": True,
        "date": _DATED,
        "publisher": "My sickle cell plan",
    }


def _code_systems(words: Dictionary) -> Iterator[Tree]:
    for name, known in words.options.items():
        yield _code_system(name, f"Options of the plan: {name.replace('_', ' ')}", known)
    for name, title, known in _lists(words):
        yield _code_system(name, title, known)


def _lists(words: Dictionary) -> Iterator[tuple[str, str, Mapping[str, str]]]:
    labels = {field.path: field.label for field in words.fields.values()}
    titles = {section.id: section.title for section in words.sections.values()}
    yield "field", "The fields of the plan: which place in the plan a resource takes", labels
    yield "section", "The sections of the document", {codes.ALERTS: "Alerts"} | titles
    yield "document", "Which document of a version", {"record": "record", "emergency": "emergency"}
    yield "routes", "Routes, one of which may be PCA", _members(Route)
    yield "answer3", "A thing is said to be so, not so, or not known", _members(Answer3)
    told = {"dose stopped": "Do not use the dose on earlier copies"} | alerts.TEXTS
    yield "alert", "Facts nobody may overlook", told
    for path, closed in _closed_lists():
        field = words.fields[path]
        if not field.options and field.type != "answer3":
            yield kind_of_choice(field), f"Choices of the field {path}", _members(closed)


def _members(closed: type[StrEnum]) -> dict[str, str]:
    return {str(one): str(one) for one in closed}


def _closed_lists() -> Iterator[tuple[str, type[StrEnum]]]:
    for name, cls in SECTIONS.items():
        for field, kind in get_type_hints(cls).items():
            bare = _bare(kind)
            if isinstance(bare, type) and issubclass(bare, StrEnum):
                yield f"{name}.{field}", bare


def _bare(kind: Any) -> Any:
    if get_origin(kind) in (Union, UnionType):
        return next(arg for arg in get_args(kind) if arg is not type(None))
    return kind


def _code_system(name: str, title: str, known: Mapping[str, str]) -> Tree:
    return _head("CodeSystem", name, f"{codes.OWN}/{name}", title) | {
        "caseSensitive": True,
        "content": "complete",
        "count": len(known),
        "concept": [{"code": code, "display": display} for code, display in known.items()],
    }


def _questionnaire(words: Dictionary) -> Tree:
    """Every field with its linkId, whether a document has it here or in a resource of its own."""
    name = words.condition["id"]
    title = words.condition["plan_title"]
    return _head("Questionnaire", name, f"{codes.QUESTIONNAIRE}/{name}", title) | {
        "subjectType": ["Patient"],
        "item": [
            {
                "linkId": section.id,
                "text": section.title,
                "type": "group",
                "item": [_item(words, words.fields[path]) for path in section.fields],
            }
            for section in words.sections.values()
            if section.id not in words.left_out
        ],
    }


def _item(words: Dictionary, field: Field) -> Tree:
    kind = _TYPES.get(field.type, "string")
    characters = field.type in ("line", "text") and field.max
    return some(
        linkId=field.path,
        text=field.label,
        type=kind,
        repeats=True if field.type in ("choices", "list") else None,
        maxLength=int(field.max or 0) if characters else None,
        item=[_item(words, words.fields[path]) for path in field.children],
    )


def main() -> None:
    for name, resource in files(*map(dictionary, installed())).items():
        (FOLDER / name).write_text(text_of(resource), encoding="utf-8")


if __name__ == "__main__":
    main()
