"""The person's own words (domain 2.2, 2.10, 2.12, 2.14, 2.15): staff may comment, never edit."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from careplan.plan.values import Line


@dataclass(frozen=True, slots=True)
class MySickle:
    known_type: str | None = None
    triggers: tuple[str, ...] = ()
    triggers_other: str | None = None
    early_signs: str | None = None
    usual_days: int | None = None
    ed_visits_12m: int | None = None
    admissions_12m: int | None = None
    pain_tool: str | None = None
    usual_day_score: int | None = None
    can_cope_score: int | None = None
    daily_pain: str | None = None
    pain_team: str | None = None
    unsure: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class UsualPain:
    sites: tuple[str, ...] = ()
    sites_other: str | None = None
    unsure: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DifferentPain:
    not_my_usual_pain: str | None = None
    unsure: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class NotForMe:
    """Something that has not worked for me: shown as experience, never as a demand."""

    id: UUID
    what: str
    why: str | None = None


@dataclass(frozen=True, slots=True)
class WhatHelps:
    helps: tuple[Line, ...] = ()
    please_do_not: tuple[Line, ...] = ()
    non_drug: tuple[str, ...] = ()
    non_drug_other: str | None = None
    does_not_work: tuple[NotForMe, ...] = ()
    unsure: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class WhatMatters:
    what_matters: str | None = None
    unsure: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class MyVeins:
    best_site: str | None = None
    ultrasound: bool | None = None
    tries: int | None = None
    then: str | None = None
    device: str | None = None
    device_access: str | None = None
    do_not_use: str | None = None
    unsure: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Contact:
    id: UUID
    name: str
    relation: str | None = None
    phone: str | None = None
    may_be_told: str | None = None
    first: bool | None = None
    parental_responsibility: bool | None = None


@dataclass(frozen=True, slots=True)
class MyPeople:
    contacts: tuple[Contact, ...] = ()
    dependants: str | None = None
    unsure: tuple[str, ...] = ()
