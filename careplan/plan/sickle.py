"""The diagnosis and the facts around it that a clinician records (domain 2.2, 2.5, 2.7, 2.9)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID

from careplan.plan.values import Answer3, DecimalText, Line, PartialDate


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """`genotype` is a code of the condition's own list (options file); trait is refused (R32)."""

    genotype: str | None = None
    genotype_other: str | None = None
    confirmed_method: str | None = None
    confirmed_on: date | None = None
    g6pd: str | None = None
    alpha_thal: str | None = None
    curative_kind: str | None = None
    curative_on: PartialDate | None = None
    curative_centre: str | None = None
    curative_hbs: DecimalText | None = None


@dataclass(frozen=True, slots=True)
class Reading:
    """One measured value when well, as typed, with its unit (UCUM) and date."""

    value: DecimalText
    on: date | None = None


@dataclass(frozen=True, slots=True)
class BloodPressure:
    """mm[Hg]"""

    systolic: int
    diastolic: int
    on: date | None = None


@dataclass(frozen=True, slots=True)
class Baselines:
    """My normal when well. Each field's UCUM unit stands in the field dictionary."""

    haemoglobin: Reading | None = None
    spo2_on_air: Reading | None = None
    reticulocytes: Reading | None = None
    creatinine: Reading | None = None
    egfr: Reading | None = None
    blood_pressure: BloodPressure | None = None
    weight: Reading | None = None
    hbs_percent: Reading | None = None
    ferritin: Reading | None = None
    uacr: Reading | None = None
    hbf_percent: Reading | None = None
    bilirubin: Reading | None = None
    ldh: Reading | None = None
    pulse: Reading | None = None
    respiratory_rate: Reading | None = None
    temperature: Reading | None = None
    height: Reading | None = None
    spleen: Reading | None = None
    weight_how: str | None = None
    hbs_after_exchange: bool | None = None
    spo2_site: str | None = None


class Complication(StrEnum):
    ACUTE_CHEST_SYNDROME = "acute-chest-syndrome"
    STROKE_OR_TIA = "stroke-or-tia"
    SEPSIS = "sepsis"
    SPLENIC_SEQUESTRATION = "splenic-sequestration"
    HYPOSPLENISM = "hyposplenism"
    SPLENECTOMY = "splenectomy"
    PRIAPISM = "priapism"
    ICU_ADMISSION = "icu-admission"
    OPIOID_OVERSEDATION = "opioid-oversedation"
    HYPERHAEMOLYSIS = "hyperhaemolysis"
    RENAL_DISEASE = "renal-disease"
    PULMONARY_HYPERTENSION = "pulmonary-hypertension"
    VTE = "vte"
    GALLSTONES = "gallstones"
    AVASCULAR_NECROSIS = "avascular-necrosis"
    LEG_ULCERS = "leg-ulcers"
    RETINOPATHY = "retinopathy"
    APLASTIC_CRISIS = "aplastic-crisis"
    HEPATIC_SEQUESTRATION = "hepatic-sequestration"
    DACTYLITIS = "dactylitis"
    OSTEOMYELITIS = "osteomyelitis"
    MALARIA = "malaria"
    HEART_DISEASE = "heart-disease"
    SLEEP_APNOEA = "sleep-apnoea"
    ASTHMA = "asthma"
    GI_BLEED = "gi-bleed"
    LIVER_DISEASE = "liver-disease"
    DIABETES = "diabetes"
    ADRENAL_INSUFFICIENCY = "adrenal-insufficiency"
    OTHER_HORMONES = "other-hormones"
    OSTEOPOROSIS = "osteoporosis"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Event:
    """One complication: had, not had or not known; `last` as far as it is known."""

    id: UUID
    kind: Complication
    had: Answer3
    last: PartialDate | None = None
    count: int | None = None
    worst_care: str | None = None
    exchange: Answer3 | None = None
    detail: str | None = None
    side: str | None = None
    stage: str | None = None
    last_check: PartialDate | None = None
    what_works: str | None = None
    phone: str | None = None
    drug: str | None = None
    naloxone: Answer3 | None = None


@dataclass(frozen=True, slots=True)
class Complications:
    """`tcd_velocity` in cm/s: the transcranial Doppler of a child."""

    events: tuple[Event, ...] = ()
    tcd_result: str | None = None
    tcd_velocity: int | None = None
    tcd_on: date | None = None


class AntibodyState(StrEnum):
    NONE_FOUND = "none found"
    LIST = "list"
    NOT_KNOWN = "not known"


class Refusal(StrEnum):
    NONE = "none"
    SOME = "some blood products"
    ALL = "all blood products"


@dataclass(frozen=True, slots=True)
class Antibody:
    id: UUID
    name: str
    historical: bool = False


@dataclass(frozen=True, slots=True)
class Transfusion:
    """Hb in g/L, HbS in %. Refusal is the person's, in the words "declines"."""

    group: str | None = None
    antibody_state: AntibodyState | None = None
    antibodies: tuple[Antibody, ...] = ()
    special: tuple[str, ...] = ()
    special_other: str | None = None
    programme: str | None = None
    interval_weeks: int | None = None
    last_on: date | None = None
    target_hbs: DecimalText | None = None
    baseline_hb: DecimalText | None = None
    hyperhaemolysis: Answer3 | None = None
    refusal: Refusal | None = None
    refusal_detail: str | None = None
    lab_phone: str | None = None
    refusal_reason: str | None = None
    accepts: tuple[Line, ...] = ()
    advance_decision: str | None = None
    target_hb: DecimalText | None = None
    target_note: str | None = None
    phenotype_done: Answer3 | None = None
    phenotype_lab: str | None = None
    phenotype_on: PartialDate | None = None
    iron_status: str | None = None
