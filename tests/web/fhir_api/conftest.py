"""A partner's system in front of a signed plan, whichever database it lies in."""

from __future__ import annotations

from uuid import UUID

import pytest

from tests.acts.worlds import clinic, people, people_once, signed_once
from tests.partners import a_partner

__all__ = ["clinic", "people", "people_once", "signed_once"]


@pytest.fixture
def own_trust(clinic):
    """A system of the hospital whose team has Ada's plan."""
    return a_partner(clinic.world, team_id=UUID(clinic.doctor.team_id))


@pytest.fixture
def stranger(clinic):
    """The same kind of system, of another hospital."""
    return a_partner(clinic.world, team_id=UUID(clinic.elsewhere.team_id), name="Elsewhere")
