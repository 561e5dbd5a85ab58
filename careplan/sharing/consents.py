"""Who else may have a copy of a plan, or look it up: each asked alone, on or off at any time.

A copy nobody can make is not asked about: research and feedback have no question here yet.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Consent(StrEnum):
    """Whose copy or look it is about (domain 2.19)."""

    AMBULANCE = "ambulance"
    GP = "gp"
    SCHOOL = "school"
    EMERGENCY_STAFF = "emergency_staff"


COPIES = (Consent.AMBULANCE, Consent.GP, Consent.SCHOOL)
"""Those that let a copy be made. The other lets staff who sign in look without card or link."""


ON_UNTIL_WITHDRAWN = frozenset({Consent.AMBULANCE, Consent.EMERGENCY_STAFF})
"""Direct care: an ambulance crew reads the facts of the emergency page, in its own order; and
where a service opens the staff door at all, an emergency department may use it."""


@dataclass(frozen=True, slots=True)
class Said:
    """One time somebody gave or withdrew a consent; none of them is ever changed."""

    consent: Consent
    given: bool
    at: datetime
    by: str


@dataclass(frozen=True, slots=True)
class Standing:
    """How one consent stands, and what was said of it, newest first."""

    consent: Consent
    history: tuple[Said, ...] = ()

    @property
    def on(self) -> bool:
        if not self.history:
            return self.consent in ON_UNTIL_WITHDRAWN
        return self.history[0].given

    @property
    def asked(self) -> bool:
        """Whether anybody has said anything yet; if not, the default stands."""
        return bool(self.history)


def standings(history: Iterable[Said]) -> tuple[Standing, ...]:
    """Every consent there is, in the order they are asked. `history` is newest first."""
    said = tuple(history)
    return tuple(
        Standing(consent, tuple(one for one in said if one.consent is consent))
        for consent in Consent
    )
