"""A visit report as a QuestionnaireResponse on the questionnaire published in fhir_profiles/.

It stands by itself: no document of the plan holds or points at it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from enum import StrEnum
from functools import cache
from typing import Any, TypeVar
from uuid import UUID

from careplan.fhir import codes, wire
from careplan.fhir.elements import Broken
from careplan.fhir.tree import Node, Tree, coding, instant, moment, reference, some
from careplan.fhir.wire import Number, whole
from careplan.fhir.writable import text_problem
from careplan.plan.codec import Unreadable
from careplan.visits.questions import Kind, asked
from careplan.visits.report import (
    Audience,
    Eased,
    Followed,
    Remembered,
    Respected,
    Source,
    Sureness,
    Unfair,
    VisitReport,
    YesNo,
)

NAME = "visit-report"
URL = f"{codes.QUESTIONNAIRE}/{NAME}"
SYSTEM = f"{codes.OWN}/{NAME}"
VISIT = f"{codes.BASE}/Id/visit"

_ANSWERS: dict[str, type[StrEnum]] = {
    "plan_shown": YesNo,
    "followed": Followed,
    "checked_within_30": YesNo,
    "eased": Eased,
    "respected": Respected,
    "treated_unfairly": YesNo,
    "left_before_treatment": YesNo,
    "would_go_back": YesNo,
}
_SEVERAL: dict[str, type[StrEnum]] = {"unfair": Unfair, "audience": Audience}
_E = TypeVar("_E", bound=StrEnum)


class Withdrawn(ValueError):
    """A report that was taken back has no document: that is what taking back means."""


# --- out -------------------------------------------------------------------------------------


def to_response(report: VisitReport) -> bytes:
    """Raises Withdrawn, and Unreadable for text that FHIR cannot carry unchanged."""
    if report.withdrawn_at is not None:
        raise Withdrawn
    for name in ("hospital", "hospital_words", "words"):
        text = getattr(report, name)
        problem = text_problem(text) if text is not None else None
        if problem:
            raise Unreadable(name, problem)
    return wire.dumps(
        some(
            resourceType="QuestionnaireResponse",
            id=str(report.report_id),
            questionnaire=URL,
            status="completed",
            subject=reference(report.patient_id),
            encounter=_encounter(report.visit_id),
            authored=instant(report.given_at),
            item=list(_items(report)),
        )
    )


def _encounter(visit_id: UUID | None) -> Tree | None:
    return {"identifier": {"system": VISIT, "value": str(visit_id)}} if visit_id else None


def _items(report: VisitReport) -> Iterator[Tree]:
    yield _coded("source", "source", report.source)
    yield from _where(report)
    yield from _time("arrived", report.arrived)
    yield from _time("relief", report.relief)
    if report.no_relief is not None:
        yield _item("no_relief", valueBoolean=report.no_relief)
    if report.believed is not None:
        yield _item("believed", valueInteger=whole(report.believed))
    for question in asked().questions:
        value = getattr(report, question.id)
        if question.id in _ANSWERS and value is not None:
            yield _coded(question.id, question.choices, value)
        elif question.id in _SEVERAL and value:
            yield _coded(question.id, question.choices, *value)
    if report.words is not None:
        yield _item("words", valueString=report.words)


def _where(report: VisitReport) -> Iterator[Tree]:
    if report.hospital is not None:
        yield _item("hospital", valueCoding=coding(codes.ODS_SITE, report.hospital))
    if report.hospital_words is not None:
        yield _item("hospital_words", valueString=report.hospital_words)
    if report.on_day is not None:
        yield _item("on_day", valueDate=report.on_day.isoformat())


def _item(link: str, **value: Any) -> Tree:
    return {"linkId": link, "answer": [value]}


def _coded(link: str, choices: str, *values: StrEnum) -> Tree:
    words = asked().choices[choices]
    answers = [{"valueCoding": coding(_system(choices), one, words[one])} for one in values]
    return {"linkId": link, "answer": answers}


def _system(choices: str) -> str:
    return f"{SYSTEM}-{choices.replace('_', '-')}"


def _time(link: str, told: Remembered | None) -> Iterator[Tree]:
    if told is None:
        return
    parts = [_coded(f"{link}.sureness", "sureness", told.sureness)]
    if told.at is not None:
        parts.append(_item(f"{link}.at", valueDateTime=instant(told.at)))
    yield {"linkId": link, "item": parts}


# --- back ------------------------------------------------------------------------------------


def from_response(data: bytes) -> VisitReport:
    """The report that these bytes were written of. Raises Unreadable with the place."""
    top = Node(wire.loads(data), "QuestionnaireResponse")
    for broken in problems(top):
        raise Unreadable(broken.path, broken.problem)
    items = {one.needed_text("linkId"): one for one in top.each("item")}
    answers = {link: _only(_enum(kind, items.get(link))) for link, kind in _ANSWERS.items()}
    visit = top.text("encounter", "identifier", "value")
    return VisitReport(
        patient_id=_uuid(top.need("subject"), "reference"),
        report_id=_uuid(top, "id"),
        visit_id=_uuid(top.need("encounter", "identifier"), "value") if visit else None,
        source=_only(_enum(Source, items.get("source"))) or Source.PERSON,
        given_at=moment(top, "authored"),
        hospital=_value(items.get("hospital")),
        hospital_words=_value(items.get("hospital_words")),
        on_day=_day(items["on_day"]) if "on_day" in items else None,
        arrived=_remembered(items.get("arrived")),
        relief=_remembered(items.get("relief")),
        no_relief=_value(items.get("no_relief")),
        believed=_value(items.get("believed")),
        unfair=_enum(Unfair, items.get("unfair")),
        words=_value(items.get("words")),
        audience=_enum(Audience, items.get("audience")),
        **answers,
    )


def _uuid(node: Node, step: str) -> UUID:
    text = node.needed_text(step)
    try:
        return UUID(text.removeprefix("urn:uuid:"))
    except ValueError as problem:
        raise Unreadable(node.need(step).path, "not an id of ours") from problem


def _value(item: Node | None) -> Any:
    return item.need("answer", 0).value() if item else None


def _day(item: Node) -> date:
    text = item.need("answer", 0).needed_text("valueDate")
    try:
        return date.fromisoformat(text)
    except ValueError as problem:
        raise Unreadable(item.path, f"{text[:20]!r} is not a date") from problem


def _enum(kind: type[_E], item: Node | None) -> tuple[_E, ...]:
    return tuple(kind(one.value()) for one in item.each("answer")) if item else ()


def _only(found: tuple[_E, ...]) -> Any:
    return found[0] if found else None


def _remembered(item: Node | None) -> Remembered | None:
    if item is None:
        return None
    parts = {one.needed_text("linkId").rpartition(".")[2]: one for one in item.each("item")}
    at = parts.get("at")
    sureness = _enum(Sureness, parts.get("sureness"))[0]
    told = moment(at.need("answer", 0), "valueDateTime") if at else None
    return Remembered(sureness=sureness, at=told)


# --- the questionnaire, and whether a response keeps to it ------------------------------------


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
            {"valueCoding": coding(_system(choices), code, words)} for code, words in words.items()
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
