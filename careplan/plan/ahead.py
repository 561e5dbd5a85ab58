"""What the team records for days that may come (domain 2.8, 2.11, 2.16, 2.19, 2.20)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID

from careplan.plan.values import Answer3, DecimalText, PartialDate


@dataclass(frozen=True, slots=True)
class WarningSign:
    """A sign of this person's own: what to do at home, and in hospital."""

    id: UUID
    sign: str
    home: str | None = None
    hospital: str | None = None


@dataclass(frozen=True, slots=True)
class WarningSigns:
    """Beside the signs that hold for everybody. `fever_at` in degrees Celsius."""

    fever_at: DecimalText | None = None
    entries: tuple[WarningSign, ...] = ()


@dataclass(frozen=True, slots=True)
class Vaccine:
    id: UUID
    name: str
    product: str | None = None
    on: PartialDate | None = None


@dataclass(frozen=True, slots=True)
class Infection:
    vaccines: tuple[Vaccine, ...] = ()
    sepsis_antibiotic: str | None = None
    no_antibiotic_reason: str | None = None
    travel: str | None = None


class DecisionKind(StrEnum):
    RESPECT = "ReSPECT"
    DNACPR = "DNACPR"
    ADRT = "ADRT"
    LPA_HEALTH = "LPA (health)"


@dataclass(frozen=True, slots=True)
class AdvanceDecision:
    """Where the signed original is; never what it says. Blank is not "for resuscitation"."""

    id: UUID
    kind: DecisionKind
    exists: Answer3 | None = None
    on: date | None = None
    where: str | None = None
    who: str | None = None


@dataclass(frozen=True, slots=True)
class AdvanceDecisions:
    entries: tuple[AdvanceDecision, ...] = ()


class Leads(StrEnum):
    THIS = "this plan"
    OTHER = "the other plan"
    NOT_DECIDED = "not decided"


@dataclass(frozen=True, slots=True)
class OtherPlan:
    """A plan kept elsewhere, such as a regional shared one, and which of the two leads (R35)."""

    exists: Answer3 | None = None
    where: str | None = None
    updated_on: date | None = None
    leads: Leads | None = None


@dataclass(frozen=True, slots=True)
class Transition:
    """The move from the children's to the adults' team; the plan stays valid throughout."""

    from_clinician: str | None = None
    to_clinician: str | None = None
    move_on: PartialDate | None = None
    both_agreed: Answer3 | None = None
