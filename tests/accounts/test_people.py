"""A person is described in plain words, and nobody is somebody too."""

from __future__ import annotations

import pytest

from careplan.accounts.people import CARE_TEAM, STAFF, Role, RolesDoNotMix, Who


@pytest.mark.parametrize("role", list(Role))
def test_every_role_says_what_it_is_for(role: Role) -> None:
    assert role.description.endswith(".")


def test_nobody_is_nobody() -> None:
    who = Who.nobody()
    assert not who.known
    assert not who.roles
    assert not who.is_staff


def test_an_account_cannot_be_patient_and_carer() -> None:
    with pytest.raises(RolesDoNotMix):
        Who(account_id="a", name="A", roles=frozenset({Role.PATIENT, Role.CARER}))


def test_a_clinician_may_be_a_patient_too() -> None:
    who = Who(account_id="a", name="A", roles=frozenset({Role.PATIENT, Role.CLINICIAN}))
    assert who.known
    assert who.is_staff


def test_who_is_staff_without_being_care_team() -> None:
    assert {Role.TEAM_ADMIN, Role.EMERGENCY_STAFF} == STAFF - CARE_TEAM
