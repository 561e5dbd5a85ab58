"""Mama: long texts with Yorùbá letters, eight antibodies, an anticoagulant, a plan out of date."""

from __future__ import annotations

from datetime import date

from careplan.plan import ahead, pain, people, person, sickle, voice
from careplan.plan import medicines as meds
from careplan.plan.care_plan import AnswerKind, CarePlan
from careplan.plan.values import Answer3, DecimalText, Interval, IntervalKind, PartialDate, TimeUnit
from tests.make import DAILY, an_id, every, hours, lines, minutes
from tests.people.case import (
    IMMEDIATE,
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

SEEN = date(2026, 5, 1)
BLOOD = date(2026, 11, 5)
WEEKLY = every(7, TimeUnit.DAY)
SIGNER = Signer(
    name="Dr Siân Llewelyn-Parry",
    role="Consultant haematologist",
    registration="GMC 7067890",
    team="Thameside red cell team",
    organisation="Thameside University Hospital",
    ods="R9X06",
    phone="020 7946 0190",
)
BORN = person.Identity(
    legal_name="Olúwatóyìn Adùkẹ́ Adébáyọ̀-Ògúnléye Fọláṣadé",
    date_of_birth=date(1964, 12, 25),
    nhs_number="9990310238",
    sex_registered=person.Sex.FEMALE,
)


def pain_plan() -> pain.PainPlan:
    return pain.PainPlan(
        opioid_exposure=pain.OpioidExposure.DAILY_LONG_ACTING,
        opioid_drug="buprenorphine patch 20 microgram/hour every 7 days",
        opioid_reviewed=date(2026, 8, 21),
        steps=(
            step(
                "mama first",
                pain.Stage.FIRST_DOSE,
                "oxycodone",
                IMMEDIATE,
                "5 mg",
                ORAL,
                minutes(30),
                3,
                "15 mg then consultant review; leave the patch on",
            ),
            step(
                "mama second",
                pain.Stage.SECOND_CHOICE,
                "fentanyl",
                NO_FORM,
                "25 microgram",
                SC,
                minutes(30),
                2,
                "50 microgram then consultant review",
                relation=pain.Relation.INSTEAD,
                relation_when="cannot swallow",
                counts_towards_max=True,
            ),
        ),
        reassess="every 30 minutes until comfortable, then every 4 hours",
        escalation_trigger="7 or more after 3 doses",
        escalation_action=(
            "acute pain team; no PCA on the general ward because she cannot press the button "
            "reliably with her right hand"
        ),
        escalation_phone="020 7946 0191",
        monitoring=(
            "Sedation score, respiratory rate and SpO2 every 15 minutes for the first hour, every "
            "30 minutes for 2 hours, hourly to 6 hours then 4-hourly. Sleep apnoea, keep on her "
            "CPAP. If not rousable or breathing under 8 a minute: naloxone at once in small steps, "
            "then call the pain team."
        ),
        adjuncts=(
            beside("mama adj 1", "paracetamol", "1 g", ORAL, hours(6)),
            not_given("mama adj 2", "NSAID", "on apixaban and previous stomach bleed"),
            beside("mama adj 3", "macrogol", "2 sachet", ORAL, DAILY),
        ),
        did_not_work=(
            did_not_work(
                "mama morphine", "morphine", "confusion and vomiting", "documented 2011 and 2020"
            ),
            did_not_work("mama gabapentin", "gabapentin", "falls", "documented"),
            did_not_work("mama tramadol", "tramadol", "fit in 2013", "documented"),
        ),
        oxygen_low=90,
        oxygen_high=94,
    )


def an_allergy(key: str, what: str, reaction: str, how_bad: meds.Severity) -> meds.Allergy:
    return meds.Allergy(an_id(key), what, reaction, how_bad)


def allergies() -> meds.Allergies:
    bad = meds.Severity
    return meds.Allergies(
        meds.AllergyState.LIST,
        entries=(
            an_allergy("mama penicillin", "penicillin", "anaphylaxis 1988", bad.SEVERE),
            an_allergy("mama contrast", "iodinated contrast", "hives", bad.MODERATE),
            an_allergy("mama plaster", "adhesive dressing", "blisters", bad.MILD),
            an_allergy("mama platelets", "platelet transfusion", "rigors", bad.MODERATE),
        ),
    )


def medicines() -> meds.Medicines:
    return meds.Medicines(
        (
            taken("mama apixaban", "apixaban", "5 mg", hours(12)),
            taken("mama deferasirox", "deferasirox", "1.26 g", DAILY),
            taken("mama patch", "buprenorphine patch", "20 microgram/hour", WEEKLY),
            taken("mama losartan", "losartan", "50 mg", DAILY),
            taken("mama ambrisentan", "ambrisentan", "5 mg", DAILY),
            taken(
                "mama doxycycline",
                "doxycycline",
                "100 mg",
                hours(12),
                status=meds.MedicineStatus.KEPT_AT_HOME,
                reason="for fever; no daily antibiotic: penicillin allergy and interactions",
            ),
            taken("mama folic", "folic acid", "5 mg", DAILY),
            taken("mama statin", "atorvastatin", "40 mg", DAILY),
            taken("mama lansoprazole", "lansoprazole", "30 mg", DAILY),
            taken(
                "mama latanoprost",
                "latanoprost",
                "1 drop each eye",
                Interval(IntervalKind.SET_TIMES, times="every night"),
            ),
        )
    )


def complications() -> sickle.Complications:
    C = sickle.Complication
    return sickle.Complications(
        (
            event(
                "mama stroke",
                C.STROKE_OR_TIA,
                last="2009-03",
                detail="right arm weakness and word-finding difficulty",
            ),
            event(
                "mama acs",
                C.ACUTE_CHEST_SYNDROME,
                last="2021-02",
                count=4,
                worst_care="ICU",
                exchange=Answer3.YES,
            ),
            event("mama lungs", C.PULMONARY_HYPERTENSION, last_check=PartialDate("2026-05-30")),
            event("mama legs", C.LEG_ULCERS, side="both"),
            event("mama hips", C.AVASCULAR_NECROSIS, side="both hips", detail="both replaced"),
            event("mama eyes", C.RETINOPATHY),
            event("mama clot", C.VTE, last="2018-10", detail="pulmonary embolism"),
            event("mama kidneys", C.RENAL_DISEASE, detail="protein in the urine"),
            event("mama icu", C.ICU_ADMISSION, last="2021-02", detail="acute chest syndrome"),
            event("mama sleep", C.SLEEP_APNOEA, detail="own CPAP machine"),
        )
    )


def decisions() -> ahead.AdvanceDecisions:
    return ahead.AdvanceDecisions(
        (
            ahead.AdvanceDecision(
                an_id("mama respect"),
                ahead.DecisionKind.RESPECT,
                Answer3.YES,
                date(2026, 2, 10),
                "yellow envelope on the fridge and hospital record",
            ),
            ahead.AdvanceDecision(
                an_id("mama lpa"),
                ahead.DecisionKind.LPA_HEALTH,
                Answer3.YES,
                who="Ìbùkún Adébáyọ̀",
            ),
        )
    )


def own_words() -> CarePlan:
    return CarePlan(
        identity=checked(BORN, SEEN, SIGNER.name),
        about_me=person.AboutMe(
            known_as="Mama",
            spoken_language="yo",
            interpreter=True,
            info_needs=("large-print", "hearing-aid"),
            info_needs_other="hearing aid in left ear",
            when_in_severe_pain=(
                "Since my stroke I lose English words first. Point at the pictures on my card. "
                "Give me time; I understand everything you say."
            ),
        ),
        background=person.Background("N", "Yorùbá, Nigerian"),
        my_sickle=voice.MySickle(triggers=("cold", "infection", "travel")),
        usual_pain=voice.UsualPain(
            sites=("left-hip", "right-hip", "jaw", "left-shin", "right-shin"),
            sites_other="sternum",
        ),
        different_pain=voice.DifferentPain(
            "Any new weakness, any trouble with words that is worse than usual, swelling of one "
            "calf, or breathlessness lying flat"
        ),
        what_helps=voice.WhatHelps(
            helps=lines(
                "mama helps",
                "Speak slowly to my left ear",
                "Pictures instead of questions",
                "Heat on both hips",
                "Let my daughter stay but use the interpreter for consent",
            )
        ),
        what_matters=voice.WhatMatters(
            "To walk to church on Sunday, to be spoken to and not over, to be called Mama or Mrs "
            "Adébáyọ̀-Ògúnléye and never by my first name, and to keep my own nightdress and "
            "head-tie on."
        ),
        my_people=voice.MyPeople(
            contacts=(
                voice.Contact(
                    an_id("ibukun"),
                    "Ìbùkún Adébáyọ̀",
                    "daughter and attorney for health",
                    "07700 900191",
                    "everything",
                    first=True,
                ),
                voice.Contact(
                    an_id("pastor"),
                    "Pastor Akínwándé",
                    "pastor",
                    "07700 900192",
                    "that I am in hospital",
                ),
            )
        ),
        my_veins=voice.MyVeins(
            best_site="none left in the arms",
            ultrasound=True,
            tries=1,
            then="subcutaneous or oral",
            device="right femoral line for exchange only; do not use for bloods",
        ),
    )


def plan() -> CarePlan:
    words = own_words()
    clinical = {
        "diagnosis": sickle.Diagnosis(genotype="HbSS", alpha_thal="heterozygous"),
        "pain_plan": pain_plan(),
        "allergies": allergies(),
        "baselines": sickle.Baselines(
            haemoglobin=read("88", BLOOD),
            spo2_on_air=read("92", BLOOD),
            reticulocytes=read("240", BLOOD),
            creatinine=read("84", BLOOD),
            egfr=read("68", BLOOD),
            uacr=read("12", BLOOD),
            hbs_percent=read("28", BLOOD),
            ferritin=read("2900", BLOOD),
            blood_pressure=sickle.BloodPressure(138, 82, BLOOD),
            weight=read("83.4", BLOOD),
            hbs_after_exchange=True,
        ),
        "medicines": medicines(),
        "complications": complications(),
        "transfusion": sickle.Transfusion(
            group="A-neg",
            antibody_state=sickle.AntibodyState.LIST,
            antibodies=antibodies(
                "mama",
                *("anti-C", "anti-e", "anti-K", "anti-Fya", "anti-Jkb", "anti-S", "anti-Dob"),
                "anti-Lua",
            ),
            special=("hbs-negative", "extended"),
            special_other="order early; national rare-donor request takes 24 hours",
            programme="automated-exchange",
            interval_weeks=6,
            last_on=BLOOD,
            target_hbs=DecimalText("30"),
            lab_phone="020 7946 0195",
            baseline_hb=DecimalText("88"),
            refusal=sickle.Refusal.NONE,
        ),
        "advance_decisions": decisions(),
        "other_plan": ahead.OtherPlan(
            Answer3.YES, "Universal Care Plan", date(2025, 12, 1), ahead.Leads.THIS
        ),
        "care_team": people.CareTeam(
            consultant=people.Professional(SIGNER.name, SIGNER.role, SIGNER.registration),
            phone_24h="020 7946 0190",
            phone_24h_ask_for="red cell registrar",
            phone_24h_tested_on=date(2026, 9, 30),
            hospital_name="Thameside University Hospital",
            hospital_ods="R9X06",
            hospital_number="TU00231",
        ),
        "review": people.Review(date(2026, 11, 1)),
    }
    for name, section in clinical.items():
        words = words.with_section(name, section)
    return words


def mama() -> Case:
    return Case(
        key="mama",
        file="long-unicode-stroke.yaml",
        plan=plan(),
        signer=SIGNER,
        signed_on=SEEN,
        valid_to=date(2026, 11, 1),
        answer=AnswerKind.DO_NOT_AGREE,
        answered_on=date(2026, 5, 3),
        words="I want my card to say Mrs, not my first name",
        interpreter="Yorùbá interpreter",
        expected=(
            Expected("R17", "warn"),
            Expected("R21", "warn", date(2026, 11, 2)),
            Expected("R31", "warn", date(2026, 12, 30)),
            Expected("R35", "warn"),
            Expected("R36", "warn", after_answer=True),
        ),
    )
