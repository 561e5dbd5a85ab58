"""What somebody says happened, hours or weeks after a visit, in their own words and time.

Apart from the plan: staff who treat the person never see it, and the person chooses who else may.
Blank never means no.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

LONGEST_WORDS = 2000


class Sureness(StrEnum):
    EXACT = "exact"
    ESTIMATE = "estimate"
    DONT_KNOW = "dont_know"


@dataclass(frozen=True, slots=True, kw_only=True)
class Remembered:
    """A time as it is remembered; `at` is None when they do not know it."""

    sureness: Sureness
    at: datetime | None = None


class YesNo(StrEnum):
    YES = "yes"
    NO = "no"
    DONT_KNOW = "dont_know"


class Followed(StrEnum):
    FULLY = "fully"
    PARTLY = "partly"
    NO = "no"
    WOULD_NOT_LOOK = "would_not_look"
    DONT_KNOW = "dont_know"


class Eased(StrEnum):
    YES = "yes"
    A_LITTLE = "a_little"
    NO = "no"


class Respected(StrEnum):
    YES = "yes"
    SOMETIMES = "sometimes"
    NO = "no"


class Unfair(StrEnum):
    """Why they think they were treated unfairly (domain 6.1). More than one may hold."""

    RACE = "race"
    DRUGS = "drugs"
    """They were taken for somebody who only wants drugs."""
    GENDER = "gender"
    AGE = "age"
    DISABILITY = "disability"
    LANGUAGE = "language"
    OTHER = "other"
    PREFER_NOT = "prefer_not"


class Audience(StrEnum):
    """Who else may see the report. The person always may; nobody else without being named here."""

    TEAM = "team"
    HOSPITAL = "hospital"
    """The measures' named owner there: answers and words, without the name."""
    MEASURES = "measures"
    """Counted, never shown."""


class Source(StrEnum):
    PERSON = "person"
    CARER = "carer"
    PHONE = "phone"
    """Told to a member of staff, who typed it."""
    PAPER = "paper"


@dataclass(frozen=True, slots=True, kw_only=True)
class VisitReport:
    """None means not answered. `relief` None with `no_relief` True: none was given. `on_day`: the
    day they got there, which is often known where the hour is not.

    `hospital` is a code of the service's list; `hospital_words` is where, when it is not on it.
    """

    patient_id: UUID
    report_id: UUID
    visit_id: UUID | None = None
    source: Source = Source.PERSON
    given_at: datetime
    hospital: str | None = None
    hospital_words: str | None = None
    on_day: date | None = None
    arrived: Remembered | None = None
    relief: Remembered | None = None
    no_relief: bool | None = None
    plan_shown: YesNo | None = None
    followed: Followed | None = None
    checked_within_30: YesNo | None = None
    eased: Eased | None = None
    believed: int | None = None
    """1 not at all, 5 completely."""
    respected: Respected | None = None
    treated_unfairly: YesNo | None = None
    unfair: tuple[Unfair, ...] = ()
    left_before_treatment: YesNo | None = None
    would_go_back: YesNo | None = None
    words: str | None = None
    audience: tuple[Audience, ...] = ()
    withdrawn_at: datetime | None = None
