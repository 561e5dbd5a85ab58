"""From a report to a row: what counts as relief, what as missing, and who somebody is in words."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import UUID

import pytest

from careplan.measures.measures import Family
from careplan.measures.rows import Answer, Served, row_of
from careplan.measures.splits import MISSING, Split, Who, age_band, ethnic_category, time_of_day
from careplan.visits.report import Followed, Remembered, Sureness, VisitReport, YesNo
from tests.measures.a_row import a_row
from tests.stores import NOW

NOBODY = UUID(int=1)


def told(**answers):
    return VisitReport(patient_id=NOBODY, report_id=NOBODY, given_at=NOW, **answers)


def waited(minutes, *, sure=Sureness.EXACT, **more):
    relief = Remembered(sureness=sure, at=NOW + timedelta(minutes=minutes))
    return told(arrived=Remembered(sureness=Sureness.EXACT, at=NOW), relief=relief, **more)


def row_from(report):
    return row_of(report, person=1, who=Who(), hospital=MISSING, hour=9, month="2026-11")


@pytest.mark.parametrize(
    ("report", "expected"),
    [
        (waited(15), Answer((True, True, True), 15.0)),
        (waited(31), Answer((False, False, True), 31.0)),
        (told(no_relief=True), Answer((False, False, False), float("inf"))),
        (told(), None),
        (waited(-5), None),
        (waited(8 * 24 * 60), None),
        (told(arrived=Remembered(sureness=Sureness.EXACT, at=NOW)), None),
    ],
    ids=["15", "31", "none given", "not said", "before arrival", "a week", "only arrival"],
)
def test_how_long_relief_took(report, expected):
    assert row_from(report).case().said.get(Family.RELIEF) == expected


def test_a_time_is_exact_only_if_both_are():
    assert row_from(waited(10)).sureness == "exact"
    assert row_from(waited(10, sure=Sureness.ESTIMATE)).sureness == "estimate"
    assert row_from(told(no_relief=True)).sureness == MISSING


@pytest.mark.parametrize(
    ("followed", "said"),
    [
        (Followed.FULLY, (True, True)),
        (Followed.PARTLY, (False, True)),
        (Followed.NO, (False, False)),
        (Followed.WOULD_NOT_LOOK, (False, False)),
        (Followed.DONT_KNOW, None),
        (None, None),
    ],
)
def test_followed_fully_and_at_all(followed, said):
    answer = row_from(told(followed=followed)).case().said.get(Family.FOLLOWED)
    assert (answer and answer.yes) == said


def test_dont_know_is_missing_and_no_is_no():
    case = row_from(told(plan_shown=YesNo.DONT_KNOW, checked_within_30=YesNo.NO)).case()
    assert Family.OPENED not in case.said
    assert case.said[Family.CHECKED].yes == (False,)
    assert a_row(believed=3).case().said[Family.BELIEVED].yes == (False,)
    assert a_row(believed=4).case().said[Family.BELIEVED].yes == (True,)


def test_who_somebody_is_in_words():
    born = date(2014, 11, 24)
    assert age_band(born, date(2026, 11, 23)) == "5-11"
    assert age_band(born, date(2026, 11, 24)) == "12-17"
    assert age_band(None, date(2026, 11, 24)) == MISSING
    assert [time_of_day(hour) for hour in (7, 8, 19, 20, None)] == [
        *("night", "day", "day", "night"),
        MISSING,
    ]
    assert Who(ethnic_category="N").values()[Split.ETHNIC_GROUP] == "black"
    assert Who(ethnic_category="Z").values()[Split.ETHNIC_GROUP] == "not_stated"
    assert ethnic_category("99") == ethnic_category(None) == MISSING


def test_a_person_whom_nobody_signed_for_is_counted():
    case = Served(person=1, who=Who(smartphone="no")).case()
    assert case.said[Family.SIGNED] == Answer((False,), float("inf"))
    assert case.said[Family.REACHED] == Answer((True,))
    assert case.values[Split.SMARTPHONE] == "no"
