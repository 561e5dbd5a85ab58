"""Each banner where it is due and only there; what stands beside a dose; who answered."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from careplan.plan import ahead, life, sickle
from careplan.plan import medicines as meds
from careplan.plan.care_plan import AnswerBeside, AnswerKind, PatientAnswer
from careplan.plan.dictionary import dictionary
from careplan.plan.values import Answer3, DecimalText, PartialDate
from careplan.summary.emergency import summarise
from careplan.summary.narrative import narrative
from careplan.summary.plain import plain_text
from tests import make
from tests.people.everybody import PEOPLE
from tests.summary import others

WORDS = dictionary()
NOON = datetime(2026, 11, 16, 12, tzinfo=UTC)


def text_of(version):
    return plain_text(narrative(version, WORDS))


def block_of(version, name):
    found = summarise(version, WORDS).block(name)
    return "\n".join(fact.text for fact in found.facts) if found else ""


def person(key):
    return PEOPLE[key].version()


def with_plan(**sections):
    plan = make.ada()
    for name, section in sections.items():
        plan = plan.with_section(name, section)
    return make.a_version(plan)


# --- pregnancy ----------------------------------------------------------------------------------


def test_pregnant_is_a_stop_flag():
    assert block_of(person("luzia"), "flags").startswith(
        "Pregnant: 24 weeks on 16 November 2026, due 8 March 2027. Call obstetrics and haematology "
        "together: 0117 496 0120\nDo NOT give NSAID: pregnant"
    )


@pytest.mark.parametrize(
    "change",
    [{"show_in_ed": False}, {"show_in_ed": None}, {"pregnant": Answer3.NO}, {"pregnant": None}],
)
def test_without_tick_or_pregnancy_nobody_learns_of_it(change):
    known = replace(PEOPLE["luzia"].plan.pregnancy, **change)
    assert "obstetrics and haematology together" not in text_of(with_plan(pregnancy=known))


# --- after a cure -------------------------------------------------------------------------------


def test_after_a_curative_treatment_the_page_says_so_below_the_type():
    version = make.a_version(others.cured())
    assert block_of(version, "cured") == (
        "AFTER CURATIVE TREATMENT: gene therapy (exa-cel), March 2025. Pain may not be a sickle "
        "cell crisis: look for other causes too, and ring haematology. Treated at Queensbridge "
        "Hospital."
    )
    names = [block.id for block in summarise(version, WORDS).blocks]
    assert names.index("genotype") + 1 == names.index("cured") < names.index("first")


def test_none_was_asked_and_blank_was_not():
    none = replace(make.ada().diagnosis, curative_kind="none")
    assert "AFTER CURATIVE" not in text_of(with_plan(diagnosis=none))
    assert "Curative treatment: none" in text_of(with_plan(diagnosis=none))
    assert "Curative" not in text_of(make.a_version())


# --- another plan -------------------------------------------------------------------------------


def test_where_this_plan_leads_it_says_so_by_the_signature():
    told = "Another plan exists (Universal Care Plan, 1 December 2025): this plan leads."
    assert told in block_of(person("mama"), "signed")
    assert summarise(person("mama"), WORDS).block("other") is None


@pytest.mark.parametrize(
    ("leads", "told"),
    [
        (ahead.Leads.OTHER, "the other plan leads."),
        (ahead.Leads.NOT_DECIDED, "not decided: ask haematology which leads."),
        (None, "not decided: ask haematology which leads."),
    ],
)
def test_where_it_does_not_it_is_said_before_the_dose(leads, told):
    version = others.with_other_plan(leads)
    assert block_of(version, "other").endswith(told)
    names = [block.id for block in summarise(version, WORDS).blocks]
    assert names.index("other") < names.index("first")


def test_no_other_plan_is_no_banner():
    version = with_plan(other_plan=ahead.OtherPlan(Answer3.NO))
    assert summarise(version, WORDS).block("other") is None
    assert "Another plan exists: no" in text_of(version)
    assert "nother plan" not in text_of(make.a_version())


# --- transfused ---------------------------------------------------------------------------------


def test_after_a_transfusion_it_names_the_day_until_which():
    assert (
        "Last transfused 8 November 2026: until 6 December 2026, pain + dark urine: think delayed "
        "haemolytic reaction, not only a crisis"
    ) in block_of(person("mina"), "different")
    assert "Last transfused" not in text_of(make.a_version())


# --- a dose per kilogram ------------------------------------------------------------------------


def test_a_dose_per_kilogram_stands_beside_the_weight_and_its_day():
    weighed = "Weighed 26.4 kg on 6 October 2026 (scale)."
    for name in ("first", "second"):
        assert weighed in block_of(person("kofi"), name)
    assert "paracetamol 15 mg/kg oral or IV every 6 hours; Weighed 26.4 kg" in text_of(
        person("kofi")
    )


def test_an_old_or_missing_weight_hides_no_dose():
    plan = PEOPLE["kofi"].plan
    for weight, told in (
        (None, "Weight not recorded: weigh first."),
        (sickle.Reading(DecimalText("26.4")), "Weighed 26.4 kg, date not recorded"),
        (sickle.Reading(DecimalText("9"), date(2018, 1, 2)), "Weighed 9 kg on 2 January 2018"),
    ):
        old = plan.with_section("baselines", replace(plan.baselines, weight=weight))
        first = block_of(replace(person("kofi"), plan=old), "first")
        assert told in first
        assert "diamorphine 0.1 mg/kg intranasal" in first


def test_a_fixed_dose_needs_no_weight():
    assert "Weighed" not in block_of(make.a_version(), "first")


# --- signs, decisions, history ------------------------------------------------------------------


def test_signs_of_the_persons_own_come_first():
    text = block_of(person("kofi"), "different")
    own = "Spleen bigger than three fingers: in hospital: Group and save, call haematology; at home"
    assert text.index(own) < text.index("Chest pain, cough")


@pytest.mark.parametrize(
    ("at", "told"),
    [
        (None, "Temperature 38.0 °C or more"),
        ("38", "Temperature 38.0 °C or more"),
        ("37.5", "Temperature 37.5 °C (set for this person) or more"),
        ("39", "Temperature 39.0 °C (set for this person) or more"),
    ],
)
def test_the_fever_line_is_this_persons(at, told):
    signs = ahead.WarningSigns(DecimalText(at) if at else None)
    assert told in text_of(with_plan(warning_signs=signs))


def test_an_advance_decision_is_found_and_never_restated():
    assert block_of(person("delroy"), "decisions") == (
        "ADRT: 18 April 2023, signed original: wallet and hospital record"
    )
    none = ahead.AdvanceDecision(make.an_id("no"), ahead.DecisionKind.DNACPR, Answer3.NO)
    assert "DNACPR" not in text_of(with_plan(advance_decisions=ahead.AdvanceDecisions((none,))))


def test_what_happened_before_says_where_how_far_and_whom_to_ring():
    text = block_of(person("delroy"), "history")
    assert (
        "Priapism: stuttering, what works: etilefrine and warm shower, ring 0121 496 0133" in text
    )
    assert "Kidney disease: CKD 3b" in text
    assert "Retinopathy: stage 3, right, last checked 21 September 2026" in block_of(
        person("luzia"), "history"
    )
    assert 'href="tel:01214960133"' in narrative(person("delroy"), WORDS)


def test_the_scan_of_a_childs_brain():
    assert "conditional, 178 cm/s, 14 July 2026" in block_of(person("kofi"), "history")


# --- medicines ----------------------------------------------------------------------------------


def test_what_changes_a_decision_stands_first_and_what_is_not_taken_last():
    lines = block_of(person("mama"), "medicines").splitlines()
    assert [line.split()[0] for line in lines[:3]] == ["apixaban", "buprenorphine", "deferasirox"]
    assert lines[-2] == "Kept at home, not taken every day"
    assert lines[-1].startswith("doxycycline 100 mg every 12 hours, for fever")


def test_in_a_crisis_continue_and_stopped_is_history():
    assert "oxycodone modified release 40 mg every 12 hours, in a crisis: continue" in block_of(
        person("delroy"), "medicines"
    )
    old = meds.RegularMedicine(
        make.an_id("old"),
        "voxelotor",
        status=meds.MedicineStatus.STOPPED,
        stopped=PartialDate("2024-09"),
    )
    text = block_of(with_plan(medicines=meds.Medicines((old,))), "medicines")
    assert text == "Stopped\nvoxelotor, stopped September 2024"


def test_a_medicine_kept_private_is_on_no_page():
    assert "desogestrel" not in text_of(person("mina"))


# --- what helps ---------------------------------------------------------------------------------


def test_a_childs_own_words_and_a_warning_about_touch_come_first():
    assert block_of(person("kofi"), "helps").startswith(
        "“I want my dinosaur and I want the nurse to count to three.”"
    )
    assert "Ask before you touch my arm.”" in block_of(person("mina"), "helps").splitlines()[0]


def test_past_trauma_needs_the_persons_tick():
    untold = life.HardTimes(past_trauma="I was held down.", show_in_ed=None)
    assert "held down" not in text_of(with_plan(hard_times=untold))


def test_adjustments_are_in_words():
    asked = life.Adjustments(("chair", "female-staff"), "door open")
    text = block_of(with_plan(adjustments=asked), "helps")
    assert "a chair, not a trolley, female staff where possible, door open" in text


# --- ready, and where to go ---------------------------------------------------------------------


def test_where_a_prescription_lies_ready_and_until_when():
    ready = replace(
        make.ada_pain_plan(),
        local_prescription_at="Northgate emergency department",
        local_prescription_expires=date(2027, 3, 1),
    )
    assert block_of(with_plan(pain_plan=ready), "next").startswith(
        "Northgate emergency department, until 1 March 2027"
    )


def test_the_unit_that_takes_the_person_straight_in():
    team = replace(
        make.ada().care_team,
        bypass_name="Day unit",
        bypass_phone="020 7946 0177",
        bypass_hours="8 to 6",
        phone_24h_hours="always",
    )
    version = with_plan(care_team=team)
    assert "Day unit, 020 7946 0177, 8 to 6" in block_of(version, "foot")
    assert block_of(version, "phone24").endswith("on call, always")


# --- answers ------------------------------------------------------------------------------------


def test_an_answer_in_another_language_with_an_interpreter():
    assert (
        "The patient agreed 16 November 2026, except: “Prefiro ficar com a minha irmã se puder "
        "ser” Interpreter: "
    ) in block_of(person("luzia"), "signed")


def test_each_parent_answers_for_themselves_beside_the_child():
    mother = AnswerBeside("Abena Mensah", "mother", AnswerKind.AGREE, NOON, in_their_place=True)
    father = AnswerBeside(
        "Samuel Mensah", "father", AnswerKind.DO_NOT_AGREE, NOON, "not the nasal dose"
    )
    child = PatientAnswer(AnswerKind.AGREE, NOON, helped_by="Abena Mensah")
    version = replace(person("kofi"), answer=child, beside=(mother, father))
    text = block_of(version, "signed")
    for line in (
        "Agreed by the patient 16 November 2026. Given in with the help of Abena Mensah.",
        "Abena Mensah (mother) agreed 16 November 2026.",
        "Samuel Mensah (father) discussed 16 November 2026 and does not agree: “not the nasal",
    ):
        assert line in text
    assert "refuse" not in text
    alone = replace(version, answer=None)
    assert "Not yet seen" not in block_of(alone, "signed")
    assert "Not yet seen" in block_of(replace(alone, beside=(father,)), "signed")


def test_a_line_or_port_and_an_arm_not_to_use():
    veins = replace(make.ada().my_veins, device="port", do_not_use="right arm")
    assert block_of(with_plan(my_veins=veins), "veins").startswith("“right arm”\n“port”")


def test_values_say_how_they_were_taken():
    assert "HbS 28% (after exchange)" in block_of(person("mama"), "normal")
    assert "Weight 26.4 kg (scale)" in block_of(person("kofi"), "normal")
    assert "Urine albumin to creatinine 12 mg/mmol" in block_of(person("mama"), "normal")
