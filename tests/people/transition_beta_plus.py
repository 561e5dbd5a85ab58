"""Mina: seventeen, moving to the adults' team, a side effect that is no allergy, a private pill."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from careplan.plan import ahead, life, pain, people, person, sickle, voice
from careplan.plan import medicines as meds
from careplan.plan.care_plan import AnswerKind, CarePlan
from careplan.plan.values import Answer3, Dose, DoseUnit, Route
from tests.make import DAILY, an_id, hours, lines, minutes
from tests.people.case import (
    IMMEDIATE,
    NASAL,
    NO_FORM,
    ORAL,
    Case,
    Expected,
    Signer,
    beside,
    checked,
    event,
    read,
    step,
    taken,
)

SEEN = date(2026, 10, 1)
SIGNER = Signer(
    name="Dr Owen Clarke",
    role="Consultant haematologist",
    registration="GMC 7056789",
    team="Rivelin sickle cell team",
    organisation="Rivelin General",
    ods="R9X05",
    phone="0114 496 0140",
)
BORN = person.Identity(
    legal_name="Amina Yusuf Hassan",
    date_of_birth=date(2009, 2, 2),
    nhs_number="9990610266",
    sex_registered=person.Sex.FEMALE,
)


def pain_plan() -> pain.PainPlan:
    gas = pain.Adjunct(
        an_id("mina gas"),
        "nitrous oxide and oxygen",
        dose=Dose(DoseUnit.SELF_ADMINISTERED),
        routes=(Route.INHALED,),
        note="ambulance only, 15 minutes at most",
    )
    return pain.PainPlan(
        opioid_exposure=pain.OpioidExposure.AS_NEEDED,
        opioid_reviewed=SEEN,
        steps=(
            step(
                "mina first",
                pain.Stage.FIRST_DOSE,
                "morphine",
                IMMEDIATE,
                "10 mg",
                ORAL,
                minutes(60),
                2,
                "20 mg then senior review",
            ),
            step(
                "mina second",
                pain.Stage.SECOND_CHOICE,
                "fentanyl",
                NO_FORM,
                "50 microgram",
                NASAL,
                minutes(10),
                2,
                "100 microgram then senior review",
                relation=pain.Relation.INSTEAD,
                relation_when="cannot swallow or pain is 9 or more",
                counts_towards_max=True,
            ),
        ),
        reassess="every 15 minutes for the first hour",
        escalation_trigger="7 or more after second dose",
        escalation_action="morphine PCA",
        escalation_phone="0114 496 0141",
        monitoring=(
            "Sedation score, respiratory rate and SpO2 every 15 minutes for 1 hour then hourly "
            "for 6 hours. Naloxone available."
        ),
        adjuncts=(
            beside("mina adj 1", "paracetamol", "1 g", ORAL, hours(6)),
            beside("mina adj 2", "naproxen", "500 mg", ORAL, hours(12)),
            gas,
        ),
    )


def plan() -> CarePlan:
    C = sickle.Complication
    pill = taken("mina pill", "desogestrel", "75 microgram", DAILY)
    return CarePlan(
        identity=checked(BORN, SEEN, SIGNER.name),
        about_me=person.AboutMe(
            known_as="Mina",
            pronouns="she/her",
            spoken_language="en",
            home_language="so",
            interpreter=False,
            religion="Muslim; female chaperone please",
        ),
        background=person.Background("P", "Somali"),
        my_sickle=voice.MySickle(
            triggers=("stress", "period"),
            triggers_other="exams and stress",
            early_signs="I stop eating",
        ),
        usual_pain=voice.UsualPain(sites=("ribs-left", "ribs-right", "left-arm", "right-arm")),
        different_pain=voice.DifferentPain("Feeling breathless"),
        what_helps=voice.WhatHelps(
            helps=lines(
                "mina helps",
                "Ask before you touch my arm",
                "Tell me the plan out loud",
                "Female nurse if you can",
            )
        ),
        my_people=voice.MyPeople(
            contacts=(
                voice.Contact(
                    an_id("idil"),
                    "Idil Hassan",
                    "aunt",
                    "07700 900182",
                    "that I am in hospital",
                    first=True,
                ),
            )
        ),
        hard_times=life.HardTimes(
            past_trauma=(
                "I was held down for a cannula when I was 11. Ask before you touch my arm."
            ),
            show_in_ed=True,
        ),
        school_and_work=life.SchoolAndWork(
            place="Sheaf Sixth Form",
            needs=lines("mina school", "extra time in exams", "rest room"),
        ),
        growing_up=life.GrowingUp(
            ready=(
                *("names-type", "knows-triggers", "knows-medicines", "orders-medicines"),
                *("speaks-alone", "knows-fever", "shows-plan"),
            )
        ),
        diagnosis=sickle.Diagnosis(genotype="HbSb+"),
        pain_plan=pain_plan(),
        allergies=meds.Allergies(
            meds.AllergyState.NONE_CONFIRMED,
            SEEN,
            side_effects=(
                meds.SideEffect(
                    an_id("mina itch"), "morphine", "bad itch", "cetirizine helps; not an allergy"
                ),
            ),
        ),
        baselines=sickle.Baselines(
            haemoglobin=read("108", SEEN), spo2_on_air=read("98", SEEN), weight=read("52", SEEN)
        ),
        medicines=meds.Medicines(
            (
                taken("mina folic", "folic acid", "5 mg", DAILY),
                replace(pill, keep_private=True),
            )
        ),
        complications=sickle.Complications(
            (
                event("mina acs", C.ACUTE_CHEST_SYNDROME, last="2024-11", count=2),
                event("mina spleen", C.SPLENECTOMY, last="2015-08"),
            )
        ),
        transfusion=sickle.Transfusion(
            group="AB-pos",
            antibody_state=sickle.AntibodyState.NONE_FOUND,
            programme="none",
            last_on=date(2026, 11, 8),
            refusal=sickle.Refusal.NONE,
        ),
        transition=ahead.Transition(
            from_clinician="Dr Iain Petrie (children)",
            to_clinician="Dr Owen Clarke (adults)",
            both_agreed=Answer3.NO,
        ),
        care_team=people.CareTeam(
            consultant=people.Professional(SIGNER.name, SIGNER.role, SIGNER.registration),
            phone_24h="0114 496 0140",
            phone_24h_ask_for="haematology registrar",
            phone_24h_tested_on=date(2026, 10, 28),
            hospital_name="Rivelin General",
            hospital_ods="R9X05",
        ),
        review=people.Review(date(2027, 1, 15)),
    )


def mina() -> Case:
    return Case(
        key="mina",
        file="transition-beta-plus.yaml",
        plan=plan(),
        signer=SIGNER,
        signed_on=SEEN,
        valid_to=date(2027, 1, 15),
        answer=AnswerKind.AGREE,
        answered_on=SEEN,
        expected=(Expected("R2", "warn"), Expected("R27", "inform"), Expected("R29", "warn")),
    )
