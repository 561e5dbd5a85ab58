"""R7: the weight a dose per kilogram is given by, and the day it goes stale."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from careplan.plan.care_plan import CarePlan
from careplan.plan.pain import Adjunct
from careplan.plan.person import Identity
from careplan.plan.safety import Severity, months_later
from careplan.plan.values import DoseUnit
from tests.make import TODAY, ada, an_id, mg, reading
from tests.plan.rules.kit import DAY, first, found, severities, with_pain


def weighed(years: int, on: date | None, *, today: date = TODAY) -> CarePlan:
    """Somebody of this age today with a dose per kilogram."""
    plan = first(dose=mg("0.1", DoseUnit.MG_PER_KG))
    born = date(today.year - years, today.month, today.day)
    plan = plan.with_section("identity", Identity(date_of_birth=born))
    weight = replace(reading("26.4"), on=on)
    return plan.with_section("baselines", replace(plan.baselines, weight=weight))


@pytest.mark.parametrize(
    ("years", "months", "severity"),
    [
        (1, 1, Severity.BLOCK),
        (9, 3, Severity.BLOCK),
        (15, 6, Severity.BLOCK),
        (30, 12, Severity.WARN),
    ],
)
def test_r7_a_weight_goes_stale_by_age(years, months, severity):
    """From the same day of the month on it is stale: 6 October to 6 January at nine years old."""
    limit = months_later(TODAY, -months)
    assert severities(weighed(years, limit + DAY), "R7") == []
    assert severities(weighed(years, limit), "R7") == [severity]
    assert severities(weighed(years, limit - DAY), "R7") == [severity]


def test_r7_the_child_of_nine_on_both_days():
    plan = weighed(9, date(2026, 10, 6))
    assert found(plan, "R7", date(2027, 1, 5)) == []
    (one,) = found(plan, "R7", date(2027, 1, 6))
    assert one.text == "A dose is written per kilogram; weighed 26.4 kg on 6 October 2026."
    assert one.paths == ("pain_plan.steps.dose", "baselines.weight")


def test_r7_the_day_of_the_eighteenth_birthday():
    plan = weighed(30, None).with_section("identity", Identity(date_of_birth=date(2009, 2, 2)))
    assert severities(plan, "R7", date(2027, 2, 1)) == [Severity.BLOCK]
    assert severities(plan, "R7", date(2027, 2, 2)) == [Severity.WARN]


def test_r7_no_weight_no_date_no_birthday_and_a_date_to_come():
    plan = weighed(30, TODAY)
    nothing = plan.with_section("baselines", replace(plan.baselines, weight=None))
    assert "no weight is recorded" in found(nothing, "R7")[0].text
    assert "has no date" in found(weighed(30, None), "R7")[0].text
    assert severities(weighed(30, TODAY + DAY), "R7") == [Severity.WARN]
    unknown = plan.with_section("identity", Identity())
    assert found(unknown, "R7") == []
    assert severities(unknown, "R7", months_later(TODAY, 1)) == [Severity.BLOCK]


def test_r7_a_fixed_dose_needs_no_weight():
    plan = ada().with_section("baselines", replace(ada().baselines, weight=None))
    assert found(plan, "R7") == []


@pytest.mark.parametrize("given_", [True, False])
def test_r7_counts_adjuncts_that_are_given(given_):
    dose = mg("15", DoseUnit.MG_PER_KG)
    adjunct = Adjunct(an_id("kg"), "paracetamol", given=given_, dose=dose)
    plan = with_pain(adjuncts=(adjunct,))
    plan = plan.with_section("baselines", replace(plan.baselines, weight=None))
    paths = [one.paths for one in found(plan, "R7")]
    assert paths == ([("pain_plan.adjuncts.dose", "baselines.weight")] if given_ else [])
