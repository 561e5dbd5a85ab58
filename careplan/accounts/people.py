"""Who somebody is to us at this moment: the one value that every permission is asked about."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from careplan.accounts.grants import Grant
    from careplan.accounts.registration import Registration


class Role(StrEnum):
    """What an account is for. Whoever scans a card has no account and no role."""

    PATIENT = "patient"
    CARER = "carer"
    CLINICIAN = "clinician"
    NURSE = "nurse"
    TEAM_ADMIN = "team_admin"
    EMERGENCY_STAFF = "emergency_staff"

    @property
    def description(self) -> str:
        return _DESCRIPTIONS[self]


_DESCRIPTIONS: Mapping[Role, str] = MappingProxyType(
    {
        Role.PATIENT: "The person the plan is about. Writes their own words and shares the plan.",
        Role.CARER: "Helps somebody with their plan, as far and as long as they were let in.",
        Role.CLINICIAN: "A doctor, pharmacist or prescriber in the team. Writes the medical part, "
        "and signs it once their registration has been checked.",
        Role.NURSE: "A nurse in the team. Writes the medical part, and signs it once their "
        "registration has been checked.",
        Role.TEAM_ADMIN: "Adds and removes people in the team. Cannot read plans.",
        Role.EMERGENCY_STAFF: "Works in an emergency department. Can ask for one person’s "
        "emergency page at a time, with a reason that the person is told.",
    }
)
CARE_TEAM = frozenset({Role.CLINICIAN, Role.NURSE})
STAFF = CARE_TEAM | {Role.TEAM_ADMIN, Role.EMERGENCY_STAFF}


class Standing(StrEnum):
    """Whether an account, or a place in a team, may be used at all."""

    ACTIVE = "active"
    SUSPENDED = "suspended"
    LEFT = "left"


class RolesDoNotMix(ValueError):
    """Somebody acts as the patient or as a carer: never as both in one request."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Who:
    """A signed-in person, or nobody.

    `patient_id` is the plan a patient has been linked to, or the plan a carer has come for;
    then `grant` is what lets them. `second_factor` is true when
    the second factor was given in this session, `second_factor_set` when the account has a code
    app, so that it is asked for whatever the roles. `title` is the job as it is signed, such as
    "Consultant haematologist". A clinician may be a patient too; `permissions`
    keeps the two apart.
    """

    account_id: str
    name: str
    roles: frozenset[Role]
    patient_id: str | None = None
    grant: Grant | None = None
    team_id: str | None = None
    organisation: str | None = None
    title: str | None = None
    registration: Registration | None = None
    second_factor: bool = False
    second_factor_set: bool = False
    standing: Standing = Standing.ACTIVE

    def __post_init__(self) -> None:
        if {Role.PATIENT, Role.CARER} <= self.roles:
            raise RolesDoNotMix("patient and carer")
        if self.grant is not None and self.roles != {Role.CARER}:
            raise RolesDoNotMix("a carer acts as nothing else")

    @classmethod
    def nobody(cls) -> Who:
        """Somebody who has not signed in, such as an emergency department scanning a card."""
        return cls(account_id="", name="", roles=frozenset())

    @property
    def known(self) -> bool:
        return self.account_id != ""

    @property
    def is_staff(self) -> bool:
        return bool(self.roles & STAFF)

    @property
    def owes_second_step(self) -> bool:
        """A password alone opens nothing for somebody who asked that a code be asked for too."""
        return self.second_factor_set and not self.second_factor
