"""Kofi: nine years old, doses per kilogram beside a dated weight, parents who write, a school."""

from __future__ import annotations

from datetime import date

from careplan.plan import ahead, life, pain, people, person, sickle, voice
from careplan.plan import medicines as meds
from careplan.plan.care_plan import AnswerKind, CarePlan
from careplan.plan.values import Answer3, DecimalText, PartialDate, Route
from tests.make import DAILY, an_id, hours, lines, minutes
from tests.people.case import (
    IMMEDIATE,
    NASAL,
    NO_FORM,
    ORAL,
    SINGLE,
    Case,
    Expected,
    Signer,
    beside,
    checked,
    did_not_work,
    dose,
    event,
    read,
    step,
    taken,
)

SEEN = date(2026, 10, 6)
SIGNER = Signer(
    name="Dr Iain Petrie",
    role="Consultant paediatric haematologist",
    registration="GMC 7023456",
    team="Northgate sickle cell team",
    organisation="Northgate Children's Hospital",
    ods="R9X02",
    phone="0161 496 0110",
)
BORN = person.Identity(
    legal_name="Kofi Emmanuel Mensah",
    date_of_birth=date(2017, 5, 22),
    nhs_number="9990210225",
    sex_registered=person.Sex.MALE,
)


def a_parent(key: str, name: str, relation: str, phone: str, *, decides: bool) -> voice.Contact:
    return voice.Contact(an_id(key), name, relation, phone, parental_responsibility=decides)


def pain_plan() -> pain.PainPlan:
    stage = pain.Stage
    return pain.PainPlan(
        opioid_exposure=pain.OpioidExposure.NONE,
        steps=(
            step(
                "kofi home 1",
                stage.HOME,
                "paracetamol",
                NO_FORM,
                "375 mg",
                ORAL,
                hours(6),
                4,
                max_within="24 h",
            ),
            step(
                "kofi home 2",
                stage.HOME,
                "ibuprofen",
                NO_FORM,
                "200 mg",
                ORAL,
                hours(8),
                3,
                max_within="24 h",
            ),
            step(
                "kofi first",
                stage.FIRST_DOSE,
                "diamorphine",
                NO_FORM,
                "0.1 mg/kg",
                NASAL,
                SINGLE,
                1,
                "one nasal dose",
            ),
            step(
                "kofi second",
                stage.SECOND_CHOICE,
                "morphine",
                IMMEDIATE,
                "0.2 mg/kg",
                ORAL,
                minutes(60),
                2,
                "5 mg a dose",
                relation=pain.Relation.TOGETHER,
                relation_instead_when="nasal diamorphine is not stocked",
                counts_towards_max=True,
            ),
        ),
        reassess="every 15 minutes for the first hour, then every 30 minutes",
        escalation_trigger="faces 6 or more 30 minutes after the oral dose",
        escalation_action=("nurse- or patient-controlled morphine and call paediatric haematology"),
        escalation_phone="0161 496 0111",
        monitoring=(
            "Continuous oxygen saturation for 1 hour after nasal diamorphine. Sedation score and "
            "respiratory rate every 15 minutes for 1 hour, then hourly. Naloxone at the bedside."
        ),
        adjuncts=(
            beside(
                "kofi adj 1",
                "paracetamol",
                "15 mg/kg",
                (Route.ORAL, Route.INTRAVENOUS),
                hours(6),
            ),
            beside("kofi adj 2", "ibuprofen", "200 mg", ORAL, hours(8)),
            beside("kofi adj 3", "lactulose", dose("10 mL", "3.1 g in 5 mL"), ORAL, hours(12)),
        ),
        did_not_work=(
            did_not_work("kofi codeine", "codeine", "not for children under 12", "documented"),
        ),
    )


def plan() -> CarePlan:
    C = sickle.Complication
    return CarePlan(
        identity=checked(BORN, SEEN, SIGNER.name),
        about_me=person.AboutMe(
            known_as="Kofi",
            spoken_language="en",
            home_language="tw",
            interpreter=False,
            when_in_severe_pain=(
                "He cries at first, then lies very still and will not talk. "
                "Still does not mean better."
            ),
        ),
        background=person.Background("N", "Ghanaian"),
        my_sickle=voice.MySickle(
            triggers=("cold", "swimming", "fever"),
            usual_days=3,
            ed_visits_12m=4,
            admissions_12m=2,
            pain_tool="faces",
            usual_day_score=0,
            can_cope_score=4,
        ),
        usual_pain=voice.UsualPain(
            sites=("tummy", "left-leg", "right-leg", "left-hand", "right-hand")
        ),
        different_pain=voice.DifferentPain(
            "Big hard tummy on the left, being very pale or floppy, or limping."
        ),
        what_helps=voice.WhatHelps(
            helps=lines(
                "kofi helps",
                "Count to three before needles",
                "Numbing cream",
                "Let Mum or Dad stay",
            ),
            non_drug=("warm-blanket",),
            non_drug_other="tablet with cartoons, play specialist",
        ),
        my_people=voice.MyPeople(
            contacts=(
                a_parent("abena", "Abena Mensah", "mother", "07700 900151", decides=True),
                a_parent("samuel", "Samuel Mensah", "father", "07700 900152", decides=True),
                a_parent("grace", "Grace Owusu", "grandmother", "07700 900153", decides=False),
            )
        ),
        child_words=life.ChildWords("I want my dinosaur and I want the nurse to count to three."),
        school_and_work=life.SchoolAndWork(
            place="St Brigid's Primary",
            staff="Ms Fallon (Year 4)",
            needs=lines(
                "kofi school",
                "water bottle at all times",
                "toilet when he asks",
                "indoors at break below 8 degrees",
                "no outdoor swimming",
            ),
            fever="ring mother at 38.0",
        ),
        diagnosis=sickle.Diagnosis(
            genotype="HbSS",
            confirmed_method="newborn-DNA",
            confirmed_on=date(2017, 6, 20),
            g6pd="deficient",
        ),
        pain_plan=pain_plan(),
        allergies=meds.Allergies(meds.AllergyState.NONE_CONFIRMED, SEEN),
        baselines=sickle.Baselines(
            haemoglobin=read("78", SEEN),
            spo2_on_air=read("97", SEEN),
            weight=read("26.4", SEEN),
            spleen=read("3", SEEN),
            weight_how="scale",
        ),
        medicines=meds.Medicines(
            (
                taken("kofi penv", "penicillin V", "250 mg", hours(12)),
                taken("kofi hu", "hydroxycarbamide", "500 mg", DAILY, last_fbc=SEEN),
                taken("kofi folic", "folic acid", "5 mg", DAILY),
            )
        ),
        complications=sickle.Complications(
            (
                event("kofi sequestration", C.SPLENIC_SEQUESTRATION, last="2020-01", count=1),
                event("kofi splenectomy", C.SPLENECTOMY, Answer3.NO),
                event("kofi dactylitis", C.DACTYLITIS, last="2018"),
                event("kofi stroke", C.STROKE_OR_TIA, Answer3.NO),
            ),
            tcd_result="conditional",
            tcd_velocity=178,
            tcd_on=date(2026, 7, 14),
        ),
        transfusion=sickle.Transfusion(
            group="A-pos",
            antibody_state=sickle.AntibodyState.NONE_FOUND,
            programme="none",
            baseline_hb=DecimalText("78"),
            refusal=sickle.Refusal.NONE,
        ),
        warning_signs=ahead.WarningSigns(
            entries=(
                ahead.WarningSign(
                    an_id("kofi spleen sign"),
                    "Spleen bigger than three fingers",
                    "Come straight in",
                    "Group and save, call haematology",
                ),
            )
        ),
        infection=ahead.Infection(
            vaccines=(
                ahead.Vaccine(an_id("kofi ppv"), "PPV23", on=PartialDate("2024-02-11")),
                ahead.Vaccine(an_id("kofi men"), "MenACWY", on=PartialDate("2024-02-11")),
                ahead.Vaccine(an_id("kofi flu"), "influenza", on=PartialDate("2025-10-15")),
            )
        ),
        care_team=people.CareTeam(
            consultant=people.Professional(SIGNER.name, SIGNER.role, SIGNER.registration),
            phone_24h="0161 496 0110",
            phone_24h_ask_for="paediatric haematology on call",
            phone_24h_tested_on=date(2026, 10, 20),
            hospital_name="Northgate Children's Hospital",
            hospital_ods="R9X02",
            hospital_number="NC90117",
        ),
        review=people.Review(date(2027, 4, 6)),
    )


def kofi() -> Case:
    return Case(
        key="kofi",
        file="child-ss.yaml",
        plan=plan(),
        signer=SIGNER,
        signed_on=SEEN,
        valid_to=date(2027, 4, 6),
        answer=AnswerKind.AGREE,
        answered_on=SEEN,
        expected=(Expected("R7", "block", date(2027, 1, 6)),),
    )
