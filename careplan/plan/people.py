"""The care team and the number that answers day and night (domain 2.15)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Professional:
    """`registration` as "GMC 7012345"."""

    name: str
    role: str | None = None
    registration: str | None = None
    phone: str | None = None


@dataclass(frozen=True, slots=True)
class CareTeam:
    consultant: Professional | None = None
    nurse: Professional | None = None
    psychologist: Professional | None = None
    community_nurse: Professional | None = None
    phone_24h: str | None = None
    phone_24h_ask_for: str | None = None
    phone_24h_tested_on: date | None = None
    phone_24h_fallback: str | None = None
    phone_24h_hours: str | None = None
    hospital_name: str | None = None
    hospital_ods: str | None = None
    hospital_number: str | None = None
    ambulance_destination: str | None = None
    bypass_name: str | None = None
    bypass_phone: str | None = None
    bypass_hours: str | None = None
    home_service: str | None = None
    coordinating_centre: str | None = None


@dataclass(frozen=True, slots=True)
class Review:
    """When the plan must be looked at again; set by the clinician who signs."""

    review_due: date | None = None
