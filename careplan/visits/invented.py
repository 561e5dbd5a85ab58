"""Invented people and visits with unfairness of known size, to see whether the measures find it.

Nobody is here. The sizes are ours and not findings about real departments: they are large enough
that a measure which misses them is wrong.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from math import log
from random import Random  # noqa: TID251 (a seeded play that can be repeated; no secret)
from statistics import NormalDist
from types import MappingProxyType

MIDDLE_WAIT, SPREAD = 24.0, 0.7
"""Minutes: half of those who meet no unfairness wait longer; and how widely waits scatter, as the
standard deviation of their logarithm."""
NONE_GIVEN = 0.04
NOT_KNOWN = 0.08
"""How often a question is left out, by chance alone: then what is missing hides nobody."""
GOOD: Mapping[str, float] = MappingProxyType(
    {"opened": 0.75, "followed": 0.55, "believed": 0.62, "checked": 0.5}
)
"""How often each goes well for those who meet no unfairness."""


SIGNED = 0.7


@dataclass(frozen=True, slots=True, kw_only=True)
class Unfairness:
    """`longer` multiplies the wait, `odds` the odds of each thing that should go well."""

    because: str
    longer: float
    odds: float


BLACK = Unfairness(because="black", longer=1.6, odds=0.55)
INTERPRETER = Unfairness(because="interpreter", longer=1.3, odds=0.7)
NIGHT = Unfairness(because="night", longer=1.35, odds=0.85)
UNFAIR = (BLACK, INTERPRETER, NIGHT)

# How many of a hundred: people with sickle cell of every group, and enough of each to be counted.
_CATEGORIES = {"N": 40, "M": 22, "P": 5, "D": 6, "A": 12, "H": 6, "S": 4, "Z": 3, "": 2}
_LANGUAGES = {"English": 78, "French": 10, "Portuguese": 7, "Arabic": 5}
_GIVEN = ("Ayo", "Blessing", "Carmen", "Dele", "Efua", "Farah", "Grace", "Hamid", "Ines", "Jude")
_FAMILY = ("Adu", "Bello", "Campos", "Diallo", "Evans", "Fofana", "Grant", "Hassan", "Idowu")


@dataclass(frozen=True, slots=True, kw_only=True)
class Invented:
    """Somebody who is nobody. `category` is None when they skipped the question."""

    number: int
    name: str
    female: bool
    born: date
    category: str | None
    language: str
    interpreter: bool
    smartphone: bool
    signs: bool
    """Whether a team signed their plan; else they have their own words only."""

    def unfairness(self, *, night: bool) -> tuple[Unfairness, ...]:
        met = {
            BLACK: self.category in {"M", "N", "P"},
            INTERPRETER: self.interpreter,
            NIGHT: night,
        }
        return tuple(one for one in UNFAIR if met[one])


@dataclass(frozen=True, slots=True, kw_only=True)
class InventedVisit:
    """`minutes` is None when no pain relief came. `told` names the questions that were answered.
    `chances`: how likely each thing was, which is what a measure should find."""

    arrived: datetime
    night: bool
    minutes: int | None
    opened: bool
    followed: bool
    believed: int
    checked: bool
    told: frozenset[str]
    chances: Mapping[str, float]


def people(count: int, *, rng: Random, today: date, signed: float = SIGNED) -> tuple[Invented, ...]:
    """`signed`: the share of them whose plan a team has signed."""
    return tuple(_person(number, rng, today, signed) for number in range(count))


def _person(number: int, rng: Random, today: date, signed: float) -> Invented:
    language = _one_of(rng, _LANGUAGES)
    age = rng.choice((19, 21, 23, 27, 31, 36, 44, 52, 61))  # the plan they share is an adult's
    return Invented(
        number=number,
        name=f"{rng.choice(_GIVEN)} {rng.choice(_FAMILY)} {number + 1}",
        female=rng.random() < 0.55,
        born=today - timedelta(days=age * 365 + rng.randrange(60, 300)),
        category=_one_of(rng, _CATEGORIES) or None,
        language=language,
        interpreter=language != "English" and rng.random() < 0.6,
        smartphone=rng.random() < 0.85,
        signs=rng.random() < signed,
    )


def visit(person: Invented, *, rng: Random, midnight: datetime) -> InventedVisit:
    """On the day that begins at `midnight`, by the clock on the hospital's wall."""
    hour = rng.randrange(24)
    night = not 8 <= hour < 20
    met = person.unfairness(night=night)
    chances = _chances(met)
    given = rng.random() >= NONE_GIVEN
    waited = round(rng.lognormvariate(log(_middle(met)), SPREAD) + 0.5)
    asked = ("relief", *GOOD)
    return InventedVisit(
        arrived=midnight + timedelta(hours=hour, minutes=rng.randrange(60)),
        night=night,
        minutes=waited if given else None,
        opened=rng.random() < chances["opened"],
        followed=rng.random() < chances["followed"],
        believed=rng.choice((4, 5) if rng.random() < chances["believed"] else (1, 2, 3)),
        checked=rng.random() < chances["checked"],
        told=frozenset(one for one in asked if rng.random() >= NOT_KNOWN),
        chances=chances,
    )


def _middle(met: Sequence[Unfairness]) -> float:
    middle = MIDDLE_WAIT
    for one in met:
        middle *= one.longer
    return middle


def _chances(met: Sequence[Unfairness]) -> Mapping[str, float]:
    """Relief within so many whole minutes, and each thing that should go well."""
    waits = NormalDist(log(_middle(met)), SPREAD)
    found = {f"within_{most}": (1 - NONE_GIVEN) * waits.cdf(log(most)) for most in (15, 30, 60)}
    for name, usual in GOOD.items():
        odds = usual / (1 - usual)
        for one in met:
            odds *= one.odds
        found[name] = odds / (1 + odds)
    return found


def _one_of(rng: Random, weighed: Mapping[str, int]) -> str:
    return rng.choices(list(weighed), list(weighed.values()))[0]
