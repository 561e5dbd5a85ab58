"""One tap, inside a transaction: which visit it belongs to, when it was, and counted once.

The same for somebody signed in and for a remembered phone that sends hours later.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from careplan.accounts.people import Who
from careplan.acts.world import NotThere, actor
from careplan.audit.events import AuditEvent, Kind
from careplan.store import visits as store
from careplan.store.counters import count_in
from careplan.store.db import Transaction
from careplan.store.trail import append
from careplan.visits.visit import (
    EVENTS,
    LONGEST_WORDS,
    MAY_TAKE_BACK,
    Stage,
    Tap,
    Tapped,
    Visit,
    When,
    Where,
)

MOST_TAPS = 60
"""In one visit, those taken back too: more is a stuck button and not a person."""
MOST_VISITS = 6
"""In one day: somebody may be sent from one hospital to another, and press by mistake."""
_LAST = 5
"""Leaving can be said even then."""
_DAY = timedelta(days=1)


class TooManyTaps(ValueError):
    """No more are kept for this visit; what was kept stays."""


class TooManyVisits(ValueError):
    """No further visit begins today; what was kept stays."""


class TooLate(ValueError):
    """It stands now, and can be put right in the report."""


class BadTap(ValueError):
    """A tap that says what no button of ours says."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Press:
    """One press of one button; `tap_id` is drawn with the button, so that twice is once.

    `clock_off` as in Tapped, and `on` is "phone" for a remembered one.
    """

    tap_id: UUID
    tap: Tap
    at: datetime
    words: str | None = None
    when: When | None = None
    where: Where | None = None
    tells: bool | None = None
    back: UUID | None = None
    clock_off: int = 0
    on: str | None = None


def check(press: Press) -> None:
    """Raises BadTap."""
    parts = {
        Tap.TOOK: press.words is None or press.when is not None,
        Tap.WHERE: press.where is not None,
        Tap.TELL_TEAM: press.tells is not None,
        Tap.TAKEN_BACK: press.back is not None,
    }
    texts = (press.words, press.where.words if press.where else None)
    fits = all(text is None or 0 < len(text) <= LONGEST_WORDS for text in texts)
    if not (parts.get(press.tap, True) and fits):
        raise BadTap


def begin_in(
    tx: Transaction, by: Who, patient_id: UUID, press: Press, *, heard: datetime, another: bool
) -> Visit:
    """The visit that "I'm going in" begins; while one is live it means that one, unless the
    person has said that it is `another`. Raises as `tap_in` does, and TooManyVisits."""
    check(press)
    if press.tap is Tap.TAKEN_BACK:
        raise NotThere
    known = store.visit_of_tap(tx, patient_id, press.tap_id)
    if known is not None:
        return _there(store.visit_of(tx, patient_id, known))
    live = store.visit_near(tx, patient_id, at=press.at)
    if live is not None and not another:
        return tap_in(tx, by, live, press, heard=heard)
    if count_in(tx, f"visits:{patient_id}", window=_DAY, at=heard) > MOST_VISITS:
        raise TooManyVisits
    if live is not None:
        _close(tx, by, live, press, heard)
    begun = Visit(
        patient_id=patient_id,
        visit_id=tx.new_id(),
        begun_at=press.at,
        stage=Stage.GOING,
        tells_team=_told_last_time(tx, by, patient_id) if press.tells is None else press.tells,
        by=called(by),
    )
    store.keep_visit(tx, begun)
    return tap_in(tx, by, begun, press, heard=heard)


def _close(tx: Transaction, by: Who, live: Visit, press: Press, heard: datetime) -> None:
    """They said that this is another visit, so the one before it is over."""
    left = Press(
        tap_id=tx.new_id(), tap=Tap.LEFT, at=press.at, clock_off=press.clock_off, on=press.on
    )
    tap_in(tx, by, live, left, heard=heard)


def _told_last_time(tx: Transaction, by: Who, patient_id: UUID) -> bool:
    """The newest answer is asked again, and is what holds until they answer. A helper's yes holds
    for that helper alone: the person has not agreed to it."""
    for before in store.visits_of(tx, patient_id):
        taps = store.every_tap(tx, patient_id, before.visit_id)
        newest = max((one for one in taps if one.tells is not None), key=_when, default=None)
        if newest is not None:
            return bool(newest.tells) and newest.by in (None, called(by))
    return False


def _when(one: Tapped) -> datetime:
    return one.at


def tap_in(tx: Transaction, by: Who, visit: Visit, press: Press, *, heard: datetime) -> Visit:
    """The visit with this tap, which a second and a thousandth sending do not change.

    The caller holds the person's row. Raises BadTap, TooManyTaps, TooLate.
    """
    check(press)
    patient_id = visit.patient_id
    if store.visit_of_tap(tx, patient_id, press.tap_id) is not None:
        return _there(store.visit_of(tx, patient_id, visit.visit_id))
    taps = store.every_tap(tx, patient_id, visit.visit_id)
    if len(taps) >= MOST_TAPS + (_LAST if press.tap is Tap.LEFT else 0):
        raise TooManyTaps
    if press.tap is Tap.TAKEN_BACK:
        _may_take_back(taps, press)
    one = Tapped(
        tap_id=press.tap_id,
        tap=press.tap,
        at=press.at,
        heard_at=heard,
        clock_off=press.clock_off,
        words=press.words,
        when=press.when,
        where=press.where,
        tells=press.tells,
        back=press.back,
        by=called(by),
    )
    store.keep_tap(tx, patient_id, visit.visit_id, one)
    append(tx, _event(by, visit, press, heard, first=not taps))
    return _there(store.settle_visit(tx, patient_id, visit.visit_id))


def _may_take_back(taps: tuple[Tapped, ...], press: Press) -> None:
    """Measured between the two taps, so that a phone without a signal has the same minutes."""
    found = next((one for one in taps if one.tap_id == press.back), None)
    if found is None or found.tap not in EVENTS:
        raise NotThere
    if press.at - found.at > MAY_TAKE_BACK:
        raise TooLate


def _event(by: Who, visit: Visit, press: Press, heard: datetime, *, first: bool) -> AuditEvent:
    what = {"visit": str(visit.visit_id)} | ({"on": press.on} if press.on else {})
    if press.tap is Tap.GOING_IN and first:
        return AuditEvent(Kind.VISIT_BEGUN, heard, actor(by), str(visit.patient_id), what)
    what |= {"tapped": str(press.tap)}
    return AuditEvent(Kind.VISIT_TAPPED, heard, actor(by), str(visit.patient_id), what)


def called(by: Who) -> str | None:
    """The carer who presses for the person; None for the person themself."""
    return by.grant.called if by.grant else None


def _there(visit: Visit | None) -> Visit:
    if visit is None:
        raise NotThere
    return visit
