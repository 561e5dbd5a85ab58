"""Luzia: 24 weeks pregnant, speaks Portuguese, may not have family interpret; no NSAID."""

from __future__ import annotations

from datetime import date

from careplan.plan import life, pain, people, person, sickle, voice
from careplan.plan import medicines as meds
from careplan.plan.care_plan import AnswerKind, CarePlan
from careplan.plan.values import Answer3, DecimalText, PartialDate
from tests.make import DAILY, an_id, hours, lines, minutes
from tests.people.case import (
    IMMEDIATE,
    NO_FORM,
    ORAL,
    SC,
    Case,
    Signer,
    antibodies,
    beside,
    checked,
    event,
    not_given,
    read,
    step,
    taken,
)

SEEN = date(2026, 11, 16)
BLOOD = date(2026, 11, 10)
SIGNER = Signer(
    name="Dr Rukhsana Iqbal",
    role="Consultant haematologist",
    registration="GMC 7034567",
    team="Avon Cross sickle cell team",
    organisation="Avon Cross Infirmary",
    ods="R9X03",
    phone="0117 496 0122",
)
BORN = person.Identity(
    legal_name="Luzia Domingos Cabral",
    date_of_birth=date(1995, 11, 30),
    nhs_number="9990510253",
    sex_registered=person.Sex.FEMALE,
)


def pain_plan() -> pain.PainPlan:
    return pain.PainPlan(
        opioid_exposure=pain.OpioidExposure.NONE,
        steps=(
            step(
                "luzia first",
                pain.Stage.FIRST_DOSE,
                "morphine",
                IMMEDIATE,
                "15 mg",
                ORAL,
                minutes(60),
                2,
                "senior and obstetric review after 2 doses",
            ),
            step(
                "luzia second",
                pain.Stage.SECOND_CHOICE,
                "morphine",
                NO_FORM,
                "5 mg",
                SC,
                minutes(30),
                2,
                "10 mg then senior and obstetric review",
                relation=pain.Relation.INSTEAD,
                relation_when="vomiting or cannot swallow",
                counts_towards_max=True,
            ),
        ),
        reassess="every 30 minutes until comfortable, then every 4 hours",
        escalation_trigger="pain 7 or more after 2 doses",
        escalation_action="call obstetric and haematology registrars together",
        escalation_phone="0117 496 0121",
        monitoring=(
            "Sedation score, respiratory rate, oxygen saturation hourly for 6 hours. "
            "Fetal monitoring per obstetric team. Naloxone available."
        ),
        adjuncts=(
            beside("luzia adj 1", "paracetamol", "1 g", ORAL, hours(6)),
            not_given("luzia adj 2", "NSAID", "pregnant"),
        ),
    )


def plan() -> CarePlan:
    C = sickle.Complication
    return CarePlan(
        identity=checked(BORN, SEEN, SIGNER.name),
        about_me=person.AboutMe(
            spoken_language="pt-AO",
            written_language="pt-AO",
            interpreter=True,
            family_must_not_interpret=True,
            when_in_severe_pain="I speak only Portuguese when the pain is bad.",
            info_needs=("text-not-phone",),
            info_needs_other="letters in Portuguese",
        ),
        background=person.Background("N", "Angolan"),
        my_sickle=voice.MySickle(triggers=("pregnancy", "cold")),
        usual_pain=voice.UsualPain(sites=("left-hip", "right-hip", "back")),
        different_pain=voice.DifferentPain(
            "Chest pain, bleeding, waters breaking, the baby moving less."
        ),
        what_helps=voice.WhatHelps(
            helps=lines(
                "luzia helps",
                "A Portuguese interpreter on the phone before any consent",
                "Lying on my left side",
                "Warm blanket",
            )
        ),
        my_people=voice.MyPeople(
            contacts=(
                voice.Contact(
                    an_id("teresa"),
                    "Teresa Cabral",
                    "sister",
                    "07700 900161",
                    "that I am in hospital only",
                ),
            )
        ),
        pregnancy=life.Pregnancy(
            pregnant=Answer3.YES,
            weeks=24,
            weeks_on=date(2026, 11, 16),
            due_on=date(2027, 3, 8),
            unit_phone="0117 496 0120",
            show_in_ed=True,
        ),
        diagnosis=sickle.Diagnosis(genotype="HbSC"),
        pain_plan=pain_plan(),
        allergies=meds.Allergies(
            meds.AllergyState.LIST,
            entries=(
                meds.Allergy(
                    an_id("luzia latex"),
                    "latex",
                    "wheeze",
                    meds.Severity.MODERATE,
                    on=date(2021, 1, 5),
                ),
            ),
        ),
        baselines=sickle.Baselines(
            haemoglobin=read("104", BLOOD),
            spo2_on_air=read("98", BLOOD),
            creatinine=read("46", BLOOD),
            blood_pressure=sickle.BloodPressure(112, 70, BLOOD),
            weight=read("70.2", BLOOD),
        ),
        medicines=meds.Medicines(
            (
                taken("luzia folic", "folic acid", "5 mg", DAILY),
                taken("luzia aspirin", "aspirin", "150 mg", DAILY),
                taken("luzia enoxaparin", "enoxaparin", "40 mg", DAILY, routes=SC),
                taken("luzia penv", "penicillin V", "250 mg", hours(12)),
            )
        ),
        complications=sickle.Complications(
            (
                event(
                    "luzia eyes",
                    C.RETINOPATHY,
                    stage="3",
                    side="right",
                    last_check=PartialDate("2026-09-21"),
                ),
                event("luzia acs", C.ACUTE_CHEST_SYNDROME, Answer3.NO),
                event("luzia vte", C.VTE, Answer3.NO),
            )
        ),
        transfusion=sickle.Transfusion(
            group="B-pos",
            antibody_state=sickle.AntibodyState.LIST,
            antibodies=antibodies("luzia", "anti-E"),
            special=("rh-k", "hbs-negative"),
            special_other="E negative",
            baseline_hb=DecimalText("104"),
            target_note="haematology decides",
            refusal=sickle.Refusal.NONE,
        ),
        care_team=people.CareTeam(
            consultant=people.Professional(SIGNER.name, SIGNER.role, SIGNER.registration),
            phone_24h="0117 496 0122",
            phone_24h_ask_for="haematology registrar",
            phone_24h_tested_on=date(2026, 11, 9),
            hospital_name="Avon Cross Infirmary",
            hospital_ods="R9X03",
        ),
        review=people.Review(date(2026, 12, 14)),
    )


def luzia() -> Case:
    return Case(
        key="luzia",
        file="pregnant-sc.yaml",
        plan=plan(),
        signer=SIGNER,
        signed_on=SEEN,
        valid_to=date(2026, 12, 14),
        answer=AnswerKind.AGREE_EXCEPT,
        answered_on=SEEN,
        words="Prefiro ficar com a minha irmã se puder ser",
        interpreter="Portuguese interpreter, by phone",
    )
