"""Who the person is and how they communicate (domain 2.1)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class Sex(StrEnum):
    FEMALE = "female"
    MALE = "male"
    INDETERMINATE = "indeterminate"
    NOT_KNOWN = "not known"


@dataclass(frozen=True, slots=True)
class Identity:
    """As given when the account was made; the team checks it in clinic and then it is theirs."""

    legal_name: str | None = None
    date_of_birth: date | None = None
    nhs_number: str | None = None
    sex_registered: Sex | None = None
    checked_on: date | None = None
    checked_by: str | None = None


@dataclass(frozen=True, slots=True)
class AboutMe:
    """My own words on who I am and how I communicate."""

    known_as: str | None = None
    pronouns: str | None = None
    gender: str | None = None
    spoken_language: str | None = None
    spoken_language_other: str | None = None
    home_language: str | None = None
    written_language: str | None = None
    interpreter: bool | None = None
    family_must_not_interpret: bool | None = None
    when_in_severe_pain: str | None = None
    info_needs: tuple[str, ...] = ()
    info_needs_other: str | None = None
    religion: str | None = None
    phone: str | None = None
    address: str | None = None
    postcode: str | None = None
    gp_name: str | None = None
    gp_ods: str | None = None
    unsure: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Background:
    """Ethnicity, for fairness measures only: in the record, on no emergency surface, in no rule."""

    ethnicity: str | None = None
    self_described: str | None = None
    unsure: tuple[str, ...] = ()
