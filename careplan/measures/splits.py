"""By what the figures are split, the closed list of each split's values, and their order.

"Not said" and "not known" are values like any other: whoever is left out of a sum is left out of
what is done about it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from types import MappingProxyType

MISSING = "missing"
ELSEWHERE = "elsewhere"
"""A hospital that is not on the service's list."""


class Split(StrEnum):
    ETHNIC_GROUP = "ethnic_group"
    ETHNIC_CATEGORY = "ethnic_category"
    SEX = "sex"
    AGE = "age"
    LANGUAGE = "language"
    INTERPRETER = "interpreter"
    DEPRIVATION = "deprivation"
    HOSPITAL = "hospital"
    TIME_OF_DAY = "time_of_day"
    SURENESS = "sureness"
    SMARTPHONE = "smartphone"


# NHS Data Dictionary, ETHNIC CATEGORY (2001 census). Z is "asked, and prefers not to say".
CATEGORIES: Mapping[str, str] = MappingProxyType(
    {
        "A": "white",
        "B": "white",
        "C": "white",
        "D": "mixed",
        "E": "mixed",
        "F": "mixed",
        "G": "mixed",
        "H": "asian",
        "J": "asian",
        "K": "asian",
        "L": "asian",
        "M": "black",
        "N": "black",
        "P": "black",
        "R": "other",
        "S": "other",
        "Z": "not_stated",
    }
)
GROUPS = ("black", "mixed", "asian", "white", "other", "not_stated", MISSING)
# Whole years at the visit: babies, primary school, before and after moving to adult care, adults.
AGES = ((0, 4), (5, 11), (12, 17), (18, 24), (25, 39), (40, 59), (60, 120))

VALUES: Mapping[Split, tuple[str, ...]] = MappingProxyType(
    {
        Split.ETHNIC_GROUP: GROUPS,
        Split.ETHNIC_CATEGORY: (*CATEGORIES, MISSING),
        Split.SEX: ("female", "male", "indeterminate", "not known", MISSING),
        Split.AGE: (*(f"{low}-{high}" for low, high in AGES), MISSING),
        Split.LANGUAGE: ("english", "other", MISSING),
        Split.INTERPRETER: ("yes", "no", MISSING),
        Split.DEPRIVATION: ("1", "2", "3", "4", "5", MISSING),
        Split.TIME_OF_DAY: ("day", "night", MISSING),
        Split.SURENESS: ("exact", "estimate", MISSING),
        Split.SMARTPHONE: ("yes", "no", MISSING),
    }
)
"""In the order in which they are shown. The hospitals are whichever the reports name."""

IN_ORDER = frozenset({Split.AGE, Split.DEPRIVATION})
"""Too small a group is joined with its neighbour, and not with just any."""
RESIDUAL = frozenset({MISSING, "not_stated", "not known", "indeterminate", ELSEWHERE})
"""Says least about anybody, and so is the first to be joined with a group that is too small."""

OF_VISITS = (
    Split.ETHNIC_GROUP,
    Split.ETHNIC_CATEGORY,
    Split.SEX,
    Split.AGE,
    Split.LANGUAGE,
    Split.INTERPRETER,
    Split.DEPRIVATION,
    Split.HOSPITAL,
    Split.TIME_OF_DAY,
    Split.SURENESS,
)
OF_SERVICE = (
    Split.ETHNIC_GROUP,
    Split.ETHNIC_CATEGORY,
    Split.SEX,
    Split.AGE,
    Split.LANGUAGE,
    Split.INTERPRETER,
    Split.DEPRIVATION,
    Split.SMARTPHONE,
)
ALONE = frozenset({Split.ETHNIC_CATEGORY, Split.SURENESS})
"""Not crossed with another split: seventeen categories across anything leave cells of a few."""

DAY_BEGINS, NIGHT_BEGINS = 8, 20
"""Hours in London: 08:00 to 19:59 is day."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Who:
    """Somebody in the few words that are counted. Each is a value of its split."""

    ethnic_category: str = MISSING
    sex: str = MISSING
    age: str = MISSING
    language: str = MISSING
    interpreter: str = MISSING
    deprivation: str = MISSING
    smartphone: str = MISSING

    def values(self) -> dict[Split, str]:
        return {
            Split.ETHNIC_GROUP: CATEGORIES.get(self.ethnic_category, MISSING),
            Split.ETHNIC_CATEGORY: self.ethnic_category,
            Split.SEX: self.sex,
            Split.AGE: self.age,
            Split.LANGUAGE: self.language,
            Split.INTERPRETER: self.interpreter,
            Split.DEPRIVATION: self.deprivation,
            Split.SMARTPHONE: self.smartphone,
        }


def ethnic_category(code: str | None) -> str:
    return code if code is not None and code in CATEGORIES else MISSING


def age_band(born: date | None, on: date) -> str:
    if born is None or born > on:
        return MISSING
    years = on.year - born.year - ((on.month, on.day) < (born.month, born.day))
    return next((f"{low}-{high}" for low, high in AGES if low <= years <= high), MISSING)


def yes_no(truth: bool | None) -> str:  # noqa: FBT001 (the answer itself)
    return MISSING if truth is None else ("yes" if truth else "no")


def time_of_day(hour: int | None) -> str:
    """`hour` is by the clock on the wall in London."""
    if hour is None:
        return MISSING
    return "day" if DAY_BEGINS <= hour < NIGHT_BEGINS else "night"
