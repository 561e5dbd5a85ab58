"""R15 and R16: the birthday itself, the day before, and nobody whose age is not known."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from careplan.plan.care_plan import CarePlan
from careplan.plan.safety import Severity
from careplan.plan.sickle import Complication
from careplan.plan.values import Answer3, Route
from tests.make import TODAY, reading
from tests.plan.rules.kit import (
    DAY,
    aged,
    found,
    had,
    having,
    med,
    only_steps,
    severities,
    strong,
    taking,
    with_history,
)

C = Complication
B, W = Severity.BLOCK, Severity.WARN


def on_codeine(years: int, plan: CarePlan | None = None) -> CarePlan:
    return aged(years, taking(med("codeine"), plan=plan))


@pytest.mark.parametrize(("years", "severity"), [(11, B), (12, None), (30, None)])
def test_r15_by_age(years, severity):
    assert severities(on_codeine(years), "R15") == ([severity] if severity else [])


def test_r15_the_day_before_the_twelfth_birthday():
    plan = on_codeine(12)
    assert severities(plan, "R15", TODAY - DAY) == [B]
    assert found(having(plan, identity={"date_of_birth": None}), "R15") == []


@pytest.mark.parametrize(
    ("event", "years", "fires"),
    [
        (had(C.ASTHMA), 12, True),
        (had(C.SLEEP_APNOEA), 17, True),
        (had(C.ASTHMA), 18, False),
        (had(C.ASTHMA, Answer3.NO), 14, False),
        (had(C.GALLSTONES), 14, False),
    ],
)
def test_r15_breathing_from_12_to_17(event, years, fires):
    assert severities(on_codeine(years, with_history(event)), "R15") == [W] * fires


def test_r15_breastfeeding_and_fast_metabolism():
    feeding = having(pregnancy={"breastfeeding": Answer3.YES})
    assert severities(on_codeine(30, feeding), "R15") == [W]
    fast = with_history(had(C.OTHER, detail="CYP2D6 ultra-rapid metaboliser"))
    assert severities(on_codeine(30, fast), "R15") == [W]
    assert found(aged(30, taking(med("morphine"), plan=fast)), "R15") == []


@pytest.mark.parametrize(
    ("drug", "route", "from_age"),
    [
        ("aspirin", Route.ORAL, 16),
        ("tramadol", Route.ORAL, 12),
        ("diamorphine", Route.INTRANASAL, 2),
    ],
)
def test_r16_from_the_birthday_on(drug, route, from_age):
    plan = aged(from_age, only_steps(strong(drug, route)))
    assert found(plan, "R16") == []
    assert severities(plan, "R16", TODAY - DAY) == [W]
    assert found(having(plan, identity={"date_of_birth": None}), "R16") == []


def test_r16_diamorphine_by_another_route():
    assert found(aged(1, only_steps(strong("diamorphine", Route.SUBCUTANEOUS))), "R16") == []


@pytest.mark.parametrize(
    ("born", "weight", "fires"),
    [
        (date(2026, 8, 24), None, True),
        (date(2026, 8, 23), None, False),
        (date(2026, 1, 1), "4.9", True),
        (date(2026, 1, 1), "5", False),
    ],
)
def test_r16_ibuprofen_by_months_and_kilograms(born, weight, fires):
    step = replace(strong("ibuprofen", Route.ORAL), formulation=None)
    value = reading(weight, TODAY - timedelta(days=1)) if weight else None
    plan = having(only_steps(step), identity={"date_of_birth": born}, baselines={"weight": value})
    assert severities(plan, "R16") == [W] * fires
