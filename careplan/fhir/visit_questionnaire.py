"""The questionnaire that is published for visit reports, and whether a response keeps to it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache

from careplan.fhir import codes
from careplan.fhir.elements import Broken
from careplan.fhir.tree import Node, Tree, coding, some
from careplan.fhir.wire import Number
from careplan.visits.questions import Kind, asked

NAME = "visit-report"
URL = f"{codes.QUESTIONNAIRE}/{NAME}"
_SYSTEM = f"{codes.OWN}/{NAME}"


def system_of(choices: str) -> str:
    """The code system of one closed list of answers."""
    return f"{_SYSTEM}-{choices.replace('_', '-')}"


def questionnaire_items() -> list[Tree]:
    """Every linkId with its words, type and answers, as the published questionnaire lists them."""
    made: list[Tree] = [_choice("source", "Who told it", "source")]
    for question in asked().questions:
        made += _published(question.id, question.kind, question.label, question.choices)
    return made


def _published(link: str, kind: Kind, label: str, choices: str) -> list[Tree]:
    if kind is Kind.HOSPITAL:
        words = {"linkId": "hospital_words", "text": "Another hospital", "type": "string"}
        return [
            {"linkId": link, "text": label, "type": "choice"},
            words | {"maxLength": 120},
            {"linkId": "on_day", "text": "The day they got there", "type": "date"},
        ]
    if kind in (Kind.TIME, Kind.RELIEF):
        parts = [
            _choice(f"{link}.sureness", "How sure", "sureness", required=True),
            {"linkId": f"{link}.at", "text": "The time", "type": "dateTime"},
        ]
        none = {"linkId": f"no_{link}", "text": "None was given", "type": "boolean"}
        more = [none] if kind is Kind.RELIEF else []
        return [{"linkId": link, "text": label, "type": "group", "item": parts}, *more]
    if kind is Kind.SCALE:
        return [{"linkId": link, "text": label, "type": "integer"}]
    if kind is Kind.WORDS:
        return [{"linkId": link, "text": label, "type": "text", "maxLength": 2000}]
    return [_choice(link, label, choices, repeats=kind in (Kind.CHOICES, Kind.AUDIENCE))]


def _choice(
    link: str, text: str, choices: str, *, repeats: bool = False, required: bool = False
) -> Tree:
    words = asked().choices[choices]
    return some(
        linkId=link,
        text=text,
        type="choice",
        required=True if required else None,
        repeats=True if repeats else None,
        answerOption=[
            {"valueCoding": coding(system_of(choices), code, words)}
            for code, words in words.items()
        ],
    )


def code_systems() -> dict[str, tuple[str, dict[str, str]]]:
    """Our own closed lists in it: name to title and codes."""
    return {
        f"{NAME}-{name.replace('_', '-')}": (f"Answers after a visit: {name}", dict(words))
        for name, words in asked().choices.items()
        if name != "believed"
    }


_VALUE = {
    "choice": "valueCoding",
    "string": "valueString",
    "text": "valueString",
    "date": "valueDate",
    "dateTime": "valueDateTime",
    "boolean": "valueBoolean",
    "integer": "valueInteger",
}


def problems(response: Node) -> Iterator[Broken]:
    """What the response does that its questionnaire does not allow."""
    if response.text("questionnaire") != URL:
        yield Broken(f"{response.path}.questionnaire", f"{URL} was expected")
        return
    yield from _against(response, _asked_items())


@cache
def _asked_items() -> Sequence[Tree]:
    """Built once: counting reads thousands of responses."""
    return questionnaire_items()


def _against(node: Node, allowed: Sequence[Tree]) -> Iterator[Broken]:
    known = {one["linkId"]: one for one in allowed}
    seen: set[str] = set()
    for item in node.each("item"):
        link = item.text("linkId") or ""
        if link not in known or link in seen:
            yield Broken(f"{item.path}.linkId", f"{link[:80]!r} is not asked here, or twice")
            continue
        seen.add(link)
        if known[link]["type"] == "group":
            yield from _against(item, known[link]["item"])
        else:
            yield from _answers(item, known[link])
    for link, one in known.items():
        if one.get("required") and link not in seen:
            yield Broken(f"{node.path}.item", f"{link} is missing")


def _answers(item: Node, asked_for: Tree) -> Iterator[Broken]:
    answers = list(item.each("answer"))
    if not answers or (len(answers) > 1 and not asked_for.get("repeats")):
        yield Broken(f"{item.path}.answer", "one answer was expected")
    name = _VALUE[asked_for["type"]]
    codes_allowed = {
        (one["valueCoding"]["system"], one["valueCoding"]["code"])
        for one in asked_for.get("answerOption", ())
    }
    for answer in answers:
        found = answer.at(name)
        if found is None:
            yield Broken(answer.path, f"a {name} was expected")
        elif codes_allowed and (found.text("system"), found.text("code")) not in codes_allowed:
            yield Broken(found.path, "not one of the answers")
        elif name == "valueInteger" and not _of_the_scale(found):
            yield Broken(found.path, "a number from 1 to 5 was expected")


def _of_the_scale(found: Node) -> bool:
    return isinstance(found.tree, Number) and found.tree.text in asked().choices["believed"]
