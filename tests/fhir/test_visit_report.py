"""A visit report on the wire: FHIR R4, on our questionnaire, and the same report when read."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from careplan.fhir.conform import check
from careplan.fhir.visit_questionnaire import URL
from careplan.fhir.visit_report import Withdrawn, from_response, to_response
from careplan.plan.codec import Unreadable
from careplan.visits.report import Audience, Remembered, Sureness, Unfair, VisitReport, YesNo
from tests.strategies import visit_reports

AT = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
REPORT = VisitReport(
    patient_id=UUID(int=1),
    report_id=UUID(int=2),
    visit_id=UUID(int=3),
    given_at=AT,
    hospital="R9X01",
    on_day=AT.date(),
    arrived=Remembered(sureness=Sureness.ESTIMATE, at=AT),
    relief=Remembered(sureness=Sureness.DONT_KNOW),
    plan_shown=YesNo.NO,
    believed=2,
    unfair=(Unfair.RACE, Unfair.DRUGS),
    words="They said I should wait.\nSo I waited.",
    audience=(Audience.TEAM,),
)


@settings(max_examples=60, deadline=None)
@given(visit_reports())
def test_reading_gives_back_what_was_written(report: VisitReport) -> None:
    assert from_response(to_response(report)) == report


@settings(max_examples=15, deadline=None)
@given(visit_reports())
def test_every_response_is_fhir_and_keeps_to_the_questionnaire(report: VisitReport) -> None:
    assert check(to_response(report)) == []


def test_it_says_its_questionnaire_and_not_a_word_of_the_plan() -> None:
    tree = json.loads(to_response(REPORT))
    assert tree["questionnaire"] == URL
    links = [item["linkId"] for item in tree["item"]]
    assert len(links) == len(set(links))


def test_one_that_was_taken_back_has_no_document() -> None:
    with pytest.raises(Withdrawn):
        to_response(replace(REPORT, withdrawn_at=AT))


@pytest.mark.parametrize("words", ["", "  ", "bell\x07"])
def test_words_that_fhir_cannot_carry_are_refused(words: str) -> None:
    with pytest.raises(Unreadable, match="words"):
        to_response(replace(REPORT, words=words))


def _item(tree: Any, link: str) -> Any:
    return next(one for one in tree["item"] if one["linkId"] == link)


WRONG: dict[str, Callable[[Any], object]] = {
    "another questionnaire": lambda t: t.update(questionnaire="https://example.org/q"),
    "an unknown question": lambda t: t["item"].append({"linkId": "dose", "answer": []}),
    "a question twice": lambda t: t["item"].append(_item(t, "words")),
    "an unknown answer": lambda t: _item(t, "plan_shown")["answer"][0]["valueCoding"].update(
        code="perhaps"
    ),
    "two answers": lambda t: _item(t, "words")["answer"].append({"valueString": "more"}),
    "no sureness": lambda t: _item(t, "arrived")["item"].pop(0),
    "a six": lambda t: _item(t, "believed")["answer"][0].update(valueInteger=6),
    "a wrong kind": lambda t: _item(t, "on_day").update(answer=[{"valueString": "Monday"}]),
    "answers in no list": lambda t: _item(t, "words").update(answer={}),
}


@pytest.mark.parametrize("change", WRONG.values(), ids=WRONG.keys())
def test_what_the_questionnaire_does_not_allow_is_named(change: Callable[[Any], object]) -> None:
    tree = json.loads(to_response(REPORT))
    change(tree)
    data = json.dumps(tree).encode()
    assert check(data)
    with pytest.raises(Unreadable):
        from_response(data)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2000), st.binary(max_size=6))
def test_damaged_bytes_are_refused_and_never_crash(at: int, junk: bytes) -> None:
    data = to_response(REPORT)
    damaged = data[: at % len(data)] + junk + data[at % len(data) + len(junk) :]
    check(damaged)
    try:
        from_response(damaged)
    except Unreadable:
        return
