"""Delroy: declines all blood, hyperhaemolysis, weak kidneys, an opioid every day."""

from __future__ import annotations

from datetime import date

from careplan.plan import ahead, pain, people, person, sickle, voice
from careplan.plan import medicines as meds
from careplan.plan.care_plan import AnswerKind, CarePlan
from careplan.plan.values import Answer3, DecimalText, Formulation, TimeUnit
from tests.make import DAILY, an_id, every, hours, lines, minutes
from tests.people.case import (
    IMMEDIATE,
    IV,
    NO_FORM,
    ORAL,
    SC,
    Case,
    Expected,
    Signer,
    antibodies,
    beside,
    checked,
    did_not_work,
    event,
    not_given,
    read,
    step,
    taken,
)

SEEN = date(2026, 10, 12)
SIGNER = Signer(
    name="Dr Priya Nair",
    role="Consultant haematologist",
    registration="GMC 7045678",
    team="Queensbridge sickle cell team",
    organisation="Queensbridge Hospital",
    ods="R9X04",
    phone="0121 496 0130",
)
BORN = person.Identity(
    legal_name="Delroy Anthony Campbell",
    date_of_birth=date(1981, 7, 9),
    nhs_number="9990410240",
    sex_registered=person.Sex.MALE,
)


def pain_plan() -> pain.PainPlan:
    return pain.PainPlan(
        opioid_exposure=pain.OpioidExposure.DAILY_LONG_ACTING,
        opioid_drug="oxycodone modified release 40 mg twice a day",
        opioid_reviewed=SEEN,
        steps=(
            step(
                "delroy first",
                pain.Stage.FIRST_DOSE,
                "oxycodone",
                NO_FORM,
                "10 mg",
                SC,
                minutes(30),
                3,
                "30 mg in first 2 hours, then consultant review",
            ),
            step(
                "delroy second",
                pain.Stage.SECOND_CHOICE,
                "oxycodone",
                IMMEDIATE,
                "10 mg",
                ORAL,
                minutes(60),
                2,
                "20 mg then consultant review",
                relation=pain.Relation.INSTEAD,
                relation_when="no injection possible",
                counts_towards_max=True,
            ),
        ),
        reassess="every 15 minutes until comfortable, then every 4 hours",
        escalation_trigger="8 or more after 3 doses",
        escalation_action="oxycodone PCA; ketamine only by anaesthetics",
        escalation_phone="0121 496 0131",
        monitoring=(
            "Sedation score, respiratory rate and SpO2 every 15 minutes for 1 hour, hourly for "
            "6 hours, then 4-hourly. Capnography with PCA. Naloxone at the bedside."
        ),
        adjuncts=(
            beside("delroy adj 1", "paracetamol", "1 g", IV, hours(6)),
            not_given("delroy adj 2", "NSAID", "kidney disease"),
            beside("delroy adj 3", "macrogol", "1 sachet", ORAL, hours(12)),
        ),
        previous_response=(
            pain.PreviousResponse(
                an_id("delroy before"),
                date(2026, 6, 30),
                "Queensbridge Hospital",
                "oxycodone 10 mg subcutaneous x3",
                "10 to 5 in 70 minutes",
                "none",
            ),
        ),
        did_not_work=(
            did_not_work(
                "delroy morphine",
                "morphine",
                "over-sedated in 2022; builds up with my kidneys",
                "documented",
            ),
            did_not_work("delroy pethidine", "pethidine", "seizure 2004", "documented"),
        ),
    )


def transfusion() -> sickle.Transfusion:
    return sickle.Transfusion(
        group="O-pos",
        antibody_state=sickle.AntibodyState.LIST,
        antibodies=antibodies("delroy", "anti-Jkb", "anti-S", historical=("anti-Fya",)),
        hyperhaemolysis=Answer3.YES,
        refusal=sickle.Refusal.ALL,
        accepts=lines(
            "delroy accepts",
            "erythropoietin",
            "intravenous iron",
            "cell salvage only after haematology advice",
        ),
        advance_decision="signed original in wallet and scanned at Queensbridge",
        baseline_hb=DecimalText("69"),
    )


def plan() -> CarePlan:
    C = sickle.Complication
    return CarePlan(
        identity=checked(BORN, SEEN, SIGNER.name),
        about_me=person.AboutMe(
            spoken_language="en", interpreter=False, religion="Jehovah's Witness"
        ),
        background=person.Background("M", "Jamaican"),
        my_sickle=voice.MySickle(triggers=("infection", "dehydration")),
        usual_pain=voice.UsualPain(
            sites=("back", "ribs-left", "ribs-right", "left-knee", "right-knee")
        ),
        different_pain=voice.DifferentPain("Dark urine and yellow eyes"),
        what_helps=voice.WhatHelps(
            helps=lines(
                "delroy helps",
                "Ask me about blood once and write down my answer",
                "Dim light",
                "Chair not trolley",
            )
        ),
        my_people=voice.MyPeople(
            contacts=(
                voice.Contact(
                    an_id("marcia"),
                    "Marcia Campbell",
                    "wife",
                    "07700 900171",
                    "everything",
                    first=True,
                ),
            )
        ),
        my_veins=voice.MyVeins(
            best_site="right forearm", ultrasound=True, tries=2, then="subcutaneous"
        ),
        diagnosis=sickle.Diagnosis(genotype="HbSS"),
        pain_plan=pain_plan(),
        allergies=meds.Allergies(
            meds.AllergyState.LIST,
            entries=(
                meds.Allergy(
                    an_id("delroy vancomycin"),
                    "vancomycin",
                    "flushing and hypotension",
                    meds.Severity.MODERATE,
                    on=date(2018, 3, 2),
                ),
            ),
        ),
        baselines=sickle.Baselines(
            haemoglobin=read("69", SEEN),
            spo2_on_air=read("94", SEEN),
            creatinine=read("168", SEEN),
            egfr=read("41", SEEN),
            blood_pressure=sickle.BloodPressure(126, 74, SEEN),
            weight=read("74", SEEN),
        ),
        medicines=meds.Medicines(
            (
                taken(
                    "delroy oxycodone",
                    "oxycodone",
                    "40 mg",
                    hours(12),
                    formulation=Formulation.MODIFIED,
                    in_crisis="continue",
                ),
                taken("delroy ramipril", "ramipril", "5 mg", DAILY),
                taken(
                    "delroy epoetin",
                    "epoetin alfa",
                    "6000 units",
                    every(1, TimeUnit.WEEK),
                    routes=SC,
                ),
                taken("delroy folic", "folic acid", "5 mg", DAILY),
                taken("delroy penv", "phenoxymethylpenicillin", "250 mg", hours(12)),
            )
        ),
        complications=sickle.Complications(
            (
                event("delroy kidneys", C.RENAL_DISEASE, stage="CKD 3b"),
                event(
                    "delroy hyperhaemolysis",
                    C.HYPERHAEMOLYSIS,
                    last="2017-05",
                    detail="Hb fell to 34 after two units",
                ),
                event(
                    "delroy priapism",
                    C.PRIAPISM,
                    stage="stuttering",
                    what_works="etilefrine and warm shower",
                    phone="0121 496 0133",
                ),
                event(
                    "delroy sedation",
                    C.OPIOID_OVERSEDATION,
                    last="2022-02",
                    drug="morphine",
                    naloxone=Answer3.YES,
                ),
                event("delroy hip", C.AVASCULAR_NECROSIS, side="left hip"),
            )
        ),
        transfusion=transfusion(),
        warning_signs=ahead.WarningSigns(
            entries=(ahead.WarningSign(an_id("delroy chest"), "Chest pain", hospital="emergency"),)
        ),
        advance_decisions=ahead.AdvanceDecisions(
            (
                ahead.AdvanceDecision(
                    an_id("delroy adrt"),
                    ahead.DecisionKind.ADRT,
                    Answer3.YES,
                    date(2023, 4, 18),
                    "wallet and hospital record",
                ),
            )
        ),
        care_team=people.CareTeam(
            consultant=people.Professional(SIGNER.name, SIGNER.role, SIGNER.registration),
            phone_24h="0121 496 0130",
            phone_24h_ask_for="red cell consultant via switchboard",
            phone_24h_tested_on=date(2026, 11, 15),
            hospital_name="Queensbridge Hospital",
            hospital_ods="R9X04",
            hospital_number="QB77120",
        ),
        review=people.Review(date(2027, 4, 12)),
    )


def delroy() -> Case:
    return Case(
        key="delroy",
        file="no-blood-renal.yaml",
        plan=plan(),
        signer=SIGNER,
        signed_on=SEEN,
        valid_to=date(2027, 4, 12),
        answer=AnswerKind.AGREE,
        answered_on=date(2026, 10, 15),
        expected=(Expected("R11", "warn"),),
    )
