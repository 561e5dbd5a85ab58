"""Three wrong answers cost nothing, the fourth costs half a minute, the last one the link."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from careplan.sharing.answers import (
    LIFETIME,
    PAUSE,
    Consequence,
    Locked,
    MayTry,
    NotLive,
    Wait,
    after_wrong,
    asked_at_code_door,
    folded_answer,
    may_try,
)
from careplan.sharing.links import Kind, Link, Opening, State

NOW = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
DOB, PASSCODE, CARD = Opening.DATE_OF_BIRTH, Opening.PASSCODE, Opening.CARD


def a_link(opening: Opening, **facts: object) -> Link:
    kind = Kind.FULL_PRINT if opening is CARD else Kind.MESSAGE
    return Link(id="link-1", kind=kind, opening=opening, created_at=NOW, **facts)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("count", "opening", "pause", "locked", "tell", "remaining"),
    [
        (1, PASSCODE, False, False, False, 9),
        (2, PASSCODE, False, False, False, 8),
        (3, PASSCODE, False, False, True, 7),
        (4, PASSCODE, True, False, False, 6),
        (9, PASSCODE, True, False, False, 1),
        (10, PASSCODE, False, True, False, 0),
        (11, PASSCODE, False, True, False, 0),
        (3, DOB, False, False, True, 47),
        (4, DOB, True, False, False, 46),
        (10, DOB, True, False, False, 40),
        (49, DOB, True, False, False, 1),
        (50, DOB, False, True, False, 0),
    ],
)
def test_what_a_wrong_answer_brings(
    count: int, opening: Opening, pause: bool, locked: bool, tell: bool, remaining: int
) -> None:
    assert after_wrong(count, opening=opening, now=NOW) == Consequence(
        next_try_at=NOW + timedelta(seconds=30) if pause else None,
        locked=locked,
        tell=tell,
        remaining=remaining,
    )


@pytest.mark.parametrize("count", [1, 3, 4, 9])
def test_the_same_wrong_answer_again_brings_nothing_new(count: int) -> None:
    again = after_wrong(count, opening=PASSCODE, now=NOW, already_seen=True)
    assert again == Consequence(next_try_at=None, locked=False, tell=False, remaining=10 - count)


@pytest.mark.parametrize(
    ("link", "verdict"),
    [
        (a_link(PASSCODE), MayTry(remaining=10)),
        (a_link(PASSCODE, distinct_wrong=3), MayTry(remaining=7)),
        (a_link(PASSCODE, distinct_wrong=4, next_try_at=NOW + PAUSE), Wait(seconds=30)),
        (
            a_link(PASSCODE, distinct_wrong=4, next_try_at=NOW + timedelta(milliseconds=1)),
            Wait(seconds=1),
        ),
        (a_link(PASSCODE, distinct_wrong=4, next_try_at=NOW), MayTry(remaining=6)),
        (a_link(PASSCODE, distinct_wrong=9), MayTry(remaining=1)),
        (a_link(PASSCODE, distinct_wrong=10), Locked()),
        (a_link(DOB, distinct_wrong=10), MayTry(remaining=40)),
        (a_link(DOB, distinct_wrong=49), MayTry(remaining=1)),
        (a_link(DOB, distinct_wrong=50), Locked()),
        (a_link(CARD, distinct_wrong=50), MayTry(remaining=None)),
    ],
)
def test_whether_one_may_try(link: Link, verdict: object) -> None:
    assert may_try(link, now=NOW) == verdict


@pytest.mark.parametrize(
    ("facts", "state"),
    [
        ({"revoked_at": NOW}, State.REVOKED),
        ({"replaced_by": "link-2"}, State.REPLACED),
        ({"expires_at": NOW}, State.EXPIRED),
        ({"max_views": 1, "views": 1}, State.USED_UP),
    ],
)
def test_nothing_may_be_tried_on_a_link_that_has_ended(
    facts: dict[str, object], state: State
) -> None:
    with pytest.raises(NotLive) as raised:
        may_try(a_link(PASSCODE, **facts), now=NOW)
    assert raised.value.state is state


def test_the_code_door_asks_at_least_a_birth_date() -> None:
    assert [asked_at_code_door(opening) for opening in (CARD, DOB, PASSCODE)] == [
        DOB,
        DOB,
        PASSCODE,
    ]


def test_guesses_at_the_code_door_never_close_a_full_card() -> None:
    link = a_link(CARD, distinct_wrong=50)
    assert may_try(link, now=NOW, asked=DOB) == Locked()
    assert may_try(link, now=NOW) == MayTry(remaining=None)


def test_waiting_at_the_code_door_does_not_hold_up_the_card() -> None:
    link = a_link(CARD, distinct_wrong=4, next_try_at=NOW + PAUSE)
    assert may_try(link, now=NOW, asked=DOB) == Wait(seconds=30)
    assert may_try(link, now=NOW) == MayTry(remaining=None)


@given(st.sampled_from([DOB, PASSCODE]), st.lists(st.integers(0, 40), max_size=120))
def test_guessing_ends_at_the_limit_and_never_goes_faster(
    opening: Opening, waits: list[int]
) -> None:
    now, wrong, next_try_at, tried, told = NOW, 0, None, [], 0
    for seconds in waits:
        now += timedelta(seconds=seconds)
        link = a_link(opening, distinct_wrong=wrong, next_try_at=next_try_at)
        if not isinstance(may_try(link, now=now), MayTry):
            continue
        wrong += 1
        tried.append(now)
        outcome = after_wrong(wrong, opening=opening, now=now)
        next_try_at = outcome.next_try_at or next_try_at
        told += outcome.tell
    assert len(tried) <= LIFETIME[opening]
    assert told == (len(tried) >= 3)
    assert all(later - earlier >= PAUSE for earlier, later in pairwise(tried[3:]))


@pytest.mark.parametrize("text", ["14/03/1997", "14 March 1997", "1997-03-14", "14.3.97"])
def test_one_date_is_one_answer_however_typed(text: str) -> None:
    assert folded_answer(text, opening=DOB, now=NOW) == "1997-03-14"


@pytest.mark.parametrize(
    "text", ["Blue Kettle", " bluekettle", "BLUE KETTLE\n", "\uff42lue kettle"]
)
def test_one_passcode_is_one_answer_however_typed(text: str) -> None:
    assert folded_answer(text, opening=PASSCODE, now=NOW) == "bluekettle"


@pytest.mark.parametrize(
    ("text", "opening"),
    [
        ("", DOB),
        ("soon", DOB),
        ("31/02/1997", DOB),
        ("1/1/2099", DOB),
        ("  ", PASSCODE),
        ("x" * 129, PASSCODE),
        ("14/03/1997" + " " * 200, DOB),
    ],
)
def test_what_is_no_answer_is_not_counted(text: str, opening: Opening) -> None:
    assert folded_answer(text, opening=opening, now=NOW) is None
