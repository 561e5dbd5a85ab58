"""R11 to R14 and R37: at the line, on both sides of it, and where a fact is not known."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from careplan.plan.care_plan import CarePlan
from careplan.plan.medicines import MedicineStatus, SideEffect
from careplan.plan.pain import Adjunct
from careplan.plan.safety import Severity
from careplan.plan.sickle import Complication
from careplan.plan.values import (
    Answer3,
    DoseUnit,
    Interval,
    IntervalKind,
    Route,
    TimeUnit,
)
from tests.make import TODAY, an_id, every, hours, mg, reading
from tests.plan.rules.kit import (
    found,
    had,
    having,
    med,
    only_steps,
    severities,
    strong,
    taking,
    with_history,
    with_pain,
)

C = Complication
OLD = TODAY - timedelta(days=800)


def egfr(value: str, plan: CarePlan | None = None, on: date = TODAY) -> CarePlan:
    return having(plan, baselines={"egfr": reading(value, on)})


@pytest.mark.parametrize(
    ("value", "fires"), [("41", True), ("59.9", True), ("60", False), ("90", False)]
)
def test_r11_by_egfr(value, fires):
    assert severities(egfr(value), "R11") == [Severity.WARN] * fires


@pytest.mark.parametrize(
    ("event", "measured", "fires"),
    [
        (had(C.RENAL_DISEASE, stage="CKD 3b"), "68", True),
        (had(C.RENAL_DISEASE, detail="on haemodialysis"), "68", True),
        (had(C.RENAL_DISEASE, stage="CKD 2"), "68", False),
        (had(C.RENAL_DISEASE, detail="protein in the urine"), "68", False),
        (had(C.RENAL_DISEASE, detail="protein in the urine"), None, True),
        (had(C.RENAL_DISEASE, Answer3.NO, stage="CKD 3b"), None, False),
        (had(C.RENAL_DISEASE, Answer3.UNKNOWN), None, False),
        (had(C.GALLSTONES), None, False),
    ],
)
def test_r11_by_history(event, measured, fires):
    plan = with_history(event)
    plan = egfr(measured, plan) if measured else plan
    assert bool(found(plan, "R11")) is fires


def test_r11_an_old_egfr_does_not_speak_for_kidney_disease():
    plan = egfr("68", with_history(had(C.RENAL_DISEASE)), on=OLD)
    assert severities(plan, "R11") == [Severity.WARN]


@pytest.mark.parametrize(
    ("drug", "fires"),
    [
        *((one, True) for one in ("morphine", "codeine", "diamorphine", "oxycodone")),
        *((one, True) for one in ("dihydrocodeine", "tramadol")),
        *((one, False) for one in ("fentanyl", "buprenorphine", "paracetamol")),
    ],
)
def test_r11_which_opioids(drug, fires):
    plan = only_steps(strong(drug, Route.ORAL))
    plan = having(egfr("41", plan), pain_plan={"escalation_action": None})
    assert bool(found(plan, "R11")) is fires


def test_r11_names_both_facts_and_both_fields():
    (one,) = found(egfr("41", taking(med("oxycodone"))), "R11")
    assert one.text.endswith("planned and eGFR 41 on 23 November 2026 is recorded.")
    assert one.paths[-1] == "baselines.egfr"


def nsaid(**other: Any) -> CarePlan:
    """Ada takes ibuprofen; beside it stands this."""
    return having(**other)


@pytest.mark.parametrize(
    ("medicine", "fires"),
    [
        (med("ramipril"), True),
        (med("losartan"), True),
        (med("furosemide"), True),
        (med("apixaban"), True),
        (med("Clexane"), True),
        (med("deferasirox"), True),
        (med("warfarin", status=MedicineStatus.STOPPED), False),
        (med("deferiprone"), False),
        (med("folic acid"), False),
    ],
)
def test_r12_another_medicine(medicine, fires):
    assert severities(taking(medicine), "R12") == [Severity.WARN] * fires


@pytest.mark.parametrize(
    ("events", "fires"),
    [
        ((had(C.GI_BLEED),), True),
        ((had(C.GI_BLEED, Answer3.NO),), False),
        ((had(C.ASTHMA, detail="worse with aspirin"),), True),
        ((had(C.ASTHMA),), False),
        ((had(C.RENAL_DISEASE, stage="CKD 4"),), True),
        ((), False),
    ],
)
def test_r12_the_history(events, fires):
    assert severities(with_history(*events), "R12") == [Severity.WARN] * fires


def test_r12_asthma_and_a_side_effect_of_an_nsaid():
    plan = with_history(had(C.ASTHMA))
    effects = (SideEffect(an_id("wheeze"), "naproxen", "wheeze"),)
    assert severities(having(plan, allergies={"side_effects": effects}), "R12")


def test_r12_an_nsaid_that_is_not_given():
    not_given = Adjunct(an_id("no"), "NSAID", given=False, reason="kidney disease")
    plan = having(taking(med("apixaban")), pain_plan={"adjuncts": (not_given,), "steps": ()})
    assert found(plan, "R12") == []


DAILY = every(1, TimeUnit.DAY)


@pytest.mark.parametrize(
    ("dose", "often", "is_nsaid"),
    [
        ("150 mg", DAILY, False),
        ("75mg", hours(24), False),
        ("75 mg once daily", None, False),
        ("150.5 mg", DAILY, True),
        ("300 mg", DAILY, True),
        ("75 mg", hours(12), True),
        ("75 mg", None, True),
        ("75 mg to 300 mg", DAILY, True),
        ("0.075 g", DAILY, True),
        (None, DAILY, True),
    ],
)
def test_r12_r13_aspirin_up_to_150_mg_a_day_is_no_nsaid(dose, often, is_nsaid):
    plan = only_steps(strong("morphine", Route.ORAL))
    aspirin = med("aspirin", dose, every=often)
    plan = taking(aspirin, med("enoxaparin"), plan=plan)
    plan = having(plan, pregnancy={"pregnant": Answer3.YES})
    assert bool(found(plan, "R12")) is is_nsaid
    assert bool(found(plan, "R13")) is is_nsaid


def test_r12_aspirin_beside_the_opioid():
    low = Adjunct(an_id("asp"), "aspirin", dose=mg("75"), every=DAILY)
    single = Interval(IntervalKind.SINGLE_DOSE)
    for adjunct, fires in (
        (low, False),
        (Adjunct(an_id("asp"), "aspirin", dose=mg("150"), every=single), False),
        (Adjunct(an_id("asp"), "aspirin", dose=mg("75", DoseUnit.G), every=DAILY), True),
        (Adjunct(an_id("asp"), "aspirin", dose=mg("600"), every=DAILY), True),
    ):
        plan = only_steps(strong("morphine", Route.ORAL))
        plan = having(taking(med("apixaban"), plan=plan), pain_plan={"adjuncts": (adjunct,)})
        assert bool(found(plan, "R12")) is fires


B, W = Severity.BLOCK, Severity.WARN
DUE = date(2027, 3, 8)


@pytest.mark.parametrize(
    ("said", "today", "severity"),
    [
        ({"pregnant": Answer3.YES}, TODAY, W),
        ({"pregnant": Answer3.YES, "due_on": DUE}, date(2026, 12, 13), W),
        ({"pregnant": Answer3.YES, "due_on": DUE}, date(2026, 12, 14), B),
        ({"pregnant": Answer3.YES, "weeks": 24, "weeks_on": date(2026, 11, 16)}, TODAY, W),
        (
            {"pregnant": Answer3.YES, "weeks": 24, "weeks_on": date(2026, 11, 16)},
            date(2026, 12, 14),
            B,
        ),
        ({"pregnant": Answer3.YES, "weeks": 28, "weeks_on": TODAY, "due_on": DUE}, TODAY, B),
        ({"pregnant": Answer3.YES, "weeks": 30}, TODAY, W),
        ({"pregnant": Answer3.NO}, TODAY, None),
        ({"pregnant": Answer3.UNKNOWN}, TODAY, None),
        ({"due_on": DUE}, TODAY, None),
    ],
)
def test_r13_an_nsaid_in_pregnancy(said, today, severity):
    assert severities(nsaid(pregnancy=said), "R13", today) == ([severity] if severity else [])


def test_r13_without_an_nsaid():
    plan = only_steps(strong("morphine", Route.ORAL))
    assert found(having(plan, pregnancy={"pregnant": Answer3.YES}), "R13") == []


@pytest.mark.parametrize("answer", ["pregnant", "trying", "breastfeeding"])
@pytest.mark.parametrize(
    ("drug", "fires"),
    [
        ("hydroxycarbamide", True),
        ("Exjade", True),
        ("ramipril", True),
        ("warfarin", True),
        ("folic acid", False),
        ("enoxaparin", False),
    ],
)
def test_r14_what_harms_and_who(answer, drug, fires):
    plan = taking(med(drug))
    assert severities(having(plan, pregnancy={answer: Answer3.YES}), "R14") == [W] * fires
    for other in (Answer3.NO, Answer3.UNKNOWN, None):
        assert found(having(plan, pregnancy={answer: other}), "R14") == []


@pytest.mark.parametrize(("value", "fires"), [("59", True), ("60", False), (None, False)])
@pytest.mark.parametrize("drug", ["deferasirox", "desferrioxamine"])
def test_r37_deferasirox_and_the_kidneys(drug, value, fires):
    plan = taking(med(drug))
    plan = egfr(value, plan) if value else plan
    assert severities(plan, "R37") == [W] * (fires and drug == "deferasirox")


def test_r37_one_that_was_stopped():
    plan = taking(med("deferasirox", status=MedicineStatus.STOPPED))
    assert found(egfr("41", plan), "R37") == []


def test_pain_plan_words_count_as_planned():
    plan = egfr("41", with_pain(steps=(), escalation_action="morphine PCA"))
    assert severities(taking(plan=plan), "R11") == [W]
