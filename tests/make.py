"""Builders of invented people: every fact of the ordinary adult, small things changed."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from hashlib import sha256
from uuid import NAMESPACE_URL, UUID, uuid5

from careplan.plan import medicines as meds
from careplan.plan import pain, people, person, sickle, voice
from careplan.plan.care_plan import (
    CLINICAL,
    AnswerKind,
    CarePlan,
    Contribution,
    PatientAnswer,
    Signature,
    Version,
)
from careplan.plan.codec import canonical, to_plain
from careplan.plan.values import (
    Answer3,
    DecimalText,
    Dose,
    DoseUnit,
    Formulation,
    Interval,
    IntervalKind,
    Line,
    PartialDate,
    Route,
    TimeUnit,
)

TODAY = date(2026, 11, 23)
NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


def an_id(name: str) -> UUID:
    """The same id for the same name in every run."""
    return uuid5(NAMESPACE_URL, f"careplan-test:{name}")


def mg(amount: str, unit: DoseUnit = DoseUnit.MG) -> Dose:
    return Dose(unit, DecimalText(amount))


def every(number: int, unit: TimeUnit) -> Interval:
    return Interval(IntervalKind.EVERY, number, unit)


def minutes(number: int) -> Interval:
    return every(number, TimeUnit.MINUTE)


def hours(number: int) -> Interval:
    return every(number, TimeUnit.HOUR)


DAILY = every(1, TimeUnit.DAY)


def lines(prefix: str, *texts: str) -> tuple[Line, ...]:
    return tuple(Line(an_id(f"{prefix}-{n}"), text) for n, text in enumerate(texts))


def ada_own_words() -> CarePlan:
    """What Ada types on her phone."""
    return CarePlan(
        identity=person.Identity(
            legal_name="Adaeze Grace Okonkwo-Bright",
            date_of_birth=date(1997, 3, 14),
            nhs_number="9990110212",
            sex_registered=person.Sex.FEMALE,
        ),
        about_me=person.AboutMe(
            known_as="Ada",
            pronouns="she/her",
            spoken_language="en",
            interpreter=False,
            when_in_severe_pain=(
                "I go quiet and shut my eyes. I am not asleep and I am not calm. "
                "Ask me to squeeze your hand."
            ),
            phone="07700 900142",
            gp_name="Wellfield Surgery",
            gp_ods="Y99001",
        ),
        background=person.Background(ethnicity="N", self_described="British Nigerian (Igbo)"),
        my_sickle=voice.MySickle(
            known_type="HbSS",
            triggers=("cold", "dehydration", "period", "stress"),
            early_signs="Deep ache in my thighs and I feel cold even in a warm room.",
            usual_days=5,
            ed_visits_12m=3,
            admissions_12m=2,
            pain_tool="numeric",
            usual_day_score=2,
            can_cope_score=5,
        ),
        usual_pain=voice.UsualPain(
            sites=("lower-back", "left-thigh", "right-thigh", "left-shoulder")
        ),
        different_pain=voice.DifferentPain(
            "Pain in my chest, or a headache that is new. I do not get those in a normal crisis."
        ),
        what_helps=voice.WhatHelps(
            helps=lines(
                "helps",
                "Believe me and tell me what you are about to do",
                "Heat pads straight away",
                "Let me keep my own warm drink",
            ),
            please_do_not=lines("not", "Talk about me at the end of the bed"),
            non_drug=("heat-pads", "warm-room", "warm-drinks", "music"),
            does_not_work=(
                voice.NotForMe(an_id("tramadol"), "tramadol", "no relief and I felt sick"),
            ),
        ),
        what_matters=voice.WhatMatters(
            "I run a nursery. I want to be back with the children by Monday."
        ),
        my_people=voice.MyPeople(
            contacts=(
                voice.Contact(
                    an_id("chidi"),
                    "Chidi Bright",
                    "husband",
                    "07700 900143",
                    "everything",
                    first=True,
                ),
            )
        ),
        my_medicines=meds.MyMedicines(
            state=meds.ReportedState.LIST,
            entries=(
                meds.MyMedicine(an_id("my-hu"), "hydroxycarbamide", "1.5 g", "every day"),
                meds.MyMedicine(an_id("my-folic"), "folic acid", "5 mg", "every day"),
                meds.MyMedicine(
                    an_id("my-ery"),
                    "erythromycin",
                    "500 mg",
                    "twice a day",
                    "instead of penicillin",
                ),
            ),
        ),
        my_allergies=meds.MyAllergies(
            state=meds.ReportedState.LIST,
            entries=(
                meds.ReportedAllergy(
                    an_id("my-coamox"),
                    "co-amoxiclav",
                    "widespread rash and lip swelling",
                    meds.Severity.SEVERE,
                    date(2026, 8, 30),
                ),
            ),
        ),
        my_veins=voice.MyVeins(best_site="back of left hand", ultrasound=False, tries=2),
    )


def ada_pain_plan() -> pain.PainPlan:
    return pain.PainPlan(
        opioid_exposure=pain.OpioidExposure.AS_NEEDED,
        opioid_reviewed=date(2026, 9, 8),
        steps=(
            pain.Step(
                an_id("home-1"),
                pain.Stage.HOME,
                "paracetamol",
                dose=mg("1", DoseUnit.G),
                routes=(Route.ORAL,),
                repeat=hours(6),
                max_doses=4,
                max_within="24 h",
            ),
            pain.Step(
                an_id("home-2"),
                pain.Stage.HOME,
                "ibuprofen",
                dose=mg("400"),
                routes=(Route.ORAL,),
                repeat=hours(8),
                max_doses=3,
                max_within="24 h",
            ),
            pain.Step(
                an_id("home-3"),
                pain.Stage.HOME,
                "dihydrocodeine",
                Formulation.IMMEDIATE,
                mg("30"),
                (Route.ORAL,),
                hours(6),
                max_doses=4,
                max_within="24 h",
            ),
            pain.Step(
                an_id("first"),
                pain.Stage.FIRST_DOSE,
                "morphine",
                dose=mg("10"),
                routes=(Route.SUBCUTANEOUS,),
                repeat=minutes(30),
                max_doses=3,
                ceiling="30 mg in first 2 hours, then senior review",
            ),
            pain.Step(
                an_id("second"),
                pain.Stage.SECOND_CHOICE,
                "morphine",
                Formulation.IMMEDIATE,
                mg("20"),
                (Route.ORAL,),
                minutes(60),
                max_doses=2,
                ceiling="40 mg then senior review",
                relation=pain.Relation.INSTEAD,
                relation_when="no injection possible or not given within 15 minutes",
                counts_towards_max=True,
            ),
        ),
        reassess="every 30 minutes until comfortable, then at least every 4 hours",
        escalation_trigger="still 7 or more after 3 doses",
        escalation_action="morphine PCA and call haematology",
        escalation_phone="020 7946 0101",
        monitoring=(
            "Sedation score, respiratory rate and oxygen saturation every 30 minutes for 2 hours, "
            "hourly to 6 hours, then 4-hourly. Naloxone at the bedside."
        ),
        adjuncts=(
            pain.Adjunct(
                an_id("adj-1"),
                "paracetamol",
                dose=mg("1", DoseUnit.G),
                routes=(Route.INTRAVENOUS, Route.ORAL),
                every=hours(6),
            ),
            pain.Adjunct(
                an_id("adj-2"), "ibuprofen", dose=mg("400"), routes=(Route.ORAL,), every=hours(8)
            ),
            pain.Adjunct(
                an_id("adj-3"),
                "cyclizine",
                dose=mg("50"),
                routes=(Route.ORAL,),
                every=hours(8),
                as_needed=True,
            ),
            pain.Adjunct(
                an_id("adj-4"),
                "chlorphenamine",
                dose=mg("4"),
                routes=(Route.ORAL,),
                every=hours(6),
                as_needed=True,
            ),
            pain.Adjunct(
                an_id("adj-5"),
                "senna",
                dose=mg("15"),
                routes=(Route.ORAL,),
                every=Interval(IntervalKind.SET_TIMES, times="at night"),
            ),
        ),
        previous_response=(
            pain.PreviousResponse(
                an_id("prev-1"),
                date(2026, 8, 19),
                "St Anselm's Hospital",
                "morphine 10 mg subcutaneous x2",
                "9 to 4 in 50 minutes",
                "mild itch",
            ),
            pain.PreviousResponse(
                an_id("prev-2"),
                date(2026, 2, 3),
                "St Anselm's Hospital",
                "morphine 10 mg subcutaneous x3 then PCA",
                "10 to 6 in 90 minutes",
                "none",
            ),
        ),
        did_not_work=(
            pain.DidNotWork(an_id("codeine"), "codeine", "no relief", "documented 2019"),
        ),
        oxygen_low=94,
        oxygen_high=98,
    )


def reading(value: str, on: date = date(2026, 9, 8)) -> sickle.Reading:
    return sickle.Reading(DecimalText(value), on)


def an_event(
    kind: sickle.Complication, had: Answer3 = Answer3.YES, last: str | None = None
) -> sickle.Event:
    return sickle.Event(an_id(kind), kind, had, PartialDate(last) if last else None)


def ada_clinical() -> CarePlan:
    """What Dr Marsden's team types at the desk."""
    C = sickle.Complication
    acs = replace(
        an_event(C.ACUTE_CHEST_SYNDROME, last="2019-12"),
        count=1,
        worst_care="HDU",
        exchange=Answer3.YES,
    )
    return CarePlan(
        diagnosis=sickle.Diagnosis(
            genotype="HbSS", confirmed_method="HPLC", confirmed_on=date(1997, 4, 2), g6pd="normal"
        ),
        pain_plan=ada_pain_plan(),
        allergies=meds.Allergies(
            meds.AllergyState.LIST,
            entries=(
                meds.Allergy(
                    an_id("coamox"),
                    "co-amoxiclav",
                    "widespread rash and lip swelling",
                    meds.Severity.SEVERE,
                    "Dr H. Marsden",
                    date(2014, 6, 11),
                ),
            ),
            side_effects=(
                meds.SideEffect(
                    an_id("itch"), "morphine", "mild itch", "give chlorphenamine, carry on"
                ),
            ),
        ),
        baselines=sickle.Baselines(
            haemoglobin=reading("82"),
            spo2_on_air=reading("96"),
            reticulocytes=reading("310"),
            creatinine=reading("54"),
            blood_pressure=sickle.BloodPressure(108, 64, date(2026, 9, 8)),
            weight=reading("61.5"),
        ),
        medicines=meds.Medicines(
            (
                meds.RegularMedicine(
                    an_id("hu"), "hydroxycarbamide", "1.5 g", DAILY, last_fbc=date(2026, 11, 2)
                ),
                meds.RegularMedicine(an_id("folic"), "folic acid", "5 mg", DAILY),
                meds.RegularMedicine(
                    an_id("ery"), "erythromycin", "500 mg", hours(12), "instead of penicillin"
                ),
            )
        ),
        complications=sickle.Complications(
            (
                acs,
                an_event(C.STROKE_OR_TIA, Answer3.NO),
                an_event(C.HYPOSPLENISM),
                an_event(C.SPLENECTOMY, Answer3.NO),
                replace(an_event(C.GALLSTONES, last="2016"), detail="gallbladder removed"),
                replace(an_event(C.ICU_ADMISSION, last="2019-12"), detail="acute chest syndrome"),
            )
        ),
        transfusion=sickle.Transfusion(
            group="O-pos",
            antibody_state=sickle.AntibodyState.NONE_FOUND,
            special=("rh-k", "hbs-negative"),
            programme="none",
            baseline_hb=DecimalText("82"),
            refusal=sickle.Refusal.NONE,
        ),
        care_team=people.CareTeam(
            consultant=people.Professional(
                "Dr Helena Marsden", "Consultant haematologist", "GMC 7012345"
            ),
            nurse=people.Professional(
                "Bola Akande",
                "Sickle cell clinical nurse specialist",
                "NMC 07A1234E",
                "020 7946 0102",
            ),
            phone_24h="020 7946 0100",
            phone_24h_ask_for="haematology registrar on call",
            phone_24h_tested_on=date(2026, 11, 1),
            hospital_name="St Anselm's Hospital",
            hospital_ods="R9X01",
            hospital_number="SA448210",
        ),
        review=people.Review(date(2027, 9, 8)),
    )


def ada() -> CarePlan:
    """Both halves of the ordinary adult's plan, identity checked."""
    plan, clinical = ada_own_words(), ada_clinical()
    for name in CLINICAL:
        plan = plan.with_section(name, clinical.section(name))
    checked = replace(plan.identity, checked_on=date(2026, 9, 8), checked_by="Dr Helena Marsden")
    return plan.with_section("identity", checked)


def clinical_bytes(plan: CarePlan) -> bytes:
    return canonical({name: to_plain(plan.section(name)) for name in CLINICAL})


def a_signature(plan: CarePlan, **changes: object) -> Signature:
    made = Signature(
        id=an_id("signature"),
        name="Dr Helena Marsden",
        role="Consultant haematologist",
        registration="GMC 7012345",
        organisation="St Anselm's Hospital",
        signed_at=datetime(2026, 9, 8, 11, 30, tzinfo=UTC),
        expires_on=date(2027, 9, 8),
        clinical_sha256=sha256(clinical_bytes(plan)).hexdigest(),
    )
    return replace(made, **changes)  # type: ignore[arg-type]


def a_version(plan: CarePlan | None = None, **changes: object) -> Version:
    """Ada's third version: signed, agreed."""
    plan = plan or ada()
    made = Version(
        patient_id=an_id("ada"),
        plan_number="SCP-7Q4M-2K9T",
        number=3,
        published_at=datetime(2026, 9, 10, 18, 5, tzinfo=UTC),
        record_id=an_id("record-3"),
        emergency_id=an_id("emergency-3"),
        plan=plan,
        reason="Ada agreed",
        replaces=an_id("record-2"),
        signature=a_signature(plan),
        answer=PatientAnswer(AnswerKind.AGREE, datetime(2026, 9, 10, 18, 5, tzinfo=UTC)),
        contributions=(
            Contribution("about_me", "Ada", "patient", datetime(2026, 9, 1, 8, 0, tzinfo=UTC)),
            Contribution(
                "pain_plan",
                "Dr Helena Marsden",
                "Consultant haematologist",
                datetime(2026, 9, 8, 11, 0, tzinfo=UTC),
            ),
        ),
    )
    return replace(made, **changes)  # type: ignore[arg-type]


def an_unsigned_version() -> Version:
    """What Ada shares before anybody has signed."""
    return a_version(
        ada_own_words(), number=1, signature=None, answer=None, replaces=None, reason="first words"
    )
