"""A team's administrator: registrations, suspension, leaving, and what was signed before."""

# mypy: disable-error-code="union-attr,misc,arg-type"
# What is not there fails the test that asks for it.

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

import pytest

from careplan.accounts.people import Role
from careplan.acts.accounts import BadAccount, EmailInUse
from careplan.acts.members import (
    Change,
    NotNowForThem,
    NotYourself,
    change_member,
    changes_open_to,
    enter_member,
    member,
    members,
)
from careplan.acts.signing_in import sign_in, who_is
from careplan.acts.standing import AccessEnded, was_in_the_team
from careplan.acts.world import NotAllowed, NotThere
from careplan.audit.chain import service_chain
from careplan.audit.events import Kind
from careplan.store.patients import patient_of
from careplan.store.teams import set_member_state
from careplan.store.trail import service_events_of
from tests.stores import NOW
from tests.visitors import a_clinician


@pytest.fixture
def admin(clinic):
    found = a_clinician(
        clinic.world,
        team_id=UUID(clinic.doctor.team_id),
        email="grace@example.org",
        role=Role.TEAM_ADMIN,
        checked=False,
    )
    return found.who


def change(clinic, admin, what, who):
    return change_member(
        clinic.world, by=admin, account_id=UUID(who.account_id), change=what, at=NOW
    )


def standing(clinic):
    with clinic.world.store.read() as tx:
        return patient_of(tx, clinic.patient_id).standing


def service_kinds(clinic):
    with clinic.world.store.read() as tx:
        return [one.event.kind for one in service_events_of(tx, service_chain(NOW))]


def test_it_works(clinic, admin):
    assert change(clinic, admin, Change.SUSPEND, clinic.doctor) == 1
    assert standing(clinic).signer_left_at == NOW
    assert who_is(clinic.world, email="helena@example.org").roles == frozenset()
    change(clinic, admin, Change.REINSTATE, clinic.doctor)
    assert standing(clinic).signer_left_at is None
    change(clinic, admin, Change.LEFT, clinic.doctor)
    assert service_kinds(clinic)[-3:] == [
        Kind.MEMBER_SUSPENDED, Kind.MEMBER_REINSTATED, Kind.MEMBER_LEFT,
    ]  # fmt: skip
    assert clinic.chains_hold()


def test_the_emergency_page_and_the_signature_stay_as_they_were(clinic, admin):
    before = clinic.current
    change(clinic, admin, Change.LEFT, clinic.doctor)
    assert clinic.current == before


def test_a_registration_is_checked_once_and_by_another(clinic, admin):
    nurse = a_clinician(
        clinic.world, team_id=UUID(admin.team_id), email="n@example.org", checked=False
    ).who
    change(clinic, admin, Change.VERIFY, nurse)
    assert who_is(clinic.world, email="n@example.org").registration.verified
    with pytest.raises(NotNowForThem):
        change(clinic, admin, Change.VERIFY, nurse)
    with pytest.raises(NotYourself):
        change(clinic, admin, Change.VERIFY, admin)


def test_only_this_teams_administrator_may(clinic, admin):
    people = members(clinic.world, by=admin)
    assert {one[0].name for one in people} == {"Dr Helena Marsden"}
    for stranger in (clinic.doctor, clinic.ada, replace(admin, second_factor=False)):
        with pytest.raises(NotAllowed):
            members(clinic.world, by=stranger)
        with pytest.raises(NotAllowed):
            change(clinic, stranger, Change.SUSPEND, clinic.nurse)
    with pytest.raises(NotThere):
        change(clinic, admin, Change.SUSPEND, clinic.elsewhere)


def test_an_administrator_suspended_meanwhile_does_nothing(clinic, admin):
    with clinic.world.store.begin() as tx:
        set_member_state(tx, UUID(admin.account_id), UUID(admin.team_id), "suspended")
    with pytest.raises(NotAllowed):
        change(clinic, admin, Change.SUSPEND, clinic.doctor)
    assert standing(clinic).signer_left_at is None
    with pytest.raises(NotAllowed):
        enter_member(
            clinic.world, by=admin, name="Esi Boateng", email="x@example.org", title="Nurse",
            role=Role.NURSE, registration="", at=NOW,
        )  # fmt: skip


def test_what_can_be_done_follows_from_how_somebody_stands(clinic, admin):
    account_id = UUID(clinic.nurse.account_id)

    def open_now():
        return changes_open_to(member(clinic.world, by=admin, account_id=account_id)[0])

    assert open_now() == (Change.SUSPEND, Change.LEFT)
    change(clinic, admin, Change.SUSPEND, clinic.nurse)
    assert open_now() == (Change.REINSTATE, Change.LEFT)
    change(clinic, admin, Change.LEFT, clinic.nurse)
    assert open_now() == (Change.REINSTATE,)


# --- suspended while a page is open ------------------------------------------------------------


def test_a_clinician_suspended_mid_signature_publishes_nothing(clinic):
    """They open the page, are suspended while the paper is laid out, and the press is refused."""
    drawn = clinic.world.entropy

    def suspended_meanwhile(size):
        with clinic.world.store.begin() as tx:
            doctor = clinic.doctor
            set_member_state(tx, UUID(doctor.account_id), UUID(doctor.team_id), "suspended")
        return drawn(size)

    before, told = clinic.current, clinic.told()
    signing = replace(clinic, world=replace(clinic.world, entropy=suspended_meanwhile))
    with pytest.raises(AccessEnded):
        signing.sign()
    assert (clinic.current, clinic.told()) == (before, told)
    assert clinic.deeds()[0] is Kind.ACCESS_HAD_ENDED
    assert clinic.events()[0].actor.name == clinic.doctor.name
    assert clinic.chains_hold()


def test_somebody_turned_away_at_the_door_is_known_by_the_place_they_had(clinic, admin):
    asked = {"patient_id": clinic.patient_id, "at": NOW}
    assert not was_in_the_team(clinic.world, by=clinic.doctor, **asked)
    assert not was_in_the_team(clinic.world, by=clinic.elsewhere, **asked)
    change(clinic, admin, Change.SUSPEND, clinic.doctor)
    assert was_in_the_team(clinic.world, by=clinic.doctor, **asked)
    assert clinic.deeds()[0] is Kind.ACCESS_HAD_ENDED


def test_an_administrator_lets_a_colleague_in_who_then_signs_in(clinic, admin):
    new = {
        "name": "Dr Sade Cole", "email": "sade@example.org", "title": "Registrar",
        "role": Role.CLINICIAN, "registration": "GMC 7088888",
    }  # fmt: skip
    entered = enter_member(clinic.world, by=admin, at=NOW, **new)
    assert sign_in(clinic.world, email="sade@example.org", password=entered.password, at=NOW)
    (found,) = member(clinic.world, by=admin, account_id=entered.account_id)[0]
    assert found.registration is not None
    assert not found.registration.verified, "read, and still to be checked on the register"
    with pytest.raises(EmailInUse):
        enter_member(clinic.world, by=admin, at=NOW, **new)


def test_nobody_but_an_administrator_lets_anybody_in(clinic):
    for by in (clinic.doctor, clinic.ada, clinic.elsewhere):
        with pytest.raises(NotAllowed):
            enter_member(
                clinic.world, by=by, name="X Y", email="x@example.org", title="Nurse",
                role=Role.NURSE, registration="", at=NOW,
            )  # fmt: skip


def test_what_is_wrong_is_named(clinic, admin):
    with pytest.raises(BadAccount) as problem:
        enter_member(
            clinic.world, by=admin, name=" ", email="nobody", title="Nurse", role=Role.NURSE,
            registration="", at=NOW,
        )  # fmt: skip
    assert set(problem.value.problems) == {"legal_name", "email"}
