"""Going to an emergency department: what the person taps, and what its pages say of it for a day.

Beside the signed version and never in it. What was taken is kept and shown in the words that were
tapped; nothing here interprets it, or adds it up.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from careplan.accounts.people import Who
from careplan.accounts.permissions import may_read_record, may_write_for
from careplan.acts.own_hospital import own_hospital
from careplan.acts.publishing import current_of
from careplan.acts.taps import Press, begin_in, tap_in
from careplan.acts.world import NotThere, World, allowed_patient, facts_of
from careplan.plan.pain import Stage as Step
from careplan.store import visits as store
from careplan.store.db import Transaction
from careplan.store.hospitals import hospitals
from careplan.store.patients import lock_patient
from careplan.summary.wording import LONDON, clock, day
from careplan.visits.visit import LONGEST_WORDS, Tap, Tapped, Visit, When, Where

# --- tapping -----------------------------------------------------------------------------------


def begin(
    world: World,
    *,
    by: Who,
    patient_id: UUID,
    tap_id: UUID,
    at: datetime,
    another: bool = False,
    tells_team: bool | None = None,
) -> Visit:
    """ "I'm going in". While a visit is live it is that one, unless this is said to be `another`.
    Raises TooManyVisits, TooManyTaps."""
    press = Press(tap_id=tap_id, tap=Tap.GOING_IN, at=at, tells=tells_team)
    with world.store.begin() as tx:
        allowed_patient(tx, by, patient_id, may_write_for)
        lock_patient(tx, patient_id)
        return begin_in(tx, by, patient_id, press, heard=at, another=another)


def tap(
    world: World, *, by: Who, patient_id: UUID, visit_id: UUID, press: Press, at: datetime
) -> Visit:
    """Counted once however often it is sent. Raises BadTap, TooManyTaps, TooLate, NotThere."""
    with world.store.begin() as tx:
        allowed_patient(tx, by, patient_id, may_write_for)
        lock_patient(tx, patient_id)
        visit = store.visit_of(tx, patient_id, visit_id)
        if visit is None:
            raise NotThere
        return tap_in(tx, by, visit, press, heard=at)


def end(
    world: World, *, by: Who, patient_id: UUID, visit_id: UUID, tap_id: UUID, at: datetime
) -> Visit:
    """ "I have left"."""
    left = Press(tap_id=tap_id, tap=Tap.LEFT, at=at)
    return tap(world, by=by, patient_id=patient_id, visit_id=visit_id, press=left, at=at)


def take_back(
    world: World,
    *,
    by: Who,
    patient_id: UUID,
    visit_id: UUID,
    tap_id: UUID,
    back: UUID,
    at: datetime,
) -> Visit:
    """Undoes one tap while its ten minutes last. Raises TooLate."""
    press = Press(tap_id=tap_id, tap=Tap.TAKEN_BACK, at=at, back=back)
    return tap(world, by=by, patient_id=patient_id, visit_id=visit_id, press=press, at=at)


# --- the person's own page ---------------------------------------------------------------------


@dataclass(frozen=True)
class Going:
    """What the page needs: the live visit, whether the team was told the last time (None before
    there was one), and the person's own names to tap, from the published plan."""

    visit: Visit | None
    told_before: bool | None
    medicines: tuple[str, ...]
    own_hospital: Where | None


def going(world: World, *, by: Who, patient_id: UUID, at: datetime) -> Going:
    with world.store.read() as tx:
        allowed_patient(tx, by, patient_id, may_write_for)
        before = store.visits_of(tx, patient_id)
        version = current_of(tx, patient_id)
        visit = store.visit_near(tx, patient_id, at=at)
        own = own_hospital(version, hospitals(tx)) if version else None
    steps = version.plan.pain_plan.stage(Step.HOME) if version else ()
    names = tuple(dict.fromkeys(step.drug for step in steps if len(step.drug) <= LONGEST_WORDS))
    return Going(visit, before[0].tells_team if before else None, names, own)


def visit_now(world: World, *, by: Who, patient_id: UUID, at: datetime) -> Visit | None:
    """The live visit, for the first page of whoever may tap for it."""
    with world.store.read() as tx:
        allowed_patient(tx, by, patient_id, may_write_for)
        return store.visit_near(tx, patient_id, at=at)


# --- what an emergency page says -----------------------------------------------------------------


@dataclass(frozen=True)
class GoingIn:
    """For twenty-four hours, outside the signed version: plain lines, each of which says itself
    that it is the person's word and that nobody has checked it."""

    visit_id: UUID
    begun_at: datetime
    shown_until: datetime
    lines: tuple[str, ...]


def said_by_patient(tx: Transaction, patient_id: UUID, at: datetime) -> GoingIn | None:
    """What emergency pages say now of somebody who pressed "I'm going in"; None when nobody did."""
    visit = store.visit_shown(tx, patient_id, at=at)
    return said_in(visit, at) if visit is not None and visit.taps else None


def said_in(visit: Visit, at: datetime) -> GoingIn:
    lines = tuple(_line(one, visit, at) for one in visit.taps if _is_told(one, visit))
    return GoingIn(visit.visit_id, visit.begun_at, visit.shown_until, lines)


def said_now(world: World, *, by: Who, patient_id: UUID, at: datetime) -> GoingIn | None:
    """The same on the screen that somebody holds out to staff: the person, or a helper who may
    press for them. Any other helper sees the plan alone."""
    with world.store.read() as tx:
        patient = allowed_patient(tx, by, patient_id, may_read_record)
        told = may_write_for(by, facts_of(patient))
        return said_by_patient(tx, patient_id, at) if told else None


def _is_told(one: Tapped, visit: Visit) -> bool:
    """A second press of "I'm going in", or of "I have arrived", says nothing new."""
    return one.tap not in (Tap.GOING_IN, Tap.ARRIVED) or one.at == visit.first(one.tap)


def _line(one: Tapped, visit: Visit, at: datetime) -> str:
    who = f"Said for the patient by {one.by}" if one.by else "Said by the patient"
    return f"{who} at {_moment(one.at, at)}, not checked: {_said(one, visit)}."


def _said(one: Tapped, visit: Visit) -> str:
    if one.tap is Tap.TOOK:
        return "has taken nothing for the pain" if one.words is None else _took(one)
    if one.tap is Tap.GOING_IN:
        where = visit.where.called
        return f"on the way to {where}" if where else "on the way to an emergency department"
    return _SAID[one.tap]


_SAID = {
    Tap.ARRIVED: "has arrived",
    Tap.RELIEF_GIVEN: "was given pain relief",
    Tap.CHECKED_AGAIN: "was checked again",
    Tap.LEFT: "has left the department",
}
_WHEN = {
    When.JUST_NOW: "just now",
    When.HALF_HOUR: "about 30 minutes before",
    When.HOUR: "about 1 hour before",
    When.TWO_HOURS: "about 2 hours before",
    When.FOUR_HOURS: "about 4 hours before",
    When.EARLIER: "more than 4 hours before",
}


def _took(one: Tapped) -> str:
    return f"took {one.words}" + (f", {_WHEN[one.when]}" if one.when else "")


def _moment(moment: datetime, at: datetime) -> str:
    """ "03:12", with the day when that was not today. London time."""
    same_day = moment.astimezone(LONDON).date() == at.astimezone(LONDON).date()
    return clock(moment) + ("" if same_day else f" on {day(moment)}")
