"""The measures: what each counts, in which family, and what may be told of a group in it.

The measures of a family are answered by the same rows, so they have the same `n` and are held back
together: within 15, 30 and 60 minutes lie inside each other, and one would give the others away.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from careplan.measures import splits
from careplan.measures.splits import Split


class Measure(StrEnum):
    WITHIN_15 = "within_15"
    WITHIN_30 = "within_30"
    WITHIN_60 = "within_60"
    MEDIAN = "median_minutes"
    OPENED = "plan_opened"
    FOLLOWED_FULLY = "followed_fully"
    FOLLOWED = "followed"
    BELIEVED = "believed"
    CHECKED = "checked_again"
    SIGNED = "signed_plan"
    DAYS_TO_SIGN = "days_to_sign"
    NEVER_REACHED = "never_reached"


class Family(StrEnum):
    RELIEF = "relief"
    OPENED = "opened"
    FOLLOWED = "followed"
    BELIEVED = "believed"
    CHECKED = "checked"
    SIGNED = "signed"
    REACHED = "reached"


@dataclass(frozen=True, slots=True, kw_only=True)
class Kin:
    """A family. `median` is rounded to `step`, for an exact middle is one person's own time.

    `judges`: the answer is what somebody thinks of the staff. If all of a group thought alike, the
    figure would say what each of them thinks, so both sides must be there.
    """

    measures: tuple[Measure, ...]
    median: Measure | None = None
    step: int = 1
    judges: bool = False


KIN: Mapping[Family, Kin] = MappingProxyType(
    {
        Family.RELIEF: Kin(
            measures=(Measure.WITHIN_15, Measure.WITHIN_30, Measure.WITHIN_60),
            median=Measure.MEDIAN,
            step=5,
        ),
        Family.OPENED: Kin(measures=(Measure.OPENED,)),
        Family.FOLLOWED: Kin(measures=(Measure.FOLLOWED_FULLY, Measure.FOLLOWED), judges=True),
        Family.BELIEVED: Kin(measures=(Measure.BELIEVED,), judges=True),
        Family.CHECKED: Kin(measures=(Measure.CHECKED,)),
        Family.SIGNED: Kin(measures=(Measure.SIGNED,), median=Measure.DAYS_TO_SIGN, step=7),
        Family.REACHED: Kin(measures=(Measure.NEVER_REACHED,)),
    }
)
OF_VISITS = (Family.RELIEF, Family.OPENED, Family.FOLLOWED, Family.BELIEVED, Family.CHECKED)
OF_SERVICE = (Family.SIGNED, Family.REACHED)
FAMILY_OF: Mapping[Measure, Family] = MappingProxyType(
    {
        measure: family
        for family, kin in KIN.items()
        for measure in (*kin.measures, *([kin.median] if kin.median else []))
    }
)
MEDIANS = frozenset(kin.median for kin in KIN.values() if kin.median)


def splits_of(family: Family) -> tuple[Split, ...]:
    """How sure times are splits waits alone: whether there is an exact time says whether a wait is
    known, so the visits without relief could be worked out from any other measure split by it."""
    if family in OF_SERVICE:
        return splits.OF_SERVICE
    every = splits.OF_VISITS
    return tuple(one for one in every if one is not Split.SURENESS or family is Family.RELIEF)
