"""The analgesia plan a clinician signs (domain 2.3): a dose is signed for, never worked out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID

from careplan.plan.values import Dose, Formulation, Interval, Route


class Stage(StrEnum):
    HOME = "home"
    AMBULANCE = "ambulance"
    FIRST_DOSE = "first dose"
    SECOND_CHOICE = "second choice"
    WARD = "ward"
    DISCHARGE = "discharge"


IN_HOSPITAL = (Stage.AMBULANCE, Stage.FIRST_DOSE, Stage.SECOND_CHOICE, Stage.WARD)


class Relation(StrEnum):
    """How a later step stands to the first dose: nobody must guess whether two doses stack."""

    INSTEAD = "instead of the first dose"
    TOGETHER = "together with the first dose"
    AFTER = "after the first dose"


class OpioidExposure(StrEnum):
    NONE = "none"
    AS_NEEDED = "as needed"
    DAILY_LONG_ACTING = "daily long-acting"
    SUBSTITUTION = "opioid substitution treatment"


@dataclass(frozen=True, slots=True)
class Step:
    """One dose of the plan. Missing parts are allowed in a draft and stop a signature (R5)."""

    id: UUID
    stage: Stage
    drug: str
    formulation: Formulation | None = None
    dose: Dose | None = None
    routes: tuple[Route, ...] = ()
    repeat: Interval | None = None
    max_doses: int | None = None
    max_within: str | None = None
    ceiling: str | None = None
    relation: Relation | None = None
    relation_minutes: int | None = None
    relation_when: str | None = None
    relation_instead_when: str | None = None
    counts_towards_max: bool | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Adjunct:
    """A medicine beside the opioid, or one not to be given, with the reason."""

    id: UUID
    drug: str
    given: bool = True
    reason: str | None = None
    dose: Dose | None = None
    routes: tuple[Route, ...] = ()
    every: Interval | None = None
    as_needed: bool | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True)
class PreviousResponse:
    id: UUID
    on: date
    place: str | None = None
    given: str | None = None
    relief: str | None = None
    side_effects: str | None = None


@dataclass(frozen=True, slots=True)
class DidNotWork:
    """What the notes document as not having worked, or having done harm."""

    id: UUID
    what: str
    why: str | None = None
    evidence: str | None = None


@dataclass(frozen=True, slots=True)
class PainPlan:
    opioid_exposure: OpioidExposure | None = None
    opioid_drug: str | None = None
    opioid_reviewed: date | None = None
    steps: tuple[Step, ...] = ()
    reassess: str | None = None
    escalation_trigger: str | None = None
    escalation_action: str | None = None
    escalation_phone: str | None = None
    monitoring: str | None = None
    adjuncts: tuple[Adjunct, ...] = ()
    previous_response: tuple[PreviousResponse, ...] = ()
    did_not_work: tuple[DidNotWork, ...] = ()
    oxygen_low: int | None = None
    oxygen_high: int | None = None
    fluids_note: str | None = None
    local_prescription_at: str | None = None
    local_prescription_ods: str | None = None
    local_prescription_expires: date | None = None
    home_supply: str | None = None
    home_stop: str | None = None

    def stage(self, stage: Stage) -> tuple[Step, ...]:
        return tuple(step for step in self.steps if step.stage is stage)
