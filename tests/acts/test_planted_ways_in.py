"""A stolen password plants no way in: not beside a second step, not on staff whose place rests, not
unseen, and nobody is left with none."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest

from careplan.accounts.people import Role, Standing, Who
from careplan.acts.accounts import keep_account, new_second_factor, set_second_factor
from careplan.acts.members import Change, change_member
from careplan.acts.notifying import send_due
from careplan.acts.own_second_step import turn_off_second_step
from careplan.acts.passkeys import add_passkey, begin_adding, own_passkeys, remove_passkey
from careplan.acts.signing_in import begin_session, recognise, sign_in
from careplan.acts.ways_in import LastSecondStep, LastWayIn, SecondStepFirst
from careplan.acts.world import NotAllowed
from careplan.store.accounts import account_of, set_state
from careplan.store.outside import Identity, keep_outside
from careplan.store.teams import add_member
from tests.acts.test_notifying import HEALTH
from tests.acts.test_passkeys import SITE, adds, uses
from tests.authenticator import Device
from tests.stores import NOW
from tests.visitors import ADA, PASSWORD, a_clinician, a_hospital, a_person, code_of, sure

LATER = NOW + timedelta(minutes=10)


def by_password(world, email):
    """Who somebody is with a password alone, and the session that says so."""
    token = sign_in(world, email=email, password=PASSWORD, at=NOW)
    return sure(recognise(world, token=token, at=NOW)).who, token


def makes_the_first(world, device):
    by, token = by_password(world, ADA.email)
    return sure(adds(world, by, token, device))


def sets_an_app(world, by, token=None):
    secret = new_second_factor(world)
    code = code_of(secret, NOW)
    return set_second_factor(world, by=by, secret=secret, code=code, at=NOW, token=token)


def has_an_app(world, by):
    with world.store.read() as tx:
        return sure(account_of(tx, UUID(by.account_id))).has_totp


# --- staff whose place rests or has ended --------------------------------------------------------


@pytest.fixture
def admin(world):
    return a_clinician(world, email="grace@example.org", role=Role.TEAM_ADMIN)


def sent_away(world, admin, change=Change.SUSPEND, *, with_phone=False):
    helena = a_clinician(world, team_id=admin.team_id, with_phone=with_phone)
    mine = UUID(helena.who.account_id)
    change_member(world, by=admin.who, account_id=mine, change=change, at=NOW)
    return helena


@pytest.mark.parametrize("change", [Change.SUSPEND, Change.LEFT])
def test_staff_sent_away_put_no_passkey_and_no_app_by_their_password(world, admin, change):
    """It would be both steps on the day they are back."""
    helena = sent_away(world, admin, change)
    thief, token = by_password(world, helena.email)
    assert thief.roles == frozenset()

    with pytest.raises(NotAllowed):
        begin_adding(world, SITE, by=thief, token=token, at=NOW)
    with pytest.raises(NotAllowed):
        sets_an_app(world, thief, token)
    assert own_passkeys(world, by=thief) == ()
    assert not has_an_app(world, thief)


def test_what_they_began_before_they_were_sent_away_is_not_ended(world, admin):
    helena, device = a_clinician(world, team_id=admin.team_id, with_phone=False), Device()
    by, token = by_password(world, helena.email)
    begun = begin_adding(world, SITE, by=by, token=token, at=NOW)
    mine = UUID(by.account_id)
    change_member(world, by=admin.who, account_id=mine, change=Change.SUSPEND, at=NOW)

    more = {"ceremony": begun.token, "answer": device.makes(begun.options), "name": "x"}
    with pytest.raises(NotAllowed):
        add_passkey(world, SITE, by=by, token=token, at=NOW, **more)
    assert own_passkeys(world, by=by) == ()


def test_nor_do_they_change_any_with_their_second_step(world, admin):
    helena = a_clinician(world, team_id=admin.team_id, with_phone=False)
    by, token = by_password(world, helena.email)
    token = sure(adds(world, by, token, Device()))
    sets_an_app(world, replace(by, second_factor=True))
    mine = UUID(by.account_id)
    change_member(world, by=admin.who, account_id=mine, change=Change.SUSPEND, at=NOW)
    by = sure(recognise(world, token=token, at=NOW)).who
    assert by.second_factor
    assert not by.is_staff

    (kept,) = own_passkeys(world, by=by)
    for change in (
        lambda: begin_adding(world, SITE, by=by, token=token, at=NOW),
        lambda: remove_passkey(world, by=by, token=token, named=kept.named, at=NOW),
        lambda: sets_an_app(world, by, token),
        lambda: turn_off_second_step(world, by=by, token=token, at=NOW),
    ):
        with pytest.raises(NotAllowed):
            change()
    assert own_passkeys(world, by=by) == (kept,)
    assert has_an_app(world, by)


def test_once_they_are_back_they_set_their_first_one_up(world, admin):
    helena = sent_away(world, admin)
    mine = UUID(helena.who.account_id)
    change_member(world, by=admin.who, account_id=mine, change=Change.REINSTATE, at=NOW)
    by, token = by_password(world, helena.email)
    assert sure(recognise(world, token=sets_an_app(world, by, token), at=NOW)).who.second_factor


def test_a_place_in_another_team_is_a_place(world, admin):
    helena, team = sent_away(world, admin), a_hospital(world)
    mine, role = UUID(helena.who.account_id), Role.NURSE
    with world.store.begin() as tx:
        add_member(tx, mine, team, role=role, registration=None, entered_by=None, at=NOW)
    by, token = by_password(world, helena.email)
    assert adds(world, by, token, Device())


def test_a_password_chooses_nothing_beside_the_provider_they_come_by(world):
    """That provider may be their second step."""
    helena = a_clinician(world, with_phone=False)
    joined(world, UUID(helena.who.account_id), "staff")
    by, token = by_password(world, helena.email)
    with pytest.raises(NotAllowed):
        begin_adding(world, SITE, by=by, token=token, at=NOW)
    with pytest.raises(NotAllowed):
        sets_an_app(world, by, token)


# --- a person's password beside their passkey ----------------------------------------------------


@pytest.mark.asvs("6.3.3")
def test_beside_a_passkey_a_password_alone_changes_nothing(world):
    ada = a_person(world)
    makes_the_first(world, Device())
    thief, token = by_password(world, ADA.email)
    (kept,) = own_passkeys(world, by=ada)

    for change in (
        lambda: begin_adding(world, SITE, by=thief, token=token, at=NOW),
        lambda: sets_an_app(world, thief, token),
        lambda: remove_passkey(world, by=thief, token=token, named=kept.named, at=NOW),
    ):
        with pytest.raises(SecondStepFirst):
            change()
    assert own_passkeys(world, by=ada) == (kept,)
    assert not has_an_app(world, ada)


def test_with_the_passkey_she_changes_all_of_it(world):
    a_person(world)
    device = Device()
    makes_the_first(world, device)
    token = uses(world, device, at=NOW)
    by = sure(recognise(world, token=token, at=NOW)).who

    assert adds(world, by, token, Device()) is None
    token = sure(sets_an_app(world, by, token))
    first, _ = own_passkeys(world, by=by)
    remove_passkey(world, by=by, token=token, named=first.named, at=NOW)
    assert len(own_passkeys(world, by=by)) == 1


def test_whoever_has_just_made_one_has_shown_it(world):
    """The device made sure of its owner: it is not asked for a second time."""
    a_person(world)
    by, token = by_password(world, ADA.email)
    fresh = sure(adds(world, by, token, Device()))
    assert recognise(world, token=token, at=NOW) is None
    by = sure(recognise(world, token=fresh, at=NOW)).who
    (kept,) = own_passkeys(world, by=by)
    remove_passkey(world, by=by, token=fresh, named=kept.named, at=NOW)
    assert own_passkeys(world, by=by) == ()


# --- the owner is told ---------------------------------------------------------------------------


class Postbox:
    def __init__(self):
        self.letters = []

    def send(self, letter, *, again=False):
        self.letters.append(letter)

    def reach(self):
        raise AssertionError("nobody asks")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda world, by, token: adds(world, by, token, Device()), "passkey now opens"),
        (sets_an_app, "code app was set up"),
    ],
    ids=["passkey", "app"],
)
def test_a_new_way_in_is_told_to_whoever_owns_the_account(world, change, words):
    a_person(world)
    change(world, *by_password(world, ADA.email))
    box = Postbox()
    send_due(world, box, at=LATER)

    (letter,) = box.letters
    assert letter.to == ADA.email
    assert words in letter.text
    assert "If this was not you" in letter.text
    said = (letter.subject + letter.text).replace(world.base_url, "").lower()
    assert ADA.legal_name.lower() not in said
    assert not [word for word in HEALTH if word in said.replace("people who look after you", "")]


# --- nobody is left with none --------------------------------------------------------------------


def joined(world, account_id, kind):
    known = Identity(
        account_id=account_id,
        kind=kind,
        issuer="https://there.example.org",
        subject="x",
        linked_at=NOW,
    )
    with world.store.begin() as tx:
        keep_outside(tx, known)


def test_staff_keep_the_last_passkey_until_they_have_a_code_app(world):
    """Else a password alone would choose their second step anew."""
    helena = a_clinician(world, with_phone=False)
    by, token = by_password(world, helena.email)
    token = sure(adds(world, by, token, Device()))
    by = sure(recognise(world, token=token, at=NOW)).who
    adds(world, by, token, Device())
    first, second = own_passkeys(world, by=by)

    remove_passkey(world, by=by, token=token, named=first.named, at=NOW)
    with pytest.raises(LastSecondStep):
        remove_passkey(world, by=by, token=token, named=second.named, at=NOW)
    assert own_passkeys(world, by=by) == (second,)

    token = sure(sets_an_app(world, by, token))
    remove_passkey(world, by=by, token=token, named=second.named, at=NOW)
    assert own_passkeys(world, by=by) == ()


def test_without_a_password_the_last_passkey_stays_while_nothing_else_opens_it(world):
    mine, address = world.new_id(), "kay@example.org"
    kay = Who(account_id=str(mine), name="Kay", roles=frozenset())
    with world.store.begin() as tx:
        keep_account(tx, kay, kind="person", email=address, password_hash=None, at=NOW)
        account = sure(account_of(tx, mine))
        token = begin_session(world, tx, account, at=NOW, old_token=None, second_factor_at=NOW)
    by, device = sure(recognise(world, token=token, at=NOW)).who, Device()
    adds(world, by, token, device)
    (kept,) = own_passkeys(world, by=by)

    with pytest.raises(LastWayIn):
        remove_passkey(world, by=by, token=token, named=kept.named, at=NOW)
    assert uses(world, device)

    joined(world, mine, "person")
    remove_passkey(world, by=by, token=token, named=kept.named, at=NOW)
    assert own_passkeys(world, by=by) == ()


def test_an_account_that_is_suspended_as_a_whole_changes_nothing(world):
    a_person(world)
    by, token = by_password(world, ADA.email)
    with world.store.begin() as tx:
        set_state(tx, UUID(by.account_id), Standing.SUSPENDED)
    with pytest.raises(NotAllowed):
        begin_adding(world, SITE, by=by, token=token, at=NOW)
