"""Another organisation's computer: what it was let in for, and what it may therefore do.

It signs in as itself and not for any person (SMART App Launch 2.2, Backend Services), so what it
may read hangs on what the organisation is to the person, and on the person's own consent.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from uuid import UUID


class Purpose(StrEnum):
    """What an organisation reads emergency documents for. Each but the last asks a consent."""

    AMBULANCE = "ambulance"
    GP = "gp"
    EMERGENCY = "emergency"
    OWN_TRUST = "own_trust"


PURPOSES: Mapping[Purpose, str] = MappingProxyType(
    {
        Purpose.AMBULANCE: "An ambulance service, or 111",
        Purpose.GP: "A GP practice’s system",
        Purpose.EMERGENCY: "An emergency department’s system",
        Purpose.OWN_TRUST: "A system of the team’s own hospital, such as its patient record",
    }
)


class PartnerState(StrEnum):
    ACTIVE = "active"
    SUSPENDED = "suspended"


class BadScope(ValueError):
    """A scope this service does not know, or one that asks for more than there is."""


_SCOPE = re.compile(r"system/(?P<kind>[A-Za-z]+|\*)\.(?P<may>[a-z]+|\*)")
_OLDER = MappingProxyType({"read": "rs", "write": "c", "*": "crs"})
"""Version 1 of SMART spells it in words. Update and delete are nobody's."""
_MAY = "crs"
READABLE = frozenset(
    {
        *("CarePlan", "Bundle", "Composition", "Patient", "DocumentReference", "Binary"),
        *("AllergyIntolerance", "CareTeam", "Condition", "Consent", "Flag", "Goal"),
        *("MedicationRequest", "MedicationStatement", "Observation", "Organization"),
        *("Practitioner", "PractitionerRole", "Provenance", "QuestionnaireResponse"),
        *("RelatedPerson", "AuditEvent"),
    }
)
"""Every kind of resource there is a door for. A star means all of them but `NEVER_BY_STAR`."""
NEVER_BY_STAR = frozenset({"AuditEvent"})
"""Who looked at whose plan is asked for by name or not at all."""
WRITABLE = frozenset({"CarePlan", "Bundle"})


@dataclass(frozen=True, slots=True)
class Scopes:
    """What may be done with each kind of resource: `c` send, `r` read one, `s` search."""

    may: Mapping[str, frozenset[str]]

    def allow(self, kind: str, deed: str) -> bool:
        return deed in self.may.get(kind, frozenset())

    def __str__(self) -> str:
        """One spelling, in the order of the alphabet: version 2 of SMART."""
        said = {kind: "".join(one for one in _MAY if one in may) for kind, may in self.may.items()}
        return " ".join(f"system/{kind}.{may}" for kind, may in sorted(said.items()))

    def within(self, other: Scopes) -> Scopes:
        """As much of this as the other allows too."""
        kinds = self.may.keys() & other.may.keys()
        both = {kind: self.may[kind] & other.may[kind] for kind in kinds}
        return Scopes(MappingProxyType({kind: may for kind, may in both.items() if may}))


def read_scopes(text: str) -> Scopes:
    """`system/CarePlan.rs system/Patient.r`, or version 1's `.read` and `.write`. Raises BadScope.

    A star stands for every kind with a door; what has no such deed (Patient cannot be sent) is
    left out, and a scope of which nothing remains is refused.
    """
    may: dict[str, set[str]] = {}
    for one in text.split():
        match = _SCOPE.fullmatch(one)
        if match is None:
            raise BadScope(one)
        deeds = _OLDER.get(match["may"], match["may"])
        if not set(deeds) <= set("cruds"):
            raise BadScope(one)
        found = _kinds(match["kind"], deeds)
        if not found:
            raise BadScope(one)
        for kind, allowed in found:
            may.setdefault(kind, set()).update(allowed)
    return Scopes(MappingProxyType({kind: frozenset(deeds) for kind, deeds in may.items()}))


def _kinds(kind: str, deeds: Iterable[str]) -> list[tuple[str, set[str]]]:
    asked = READABLE - NEVER_BY_STAR if kind == "*" else {kind} & READABLE
    found = [(one, _has(one) & set(deeds)) for one in asked]
    return [(one, allowed) for one, allowed in found if allowed]


def _has(kind: str) -> set[str]:
    return {"r", "s"} | ({"c"} if kind in WRITABLE else set())


@dataclass(frozen=True, slots=True, kw_only=True)
class Partner:
    """A client as it stands when it asks. `scopes` are those of the token it asked with."""

    partner_id: UUID
    team_id: UUID
    name: str
    organisation: str
    ods: str | None
    purpose: Purpose
    scopes: Scopes
    state: PartnerState
    made_at: datetime

    @property
    def active(self) -> bool:
        return self.state is PartnerState.ACTIVE
