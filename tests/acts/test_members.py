"""A team's administrator: registrations, suspension, leaving, and what was signed before."""

# mypy: disable-error-code="union-attr,misc,arg-type"
# What is not there fails the test that asks for it.

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

import pytest

from careplan.accounts.people import Role
from careplan.acts.members import (
    Change,
    NotAlone,
    NotNowForThem,
    NotYourself,
    change_member,
    changes_open_to,
    check_from_server,
    member,
    members,
)
from careplan.acts.signing_in import who_is
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


def test_what_can_be_done_follows_from_how_somebody_stands(clinic, admin):
    account_id = UUID(clinic.nurse.account_id)

    def open_now():
        return changes_open_to(member(clinic.world, by=admin, account_id=account_id).places)

    assert open_now() == (Change.SUSPEND, Change.LEFT)
    change(clinic, admin, Change.SUSPEND, clinic.nurse)
    assert open_now() == (Change.REINSTATE, Change.LEFT)
    change(clinic, admin, Change.LEFT, clinic.nurse)
    assert open_now() == (Change.REINSTATE,)


# --- no one person makes somebody who can sign -------------------------------------------------


def an_admin(clinic, email, *, by=None):
    return a_clinician(
        clinic.world,
        team_id=UUID(clinic.doctor.team_id),
        email=email,
        role=Role.TEAM_ADMIN,
        checked=False,
        entered_by=UUID(by.account_id) if by else None,
    ).who


def a_new_nurse(clinic, by):
    return a_clinician(
        clinic.world,
        team_id=UUID(by.team_id),
        email="new@example.org",
        role=Role.NURSE,
        checked=False,
        entered_by=UUID(by.account_id),
    ).who


def test_whoever_let_somebody_in_does_not_check_them_nor_does_whom_they_let_in(clinic, admin):
    second, puppet = an_admin(clinic, "b@example.org"), an_admin(clinic, "p@example.org", by=admin)
    nurse = a_new_nurse(clinic, admin)
    for one_hand in (admin, puppet):
        assert not member(
            clinic.world, by=one_hand, account_id=UUID(nurse.account_id)
        ).mine_to_check
        with pytest.raises(NotAlone):
            change(clinic, one_hand, Change.VERIFY, nurse)
    assert not who_is(clinic.world, email="new@example.org").registration.verified
    change(clinic, second, Change.VERIFY, nurse)
    assert who_is(clinic.world, email="new@example.org").registration.verified


def test_where_there_is_one_administrator_whoever_runs_the_service_checks(clinic, admin):
    a_new_nurse(clinic, admin)
    asked = {"email": "New@Example.org ", "doer": "Esi Boateng, on the server", "at": NOW}
    assert check_from_server(clinic.world, **asked) == "Dr Helena Marsden"
    assert who_is(clinic.world, email="new@example.org").registration.verified
    with clinic.world.store.read() as tx:
        told = service_events_of(tx, service_chain(NOW))[-1].event
    assert (told.kind, told.actor.name) == (Kind.REGISTRATION_CHECKED, asked["doer"])
    with pytest.raises(NotNowForThem):
        check_from_server(clinic.world, **asked)
    for nobody in ("ada@example.org", "nobody@example.org"):
        with pytest.raises(NotThere):
            check_from_server(clinic.world, **asked | {"email": nobody})


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
