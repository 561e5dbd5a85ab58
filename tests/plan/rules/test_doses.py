"""R5, R6 and R8. Doses here are test data, never advice."""

from __future__ import annotations

from dataclasses import replace

import pytest

from careplan.plan.pain import Adjunct, Relation, Stage
from careplan.plan.safety import Severity
from careplan.plan.values import (
    Dose,
    DoseUnit,
    Interval,
    IntervalKind,
    Route,
)
from tests.make import ada, an_id, mg
from tests.plan.rules.kit import (
    aged,
    first,
    found,
    having,
    med,
    second,
    severities,
    taking,
    with_pain,
)


@pytest.mark.parametrize(
    ("changes", "part"),
    [
        ({"drug": " "}, "the medicine"),
        ({"dose": None}, "the dose"),
        ({"dose": Dose(DoseUnit.MG)}, "the dose"),
        ({"dose": mg("10", DoseUnit.ML)}, "the strength"),
        ({"routes": ()}, "the route"),
        ({"repeat": None}, "the earliest repeat"),
        ({"repeat": Interval(IntervalKind.EVERY)}, "the earliest repeat"),
        ({"relation": None}, "how it stands to the first dose"),
        ({"relation": Relation.AFTER}, "the number of minutes after the first dose"),
        ({"counts_towards_max": None}, "whether it counts towards the most doses"),
        ({"formulation": None}, "the form (immediate or modified release)"),
    ],
)
def test_r5_each_part_that_can_be_missing(changes, part):
    (one,) = found(second(**changes), "R5")
    assert one.severity is Severity.BLOCK
    assert one.text.startswith("Second choice, ")
    assert one.text.endswith(f": {part} is missing.")


@pytest.mark.parametrize(
    "changes",
    [
        {"repeat": Interval(IntervalKind.SINGLE_DOSE)},
        {"repeat": Interval(IntervalKind.SET_TIMES, times="at night")},
        {"dose": Dose(DoseUnit.SELF_ADMINISTERED), "routes": (Route.INHALED,)},
        {"dose": replace(mg("5", DoseUnit.ML), strength="10 mg in 5 mL")},
        {"relation": Relation.AFTER, "relation_minutes": 30},
        {"relation": Relation.TOGETHER, "counts_towards_max": False},
        {"drug": "paracetamol", "formulation": None},
        {"formulation": None, "routes": (Route.INTRANASAL,)},
    ],
)
def test_r5_what_is_whole(changes):
    assert found(second(**changes), "R5") == []


def test_r5_a_first_dose_stands_to_nothing_and_a_second_one_must():
    steps = ada().pain_plan.steps
    again = replace(steps[3], id=an_id("again"))
    texts = [one.text for one in found(with_pain(steps=(*steps[:4], again)), "R5")]
    assert len(texts) == 2
    assert all(text.startswith("First dose, morphine: ") for text in texts)


def test_r5_home_and_discharge_stand_by_themselves_the_ambulance_does_not():
    steps = ada().pain_plan.steps
    for stage, missing in [
        (Stage.HOME, 0),
        (Stage.DISCHARGE, 0),
        (Stage.AMBULANCE, 2),
        (Stage.WARD, 2),
    ]:
        step = replace(steps[0], stage=stage)
        assert len(found(with_pain(steps=(step, *steps[3:])), "R5")) == missing


def test_r5_no_first_dose():
    steps = ada().pain_plan.steps
    texts = [one.text for one in found(with_pain(steps=steps[:3]), "R5")]
    assert texts == ["There is no first dose."]


@pytest.mark.parametrize(
    ("written", "trouble"),
    [
        ("50 mcg", "micrograms are shortened"),
        ("50µg", "micrograms are shortened"),
        ("20 ug/hour", "micrograms are shortened"),
        ("10 U", "units are shortened"),
        ("10IU", "units are shortened"),
        ("1.0 mg", "a nought stands last after the point"),
        ("2.50 g", "a nought stands last after the point"),
        (".5 mg", "no nought stands before the point"),
        ("5 mls", "a volume stands without its strength"),
        ("10 mL", "a volume stands without its strength"),
        ("5 mL of 10 mg in 5 mL", None),
        ("0.5 mg", None),
        ("1.26 g", None),
        ("6000 units", None),
        ("20 microgram/hour", None),
        ("1 drop each eye", None),
        ("10 mg", None),
        ("100 mg", None),
        (None, None),
    ],
)
def test_r6_a_regular_medicines_dose(written, trouble):
    texts = [one.text for one in found(taking(med("senna", written)), "R6")]
    assert texts == ([f"“{written}”: {trouble}."] if trouble else [])


@pytest.mark.parametrize(
    ("ceiling", "fires"),
    [
        ("30 mg in first 2 hours, then senior review", False),
        ("3 doses, then senior review", False),
        ("2.0 mg then stop", True),
        ("20 mL in 24 h", True),
    ],
)
def test_r6_a_ceiling(ceiling, fires):
    assert [one.paths for one in found(first(ceiling=ceiling), "R6")] == (
        [("pain_plan.steps.ceiling",)] if fires else []
    )


def test_r6_a_volume_takes_its_strength_from_the_dose_beside_it():
    dose = replace(mg("5", DoseUnit.ML), strength="10 mg in 5 mL")
    assert found(first(ceiling="20 mL in 24 h", dose=dose), "R6") == []


def test_r6_reads_no_history():
    previous = tuple(replace(one, given="50 mcg") for one in ada().pain_plan.previous_response)
    not_given = Adjunct(an_id("no"), "fentanyl 50 mcg", given=False)
    assert found(with_pain(previous_response=previous, adjuncts=(not_given,)), "R6") == []


def beside(drug: str, dose: Dose) -> Adjunct:
    return Adjunct(an_id(f"beside {drug}"), drug, dose=dose)


PER_KG = mg("0.1", DoseUnit.MG_PER_KG)


@pytest.mark.parametrize(
    ("stage", "drug", "fires"),
    [
        (Stage.WARD, "morphine", True),
        (Stage.SECOND_CHOICE, "morphine", False),
        (Stage.WARD, "oxycodone", False),
    ],
)
def test_r8_two_ways_at_one_stage(stage, drug, fires):
    steps = ada().pain_plan.steps
    fixed = replace(steps[3], id=an_id("fixed"), stage=stage, drug=drug)
    per_kg = replace(steps[3], stage=Stage.WARD, dose=PER_KG)
    assert severities(with_pain(steps=(per_kg, fixed)), "R8") == [Severity.WARN] * fires


def test_r8_at_home_and_in_hospital_are_two_stages():
    per_kg = mg("15", DoseUnit.MG_PER_KG)
    plan = with_pain(adjuncts=(beside("paracetamol", per_kg),))
    assert found(plan, "R8") == []
    ward = replace(plan.pain_plan.steps[0], stage=Stage.WARD)
    assert severities(with_pain(steps=(ward,), adjuncts=(beside("paracetamol", per_kg),)), "R8")


@pytest.mark.parametrize(
    ("years", "weighed", "fires"), [(9, False, True), (9, True, False), (18, False, False)]
)
def test_r8_a_childs_fixed_dose_and_no_weight(years, weighed, fires):
    plan = aged(years)
    if not weighed:
        plan = having(plan, baselines={"weight": None})
    assert severities(plan, "R8") == [Severity.WARN] * fires


def test_r8_where_no_age_is_known_nothing_is_claimed():
    plan = having(identity={"date_of_birth": None}, baselines={"weight": None})
    assert found(plan, "R8") == []
