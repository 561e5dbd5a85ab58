"""Going in: what somebody taps on the way to an emergency department and in its waiting room.

All of it is the patient's word. A phone may tap without a signal and send hours later, so each tap
has an id of its own, made on the phone, and is counted once however often it arrives.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
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
MAY_TAKE_BACK = timedelta(minutes=10)
"""After this a tap stands, and is put right in the report."""
TOO_EARLY = timedelta(hours=3)
"""A tap longer before its visit than this is no tap of it: the phone's clock was changed."""
OLDEST = timedelta(days=14)
"""What a phone says it tapped longer ago than this, its clock cannot be believed on."""


class Tap(StrEnum):
    GOING_IN = "going_in"
    TOOK = "took"
    ARRIVED = "arrived"
    RELIEF_GIVEN = "relief_given"
    CHECKED_AGAIN = "checked_again"
    LEFT = "left"
    WHERE = "where"
    """Where they are going, said or put right: the newest holds. The three from here on change
    what a visit says and are no event of it."""
    TELL_TEAM = "tell_team"
    TAKEN_BACK = "taken_back"


EVENTS = frozenset(
    {Tap.GOING_IN, Tap.TOOK, Tap.ARRIVED, Tap.RELIEF_GIVEN, Tap.CHECKED_AGAIN, Tap.LEFT}
)


class When(StrEnum):
    """How long before the tap something was taken, in the words on the button. Kept as said: no
    time is worked out from it."""

    JUST_NOW = "now"
    HALF_HOUR = "30"
    HOUR = "60"
    TWO_HOURS = "120"
    FOUR_HOURS = "240"
    EARLIER = "earlier"


class Stage(StrEnum):
    """Where the person says they are."""

    GOING = "going"
    ARRIVED = "arrived"
    LEFT = "left"


@dataclass(frozen=True, slots=True, kw_only=True)
class Where:
    """Going to: `hospital` is the code of one on the service's list, or `words` say where."""

    hospital: str | None = None
    words: str | None = None
    listed_as: str | None = None
    """What the service's list called that hospital then."""

    @property
    def called(self) -> str | None:
        return self.listed_as or self.words


@dataclass(frozen=True, slots=True, kw_only=True)
class Tapped:
    """One tap. `at` is by our clock; `clock_off` is how many seconds the phone's was ahead of it,
    or 0 when that is little enough to be the network: otherwise the report asks about the time.

    `words` and `when`: what was taken, and how long before; None is "nothing". `by` names a carer.
    """

    tap_id: UUID
    tap: Tap
    at: datetime
    heard_at: datetime
    clock_off: int = 0
    words: str | None = None
    when: When | None = None
    where: Where | None = None
    tells: bool | None = None
    back: UUID | None = None
    by: str | None = None


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


def after(visit: Visit, every: Iterable[Tapped]) -> Visit:
    """The visit as all that was ever tapped for it leaves it, in whatever order that came."""
    ordered = sorted(every, key=lambda one: (one.at, one.heard_at, str(one.tap_id)))
    gone = {one.back for one in ordered if one.tap is Tap.TAKEN_BACK}
    stands = [one for one in ordered if one.tap in EVENTS and one.tap_id not in gone]
    wheres = [one.where for one in ordered if one.where is not None]
    tells = [one.tells for one in ordered if one.tells is not None]
    return replace(
        visit,
        taps=tuple(stands),
        where=wheres[-1] if wheres else visit.where,
        tells_team=tells[-1] if tells else visit.tells_team,
        stage=_stage({one.tap for one in stands}),
    )


def _stage(tapped: set[Tap]) -> Stage:
    """With every tap taken back nobody goes anywhere."""
    if Tap.LEFT in tapped or not tapped:
        return Stage.LEFT
    return Stage.ARRIVED if Tap.ARRIVED in tapped else Stage.GOING


class Past(StrEnum):
    """Which mark the wait for the first pain relief has passed."""

    NONE = "none"
    AIM = "aim"
    MUST = "must"


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """The clock from arrival, in whole minutes. `relief_at`: the first that was tapped since; where
    there is none, one from before, such as in the ambulance, which the report asks about."""

    arrived_at: datetime
    minutes: int
    past: Past
    relief_at: datetime | None = None

    @property
    def relief_before(self) -> bool:
        return self.relief_at is not None and self.relief_at < self.arrived_at


def waiting(visit: Visit, at: datetime) -> Waiting | None:
    """None before they have arrived, and once they have left."""
    arrived = visit.first(Tap.ARRIVED)
    if arrived is None or visit.stage is Stage.LEFT:
        return None
    gone_by = max(at - arrived, timedelta())
    relief = [one.at for one in visit.taps if one.tap is Tap.RELIEF_GIVEN]
    past = Past.MUST if gone_by >= MUST else Past.AIM if gone_by >= AIM else Past.NONE
    return Waiting(
        arrived_at=arrived,
        minutes=int(gone_by.total_seconds() // 60),
        past=past,
        relief_at=min((one for one in relief if one >= arrived), default=min(relief, default=None)),
    )


def true_time(claimed: datetime, *, sent: datetime, heard: datetime) -> tuple[datetime, int]:
    """When a tap was made by our clock, and by how many seconds the phone's clock was ahead.

    `claimed` and `sent` are by the phone's clock, `heard` by ours: between tapping and sending the
    phone measured an interval, and an interval is right on a clock that is a day off.
    """
    off = sent - heard
    if abs(off) <= WRONG_CLOCK:
        return min(claimed - max(off, timedelta()), heard), 0
    return min(claimed - off, heard), round(off.total_seconds())


def placed(
    claimed: datetime, *, sent: datetime, heard: datetime, begun: datetime | None = None
) -> tuple[datetime, int]:
    """The same, and no later than when it was heard nor long before the visit `begun` then: a
    clock that was changed between tapping and sending tells no interval. What is moved is marked.
    """
    gone_by = sent - claimed
    if not -WRONG_CLOCK <= gone_by <= OLDEST:
        return heard, round((sent - heard).total_seconds()) or -round(gone_by.total_seconds())
    at, off = true_time(claimed, sent=sent, heard=heard)
    if begun is not None and begun - at > TOO_EARLY:
        return begun, off or round((at - begun).total_seconds())
    return at, off
