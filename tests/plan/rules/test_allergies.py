"""R1 to R3: planned, and against it. What stands under history never fires."""

from __future__ import annotations

from dataclasses import replace

import pytest

from careplan.plan.care_plan import CarePlan
from careplan.plan.medicines import (
    Allergies,
    Allergy,
    AllergyState,
    MedicineStatus,
    MyAllergies,
    ReportedAllergy,
    SideEffect,
)
from careplan.plan.pain import Adjunct, DidNotWork
from careplan.plan.safety import Severity
from careplan.plan.voice import NotForMe
from tests.make import TODAY, ada, an_id
from tests.plan.rules.kit import (
    allergic,
    found,
    having,
    med,
    severities,
    taking,
    with_pain,
    with_step,
)


def test_r1_the_same_ingredient_blocks():
    (one,) = found(allergic("Ibuprofen", with_step(0, drug="nurofen")), "R1")[:1]
    assert one.severity is Severity.BLOCK
    assert one.text == "nurofen is planned and an allergy to Ibuprofen is recorded."
    assert one.paths == ("pain_plan.steps.drug", "allergies.entries.substance")
    assert one.key == f"R1:{one.text}"


@pytest.mark.parametrize(
    ("planned", "allergy", "severity"),
    [
        ("penicillin V", "co-amoxiclav", Severity.BLOCK),
        ("phenoxymethylpenicillin", "penicillin", Severity.BLOCK),
        ("PENICILLIN V", "Tazocin", Severity.BLOCK),
        ("erythromycin", "co-amoxiclav", None),
        ("erythromycin", "penicillin", None),
        ("erythromycin (instead of penicillin)", "penicillin", None),
        ("erythromycin 500 mg", "erythromycin", Severity.BLOCK),
        ("erythromycin", "penicillin and erythromycin", Severity.BLOCK),
        ("naproxen", "aspirin", Severity.BLOCK),
        ("naproxen", "NSAIDs", Severity.BLOCK),
        ("paracetamol", "ibuprofen", None),
        ("co-codamol", "paracetamol", Severity.BLOCK),
        ("morphine", "codeine", Severity.WARN),
        ("Oramorph", "morphine", Severity.BLOCK),
        ("oxycodone", "opioids", Severity.WARN),
        ("morphine", "hydromorphone", Severity.WARN),
        ("gabapentin", "ketamine", None),
        ("folic acid", "latex", None),
        ("apomorphine", "morphine", None),
    ],
)
def test_r1_ingredient_family_or_neither(planned, allergy, severity):
    plan = allergic(allergy, CarePlan())
    step = replace(ada().pain_plan.steps[0], drug=planned)
    plan = plan.with_section("pain_plan", replace(plan.pain_plan, steps=(step,)))
    assert severities(plan, "R1") == ([severity] if severity else [])


def test_r1_reads_steps_adjuncts_regular_medicines_and_escalation():
    everywhere = {
        "pain_plan.adjuncts.drug": "cyclizine",
        "medicines.entries.drug": "hydroxycarbamide",
        "pain_plan.steps.drug": "dihydrocodeine",
    }
    for path, substance in everywhere.items():
        blocks = [one for one in found(allergic(substance), "R1") if one.severity == "block"]
        assert [one.paths[0] for one in blocks] == [path]
    ketamine = allergic("ketamine", with_pain(escalation_action="Ketamine by anaesthetics"))
    assert [one.paths[0] for one in found(ketamine, "R1")] == ["pain_plan.escalation_action"]


def test_r1_reads_what_the_person_reports_too():
    reported = MyAllergies(entries=(ReportedAllergy(an_id("mine"), "ibuprofen"),))
    findings = found(ada().with_section("my_allergies", reported), "R1")
    assert [one.paths[1] for one in findings] == ["my_allergies.entries.substance"]


def test_r1_says_a_thing_once():
    findings = found(allergic("ibuprofen"), "R1")
    assert len(findings) == len({one.key for one in findings}) == 1


def test_what_has_not_worked_or_is_not_given_never_fires():
    pain = ada().pain_plan
    plan = with_pain(
        did_not_work=(DidNotWork(an_id("no"), "pethidine"),),
        adjuncts=(*pain.adjuncts, Adjunct(an_id("not"), "naproxen", given=False, reason="stomach")),
        escalation_action="PCA. No pethidine. Do not give naproxen. Never use pethidine.",
    )
    assert found(plan, "R4") == []
    assert found(allergic("naproxen", replace_nsaids(plan)), "R1") == []


def replace_nsaids(plan: CarePlan) -> CarePlan:
    """Without the ibuprofen that Ada takes."""
    pain = plan.pain_plan
    return plan.with_section(
        "pain_plan",
        replace(
            pain,
            steps=tuple(step for step in pain.steps if step.drug != "ibuprofen"),
            adjuncts=tuple(one for one in pain.adjuncts if one.drug != "ibuprofen"),
        ),
    )


def test_side_effects_are_not_allergies():
    assert ada().allergies.side_effects[0].substance == "morphine"
    assert found(ada(), "R1") == []


ENTRY = (Allergy(an_id("a"), "latex"),)


@pytest.mark.parametrize(
    ("allergies", "blocks"),
    [
        (Allergies(), 1),
        (Allergies(AllergyState.NOT_ASKED, entries=ENTRY), 1),
        (Allergies(AllergyState.LIST, entries=ENTRY), 0),
        (Allergies(AllergyState.LIST), 1),
        (Allergies(AllergyState.LIST, entries=(Allergy(an_id("a"), " "),)), 1),
        (Allergies(AllergyState.NONE_CONFIRMED, TODAY), 0),
        (Allergies(AllergyState.NONE_CONFIRMED, TODAY, ENTRY), 1),
    ],
)
def test_r3_blank_is_never_none(allergies, blocks):
    plan = ada().with_section("allergies", allergies)
    assert severities(plan, "R3") == [Severity.BLOCK] * blocks


@pytest.mark.parametrize(
    ("antibiotic", "blocks"),
    [
        ("piperacillin with tazobactam", True),
        ("Penicillin allergic: meropenem", False),
        ("meropenem; penicillin must not be given", False),
        (None, False),
    ],
)
def test_r1_reads_the_antibiotic_for_sepsis(antibiotic, blocks):
    plan = allergic("penicillin", having(infection={"sepsis_antibiotic": antibiotic}))
    assert bool(severities(plan, "R1")) is blocks


@pytest.mark.parametrize("status", [MedicineStatus.STOPPED, MedicineStatus.NEVER_STARTED])
def test_r1_a_medicine_of_the_past_is_history(status):
    plan = allergic("amoxicillin", taking(med("amoxicillin", status=status)))
    assert found(plan, "R1") == []


def effect(note: str | None, what: str = "mild itch", substance: str = "morphine") -> SideEffect:
    return SideEffect(an_id("effect"), substance, what, note)


@pytest.mark.parametrize(
    ("note", "fires"),
    [
        ("give chlorphenamine, carry on", False),
        ("Continue, with cetirizine", False),
        ("cetirizine helps; not an allergy", True),
        ("do not carry on", True),
        ("never continue", True),
        (None, True),
    ],
)
def test_r2_a_side_effect_unless_the_team_says_to_carry_on(note, fires):
    plan = having(allergies={"side_effects": (effect(note),)})
    assert severities(plan, "R2") == [Severity.WARN] * fires


def test_r2_says_both_facts_and_their_fields():
    plan = having(allergies={"side_effects": (effect(None, "itch"),)})
    (one,) = found(plan, "R2")
    assert (
        one.text == "morphine is planned and morphine is recorded as causing a side effect (itch)."
    )
    assert one.paths == (
        "pain_plan.steps.drug",
        "pain_plan.escalation_action",
        "allergies.side_effects.substance",
    )


@pytest.mark.parametrize(("what", "fires"), [("mild itch", False), ("stopped breathing", True)])
def test_r2_the_persons_own_report_is_answered_only_where_it_is_the_same(what, fires):
    mine = MyAllergies(side_effects=(effect("", what),))
    plan = having(ada().with_section("my_allergies", mine))
    assert bool(found(plan, "R2")) is fires


@pytest.mark.parametrize(
    ("what", "fires"),
    [
        ("morphine", True),
        ("Oramorph", True),
        ("opioids", True),
        ("NSAIDs", True),
        ("pethidine", False),
        ("codeine", False),
        ("physiotherapy", False),
    ],
)
def test_r2_what_has_not_worked_by_either_side(what, fires):
    documented = having(pain_plan={"did_not_work": (DidNotWork(an_id("no"), what),)})
    mine = having(what_helps={"does_not_work": (NotForMe(an_id("no"), what),)})
    assert bool(found(documented, "R2")) is fires
    assert bool(found(mine, "R2")) is fires
