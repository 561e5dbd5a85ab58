"""How long a signed-in session lasts, per role, as data with its reason."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING

from careplan.accounts.people import Role

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    idle: timedelta
    absolute: timedelta
    reason: str


_OWN_PHONE = Limit(
    idle=timedelta(days=14),
    absolute=timedelta(days=90),
    reason="Their own phone, locked by itself. Somebody in pain must not meet a sign-in page; "
    "between crises a fortnight may pass. Three months ends a session on a phone given away.",
)
_SHARED_DESK = Limit(
    idle=timedelta(minutes=15),
    absolute=timedelta(hours=12),
    reason="A shared computer in a clinic, left in a hurry, with many people's plans behind it. "
    "Twelve hours outlasts any one shift. Drafts are kept, so signing in again loses nothing.",
)
LIMITS: Mapping[Role, Limit] = MappingProxyType(
    {
        Role.PATIENT: _OWN_PHONE,
        Role.CARER: _OWN_PHONE,
        Role.CLINICIAN: _SHARED_DESK,
        Role.NURSE: _SHARED_DESK,
        Role.TEAM_ADMIN: _SHARED_DESK,
        Role.EMERGENCY_STAFF: _SHARED_DESK,
    }
)


class Ending(StrEnum):
    """Why a session is over, so that the sign-in page can say so."""

    SIGNED_OUT = "signed_out"
    IDLE = "idle"
    TOO_OLD = "too_old"
    NO_ROLE = "no_role"


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """The facts of one session that time is judged by."""

    roles: frozenset[Role]
    started_at: datetime
    seen_at: datetime
    ended_at: datetime | None = None


def limit_for(roles: frozenset[Role]) -> Limit | None:
    """The strictest of a person's roles; None for somebody with no role."""
    limits = [LIMITS[role] for role in roles]
    return min(limits, key=lambda limit: limit.idle, default=None)


def ending(session: Session, *, now: datetime) -> Ending | None:
    """Why the session is over; None while it lasts."""
    limit = limit_for(session.roles)
    if session.ended_at is not None:
        return Ending.SIGNED_OUT
    if limit is None:
        return Ending.NO_ROLE
    # Begun or seen further ahead than it could ever last: the clock was wrong then, and the session
    # would outlive its limits by as much as the clock was put back.
    if abs(now - session.started_at) >= limit.absolute:
        return Ending.TOO_OLD
    return Ending.IDLE if abs(now - session.seen_at) >= limit.idle else None


def still_valid(session: Session, *, now: datetime) -> bool:
    return ending(session, now=now) is None
