"""The door for staff of an emergency department who have neither card nor link: why they may knock,
and how often. Numbers are data, each with its reason; a clinical safety officer has yet to agree.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

LONGEST_WORDS = 200
"""Of the sentence that says why. The person reads it."""


class Cause(StrEnum):
    """Why somebody looks. Each look has its own; the person is told it."""

    CANNOT_SPEAK = "cannot_speak"
    NOT_HERE = "not_here"
    LOCKED = "locked"
    OTHER = "other"


class Counted(StrEnum):
    """What is counted, of whom, and for how long."""

    PERSON_HOUR = "person_hour"
    PERSON_DAY = "person_day"
    HOSPITAL_HOUR = "hospital_hour"
    FAILED_HOUR = "failed_hour"


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    most: int
    window: timedelta
    reason: str


HOUR, DAY = timedelta(hours=1), timedelta(days=1)
LIMITS: Mapping[Counted, Limit] = MappingProxyType(
    {
        Counted.PERSON_HOUR: Limit(
            most=10,
            window=HOUR,
            reason="One member of staff sees a few people an hour, and few of them have sickle "
            "cell. Ten leaves room for the same page opened again and again in one crisis.",
        ),
        Counted.PERSON_DAY: Limit(
            most=30,
            window=DAY,
            reason="Three such hours in a day of work. More is looking through people, not "
            "looking after them.",
        ),
        Counted.HOSPITAL_HOUR: Limit(
            most=60,
            window=HOUR,
            reason="Six busy members of staff at once. A stolen list of accounts of one hospital "
            "gets no further than that.",
        ),
        Counted.FAILED_HOUR: Limit(
            most=5,
            window=HOUR,
            reason="Room for a slip or two with a number read from a wristband. Birth dates can "
            "hardly be guessed at five an hour.",
        ),
    }
)
