"""A carer's access to one plan: on what it rests, what it allows, and when it is over.

Whether it lasts is asked each time it is used: nothing has to run at midnight for it to end.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

ADULT_FOR_THIS = 16
"""From this birthday a person decides about their own care, and so about who helps with it."""
_ADULT = 18
REVIEWS = (11, 13, 16, 18)
"""The birthdays on which a team looks again at who may act for somebody."""


class Basis(StrEnum):
    """Why somebody may act for another."""

    PARENTAL = "parental"
    FAMILY = "family"
    YOUNG = "young"
    CONSENT = "consent"
    ATTORNEY = "attorney"
    DEPUTY = "deputy"

    @property
    def words(self) -> str:
        return _WORDS[self]


_WORDS: Mapping[Basis, str] = MappingProxyType(
    {
        Basis.PARENTAL: "Has parental responsibility for the child",
        Basis.FAMILY: "Helps with a child; a parent agrees",
        Basis.YOUNG: "A young person of 16 or 17 agrees",
        Basis.CONSENT: "The adult agrees",
        Basis.ATTORNEY: "Attorney: a lasting power of attorney for health and care",
        Basis.DEPUTY: "Deputy, appointed by the Court of Protection",
    }
)
_FOR_CHILDREN = frozenset({Basis.PARENTAL, Basis.FAMILY})
_IN_THEIR_PLACE = frozenset({Basis.PARENTAL, Basis.ATTORNEY, Basis.DEPUTY})
CHECKED_BY_STAFF = frozenset({Basis.ATTORNEY, Basis.DEPUTY})
"""Somebody else's paper says so: the access waits until staff have seen the paper."""


class State(StrEnum):
    """`waiting` for staff to have seen a paper; `suspended` may come back, `ended` does not."""

    WAITING = "waiting"
    ACTIVE = "active"
    SUSPENDED = "suspended"
    ENDED = "ended"


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """`relation` in the carer's own words, such as "mother". `ends_on`: the first day without."""

    id: str
    name: str
    relation: str
    basis: Basis
    writes: bool
    granted_by: str
    granted_at: datetime
    state: State = State.ACTIVE
    ends_on: date | None = None

    @property
    def in_their_place(self) -> bool:
        """May answer for the person in law, where the person cannot."""
        return self.basis in _IN_THEIR_PLACE

    @property
    def called(self) -> str:
        """ "Abena Mensah, mother": how everything they do is labelled."""
        return f"{self.name}, {self.relation}"


def may_rest_on(basis: Basis, *, age: int | None) -> bool:
    """Whether access may rest on this at that age. Without a birth date nobody is taken for a
    child."""
    if basis in _FOR_CHILDREN:
        return age is not None and age < ADULT_FOR_THIS
    if basis is Basis.YOUNG:
        return age is not None and ADULT_FOR_THIS <= age < _ADULT
    least = ADULT_FOR_THIS if basis is Basis.DEPUTY else _ADULT
    return age is None or age >= least


def own_consent(age: int | None) -> Basis:
    """What it is called when the person themself lets somebody in."""
    return Basis.YOUNG if may_rest_on(Basis.YOUNG, age=age) else Basis.CONSENT


def outgrown(grant: Grant, *, age: int | None) -> bool:
    """A parent's access is over on the sixteenth birthday, by itself."""
    return grant.basis in _FOR_CHILDREN and age is not None and age >= ADULT_FOR_THIS


def live(grant: Grant, *, age: int | None, today: date) -> bool:
    return (
        grant.state is State.ACTIVE
        and not outgrown(grant, age=age)
        and (grant.ends_on is None or today < grant.ends_on)
    )


def review_owed(grant: Grant, *, born: date | None, age: int | None) -> int | None:
    """The newest of the review birthdays that has passed since the access was given."""
    if born is None or age is None:
        return None
    passed = [years for years in REVIEWS if years <= age]
    newest = max(passed, default=None)
    if newest is None:
        return None
    given = grant.granted_at.date()
    then = (given.year, given.month, given.day)
    return newest if then < (born.year + newest, born.month, born.day) else None
