"""Amal: new in the country, no NHS number, no team yet, a type nobody has confirmed, one phone
for two people. She is the case that the other six leave out."""

from __future__ import annotations

from datetime import date

from careplan.plan import medicines as meds
from careplan.plan import pain, people, person, sickle, voice
from careplan.plan.care_plan import AnswerKind, CarePlan
from careplan.plan.values import Answer3
from tests.make import DAILY, an_id, hours, lines, minutes
from tests.people.case import (
    IMMEDIATE,
    NO_FORM,
    ORAL,
    SC,
    Case,
    Signer,
    beside,
    checked,
    event,
    read,
    step,
    taken,
)

SEEN = date(2026, 11, 20)
SIGNER = Signer(
    name="Dr Eleri Vaughan",
    role="Consultant haematologist",
    registration="GMC 7078901",
    team="Harbourside red cell team",
    organisation="Harbourside General",
    ods="R9X07",
    phone="029 2018 0170",
)
BORN = person.Identity(
    legal_name="Amal Tesfay Idris",
    date_of_birth=date(2003, 8, 17),
    sex_registered=person.Sex.FEMALE,
)


def pain_plan() -> pain.PainPlan:
    return pain.PainPlan(
        opioid_exposure=pain.OpioidExposure.NONE,
        steps=(
            step(
                "amal first",
                pain.Stage.FIRST_DOSE,
                "morphine",
                NO_FORM,
                "5 mg",
                SC,
                minutes(30),
                3,
                "15 mg in first 2 hours, then senior review",
            ),
            step(
                "amal second",
                pain.Stage.SECOND_CHOICE,
                "morphine",
                IMMEDIATE,
                "10 mg",
                ORAL,
                minutes(60),
                2,
                "20 mg then senior review",
                relation=pain.Relation.INSTEAD,
                relation_when="no injection possible",
                counts_towards_max=True,
            ),
        ),
        reassess="every 30 minutes until comfortable, then every 4 hours",
        escalation_trigger="7 or more after 3 doses",
        escalation_action="call haematology",
        escalation_phone="029 2018 0171",
        monitoring=(
            "Sedation score, respiratory rate and SpO2 hourly for 6 hours, then 4-hourly. "
            "Naloxone at the bedside."
        ),
        adjuncts=(beside("amal adj 1", "paracetamol", "1 g", ORAL, hours(6)),),
    )


def plan() -> CarePlan:
    return CarePlan(
        identity=checked(BORN, SEEN, SIGNER.name),
        about_me=person.AboutMe(
            known_as="Amal",
            spoken_language="other",
            spoken_language_other="Tigrinya",
            home_language="ar",
            interpreter=True,
            when_in_severe_pain="I cannot find any English. I will hold up my fingers, 0 to 10.",
            info_needs=("text-not-phone",),
            info_needs_other="My cousin and I share one phone: no health news in a message",
            phone="07700 900195",
        ),
        my_sickle=voice.MySickle(known_type="not-sure", triggers=("cold",)),
        usual_pain=voice.UsualPain(sites=("left-knee", "right-knee", "lower-back")),
        different_pain=voice.DifferentPain("Pain in my chest"),
        what_helps=voice.WhatHelps(
            helps=lines("amal helps", "A phone interpreter, a woman if you can")
        ),
        my_people=voice.MyPeople(
            contacts=(
                voice.Contact(
                    an_id("selam"),
                    "Selam Idris",
                    "cousin",
                    "07700 900195",
                    "only that I am in hospital",
                    first=True,
                ),
            )
        ),
        my_allergies=meds.MyAllergies(meds.ReportedState.NONE_KNOWN),
        diagnosis=sickle.Diagnosis(genotype="not-confirmed"),
        pain_plan=pain_plan(),
        allergies=meds.Allergies(meds.AllergyState.NONE_CONFIRMED, SEEN),
        baselines=sickle.Baselines(
            haemoglobin=read("85", SEEN), spo2_on_air=read("97", SEEN), weight=read("54", SEEN)
        ),
        medicines=meds.Medicines((taken("amal folic", "folic acid", "5 mg", DAILY),)),
        complications=sickle.Complications(
            (
                event("amal malaria", sickle.Complication.MALARIA, last="2021"),
                event("amal stroke", sickle.Complication.STROKE_OR_TIA, Answer3.UNKNOWN),
            )
        ),
        transfusion=sickle.Transfusion(
            group="not-known",
            antibody_state=sickle.AntibodyState.NOT_KNOWN,
            programme="none",
            refusal=sickle.Refusal.NONE,
        ),
        care_team=people.CareTeam(
            consultant=people.Professional(SIGNER.name, SIGNER.role, SIGNER.registration),
            phone_24h=SIGNER.phone,
            phone_24h_ask_for="haematology registrar",
            phone_24h_tested_on=date(2026, 11, 18),
            hospital_name="Harbourside General",
            hospital_ods="R9X07",
        ),
        review=people.Review(date(2027, 2, 20)),
    )


def amal() -> Case:
    return Case(
        key="amal",
        file=None,
        plan=plan(),
        signer=SIGNER,
        signed_on=SEEN,
        valid_to=date(2027, 2, 20),
        answer=AnswerKind.AGREE,
        answered_on=SEEN,
        interpreter="Tigrinya interpreter, by phone",
    )
