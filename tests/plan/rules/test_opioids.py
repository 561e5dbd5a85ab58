"""R4, R9, R10, R17, R18, R19 and R23."""

from __future__ import annotations

from dataclasses import replace

import pytest

from careplan.plan.medicines import MedicineStatus
from careplan.plan.pain import Adjunct, OpioidExposure, Relation, Stage
from careplan.plan.safety import Severity
from careplan.plan.values import Formulation, Route
from tests.make import ada, an_id
from tests.plan.rules.kit import (
    first,
    found,
    having,
    med,
    only_steps,
    severities,
    strong,
    taking,
    with_pain,
)


@pytest.mark.parametrize(
    "name", ["pethidine", "Pethidine 50 mg", "MEPERIDINE", "Demerol", "Pamergan P100"]
)
def test_r4_pethidine_by_any_name(name):
    assert severities(first(drug=name), "R4") == [Severity.BLOCK]


def test_r4_in_the_words_of_an_escalation():
    (one,) = found(with_pain(escalation_action="If no relief give pethidine"), "R4")
    assert one.paths == ("pain_plan.escalation_action",)


def test_r4_not_for_its_neighbours():
    assert found(first(drug="norpethidine"), "R4") == []
    assert found(ada(), "R4") == []


@pytest.mark.parametrize(
    ("second_step", "fires"),
    [
        (strong("oxycodone", Route.ORAL), True),
        (strong("Oxynorm", Route.ORAL, Route.SUBCUTANEOUS), True),
        (strong("oxycodone", Route.ORAL, relation=Relation.INSTEAD), False),
        (strong("oxycodone", Route.ORAL, relation=Relation.TOGETHER), False),
        (strong("oxycodone", Route.SUBCUTANEOUS), False),
        (strong("oxycodone", Route.ORAL, stage=Stage.WARD), False),
        (strong("dihydrocodeine", Route.ORAL), False),
        (strong("paracetamol", Route.ORAL), False),
    ],
)
def test_r9_two_strong_opioids(second_step, fires):
    plan = with_pain(steps=(strong("morphine", Route.ORAL), second_step))
    assert severities(plan, "R9") == [Severity.BLOCK] * fires


@pytest.mark.parametrize(
    ("drug", "fires"),
    [
        ("morphine or oxycodone", True),
        ("morphine plus fentanyl patch", False),
        ("oxycodone instead of morphine", False),
        ("Zomorph (morphine)", False),
        ("morphine with paracetamol", False),
    ],
)
def test_r9_two_in_one_line(drug, fires):
    assert bool(found(with_pain(steps=(strong(drug, Route.ORAL),)), "R9")) is fires


@pytest.mark.parametrize(
    ("medicine", "fires"),
    [
        (med("diazepam"), True),
        (med("Lyrica"), True),
        (med("zopiclone", status=MedicineStatus.KEPT_AT_HOME), True),
        (med("diazepam", status=MedicineStatus.STOPPED), False),
        (med("cyclizine"), False),
        (med("chlorphenamine"), False),
        (med("senna"), False),
    ],
)
def test_r10_something_sedating(medicine, fires):
    assert severities(taking(medicine), "R10") == [Severity.WARN] * fires


def test_r10_needs_a_strong_opioid():
    steps = ada().pain_plan.steps[:3]
    plan = having(taking(med("diazepam")), pain_plan={"steps": steps, "escalation_action": None})
    assert found(plan, "R10") == []


@pytest.mark.parametrize(
    ("exposure", "fires"),
    [(OpioidExposure.SUBSTITUTION, True), (OpioidExposure.DAILY_LONG_ACTING, False)],
)
def test_r10_opioid_substitution(exposure, fires):
    assert bool(found(with_pain(opioid_exposure=exposure), "R10")) is fires


@pytest.mark.parametrize(
    ("words", "fires"),
    [
        ("Drinks alcohol most days", True),
        ("No alcohol", False),
        ("Does not drink alcohol", False),
        ("Use an alcohol wipe first", False),
        ("Sedation score every hour", False),
    ],
)
def test_r10_alcohol_in_the_teams_notes(words, fires):
    assert bool(found(with_pain(monitoring=words), "R10")) is fires


def test_r10_alcohol_as_a_trigger_of_pain_is_no_note():
    assert found(having(my_sickle={"triggers": ("alcohol",)}), "R10") == []


@pytest.mark.parametrize(
    ("step", "form"),
    [
        (strong("fentanyl patch", Route.TRANSDERMAL), "a patch"),
        (strong("Butec", Route.ORAL), "a patch"),
        (replace(strong("morphine", Route.ORAL), formulation=Formulation.MODIFIED), "modified"),
        (strong("MST", Route.ORAL), "modified"),
        (strong("Longtec", Route.ORAL, stage=Stage.SECOND_CHOICE), "modified"),
        (strong("morphine", Route.ORAL), None),
        (strong("lidocaine patch", Route.TRANSDERMAL), None),
        (strong("MST", Route.ORAL, stage=Stage.DISCHARGE), None),
    ],
)
def test_r17_a_slow_form_as_an_acute_step(step, form):
    texts = [one.text for one in found(only_steps(step), "R17") if " stands in " in one.text]
    assert [form in text for text in texts] == ([True] if form else [])


@pytest.mark.parametrize(
    ("medicine", "acute", "fires"),
    [
        ("buprenorphine patch", "oxycodone", True),
        ("Butrans", "dihydrocodeine", True),
        ("buprenorphine patch", "paracetamol", False),
        ("fentanyl patch", "oxycodone", False),
    ],
)
def test_r17_buprenorphine_and_a_full_agonist(medicine, acute, fires):
    plan = only_steps(strong(acute, Route.ORAL))
    plan = taking(med(medicine), plan=having(plan, pain_plan={"escalation_action": None}))
    assert severities(plan, "R17") == [Severity.WARN] * fires


def test_r17_buprenorphine_that_was_stopped():
    stopped = med("buprenorphine patch", status=MedicineStatus.STOPPED)
    assert found(taking(stopped), "R17") == []


@pytest.mark.parametrize("route", list(Route))
def test_r18_only_the_intramuscular_route(route):
    fires = route is Route.INTRAMUSCULAR
    assert severities(first(routes=(route,)), "R18") == [Severity.WARN] * fires


def test_r18_an_injection_that_is_not_given_and_one_that_is():
    jab = Adjunct(an_id("jab"), "vitamin", routes=(Route.INTRAMUSCULAR,))
    assert severities(with_pain(adjuncts=(jab,)), "R18") == [Severity.WARN]
    assert found(with_pain(adjuncts=(replace(jab, given=False),)), "R18") == []
    assert found(taking(med("hydroxocobalamin", routes=(Route.INTRAMUSCULAR,))), "R18") == []


@pytest.mark.parametrize(
    ("drug", "given_", "fires"),
    [("dexamethasone", True, True), ("prednisolone", False, False), ("senna", True, False)],
)
def test_r19_a_steroid_for_pain(drug, given_, fires):
    plan = with_pain(adjuncts=(Adjunct(an_id("steroid"), drug, given=given_),))
    assert severities(plan, "R19") == [Severity.WARN] * fires


def test_r19_a_steroid_taken_for_something_else():
    assert found(taking(med("prednisolone")), "R19") == []
    assert severities(with_pain(escalation_action="hydrocortisone"), "R19") == [Severity.WARN]
    assert found(with_pain(escalation_action="PCA. No steroids."), "R19") == []


NO_RELIEF = {"adjuncts": ()}


@pytest.mark.parametrize(
    ("changes", "missing"),
    [
        ({"monitoring": " "}, "what to watch and a line on naloxone"),
        ({"reassess": None}, "when to check again"),
        ({"monitoring": "Sedation score every hour"}, "a line on naloxone"),
        (
            {"reassess": None, **NO_RELIEF},
            "when to check again and a laxative or antiemetic",
        ),
        (
            {"opioid_exposure": OpioidExposure.DAILY_LONG_ACTING, **NO_RELIEF},
            "a laxative or antiemetic",
        ),
        (NO_RELIEF, None),
        ({}, None),
    ],
)
def test_r23_what_is_missing(changes, missing):
    texts = [one.text for one in found(with_pain(**changes), "R23")]
    assert [text.partition("these are missing: ")[2] for text in texts] == (
        [f"{missing}."] if missing else []
    )


def test_r23_naloxone_may_stand_elsewhere_and_weak_opioids_need_none_of_it():
    noted = with_pain(monitoring="Sedation score", escalation_action="PCA; naloxone at hand")
    assert found(noted, "R23") == []
    weak = with_pain(steps=ada().pain_plan.steps[:3], monitoring=None)
    assert found(weak, "R23") == []
