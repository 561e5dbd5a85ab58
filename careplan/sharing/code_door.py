"""How the short-code door slows when it is knocked at far more than people in need would knock.

It is one count for the whole service: a guesser with a thousand addresses is slowed like one with
a single address, and a hospital behind one address is never singled out. It slows and never shuts:
the longest pause is one that a nurse can wait, whatever the count.
"""

from __future__ import annotations

from datetime import timedelta

WINDOW = timedelta(minutes=1)
UNHURRIED = 60
"""Knocks in a window that cost nobody a pause. If each of the 17,500 people in England was looked
up here once a month, and all within office hours, that would be two a minute."""
STEP = timedelta(milliseconds=250)
LONGEST = timedelta(seconds=1)
"""Four steps. A pause holds one thread of the server, so a longer one would slow its other doors
more than it slows whoever guesses."""


def pause_after(knocks: int) -> timedelta:
    """None until the count is unusual, then one step more each time that it doubles."""
    doublings = (max(knocks - 1, 0) // UNHURRIED).bit_length()
    return min(doublings * STEP, LONGEST)
