"""A visit report as a QuestionnaireResponse on the questionnaire published in fhir_profiles/.

It stands by itself: no document of the plan holds or points at it.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from enum import StrEnum
from typing import Any, TypeVar
from uuid import UUID

from careplan.fhir import codes, wire
from careplan.fhir.tree import Node, Tree, coding, instant, moment, reference, some
from careplan.fhir.visit_questionnaire import URL, problems, system_of
from careplan.fhir.wire import whole
from careplan.fhir.writable import text_problem
from careplan.plan.codec import Unreadable
from careplan.visits.questions import asked
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
    answers = [{"valueCoding": coding(system_of(choices), one, words[one])} for one in values]
    return {"linkId": link, "answer": answers}


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
