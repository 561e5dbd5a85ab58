"""What the helper of this request may do, and what every page of theirs says at its top."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from careplan.accounts.permissions import PatientFacts, may_speak_for_child
from careplan.store.patients import Face
from careplan.web.session import who


def writes() -> bool:
    grant = who().grant
    return grant is not None and grant.writes


def speaks_for_child(patient_id: UUID) -> bool:
    return may_speak_for_child(who(), PatientFacts(patient_id=str(patient_id), team_id=None))


def whom(face: Face) -> dict[str, Any]:
    """What every page of a helper says at its top."""
    grant = who().grant
    return {"called": face.known_as or face.legal_name, "grant": grant}
