"""When a tap was, by whose clock, and what all of a visit's taps come to."""

from __future__ import annotations

from datetime import timedelta
from random import Random
from typing import Any
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from careplan.visits.visit import (
    OLDEST,
    TOO_EARLY,
    WRONG_CLOCK,
    Past,
    Stage,
    Tap,
    Tapped,
    Visit,
    Where,
    after,
    placed,
    waiting,
)
from tests.stores import NOW

MINUTE = timedelta(minutes=1)
VISIT = Visit(
    patient_id=UUID(int=1), visit_id=UUID(int=2), begun_at=NOW, stage=Stage.GOING, tells_team=False
)


def tapped(number: int, tap: Tap, minutes: float = 0, **more: Any) -> Tapped:
    at = NOW + minutes * MINUTE
    return Tapped(tap_id=UUID(int=number), tap=tap, at=at, heard_at=at, **more)


GOING = tapped(1, Tap.GOING_IN)
ARRIVED = tapped(2, Tap.ARRIVED, 40)


@given(
    off=st.timedeltas(min_value=timedelta(days=-400), max_value=timedelta(days=400)),
    waited=st.timedeltas(min_value=timedelta(), max_value=timedelta(days=13)),
)
def test_an_interval_is_right_on_a_clock_that_is_wrong(off: timedelta, waited: timedelta) -> None:
    tapped_at, heard = NOW, NOW + waited
    at, marked = placed(tapped_at + off, sent=heard + off, heard=heard)
    if abs(off) > WRONG_CLOCK:
        assert (at, marked) == (tapped_at, round(off.total_seconds()))
    else:
        assert abs(at - tapped_at) <= WRONG_CLOCK
        assert marked == 0


@given(
    claimed=st.datetimes(timezones=st.just(NOW.tzinfo)),
    sent=st.datetimes(timezones=st.just(NOW.tzinfo)),
)
def test_whatever_a_phone_claims_is_kept_where_our_clock_allows(claimed, sent) -> None:
    at, _marked = placed(claimed, sent=sent, heard=NOW, begun=NOW - timedelta(hours=1))
    assert NOW - timedelta(hours=1) - TOO_EARLY <= at <= NOW


def test_what_was_moved_is_marked() -> None:
    ahead = placed(NOW + timedelta(hours=5), sent=NOW, heard=NOW)
    assert ahead == (NOW, 5 * 3600)
    before = NOW - timedelta(hours=9)
    assert placed(before, sent=NOW, heard=NOW, begun=NOW) == (NOW, -9 * 3600)
    ancient = NOW - OLDEST - timedelta(seconds=1)
    assert placed(ancient, sent=NOW, heard=NOW)[0] == NOW
    assert placed(ancient, sent=NOW, heard=NOW)[1] < 0
    assert placed(NOW - MINUTE, sent=NOW, heard=NOW, begun=NOW) == (NOW - MINUTE, 0)


def test_the_order_in_which_taps_come_changes_nothing() -> None:
    every = [
        GOING,
        ARRIVED,
        tapped(3, Tap.WHERE, 1, where=Where(words="St Anselm’s")),
        tapped(4, Tap.WHERE, 2, where=Where(words="The other one")),
        tapped(5, Tap.TELL_TEAM, 3, tells=True),
        tapped(6, Tap.RELIEF_GIVEN, 50),
        tapped(7, Tap.TAKEN_BACK, 51, back=UUID(int=6)),
    ]
    found = after(VISIT, every)
    assert (found.stage, found.where.called, found.tells_team) == (
        Stage.ARRIVED,
        "The other one",
        True,
    )
    assert found.taps == (GOING, ARRIVED)
    for seed in range(5):
        assert after(VISIT, Random(seed).sample(every, len(every))) == found


def test_taking_everything_back_ends_the_visit() -> None:
    none = after(VISIT, [GOING, tapped(9, Tap.TAKEN_BACK, 1, back=GOING.tap_id)])
    assert (none.stage, none.taps) == (Stage.LEFT, ())


def test_the_clock_runs_from_arrival_and_passes_two_marks() -> None:
    here = after(VISIT, [GOING, ARRIVED])
    assert waiting(after(VISIT, [GOING]), NOW) is None
    marks = [(0, Past.NONE), (14.9, Past.NONE), (15, Past.AIM), (29.9, Past.AIM), (30, Past.MUST)]
    for minutes, past in marks:
        clock = waiting(here, ARRIVED.at + minutes * MINUTE)
        assert clock is not None
        assert (clock.minutes, clock.past) == (int(minutes), past)
    gone = after(VISIT, [GOING, ARRIVED, tapped(5, Tap.LEFT, 90)])
    assert waiting(gone, ARRIVED.at + timedelta(hours=2)) is None


def test_relief_before_arrival_is_kept_as_it_was_tapped() -> None:
    visit = after(VISIT, [GOING, tapped(5, Tap.RELIEF_GIVEN, 20), ARRIVED])
    clock = waiting(visit, ARRIVED.at)
    assert clock is not None
    assert clock.relief_before
    again = after(VISIT, [*visit.taps, tapped(6, Tap.RELIEF_GIVEN, 55)])
    later = waiting(again, ARRIVED.at)
    assert later is not None
    assert (later.relief_at, later.relief_before) == (NOW + 55 * MINUTE, False)
    assert visit.stage is Stage.ARRIVED
    assert after(VISIT, [GOING, tapped(5, Tap.RELIEF_GIVEN, 20)]).stage is Stage.GOING
