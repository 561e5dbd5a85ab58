"""Back into a lost account: never by e-mail alone, and never further than whoever gave the code."""

# mypy: disable-error-code="union-attr,misc,arg-type"
# What is not there fails the test that asks for it.

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest

from careplan.accounts.clinic_codes import shown
from careplan.accounts.people import Role
from careplan.acts.accounts import BadAccount
from careplan.acts.linking import CodeNotGood
from careplan.acts.members import Change, NotAlone, NotYourself, change_member
from careplan.acts.notifying import send_due
from careplan.acts.recovering import (
    BeyondReach,
    come_back,
    let_back,
    let_back_from_server,
    let_member_back,
    ways_in,
)
from careplan.acts.signing_in import (
    TRIES,
    TooManyTries,
    WrongSignIn,
    needs_second_factor,
    recognise,
    sign_in,
    who_is,
)
from careplan.acts.standing import AccessEnded
from careplan.acts.world import NotAllowed, NotThere
from careplan.audit.chain import service_chain
from careplan.audit.events import Kind
from careplan.notify.smtp import SmtpPost
from careplan.store.accounts import link_account, set_totp, totp_of
from careplan.store.passkeys import Passkey, keep_passkey, passkeys_of
from careplan.store.teams import add_member, set_member_state
from careplan.store.trail import events_of, service_events_of
from tests.acts.families import a_family
from tests.notify.servers import a_mail_server
from tests.stores import NOW
from tests.visitors import PASSWORD, a_clinician, a_person, linked_patient

WORDS = "eleven grey otters dancing"
ADA = "ada@example.org"


@pytest.fixture
def doctor(world):
    return a_clinician(world)


@pytest.fixture
def ada(world, doctor):
    return linked_patient(world, doctor)


def give(world, doctor, ada, *, account=None, at=NOW):
    return let_back(
        world,
        by=getattr(doctor, "who", doctor),
        patient_id=UUID(ada.patient_id),
        account_id=UUID((account or ada).account_id),
        method="photo_id",
        at=at,
    )


def back(world, given, *, email=ADA, password=WORDS, at=NOW):
    come_back(world, email=email, typed=shown(given.code), password=password, at=at)


def newest(world, patient_id):
    with world.store.read() as tx:
        return [one.event for one in events_of(tx, UUID(patient_id), limit=4)]


@pytest.mark.asvs("6.4.4")
def test_a_person_comes_back_with_the_code_their_team_gave(world, doctor, ada):
    """Whatever opened the account before opens it no longer, and the person is told."""
    mine = UUID(ada.account_id)
    token = sign_in(world, email=ADA, password=PASSWORD, at=NOW)
    with world.store.begin() as tx:
        set_totp(tx, mine, "A" * 32, since=NOW)
        keep_passkey(
            tx,
            Passkey(
                account_id=mine, credential_id=b"x" * 16, public_key=b"y" * 77,
                name="old phone", sign_count=0, made_at=NOW,
            ),
        )  # fmt: skip
    given = give(world, doctor, ada)
    assert recognise(world, token=token, at=NOW), "giving a code changes nothing"
    back(world, given, at=NOW + timedelta(minutes=14))
    assert recognise(world, token=token, at=NOW) is None
    with pytest.raises(WrongSignIn):
        sign_in(world, email=ADA, password=PASSWORD, at=NOW)
    fresh = sign_in(world, email=ADA, password=WORDS, at=NOW)
    found = recognise(world, token=fresh, at=NOW)
    assert found.who.patient_id == ada.patient_id
    assert not needs_second_factor(found.who)
    with world.store.read() as tx:
        assert totp_of(tx, mine) is None
        assert passkeys_of(tx, mine) == ()
    recovered, made = newest(world, ada.patient_id)[2:]
    assert (recovered.kind, made.kind) == (Kind.ACCOUNT_RECOVERED, Kind.RECOVERY_CODE_MADE)
    assert made.actor.name == "Dr Helena Marsden"
    assert dict(made.what)["method"] == "photo_id"
    with a_mail_server() as (server, mailbox):
        send_due(world, SmtpPost(server, "news@plan.example.org"), at=NOW + timedelta(hours=1))
        (letter,) = mailbox.letters
    assert letter["To"] == ADA
    assert "new password" in letter.get_content()


@pytest.mark.asvs("6.5.1")
def test_a_code_opens_its_own_account_once_and_in_time(world, doctor, ada):
    given = give(world, doctor, ada)
    for wrong in (
        {"email": "helena@example.org"},
        {"email": ""},
        {"given": replace(given, code="00000000")},
        {"given": replace(given, code="")},
        {"at": NOW + timedelta(minutes=15)},
    ):
        with pytest.raises(CodeNotGood):
            back(world, **{"given": given} | wrong)
    with pytest.raises(BadAccount):
        back(world, given, password="ada ada ada ada")
    back(world, given)
    with pytest.raises(CodeNotGood):
        back(world, given)


def test_a_newer_code_ends_the_one_before(world, doctor, ada):
    first, second = give(world, doctor, ada), give(world, doctor, ada)
    with pytest.raises(CodeNotGood):
        back(world, first)
    back(world, second)


@pytest.mark.asvs("6.3.1")
def test_guesses_at_one_address_are_counted_and_shut_nobody_out(world, doctor, ada):
    """Whoever knows the address can guess at it; its owner comes back all the same."""
    given = give(world, doctor, ada)
    wrong = replace(given, code="ZZZZZZZZ")
    for _ in range(TRIES):
        with pytest.raises(CodeNotGood):
            back(world, wrong)
    with pytest.raises(TooManyTries):
        back(world, wrong)
    back(world, given)


@pytest.mark.asvs("6.4.4")
def test_nobody_gives_a_code_but_the_persons_own_team(world, doctor, ada):
    elsewhere = a_clinician(world, email="far@example.org")
    admin = a_clinician(world, email="g@example.org", team_id=doctor.team_id, role=Role.TEAM_ADMIN)
    for by in (elsewhere.who, admin.who, ada, replace(doctor.who, second_factor=False)):
        with pytest.raises(NotThere):
            give(world, by, ada)
        with pytest.raises(NotThere):
            ways_in(world, by=by, patient_id=UUID(ada.patient_id))
    with pytest.raises(NotThere):
        give(world, doctor, ada, account=elsewhere.who)
    with pytest.raises(ValueError, match="checked"):
        let_back(
            world, by=doctor.who, patient_id=UUID(ada.patient_id),
            account_id=UUID(ada.account_id), method="by_telephone", at=NOW,
        )  # fmt: skip


def test_a_code_dies_with_its_makers_place_in_the_team(world, doctor, ada):
    given = give(world, doctor, ada)
    with world.store.begin() as tx:
        set_member_state(tx, UUID(doctor.who.account_id), doctor.team_id, "suspended")
    with pytest.raises(CodeNotGood):
        back(world, given)
    with pytest.raises((NotThere, AccessEnded)):
        give(world, doctor, ada)


def test_a_helper_comes_back_where_every_plan_behind_them_is_the_teams(world):
    """Not where their account also opens a plan of another team, their own among them."""
    family = a_family(world)
    ways = ways_in(world, by=family.doctor.who, patient_id=family.patient_id)
    assert ways[0].relation == "", "the person’s own account first"
    assert {one.relation for one in ways} >= {"mother"}
    mother = family.accounts["Abena"]
    given = give(world, family.doctor, family.kofi, account=mother)
    back(world, given, email="abena@example.org")
    assert newest(world, family.kofi.patient_id)[0].what["whom"] == "helper"
    other = linked_patient(
        world, a_clinician(world, email="far@example.org"),
        person=a_person(world, email="luzia@example.org", legal_name="Luzia Braz", nhs_number=None),
    )  # fmt: skip
    with world.store.begin() as tx:
        link_account(tx, UUID(mother.account_id), UUID(other.patient_id), relation="self", at=NOW)
    with pytest.raises(BeyondReach):
        give(world, family.doctor, family.kofi, account=mother)


# --- a team's own people -----------------------------------------------------------------------


@pytest.fixture
def admin(world, doctor):
    return a_clinician(
        world, team_id=doctor.team_id, email="grace@example.org", role=Role.TEAM_ADMIN
    ).who


def member_back(world, admin, doctor):
    return let_member_back(
        world, by=admin, account_id=UUID(doctor.who.account_id), method="known_to_team", at=NOW
    )


@pytest.mark.asvs("6.4.4")
def test_whom_an_administrator_lets_back_in_signs_nothing_until_another_checked(
    world, doctor, admin
):
    """Or one administrator could take a clinician's account, and sign."""
    back(world, member_back(world, admin, doctor), email=doctor.email)
    who = who_is(world, email=doctor.email)
    assert not who.registration.verified
    assert needs_second_factor(who)
    verify = {"account_id": UUID(who.account_id), "change": Change.VERIFY, "at": NOW}
    with pytest.raises(NotAlone):
        change_member(world, by=admin, **verify)
    second = a_clinician(
        world, team_id=doctor.team_id, email="b@example.org", role=Role.TEAM_ADMIN
    ).who
    change_member(world, by=second, **verify)
    assert who_is(world, email=doctor.email).registration.verified
    with world.store.read() as tx:
        kinds = [one.event.kind for one in service_events_of(tx, service_chain(NOW))]
    assert kinds[-3:] == [
        Kind.RECOVERY_CODE_MADE, Kind.ACCOUNT_RECOVERED, Kind.REGISTRATION_CHECKED,
    ]  # fmt: skip


def test_an_administrator_lets_in_nobody_but_their_own_teams_people(world, doctor, admin):
    elsewhere = a_clinician(world, email="far@example.org")
    with pytest.raises(NotThere):
        member_back(world, admin, elsewhere)
    with pytest.raises(NotYourself):
        let_member_back(
            world, by=admin, account_id=UUID(admin.account_id), method="photo_id", at=NOW
        )
    for by in (doctor.who, elsewhere.who, replace(admin, second_factor=False)):
        with pytest.raises(NotAllowed):
            let_member_back(
                world, by=by, account_id=UUID(admin.account_id), method="photo_id", at=NOW
            )


@pytest.mark.parametrize("state", ["active", "suspended"])
def test_nobody_who_has_a_place_in_another_team_too(world, doctor, admin, state):
    """A place that rests may stand again: then one team's administrator would read another's."""
    account_id, other = UUID(doctor.who.account_id), a_clinician(world, email="far@example.org")
    with world.store.begin() as tx:
        add_member(tx, account_id, other.team_id, role=Role.NURSE, at=NOW)
        set_member_state(tx, account_id, other.team_id, state)
    with pytest.raises(BeyondReach):
        member_back(world, admin, doctor)


def test_a_colleagues_account_that_opens_a_plan_is_not_an_administrators_to_open(
    world, doctor, admin, ada
):
    with world.store.begin() as tx:
        link_account(tx, UUID(doctor.who.account_id), UUID(ada.patient_id), relation="self", at=NOW)
    with pytest.raises(BeyondReach):
        member_back(world, admin, doctor)
    given = let_back_from_server(world, email=doctor.email, doer="Esi Boateng", at=NOW)
    back(world, given, email=doctor.email)
    assert newest(world, ada.patient_id)[0].kind is Kind.ACCOUNT_RECOVERED


def test_a_teams_only_administrator_comes_back_by_a_command(world, admin):
    given = let_back_from_server(world, email="Grace@example.org", doer="Esi Boateng", at=NOW)
    assert given.name == "Dr Helena Marsden"
    back(world, given, email="grace@example.org")
    assert sign_in(world, email="grace@example.org", password=WORDS, at=NOW)
    with pytest.raises(NotThere):
        let_back_from_server(world, email="nobody@example.org", doer="Esi Boateng", at=NOW)
