"""How wrong answers at a link are counted: kind to a tired nurse, useless to somebody guessing.

These are decisions only. The count itself is kept by one atomic statement in the store, so that
fifty tries at once are counted as fifty.
"""

from __future__ import annotations

import math
import unicodedata
from dataclasses import dataclass
from datetime import datetime, timedelta

from careplan.sharing.birth_dates import read_birth_date
from careplan.sharing.links import LIFETIME, Link, Opening, State, standing

__all__ = [
    "FREE",
    "LIFETIME",
    "PAUSE",
    "TELL_AT",
    "Consequence",
    "Locked",
    "MayTry",
    "NotLive",
    "Wait",
    "after_wrong",
    "asked_at_code_door",
    "folded_answer",
    "may_try",
]

FREE = 3
PAUSE = timedelta(seconds=30)
_LONGEST_PAUSE = timedelta(hours=1)
TELL_AT = 3
MAX_ANSWER = 128


@dataclass(frozen=True, slots=True)
class MayTry:
    """An answer may be given now. `remaining` is None where nothing is asked."""

    remaining: int | None


@dataclass(frozen=True, slots=True)
class Wait:
    """Ask again in this many whole seconds."""

    seconds: int


@dataclass(frozen=True, slots=True)
class Locked:
    """No answer opens this door again; the owner can replace the link in one tap."""


class NotLive(ValueError):
    """The link has ended, so no answer may even be tried."""

    def __init__(self, state: State) -> None:
        super().__init__(f"this link is {state}")
        self.state = state


@dataclass(frozen=True, slots=True, kw_only=True)
class Consequence:
    """What one wrong answer brings. `next_try_at` None: leave the stored time as it is."""

    next_try_at: datetime | None
    locked: bool
    tell: bool
    remaining: int


def asked_at_code_door(opening: Opening) -> Opening:
    """A short code is read aloud and typed, so it asks what its link asks, or a birth date."""
    return Opening.DATE_OF_BIRTH if opening is Opening.CARD else opening


def may_try(link: Link, *, now: datetime, asked: Opening | None = None) -> MayTry | Wait | Locked:
    """Whether an answer to what is `asked` may be tried now (without it: what the link asks).

    A full card's short code asks a birth date although the card does not. Guesses there close
    the code door at their limit, but never the card itself: it is opened by being held.
    """
    state = standing(link, now=now)
    if state not in {State.LIVE, State.LOCKED}:
        raise NotLive(state)
    lifetime = LIFETIME.get(asked or link.opening)
    if state is State.LOCKED:
        return Locked()
    if lifetime is None:
        return MayTry(remaining=None)
    if link.distinct_wrong >= lifetime:
        return Locked()
    # A time further ahead was set while the clock was wrong, and would shut the link until then.
    if link.next_try_at is not None and now < link.next_try_at <= now + _LONGEST_PAUSE:
        return Wait(seconds=math.ceil((link.next_try_at - now).total_seconds()))
    return MayTry(remaining=lifetime - link.distinct_wrong)


def after_wrong(
    distinct_wrong: int, *, opening: Opening, now: datetime, already_seen: bool = False
) -> Consequence:
    """What follows a wrong answer, `distinct_wrong` being the count with this one in it.

    Three wrong answers cost no waiting; from the fourth on each costs thirty seconds. An answer
    `already_seen` was not counted again, so it brings nothing new. `opening` is what was asked.
    """
    lifetime = LIFETIME[opening]
    locked = distinct_wrong >= lifetime
    pause = distinct_wrong > FREE and not locked and not already_seen
    return Consequence(
        next_try_at=now + PAUSE if pause else None,
        locked=locked,
        tell=distinct_wrong == TELL_AT and not already_seen,
        remaining=max(0, lifetime - distinct_wrong),
    )


def folded_answer(text: str, *, opening: Opening, now: datetime) -> str | None:
    """One spelling per answer, so that the same wrong answer counts once however it is typed.

    None means that no answer was given at all (blank, or not a date): ask again, count nothing.
    """
    if len(text) > MAX_ANSWER:
        return None
    if opening is Opening.DATE_OF_BIRTH:
        days = read_birth_date(text, latest=now.date())
        return "|".join(sorted(day.isoformat() for day in days)) or None
    return "".join(unicodedata.normalize("NFKC", text).casefold().split()) or None
