"""Going in: what somebody taps on the way to an emergency department and in its waiting room.

All of it is the patient's word. A phone may tap without a signal and send hours later, so each tap
has an id of its own, made on the phone, and is counted once however often it arrives.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

SHOWN_FOR = timedelta(hours=24)
"""How long an emergency page says that the person is coming, counted from the first tap."""
AIM = timedelta(minutes=15)
MUST = timedelta(minutes=30)
"""From arrival to the first pain relief: the aim, and the latest (NICE CG143 1.1.3; RCEM)."""
WRONG_CLOCK = timedelta(minutes=2)
"""A phone's clock further off than this is put right by ours, and the person is asked."""
LONGEST_WORDS = 120


class Tap(StrEnum):
    GOING_IN = "going_in"
    TOOK = "took"
    ARRIVED = "arrived"
    RELIEF_GIVEN = "relief_given"
    CHECKED_AGAIN = "checked_again"
    LEFT = "left"


class Stage(StrEnum):
    """Where the person says they are."""

    GOING = "going"
    ARRIVED = "arrived"
    LEFT = "left"


@dataclass(frozen=True, slots=True, kw_only=True)
class Tapped:
    """One tap. `at` is by our clock; `clock_off` is how many seconds the phone's was ahead of it
    when it sent, or 0 when that is little enough to be the network. `words`: what was taken."""

    tap_id: UUID
    tap: Tap
    at: datetime
    heard_at: datetime
    clock_off: int = 0
    words: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Where:
    """Going to: `hospital` is the code of one on the service's list, or `words` say where."""

    hospital: str | None = None
    words: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """`by` names a carer who pressed for the person, and is None when they did. `tells_team`:
    they agreed that the desk shows it. Begun and shown for 24 hours, whatever is tapped."""

    patient_id: UUID
    visit_id: UUID
    begun_at: datetime
    stage: Stage
    tells_team: bool
    by: str | None = None
    where: Where = field(default_factory=Where)
    taps: tuple[Tapped, ...] = ()

    @property
    def shown_until(self) -> datetime:
        return self.begun_at + SHOWN_FOR

    def first(self, tap: Tap) -> datetime | None:
        """When it was first tapped, by our clock."""
        return min((one.at for one in self.taps if one.tap is tap), default=None)


def true_time(claimed: datetime, *, sent: datetime, heard: datetime) -> tuple[datetime, int]:
    """When a tap was made by our clock, and by how many seconds the phone's clock was ahead.

    `claimed` and `sent` are by the phone's clock, `heard` by ours: between tapping and sending the
    phone measured an interval, and an interval is right on a clock that is a day off.
    """
    off = sent - heard
    if abs(off) <= WRONG_CLOCK:
        return min(claimed, heard), 0
    return min(claimed - off, heard), round(off.total_seconds())
