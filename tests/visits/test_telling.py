"""How a report begins, and what is asked about before it is kept."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from careplan.visits.report import Remembered, Source, Sureness, Unfair, VisitReport, YesNo
from careplan.visits.telling import (
    LEFT_OUT,
    Doubt,
    begun_from,
    doubts,
    for_the_hospital,
    may_be_one_visit,
    names_staff,
    without_names,
)
from careplan.visits.visit import Stage, Tap, Tapped, Visit, Where

AT = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def told(**changes: Any) -> VisitReport:
    blank = VisitReport(patient_id=UUID(int=1), report_id=UUID(int=2), given_at=AT)
    return replace(blank, **changes)


def exact(at: datetime) -> Remembered:
    return Remembered(sureness=Sureness.EXACT, at=at)


def tapped(tap: Tap, at: datetime) -> Tapped:
    return Tapped(tap_id=UUID(int=at.minute), tap=tap, at=at, heard_at=at)


VISIT = Visit(
    patient_id=UUID(int=1),
    visit_id=UUID(int=9),
    begun_at=AT,
    stage=Stage.ARRIVED,
    tells_team=False,
    where=Where(hospital="R9X01", words="the big one"),
    taps=(
        tapped(Tap.GOING_IN, AT),
        tapped(Tap.ARRIVED, AT + 20 * MINUTE),
        tapped(Tap.RELIEF_GIVEN, AT + 55 * MINUTE),
        tapped(Tap.CHECKED_AGAIN, AT + 80 * MINUTE),
    ),
)


def begun(visit: Visit) -> VisitReport:
    return begun_from(visit, report_id=UUID(int=2), at=AT, source=Source.PERSON, on_day=AT.date())


def test_it_begins_with_what_was_tapped_and_nothing_else() -> None:
    report = begun(VISIT)
    assert report == told(
        visit_id=VISIT.visit_id,
        hospital="R9X01",
        on_day=AT.date(),
        arrived=exact(AT + 20 * MINUTE),
        relief=exact(AT + 55 * MINUTE),
        checked_within_30=YesNo.YES,
    )


@pytest.mark.parametrize("minutes", [None, 40, 86])
def test_checked_late_or_not_tapped_is_left_to_the_person(minutes: int | None) -> None:
    """No tap is no answer: blank never means no."""
    taps = [one for one in VISIT.taps if one.tap is not Tap.CHECKED_AGAIN]
    if minutes is not None:
        taps.append(tapped(Tap.CHECKED_AGAIN, AT + minutes * MINUTE))
    assert begun(replace(VISIT, taps=tuple(taps))).checked_within_30 is None


LATER = AT + timedelta(hours=3)


@pytest.mark.parametrize(
    ("report", "found"),
    [
        (told(), []),
        (told(arrived=exact(AT), relief=exact(AT)), []),
        (told(arrived=exact(AT), relief=exact(AT - MINUTE)), [Doubt.RELIEF_FIRST]),
        (told(arrived=exact(LATER + 6 * MINUTE)), [Doubt.IN_THE_FUTURE]),
        (told(arrived=exact(LATER + 4 * MINUTE)), []),
        (told(on_day=AT.date() + timedelta(days=1)), [Doubt.IN_THE_FUTURE]),
        (told(on_day=AT.date() - timedelta(days=366)), [Doubt.LONG_AGO]),
        (told(arrived=exact(AT - timedelta(hours=10)), relief=exact(LATER)), [Doubt.LONG_WAIT]),
        (told(unfair=(Unfair.RACE,), treated_unfairly=YesNo.NO), [Doubt.NOT_UNFAIR]),
        (told(unfair=(Unfair.RACE,)), []),
        (told(arrived=Remembered(sureness=Sureness.DONT_KNOW), relief=exact(AT)), []),
    ],
)
def test_what_is_odd_is_found(report: VisitReport, found: list[Doubt]) -> None:
    assert list(doubts(report, at=LATER, today=AT.date())) == found


def test_arriving_before_going_in_is_asked_about_but_not_for_a_clocks_width() -> None:
    early = told(arrived=exact(AT - 6 * MINUTE))
    assert list(doubts(early, at=LATER, today=AT.date(), going_in=AT)) == [Doubt.BEFORE_GOING_IN]
    near = told(arrived=exact(AT - 4 * MINUTE))
    assert list(doubts(near, at=LATER, today=AT.date(), going_in=AT)) == []


def other(**changes: Any) -> VisitReport:
    return told(report_id=UUID(int=3), **changes)


@pytest.mark.parametrize(
    ("one", "two", "same"),
    [
        (told(hospital="A", on_day=AT.date()), other(hospital="A", on_day=AT.date()), True),
        (told(hospital="A", on_day=AT.date()), other(hospital="B", on_day=AT.date()), False),
        (told(hospital="A"), other(hospital="A"), False),
        (
            told(hospital_words="Mill Road ", arrived=exact(AT)),
            other(hospital_words="mill road", arrived=exact(LATER)),
            True,
        ),
        (
            told(hospital="A", arrived=exact(AT)),
            other(hospital="A", arrived=exact(AT + timedelta(hours=13))),
            False,
        ),
        (
            told(hospital="A", on_day=AT.date(), visit_id=UUID(int=7)),
            other(hospital="A", on_day=AT.date(), visit_id=UUID(int=8)),
            False,
        ),
        (
            told(hospital="A", on_day=AT.date()),
            other(hospital="A", on_day=AT.date(), withdrawn_at=AT),
            False,
        ),
    ],
)
def test_one_visit_told_twice(one: VisitReport, two: VisitReport, same: bool) -> None:
    assert may_be_one_visit(one, two) is same


@pytest.mark.parametrize(
    ("words", "left"),
    [
        ("Dr Helena Marsden laughed at me.", f"Dr {LEFT_OUT} laughed at me."),
        ("the nurse Bola said no", f"the nurse {LEFT_OUT} said no"),
        ("Sister O’Hara and Mr. Smith-Jones", f"Sister {LEFT_OUT} and Mr. {LEFT_OUT}"),
    ],
)
def test_a_name_behind_a_title_is_found_and_left_out_for_others(words: str, left: str) -> None:
    assert names_staff(words)
    assert without_names(words) == left
    assert for_the_hospital(told(words=words)).words == left


@pytest.mark.parametrize("words", ["The nurse said no.", "My sister came with me.", "I saw a Dr"])
def test_no_name_no_question(words: str) -> None:
    assert not names_staff(words)
    assert without_names(words) == words
