"""People harder to print than Ada: no blood, a child, long texts, a stopped dose."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

from careplan.plan import medicines as meds
from careplan.plan import pain, people, person, sickle, voice
from careplan.plan.care_plan import AnswerKind, CarePlan, DoseStop, PatientAnswer, Version
from careplan.plan.values import (
    Answer3,
    DecimalText,
    Dose,
    DoseUnit,
    Formulation,
    Interval,
    IntervalKind,
    PartialDate,
    Route,
    TimeUnit,
)
from tests import make

C = sickle.Complication


def a_stopped_version() -> Version:
    stop = DoseStop(
        "Dr Helena Marsden",
        "Consultant haematologist",
        "St Anselm's Hospital",
        datetime(2026, 11, 20, 8, 15, tzinfo=UTC),
        "020 7946 0100",
    )
    return make.a_version(number=4, stop=stop, reason="dose stopped")


def had(kind: C, last: str | None = None, **more: object) -> sickle.Event:
    event = sickle.Event(
        make.an_id(f"e-{kind}"), kind, Answer3.YES, PartialDate(last) if last else None
    )
    return replace(event, **more)  # type: ignore[arg-type]


def step(
    stage: pain.Stage, drug: str, amount: str, unit: DoseUnit, route: Route, **more: object
) -> pain.Step:
    made = pain.Step(
        make.an_id(f"{stage}-{drug}-{amount}"), stage, drug,
        dose=Dose(unit, DecimalText(amount)), routes=(route,),
    )  # fmt: skip
    return replace(made, **more)  # type: ignore[arg-type]


def kofi_version() -> Version:
    """Per-kilogram doses, a single first dose, a second one that goes with it."""
    plan = make.ada()
    steps = (
        step(pain.Stage.FIRST_DOSE, "diamorphine", "0.1", DoseUnit.MG_PER_KG, Route.INTRANASAL,
             repeat=Interval(IntervalKind.SINGLE_DOSE), max_doses=1, ceiling="one nasal dose"),
        step(pain.Stage.SECOND_CHOICE, "morphine", "0.2", DoseUnit.MG_PER_KG, Route.ORAL,
             formulation=Formulation.IMMEDIATE, repeat=make.minutes(60), max_doses=2,
             ceiling="5 mg a dose", relation=pain.Relation.TOGETHER,
             relation_when="instead of it where nasal diamorphine is not stocked",
             counts_towards_max=True),
    )  # fmt: skip
    plan = plan.with_section("pain_plan", replace(plan.pain_plan, steps=steps))
    allergies = meds.Allergies(meds.AllergyState.NONE_CONFIRMED, date(2026, 10, 6))
    plan = plan.with_section("allergies", allergies).with_section(
        "my_allergies", meds.MyAllergies()
    )
    who = person.Identity("Kofi Emmanuel Mensah", date(2017, 5, 22), "9990210225")
    plan = plan.with_section("identity", who)
    signed = make.a_signature(plan, name="Dr Iain Petrie", expires_on=date(2027, 4, 6))
    return make.a_version(plan, signature=signed)


def delroy() -> CarePlan:
    """Declines blood, hyperhaemolysis, over-sedated before, no NSAID: every stop flag at once."""
    plan = make.ada()
    pain_plan = replace(
        plan.pain_plan,
        opioid_exposure=pain.OpioidExposure.DAILY_LONG_ACTING,
        opioid_drug="oxycodone modified release 40 mg twice a day",
        opioid_reviewed=date(2026, 10, 12),
        steps=(
            step(pain.Stage.FIRST_DOSE, "oxycodone", "10", DoseUnit.MG, Route.SUBCUTANEOUS,
                 repeat=make.minutes(30), max_doses=3,
                 ceiling="30 mg in first 2 hours, then consultant review"),
            step(pain.Stage.SECOND_CHOICE, "oxycodone", "10", DoseUnit.MG, Route.ORAL,
                 formulation=Formulation.IMMEDIATE, repeat=make.minutes(60), max_doses=2,
                 ceiling="20 mg then consultant review", relation=pain.Relation.INSTEAD,
                 relation_when="no injection possible", counts_towards_max=True),
        ),
        adjuncts=(
            pain.Adjunct(make.an_id("p"), "paracetamol", dose=make.mg("1", DoseUnit.G),
                         routes=(Route.INTRAVENOUS,), every=make.hours(6)),
            pain.Adjunct(make.an_id("nsaid"), "NSAID", given=False, reason="kidney disease"),
        ),
    )  # fmt: skip
    plan = plan.with_section("pain_plan", pain_plan)
    plan = plan.with_section(
        "identity", person.Identity("Delroy Anthony Campbell", date(1981, 7, 9), "9990410240")
    )
    plan = plan.with_section("about_me", person.AboutMe(known_as="Del", interpreter=False))
    blood = sickle.Transfusion(
        group="O-pos",
        antibody_state=sickle.AntibodyState.LIST,
        antibodies=(
            sickle.Antibody(make.an_id("jkb"), "anti-Jkb"),
            sickle.Antibody(make.an_id("s"), "anti-S"),
            sickle.Antibody(make.an_id("fya"), "anti-Fya", historical=True),
        ),
        hyperhaemolysis=Answer3.YES,
        refusal=sickle.Refusal.ALL,
        refusal_detail=(
            "Accepts erythropoietin, intravenous iron, and cell salvage only after haematology "
            "advice. Signed original in wallet and scanned at Queensbridge."
        ),
        baseline_hb=DecimalText("69"),
    )
    plan = plan.with_section("transfusion", blood)
    events = (
        had(C.HYPERHAEMOLYSIS, "2017-05", detail="Hb fell to 34 after two units"),
        had(C.OPIOID_OVERSEDATION, "2022-02", detail="morphine, naloxone given"),
        had(C.RENAL_DISEASE, detail="CKD 3b"),
        had(C.PRIAPISM, detail="stuttering; etilefrine and warm shower"),
    )
    return plan.with_section("complications", sickle.Complications(events))


def mama() -> CarePlan:
    """Yorùbá diacritics, very long texts, eight antibodies."""
    plan = make.ada()
    who = person.Identity(
        "Olúwatóyìn Adùkẹ́ Adébáyọ̀-Ògúnléye Fọláṣadé", date(1964, 12, 25), "9990310238"
    )
    me = person.AboutMe(
        known_as="Mama", spoken_language="yo", interpreter=True,
        info_needs=("large-print", "hearing-aid"),
        when_in_severe_pain=(
            "Since my stroke I lose English words first. Point at the pictures on my card. "
            "Give me time; I understand everything you say."
        ),
    )  # fmt: skip
    plan = plan.with_section("identity", who).with_section("about_me", me)
    entries = tuple(
        meds.Allergy(make.an_id(what), what, reaction, severity)
        for what, reaction, severity in (
            ("penicillin", "anaphylaxis 1988", meds.Severity.SEVERE),
            ("iodinated contrast", "hives", meds.Severity.MODERATE),
            ("adhesive dressing", "blisters", meds.Severity.MILD),
            ("platelet transfusion", "rigors", meds.Severity.MODERATE),
        )
    )
    mine = meds.MyAllergies(
        meds.ReportedState.LIST,
        (
            meds.ReportedAllergy(
                make.an_id("plaster"), "sticking plaster", "red skin", None, date(2026, 8, 30)
            ),
        ),
    )
    plan = plan.with_section("allergies", meds.Allergies(meds.AllergyState.LIST, entries=entries))
    plan = plan.with_section("my_allergies", mine)
    pain_plan = replace(
        plan.pain_plan,
        opioid_exposure=pain.OpioidExposure.DAILY_LONG_ACTING,
        opioid_drug="buprenorphine patch 20 microgram/hour every 7 days",
        steps=(
            step(pain.Stage.FIRST_DOSE, "oxycodone", "5", DoseUnit.MG, Route.ORAL,
                 formulation=Formulation.IMMEDIATE, repeat=make.minutes(30), max_doses=3,
                 ceiling="15 mg then consultant review; leave the patch on"),
            step(pain.Stage.SECOND_CHOICE, "fentanyl", "25", DoseUnit.MICROGRAM, Route.SUBCUTANEOUS,
                 repeat=make.minutes(30), max_doses=2,
                 ceiling="50 microgram then consultant review",
                 relation=pain.Relation.INSTEAD, relation_when="cannot swallow",
                 counts_towards_max=True),
        ),
        adjuncts=(
            pain.Adjunct(make.an_id("nsaid"), "NSAID", given=False,
                         reason="on apixaban and previous stomach bleed"),
            pain.Adjunct(make.an_id("m"), "macrogol", dose=make.mg("2", DoseUnit.SACHET),
                         routes=(Route.ORAL,), every=make.every(1, TimeUnit.DAY)),
        ),
        monitoring=(
            "Sedation score, respiratory rate and SpO2 every 15 minutes for the first hour, every "
            "30 minutes for 2 hours, hourly to 6 hours then 4-hourly. Sleep apnoea, keep on her "
            "CPAP. If not rousable or breathing under 8 a minute: naloxone at once in "
            "small steps, then call the pain team."
        ),
        escalation_action=(
            "acute pain team; no PCA on the general ward because she cannot press the button "
            "reliably with her right hand"
        ),
        did_not_work=(
            pain.DidNotWork(make.an_id("d1"), "morphine", "confusion and vomiting",
                            "documented 2011 and 2020"),
            pain.DidNotWork(make.an_id("d2"), "gabapentin", "falls", "documented"),
            pain.DidNotWork(make.an_id("d3"), "tramadol", "fit in 2013", "documented"),
        ),
        oxygen_low=90,
        oxygen_high=94,
    )  # fmt: skip
    plan = plan.with_section("pain_plan", pain_plan)
    medicines = (
        ("apixaban", "5 mg", make.hours(12)), ("deferasirox", "1.26 g", make.DAILY),
        ("buprenorphine patch", "20 microgram/hour", make.every(7, TimeUnit.DAY)),
        ("losartan", "50 mg", make.DAILY), ("ambrisentan", "5 mg", make.DAILY),
        ("doxycycline", "100 mg", make.hours(12)), ("folic acid", "5 mg", make.DAILY),
        ("atorvastatin", "40 mg", make.DAILY), ("lansoprazole", "30 mg", make.DAILY),
        ("latanoprost", "1 drop each eye", Interval(IntervalKind.SET_TIMES, times="every night")),
    )  # fmt: skip
    listed = tuple(
        meds.RegularMedicine(make.an_id(f"m-{d}"), d, dose, every) for d, dose, every in medicines
    )
    plan = plan.with_section("medicines", meds.Medicines(listed))
    names = ("anti-C", "anti-e", "anti-K", "anti-Fya", "anti-Jkb", "anti-S", "anti-Dob", "anti-Lua")
    blood = sickle.Transfusion(
        group="A-neg",
        antibody_state=sickle.AntibodyState.LIST,
        antibodies=tuple(sickle.Antibody(make.an_id(name), name) for name in names),
        special=("hbs-negative", "extended"),
        special_other="order early; national rare-donor request takes 24 hours",
        programme="automated-exchange", interval_weeks=6, last_on=date(2026, 11, 5),
        target_hbs=DecimalText("30"), lab_phone="020 7946 0195", baseline_hb=DecimalText("88"),
        refusal=sickle.Refusal.NONE,
    )  # fmt: skip
    plan = plan.with_section("transfusion", blood)
    plan = plan.with_section("what_matters", voice.WhatMatters(
        "To walk to church on Sunday, to be spoken to and not over, to be called Mama or Mrs "
        "Adébáyọ̀-Ògúnléye and never by my first name, and to keep my own nightdress on."
    ))  # fmt: skip
    contacts = (
        voice.Contact(make.an_id("i"), "Ìbùkún Adébáyọ̀", "daughter and attorney for health",
                      "07700 900191", "everything", first=True),
        voice.Contact(make.an_id("a"), "Pastor Akínwándé", "pastor", "07700 900192",
                      "that I am in hospital", first=False),
    )  # fmt: skip
    plan = plan.with_section("my_people", voice.MyPeople(contacts))
    return plan.with_section("review", people.Review(date(2026, 11, 1)))


def mama_version() -> Version:
    plan = mama()
    answer = PatientAnswer(
        AnswerKind.DO_NOT_AGREE, datetime(2026, 5, 3, 10, 0, tzinfo=UTC),
        "I want my card to say Mrs, not my first name", "Yorùbá interpreter",
    )  # fmt: skip
    signed = make.a_signature(plan, name="Dr Siân Llewelyn-Parry", expires_on=date(2026, 11, 1))
    return make.a_version(plan, signature=signed, answer=answer)
