"""Every check says yes, says no, and at its edge. Doses here are test data, never advice."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from careplan.plan.care_plan import CarePlan
from careplan.plan.drugs import drugs, fold
from careplan.plan.medicines import Allergies, Allergy, AllergyState, MyAllergies, ReportedAllergy
from careplan.plan.pain import Adjunct, DidNotWork, Relation, Stage, Step
from careplan.plan.person import Identity
from careplan.plan.safety import (
    RULES,
    Facts,
    Finding,
    Severity,
    age_on,
    check,
    months_later,
    rule_table,
)
from careplan.plan.sickle import Diagnosis
from careplan.plan.values import (
    Dose,
    DoseUnit,
    Formulation,
    Interval,
    IntervalKind,
    Route,
)
from tests.make import TODAY, ada, an_id, clinical_bytes, mg, minutes, reading

DRUGS = drugs()
DAY = timedelta(days=1)


def found(plan: CarePlan, rule: str, today: date = TODAY, **more: Any) -> list[Finding]:
    return list(RULES[rule](Facts(plan, today, DRUGS, **more)))


def severities(plan: CarePlan, rule: str, today: date = TODAY) -> list[Severity]:
    return [one.severity for one in found(plan, rule, today)]


def with_pain(**changes: Any) -> CarePlan:
    return ada().with_section("pain_plan", replace(ada().pain_plan, **changes))


def with_step(number: int, **changes: Any) -> CarePlan:
    steps = list(ada().pain_plan.steps)
    steps[number] = replace(steps[number], **changes)
    return with_pain(steps=tuple(steps))


def first(**changes: Any) -> CarePlan:
    return with_step(3, **changes)


def second(**changes: Any) -> CarePlan:
    return with_step(4, **changes)


def allergic(substance: str, plan: CarePlan | None = None) -> CarePlan:
    entries = (Allergy(an_id("allergy"), substance),)
    return (plan or ada()).with_section("allergies", Allergies(AllergyState.LIST, entries=entries))


def test_the_ordinary_adult_raises_nothing():
    assert check(Facts(ada(), TODAY, DRUGS)) == ()


def test_every_rule_is_in_the_table_with_its_source():
    assert set(RULES) == {name for name, row in rule_table().items() if "kept_by" not in row}
    for row in rule_table().values():
        assert row["severity"] in set(Severity)
        assert row["title"]
        assert row["source"]


def test_blocks_come_first():
    plan = allergic("codeine", CarePlan(pain_plan=ada().pain_plan))
    order = [list(Severity).index(one.severity) for one in check(Facts(plan, TODAY, DRUGS))]
    assert order == sorted(order)
    assert {0, 1} < set(order)


@given(st.sampled_from(sorted(DRUGS.names)), st.sampled_from(["{}", "{} 10 mg", "({})", "{}/x"]))
def test_a_known_name_is_found_however_it_is_written(name, around):
    expected = DRUGS.names[name]
    assert DRUGS.ingredients(around.format(name)) == expected
    assert DRUGS.ingredients(around.format(name.upper())) == expected
    assert DRUGS.ingredients(around.format(name.replace("-", "‑"))) == expected
    assert DRUGS.ingredients(around.format(name.replace("-", " "))) == expected


@pytest.mark.parametrize(
    ("written", "ingredients"),
    [
        ("Penicillin V 250 mg", {"phenoxymethylpenicillin"}),
        ("PHENOXYMETHYLPENICILLIN", {"phenoxymethylpenicillin"}),
        ("Pen-V", {"phenoxymethylpenicillin"}),
        ("Co-Amoxiclav", {"amoxicillin", "clavulanic-acid"}),
        ("coamoxiclav", {"amoxicillin", "clavulanic-acid"}),
        ("amoxicillin/clavulanic acid", {"amoxicillin", "clavulanic-acid"}),
        ("Augmentin-Duo", {"amoxicillin", "clavulanic-acid"}),
        ("co-codamol 30/500", {"codeine", "paracetamol"}),
        ("Nurofen Plus", {"ibuprofen", "codeine"}),
        ("dihydrocodeine", {"dihydrocodeine"}),
        ("diamorphine", {"diamorphine"}),
        ("hydromorphone", {"hydromorphone"}),
        ("apomorphine", {"apomorphine"}),
        ("Zomorph (morphine sulfate)", {"morphine"}),
        ("non-penicillin antibiotic", {"non-penicillin antibiotic"}),
        ("Erythromycin", {"erythromycin"}),
    ],
)
def test_names_as_a_pharmacist_reads_them(written, ingredients):
    assert DRUGS.ingredients(written) == ingredients


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


def strong(drug: str, *routes: Route, stage: Stage = Stage.FIRST_DOSE, **more: Any) -> Step:
    return Step(
        an_id(f"{drug}-{routes}-{stage}"), stage, drug, Formulation.IMMEDIATE, mg("5"),
        routes, minutes(30), **more,
    )  # fmt: skip


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


def test_r20_tells_of_an_edit_after_the_signature():
    signed = clinical_bytes(ada())
    edited = first(dose=mg("11"))
    same = found(ada(), "R20", clinical=signed, signed=signed)
    changed = found(edited, "R20", clinical=clinical_bytes(edited), signed=signed)
    never_signed = found(edited, "R20", clinical=clinical_bytes(edited))
    assert (same, never_signed) == ([], [])
    assert [one.severity for one in changed] == [Severity.INFORM]


def test_r20_own_words_are_not_part_of_it():
    plan = ada().with_section("about_me", replace(ada().about_me, known_as="Adaeze"))
    assert clinical_bytes(plan) == clinical_bytes(ada())


@pytest.mark.parametrize(
    ("diagnosis", "path"),
    [
        (Diagnosis(), "diagnosis.genotype"),
        (Diagnosis(""), "diagnosis.genotype"),
        (Diagnosis("AS"), "diagnosis.genotype"),
        (Diagnosis("other"), "diagnosis.genotype_other"),
        (Diagnosis("other", "  "), "diagnosis.genotype_other"),
        (Diagnosis("other", "Sickle cell TRAIT"), "diagnosis.genotype_other"),
        (Diagnosis("other", "Hb AS"), "diagnosis.genotype_other"),
        (Diagnosis("HbSS"), None),
        (Diagnosis("not-confirmed"), None),
        (Diagnosis("other", "HbS-Quebec-CHORI"), None),
        (Diagnosis("other", "HbSS with alpha thalassaemia trait"), None),
        (Diagnosis("other", "same as my mother"), None),
    ],
)
def test_r32_a_plan_needs_a_sickle_type(diagnosis, path):
    findings = found(ada().with_section("diagnosis", diagnosis), "R32")
    assert [one.paths for one in findings] == ([(path,)] if path else [])
    assert all(one.severity is Severity.BLOCK for one in findings)


@pytest.mark.parametrize(
    ("born", "today", "age"),
    [
        (date(2008, 11, 23), date(2026, 11, 22), 17),
        (date(2008, 11, 23), date(2026, 11, 23), 18),
        (date(2008, 2, 29), date(2026, 2, 28), 17),
        (date(2008, 2, 29), date(2026, 3, 1), 18),
        (date(2008, 2, 29), date(2028, 2, 29), 20),
        (date(2026, 11, 23), date(2026, 11, 23), 0),
        (None, date(2026, 11, 23), None),
    ],
)
def test_age_in_whole_years(born, today, age):
    assert age_on(born, today) == age


@pytest.mark.parametrize(
    ("day", "months", "later"),
    [
        (date(2026, 10, 6), 3, date(2027, 1, 6)),
        (date(2026, 8, 31), 6, date(2027, 2, 28)),
        (date(2027, 8, 31), 6, date(2028, 2, 29)),
        (date(2028, 2, 29), 12, date(2029, 2, 28)),
        (date(2026, 1, 31), 3, date(2026, 4, 30)),
        (date(2026, 12, 31), 12, date(2027, 12, 31)),
    ],
)
def test_months_later(day, months, later):
    assert months_later(day, months) == later


@given(st.text(max_size=40))
def test_whatever_is_typed_means_some_medicine(text):
    assert DRUGS.ingredients(text)
    assert DRUGS.planned(text)
    assert "  " not in fold(text)
