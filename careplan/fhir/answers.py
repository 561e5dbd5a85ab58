"""Every field without a resource of its own: questionnaire answers, driven by the field dictionary.

The person's own words and the team's leftovers are two responses. A new field of the plan has its
home here from the day it is in the dictionary.
"""

from __future__ import annotations

from typing import Any

from careplan.fhir import agreement, codes, medicines, pain, people, person, sickle, voice
from careplan.fhir.frame import Found, Frame
from careplan.fhir.tree import Node, Tree, coding, some
from careplan.fhir.wire import Number, whole
from careplan.plan.care_plan import OWN_WORDS, SECTIONS
from careplan.plan.codec import Unreadable
from careplan.plan.dictionary import Dictionary, Field

HOMES: frozenset[str] = frozenset().union(
    *(mapper.HOMES for mapper in (person, people, sickle, medicines, pain, voice, agreement))
)
"""The fields that other mappers carry."""

OWN, CLINICAL = "answers.own", "answers.clinical"


def out(frame: Frame) -> list[Tree]:
    own = [name for name in SECTIONS if name in OWN_WORDS]
    team = [name for name in SECTIONS if name not in OWN_WORDS]
    return [*_response(frame, OWN, own), *_response(frame, CLINICAL, team)]


def back(found: Found, words: Dictionary) -> dict[str, dict[str, Any]]:
    plain: dict[str, dict[str, Any]] = {}
    for place in (OWN, CLINICAL):
        response = found.one(place)
        for section in response.each("item") if response else ():
            plain[section.needed_text("linkId")] = _group(section, words)
    return plain


def _response(frame: Frame, place: str, sections: list[str]) -> list[Tree]:
    items = [item for name in sections for item in _section(frame, name)]
    if not items:
        return []
    author = frame.patient if place == OWN else frame.signer
    response = frame.resource("QuestionnaireResponse", frame.identity(place), place) | some(
        questionnaire=f"{codes.QUESTIONNAIRE}/{frame.words.condition['id']}",
        status="completed",
        subject=frame.patient,
        author=author,
        source=frame.patient if place == OWN else None,
        item=items,
    )
    return [response]


def _section(frame: Frame, name: str) -> list[Tree]:
    section, plain = frame.words.sections[name], frame.plain[name]
    items = [
        item
        for path in section.fields
        if path not in HOMES
        for item in _items(frame, path, plain.get(path.rpartition(".")[2]))
    ]
    unsure = [coding(codes.FIELD, f"{name}.{field}") for field in plain.get("unsure", ())]
    if unsure:
        answers = [{"valueCoding": one} for one in unsure]
        items.append({"linkId": f"{name}.unsure", "text": "I’m not sure", "answer": answers})
    return [{"linkId": name, "text": section.title, "item": items}] if items else []


def _items(frame: Frame, path: str, plain: Any) -> list[Tree]:
    """A field's item; for a list of things, one item for each, with its id for life."""
    if plain is None or plain == []:
        return []
    field = frame.words.fields.get(path)
    if isinstance(plain, list) and isinstance(plain[0], dict):
        return [item for one in plain for item in _items(frame, path, one)]
    label = field.label if field else path.rpartition(".")[2]
    if isinstance(plain, dict):
        inner = [
            item
            for name, value in plain.items()
            if name != "id"
            for item in _items(frame, f"{path}.{name}", value)
        ]
        return [some(id=plain.get("id"), linkId=path, text=label, item=inner)]
    values = plain if isinstance(plain, list) else [plain]
    return [some(linkId=path, text=label, answer=[_answer(frame, field, one) for one in values])]


def _answer(frame: Frame, field: Field | None, plain: Any) -> Tree:
    if isinstance(plain, bool):
        return {"valueBoolean": plain}
    if isinstance(plain, int):
        return {"valueInteger": whole(plain)}
    kind = field.type if field else ""
    if field and kind in ("choice", "choices", "answer3"):
        system = f"{codes.OWN}/{field.options or kind_of_choice(field)}"
        return {"valueCoding": coding(system, plain, frame.display(field.options, plain))}
    if kind == "date":
        return {"valueDate": plain}
    if kind == "partial_date":
        return {"valueDateTime": plain}
    if kind == "decimal":
        return {"valueDecimal": Number(plain)}
    return {"valueString": plain}


def kind_of_choice(field: Field) -> str:
    """The closed list of a choice without an option list: its own path, or yes / no / not known."""
    return "answer3" if field.type == "answer3" else field.path.replace(".", "-").replace("_", "-")


def _group(group: Node, words: Dictionary) -> dict[str, Any]:
    """A section, or one thing of a list, as plain values again."""
    made: dict[str, Any] = {}
    for item in group.each("item"):
        path = item.needed_text("linkId")
        name = path.rpartition(".")[2]
        field = words.fields.get(path)
        kind = field.type if field else ""
        if item.at("item"):
            one = some(id=item.text("id")) | _group(item, words)
            if kind == "list":
                made.setdefault(name, []).append(one)
            else:
                made[name] = one
            continue
        values = [answer.value() for answer in item.each("answer")]
        if name == "unsure":
            made[name] = [str(value).rpartition(".")[2] for value in values]
        elif kind == "choices":
            made[name] = values
        elif len(values) == 1:
            made[name] = values[0]
        else:
            raise Unreadable(f"{item.path}.answer", "one answer was expected")
    return made
