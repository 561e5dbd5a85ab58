"""Into a team by an invitation: a code that opens once, and a password nobody else knows."""

# mypy: disable-error-code="union-attr,misc,arg-type"
# What is not there fails the test that asks for it.

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest

from careplan.accounts.clinic_codes import shown
from careplan.accounts.people import Role
from careplan.accounts.registration import NotARegistrationNumber
from careplan.acts.accounts import BadAccount
from careplan.acts.inviting_staff import (
    Asked,
    InvitationNotGood,
    invitations,
    invite_from_server,
    invite_member,
    take_up_invitation,
    withdraw_invitation,
)
from careplan.acts.members import Change, change_member
from careplan.acts.signing_in import TRIES, TooManyTries, WrongSignIn, sign_in, who_is
from careplan.acts.world import NotAllowed, NotThere
from careplan.audit.chain import service_chain
from careplan.audit.events import Kind
from careplan.store.teams import members_of
from careplan.store.trail import service_events_of
from tests.stores import NOW
from tests.visitors import PASSWORD, a_clinician, a_hospital, a_person

SADE = Asked("Dr Sade Cole", "Sade@example.org", "Registrar", Role.CLINICIAN, "gmc 708 8888")
WORDS = "eleven grey otters dancing"


@pytest.fixture
def admin(world):
    return a_clinician(world, email="grace@example.org", role=Role.TEAM_ADMIN, checked=False).who


def come(world, made, *, email="sade@example.org", password=WORDS, at=NOW):
    return take_up_invitation(world, email=email, typed=shown(made.code), password=password, at=at)


def test_an_invited_colleague_comes_with_a_password_of_their_own(world, admin):
    made = invite_member(world, by=admin, asked=SADE, at=NOW)
    assert [one.name for one in invitations(world, by=admin, at=NOW)] == ["Dr Sade Cole"]
    account_id = come(world, made)
    assert invitations(world, by=admin, at=NOW) == ()
    assert sign_in(world, email="sade@example.org", password=WORDS, at=NOW)
    who = who_is(world, email="sade@example.org")
    assert who.roles == {Role.CLINICIAN}
    assert (who.title, str(who.registration)) == ("Registrar", "GMC 7088888")
    assert not who.registration.verified, "read, and still to be checked on the register"
    with world.store.read() as tx:
        places = {one.account_id: one for one in members_of(tx, UUID(admin.team_id))}
        events = [one.event for one in service_events_of(tx, service_chain(NOW))]
    assert places[account_id].entered_by == UUID(admin.account_id)
    assert [one.kind for one in events][-4:] == [
        Kind.MEMBER_INVITED, Kind.ACCOUNT_CREATED, Kind.MEMBER_CAME, Kind.SIGNED_IN,
    ]  # fmt: skip
    assert "sade" not in str([dict(one.what) for one in events]).lower()


@pytest.mark.asvs("6.5.1")
def test_a_code_opens_once_in_time_and_for_its_own_address(world, admin):
    made = invite_member(world, by=admin, asked=SADE, at=NOW)
    for wrong in (
        {"email": "other@example.org"},
        {"made": replace(made, code="0" * 16)},
        {"made": replace(made, code=made.code[:8])},
        {"at": NOW + timedelta(days=7)},
    ):
        with pytest.raises(InvitationNotGood):
            come(world, **{"made": made} | wrong)
    assert come(world, made, at=NOW + timedelta(days=6))
    with pytest.raises(InvitationNotGood):
        come(world, made, at=NOW + timedelta(days=6))


def test_a_withdrawn_one_and_that_of_an_administrator_who_is_gone_open_nothing(world, admin):
    made = invite_member(world, by=admin, asked=SADE, at=NOW)
    mine = {"by": admin, "invitation_id": made.invitation_id, "at": NOW}
    stranger = a_clinician(world, email="far@example.org", role=Role.TEAM_ADMIN).who
    with pytest.raises(NotThere):
        withdraw_invitation(world, **mine | {"by": stranger})
    assert withdraw_invitation(world, **mine)
    assert not withdraw_invitation(world, **mine)
    with pytest.raises(InvitationNotGood):
        come(world, made)
    later = invite_member(world, by=admin, asked=SADE, at=NOW)
    second = a_clinician(
        world, team_id=UUID(admin.team_id), email="b@example.org", role=Role.TEAM_ADMIN
    ).who
    change_member(
        world, by=second, account_id=UUID(admin.account_id), change=Change.SUSPEND, at=NOW
    )
    with pytest.raises(InvitationNotGood):
        come(world, later)


def test_a_weak_password_uses_nothing_up(world, admin):
    made = invite_member(world, by=admin, asked=SADE, at=NOW)
    for weak in ("", "sade cole sade cole", "password1234"):
        with pytest.raises(BadAccount):
            come(world, made, password=weak)
    assert come(world, made)


@pytest.mark.asvs("6.3.8")
def test_the_one_who_invites_is_told_nothing_of_an_address(world, admin):
    """One that has an account, one that has none: the same, and no account is ever taken over."""
    a_person(world)
    made = invite_member(world, by=admin, asked=replace(SADE, email="ada@example.org"), at=NOW)
    assert come(world, made, email="ada@example.org") is None
    assert sign_in(world, email="ada@example.org", password=PASSWORD, at=NOW)
    with pytest.raises(WrongSignIn):
        sign_in(world, email="ada@example.org", password=WORDS, at=NOW)
    assert who_is(world, email="ada@example.org").roles == {Role.PATIENT}


def test_somebody_of_another_team_comes_with_the_account_they_have(world, admin):
    moving = a_clinician(world, email="sade@example.org", team_id=a_hospital(world, "St Bride's"))
    made = invite_member(world, by=admin, asked=SADE, at=NOW)
    assert come(world, made) is None, "not with a password that is not theirs"
    assert come(world, made, password=PASSWORD) == UUID(moving.who.account_id)
    with world.store.read() as tx:
        mine = {one.account_id for one in members_of(tx, UUID(admin.team_id))}
    assert UUID(moving.who.account_id) in mine
    again = invite_member(world, by=admin, asked=SADE, at=NOW)
    assert come(world, again, password=PASSWORD) is None, "they have that place already"


@pytest.mark.asvs("6.3.1")
def test_guessing_at_one_address_rests_and_shuts_nobody_out(world, admin):
    """Whoever knows the address can guess at it; whom it was made for comes in all the same."""
    made = invite_member(world, by=admin, asked=SADE, at=NOW)
    wrong = replace(made, code="Z" * 16)
    for _ in range(TRIES):
        with pytest.raises(InvitationNotGood):
            come(world, wrong)
    with pytest.raises(TooManyTries):
        come(world, wrong)
    with pytest.raises(WrongSignIn):
        sign_in(world, email=SADE.email, password=PASSWORD, at=NOW)
    assert come(world, made) is not None


def test_only_an_administrator_invites_and_what_is_wrong_is_named(world, admin):
    person = a_person(world)
    doctor = a_clinician(world, team_id=UUID(admin.team_id)).who
    for by in (person, doctor, replace(admin, second_factor=False)):
        with pytest.raises(NotAllowed):
            invite_member(world, by=by, asked=SADE, at=NOW)
        with pytest.raises(NotAllowed):
            invitations(world, by=by, at=NOW)
    with pytest.raises(NotAllowed):  # the staff door is shut here
        invite_member(world, by=admin, asked=replace(SADE, role=Role.EMERGENCY_STAFF), at=NOW)
    with pytest.raises(BadAccount) as problem:
        invite_member(world, by=admin, asked=replace(SADE, name=" ", email="nobody"), at=NOW)
    assert set(problem.value.problems) == {"legal_name", "email"}
    with pytest.raises(NotARegistrationNumber):
        invite_member(world, by=admin, asked=replace(SADE, registration="7088888"), at=NOW)


def test_a_team_begins_with_an_invitation_from_the_server(world):
    team_id = a_hospital(world)
    asked = Asked("Grace Oye", "grace@example.org", "Administrator", Role.TEAM_ADMIN)
    made = invite_from_server(world, team_id=team_id, asked=asked, doer="on the server", at=NOW)
    with pytest.raises(NotThere):
        who_is(world, email="grace@example.org")
    come(world, made, email="grace@example.org")
    grace = replace(who_is(world, email="grace@example.org"), second_factor=True)
    assert invite_member(world, by=grace, asked=SADE, at=NOW)
