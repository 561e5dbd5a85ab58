"""The whole plan: its sections, who wrote each, and one published version of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from careplan.plan.ahead import (
    AdvanceDecisions,
    Infection,
    OtherPlan,
    Transition,
    WarningSigns,
)
from careplan.plan.content import FIRST
from careplan.plan.life import (
    Adjustments,
    ChildWords,
    GrowingUp,
    HardTimes,
    Pregnancy,
    SchoolAndWork,
    Visibility,
)
from careplan.plan.medicines import Allergies, Medicines, MyAllergies, MyMedicines
from careplan.plan.pain import PainPlan
from careplan.plan.people import CareTeam, Review
from careplan.plan.person import AboutMe, Background, Identity
from careplan.plan.sickle import Baselines, Complications, Diagnosis, Transfusion
from careplan.plan.voice import (
    DifferentPain,
    MyPeople,
    MySickle,
    MyVeins,
    UsualPain,
    WhatHelps,
    WhatMatters,
)


@dataclass(frozen=True, slots=True)
class CarePlan:
    """Every section, in the order people meet them. An empty one nobody has filled in."""

    identity: Identity = field(default_factory=Identity)
    about_me: AboutMe = field(default_factory=AboutMe)
    background: Background = field(default_factory=Background)
    my_sickle: MySickle = field(default_factory=MySickle)
    usual_pain: UsualPain = field(default_factory=UsualPain)
    different_pain: DifferentPain = field(default_factory=DifferentPain)
    what_helps: WhatHelps = field(default_factory=WhatHelps)
    what_matters: WhatMatters = field(default_factory=WhatMatters)
    my_people: MyPeople = field(default_factory=MyPeople)
    my_medicines: MyMedicines = field(default_factory=MyMedicines)
    my_allergies: MyAllergies = field(default_factory=MyAllergies)
    my_veins: MyVeins = field(default_factory=MyVeins)
    adjustments: Adjustments = field(default_factory=Adjustments)
    hard_times: HardTimes = field(default_factory=HardTimes)
    pregnancy: Pregnancy = field(default_factory=Pregnancy)
    child_words: ChildWords = field(default_factory=ChildWords)
    school_and_work: SchoolAndWork = field(default_factory=SchoolAndWork)
    growing_up: GrowingUp = field(default_factory=GrowingUp)
    visibility: Visibility = field(default_factory=Visibility)
    diagnosis: Diagnosis = field(default_factory=Diagnosis)
    pain_plan: PainPlan = field(default_factory=PainPlan)
    allergies: Allergies = field(default_factory=Allergies)
    baselines: Baselines = field(default_factory=Baselines)
    medicines: Medicines = field(default_factory=Medicines)
    complications: Complications = field(default_factory=Complications)
    transfusion: Transfusion = field(default_factory=Transfusion)
    warning_signs: WarningSigns = field(default_factory=WarningSigns)
    infection: Infection = field(default_factory=Infection)
    advance_decisions: AdvanceDecisions = field(default_factory=AdvanceDecisions)
    other_plan: OtherPlan = field(default_factory=OtherPlan)
    transition: Transition = field(default_factory=Transition)
    care_team: CareTeam = field(default_factory=CareTeam)
    review: Review = field(default_factory=Review)

    def with_section(self, name: str, section: object) -> CarePlan:
        known: Any = {name: section}
        return replace(self, **known)

    def section(self, name: str) -> Any:
        return getattr(self, name)


SECTIONS: Mapping[str, type] = {f.name: type(getattr(CarePlan(), f.name)) for f in fields(CarePlan)}

ALWAYS_SIGNED = (
    *("diagnosis", "pain_plan", "allergies", "baselines", "medicines"),
    *("complications", "transfusion", "care_team", "review"),
)
"""Sections that stand in signed bytes even when blank, as they did from the first release."""

CLINICAL = (
    *ALWAYS_SIGNED,
    *("warning_signs", "infection", "advance_decisions", "other_plan", "transition"),
)
"""What a clinician signs; the rest is the person's own, and `identity`, which the team checks."""

OWN_WORDS = tuple(name for name in SECTIONS if name not in (*CLINICAL, "identity"))


class AnswerKind(StrEnum):
    AGREE = "agree"
    AGREE_EXCEPT = "agree except"
    DO_NOT_AGREE = "discussed and do not agree"


@dataclass(frozen=True, slots=True)
class Signature:
    """A clinician's sign-off on the canonical clinical bytes.

    `expires_on`: at most a year for adults, six months for a child.
    """

    id: UUID
    name: str
    role: str
    registration: str
    organisation: str
    signed_at: datetime
    expires_on: date
    clinical_sha256: str


@dataclass(frozen=True, slots=True)
class PatientAnswer:
    """The person's own answer. `helped_by`: a carer gave it in on their phone, for a child.

    `given_with`: who of the team handed over the screen it was pressed on; `present`: who else was
    there; `basis`: on what basis, where the person could not decide this alone. These three are for
    the record: an emergency department is told the answer.
    """

    kind: AnswerKind
    at: datetime
    words: str | None = None
    interpreter: str | None = None
    helped_by: str | None = None
    given_with: str | None = None
    present: str | None = None
    basis: str | None = None


@dataclass(frozen=True, slots=True)
class AnswerBeside:
    """A parent's or carer's answer: theirs alone, beside the person's own and never instead.

    `in_their_place`: they may answer for the person in law, as somebody with parental
    responsibility, an attorney or a deputy may.
    """

    name: str
    relation: str
    kind: AnswerKind
    at: datetime
    words: str | None = None
    in_their_place: bool | None = None


@dataclass(frozen=True, slots=True)
class DoseStop:
    """A clinician has said: do not use the doses on earlier copies. The other facts stay."""

    name: str
    role: str
    organisation: str
    at: datetime
    ring: str


@dataclass(frozen=True, slots=True)
class Contribution:
    """Who last wrote a section, for "You wrote this" and "Dr X wrote this"."""

    section: str
    name: str
    role: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Version:
    """One published, immutable state of a plan. Unsigned, it holds no dose (design 1.7).

    `condition`: whose content its words, rules and pages are taken from.
    """

    patient_id: UUID
    plan_number: str
    number: int
    published_at: datetime
    record_id: UUID
    emergency_id: UUID
    plan: CarePlan
    reason: str
    replaces: UUID | None = None
    signature: Signature | None = None
    answer: PatientAnswer | None = None
    beside: tuple[AnswerBeside, ...] = ()
    stop: DoseStop | None = None
    contributions: tuple[Contribution, ...] = ()
    condition: str = FIRST

    @property
    def shows_dose(self) -> bool:
        """Only a signed plan whose dose nobody has stopped may show one."""
        return self.signature is not None and self.stop is None

    @property
    def answered(self) -> bool:
        """Seen by the person, or by somebody who may answer in their place."""
        return self.answer is not None or any(one.in_their_place for one in self.beside)
