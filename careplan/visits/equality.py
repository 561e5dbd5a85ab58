"""What somebody tells of themself so that unfairness can be seen; every question may be skipped.

Used to count and for nothing else: on no emergency surface, in no rule, in no list of the desk.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

LONGEST_WORDS = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Equality:
    """`ethnic_category`: a national code (NHS Data Dictionary ETHNIC CATEGORY); Z is "asked, and
    prefers not to say"; None is "not asked or skipped". `described`: in the person's own words.
    `smartphone`: whether they have one of their own. Sex, age, languages and postcode are facts of
    the plan; `count_postcode`, whether the postcode may be looked up in the deprivation table."""

    patient_id: UUID
    ethnic_category: str | None = None
    described: str | None = None
    smartphone: bool | None = None
    count_postcode: bool | None = None
    changed_at: datetime | None = None
