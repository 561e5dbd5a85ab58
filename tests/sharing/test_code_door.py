"""The code door slows for whoever guesses and shuts for nobody."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from careplan.sharing.code_door import LONGEST, STEP, UNHURRIED, pause_after

KNOCKS = st.integers(min_value=0, max_value=10**9)


def test_people_in_need_wait_for_nothing() -> None:
    assert pause_after(UNHURRIED) == timedelta(0)


def test_one_more_begins_to_wait() -> None:
    assert pause_after(UNHURRIED + 1) == STEP


@given(KNOCKS, KNOCKS)
def test_more_knocks_never_wait_less(one: int, other: int) -> None:
    fewer, more = sorted((one, other))
    assert pause_after(fewer) <= pause_after(more)


@given(KNOCKS)
def test_nobody_is_ever_kept_longer_than_a_nurse_can_wait(knocks: int) -> None:
    assert timedelta(0) <= pause_after(knocks) <= LONGEST


def test_a_flood_waits_the_longest() -> None:
    assert pause_after(UNHURRIED * 8 + 1) == LONGEST
