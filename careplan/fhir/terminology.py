"""Our own codes, their value sets and the questionnaires as FHIR files for fhir_profiles/.

`python -m careplan.fhir.terminology` writes them again; a test fails when they have drifted.
"""

from __future__ import annotations

import json
from collections.abc import Mapping

from careplan.fhir import closed_lists, codes, visit_questionnaire
from careplan.fhir.profiles import FOLDER
from careplan.fhir.tree import Tree, some
from careplan.plan.content import installed
from careplan.plan.dictionary import Dictionary, Field, dictionary

DATED = "2026-11-23"
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
    """File name to resource: the codes of all conditions together, a questionnaire each."""
    systems = _code_systems(*conditions)
    asked = [*map(_questionnaire, conditions), _visit_report()]
    made = [*systems, *map(_value_set, systems), *asked]
    return {f"{one['resourceType']}-{one['id']}.json": one for one in made}


def _code_systems(*conditions: Dictionary) -> list[Tree]:
    made: dict[str, Tree] = {}
    for words in conditions:
        for name, title, known in closed_lists.lists(words):
            one = _code_system(name, title, known)
            made[name] = _with_more(made[name], one) if name in made else one
    visits = visit_questionnaire.code_systems().items()
    once = [*closed_lists.shared(), *((name, *said) for name, said in visits)]
    return [*made.values(), *(_code_system(*one) for one in once)]


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
        "date": DATED,
        "publisher": "My sickle cell plan",
    }


def _code_system(name: str, title: str, known: Mapping[str, str]) -> Tree:
    return _head("CodeSystem", name, f"{codes.OWN}/{name}", title) | {
        "caseSensitive": True,
        "valueSet": closed_lists.value_set(name),
        "content": "complete",
        "count": len(known),
        "concept": [{"code": code, "display": display} for code, display in known.items()],
    }


def _value_set(system: Tree) -> Tree:
    """All codes of one system. Each closed list has its own, so that profiles can bind to it."""
    own = {name: system[name] for name in ("version", "name", "title", "status", "experimental")}
    return {
        "resourceType": "ValueSet",
        "id": system["id"],
        "url": system["valueSet"],
        **own,
        "date": DATED,
        "publisher": system["publisher"],
        "description": f"All codes of {system['url']}.",
        "immutable": False,
        "compose": {"include": [{"system": system["url"]}]},
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


_PARTS: Mapping[str, Mapping[str, tuple[str, str, str | None]]] = {
    "dose": {
        "unit": ("Unit", "choice", "dose-units"),
        "amount": ("How much", "decimal", None),
        "amount_high": ("Up to how much", "decimal", None),
        "strength": ("Strength", "string", None),
    },
    "interval": {
        "kind": ("How it is repeated", "choice", "interval-kind"),
        "number": ("How many", "integer", None),
        "unit": ("Of which unit of time", "choice", "time-units"),
        "times": ("At which times", "string", None),
    },
    "reading": {"value": ("Value", "decimal", None), "on": ("Measured on", "date", None)},
    "blood_pressure": {
        "systolic": ("Systolic", "integer", None),
        "diastolic": ("Diastolic", "integer", None),
        "on": ("Measured on", "date", None),
    },
}
"""What stands in a value that is more than one: its words, type and value set."""


def _parts(field: Field) -> list[Tree]:
    return [
        some(
            linkId=f"{field.path}.{name}",
            text=text,
            type=kind,
            answerValueSet=closed_lists.value_set(known) if known else None,
        )
        for name, (text, kind, known) in _PARTS.get(field.type, {}).items()
    ]


def _item(words: Dictionary, field: Field) -> Tree:
    kind = _TYPES.get(field.type, "string")
    characters = field.type in ("line", "text") and field.max
    return some(
        linkId=field.path,
        text=field.label,
        type=kind,
        repeats=True if field.type in ("choices", "list") else None,
        maxLength=int(field.max or 0) if characters else None,
        answerValueSet=closed_lists.value_set_of(field),
        item=[*(_item(words, words.fields[path]) for path in field.children), *_parts(field)],
    )


def main() -> None:
    for name, resource in files(*map(dictionary, installed())).items():
        (FOLDER / name).write_text(text_of(resource), encoding="utf-8")


if __name__ == "__main__":
    main()
