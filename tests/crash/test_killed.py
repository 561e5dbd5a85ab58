"""A kill in each kind of deed, on each database; `bin/prove crashes` does it 200 times on each."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest

from careplan.sharing.links import Kind, Opening
from tests.acts.worlds import Clinic, clinic, people_once, signed_once, token_of
from tests.crash.deeds import DEEDS, Place
from tests.crash.killing import Killed, Look, Lost, campaign

__all__ = ["clinic", "people_once", "signed_once"]
KILLS = 7


@pytest.mark.slow
def test_what_was_acknowledged_is_there_and_nothing_is_half_there(store_url: str) -> None:
    found = campaign(store_url, kills=KILLS, seed="a short run")

    assert sum(found.kills.values()) == KILLS
    assert set(found.kills) == set(DEEDS)
    assert sum(found.acknowledged.values()) > KILLS, "or they stopped before anything began"
    assert found.in_the_middle, "or none of them was in the middle of anything"


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        ({"version": 3}, "version 3 was acknowledged, 2 is there"),
        ({"revision": 9, "words": "mine"}, "revision 9 was acknowledged"),
        ({"revision": 1, "words": "mine"}, "other words are there"),
        ({"opened": "Ward 5"}, "are not in the trail"),
        ({"wrong": "1930-01-01"}, "1 told, 0 counted, 0 kept"),
        ({"message": str(uuid4())}, "1 messages are gone"),
    ],
)
def test_what_would_be_lost_is_found(clinic: Clinic, facts: dict[str, Any], said: str) -> None:
    card = clinic.share()
    asks = clinic.share(Kind.PRIVATE_PRINT, opening=Opening.DATE_OF_BIRTH)
    place = Place(token_of(card), token_of(asks), "")
    Look(clinic, place, "nothing", [], Killed()).at_all()

    done: list[dict[str, Any]] = [{"begun": 1}, {"done": 1, "facts": facts}]
    with pytest.raises(Lost, match=said):
        Look(clinic, place, "something", done, Killed()).at_all()
