"""Allergies, side effects and regular medicines: as the person knows them, and as checked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID

from careplan.plan.values import Formulation, Interval, PartialDate, Route


class AllergyState(StrEnum):
    """The three states a checked allergy list may be in (domain 2.4): blank never means none."""

    NOT_ASKED = "not asked"
    NONE_CONFIRMED = "none confirmed"
    LIST = "list"


class ReportedState(StrEnum):
    """What the person says of a list of their own."""

    LIST = "list"
    NONE_KNOWN = "none that I know of"
    NOT_SURE = "not sure"


class Severity(StrEnum):
    MILD = "mild"
    MODERATE = "moderate"
    SEVERE = "severe"


class MedicineStatus(StrEnum):
    """Nothing said means taken; only "stopped" and "never started" are history (R30)."""

    TAKING = "taking"
    KEPT_AT_HOME = "kept at home"
    STOPPED = "stopped"
    NEVER_STARTED = "never started"


@dataclass(frozen=True, slots=True)
class Allergy:
    id: UUID
    substance: str
    reaction: str | None = None
    severity: Severity | None = None
    verified_by: str | None = None
    on: date | None = None


@dataclass(frozen=True, slots=True)
class SideEffect:
    """An effect that is not an allergy, such as itch from an opioid."""

    id: UUID
    substance: str
    effect: str | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Allergies:
    """Checked by the team. `confirmed_on` dates "no known allergies"."""

    state: AllergyState = AllergyState.NOT_ASKED
    confirmed_on: date | None = None
    entries: tuple[Allergy, ...] = ()
    side_effects: tuple[SideEffect, ...] = ()


@dataclass(frozen=True, slots=True)
class ReportedAllergy:
    """`reported_on`, set when saved: "reported by patient, DATE, not yet checked"."""

    id: UUID
    substance: str
    reaction: str | None = None
    severity: Severity | None = None
    reported_on: date | None = None


@dataclass(frozen=True, slots=True)
class MyAllergies:
    state: ReportedState | None = None
    entries: tuple[ReportedAllergy, ...] = ()
    side_effects: tuple[SideEffect, ...] = ()
    unsure: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RegularMedicine:
    """A medicine taken every day. `dose` is text as typed ("1.5 g", "1 drop each eye").

    `keep_private` keeps it off every page but the record, and from carers.
    """

    id: UUID
    drug: str
    dose: str | None = None
    every: Interval | None = None
    reason: str | None = None
    last_fbc: date | None = None
    formulation: Formulation | None = None
    routes: tuple[Route, ...] = ()
    status: MedicineStatus | None = None
    started: PartialDate | None = None
    stopped: PartialDate | None = None
    in_crisis: str | None = None
    keep_private: bool | None = None


@dataclass(frozen=True, slots=True)
class Medicines:
    """Reconciled by the team; `none_taken` says so in words, an empty list says nothing."""

    entries: tuple[RegularMedicine, ...] = ()
    none_taken: bool | None = None


@dataclass(frozen=True, slots=True)
class MyMedicine:
    id: UUID
    drug: str
    dose: str | None = None
    how_often: str | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True)
class MyMedicines:
    state: ReportedState | None = None
    entries: tuple[MyMedicine, ...] = ()
    unsure: tuple[str, ...] = ()
