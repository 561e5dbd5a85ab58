"""One tap back from whoever read the plan in an emergency department, without an account.

Nobody's identity was checked, so it is shown as a reader's word and never as a clinical fact.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID


class Said(StrEnum):
    USED = "used"
    COULD_NOT = "could_not"
    NO_ANSWER = "no_answer"
    """The 24-hour number was rung and not answered."""


class Because(StrEnum):
    """Why the plan could not be used."""

    NOT_STOCKED = "not_stocked"
    SENIOR_SAID_NO = "senior_said_no"
    PERSON_DIFFERENT = "person_different"
    """Something about the person today: an allergy, drowsy, another illness."""
    NOT_CLEAR = "not_clear"
    NOT_SURE_IT_IS_REAL = "not_sure_it_is_real"
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """Bound to one opening, which has one reply; a second takes the first one's place. `door` is
    how the page was reached (link, code, staff), `who` what the reader calls themself, `opened_at`
    when the page was shown. `seen_at`: the person saw it, `seen_by_team_at`: somebody of theirs."""

    patient_id: UUID
    opening_id: UUID
    version: int
    said: Said
    at: datetime
    because: Because | None = None
    door: str = "link"
    who: str | None = None
    link_id: UUID | None = None
    opened_at: datetime | None = None
    seen_at: datetime | None = None
    seen_by_team_at: datetime | None = None
