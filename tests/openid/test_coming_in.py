"""Whom a sign-in elsewhere lets in, with a provider that is not ours: NHS login for people, a
trust's own for staff."""

# mypy: disable-error-code="union-attr,arg-type"
# What is not there fails the test that asks for it.

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from uuid import UUID

import pytest

from careplan.accounts.clinic_codes import shown
from careplan.accounts.outside import LIVES, Side, contact, proven, took_two_steps
from careplan.accounts.people import Role, Standing
from careplan.acts.accounts import (
    email_of,
    make_helper_account,
    new_second_factor,
    set_second_factor,
)
from careplan.acts.coming_in import come_in, join_outside, leave_outside, own_outside
from careplan.acts.erasing import Why, erase_for_ever
from careplan.acts.inviting import take_list, work_all
from careplan.acts.inviting_staff import Asked, invitations, invite_member
from careplan.acts.members import Change, change_member
from careplan.acts.notifying import send_due
from careplan.acts.outside import Invitation, NotThisWay, begin_outside, hear
from careplan.acts.own_sessions import SURE_FOR, NotSure
from careplan.acts.recovering import come_back, let_back
from careplan.acts.signing_in import (
    WrongSignIn,
    needs_second_factor,
    recognise,
    sign_in,
    who_is,
)
from careplan.acts.ways_in import LastWayIn, SecondStepFirst
from careplan.acts.world import NotAllowed, NotThere
from careplan.audit.events import Kind
from careplan.store.accounts import accounts_of_patient, set_state
from careplan.store.db import Transaction
from careplan.store.directory import Kind as Finds
from careplan.store.patients import find_patient
from careplan.store.teams import set_member_state
from careplan.store.trail import events_of
from tests.openid.provider import PEOPLE, back_from, goes_there
from tests.stores import NOW, TODAY
from tests.visitors import ADA, PASSWORD, a_clinician, a_person, code_of, linked_patient, sure

ADA_NUMBER = "9990110212"
LIST = "Name,Date of birth,NHS number\nAda Okonkwo,{born},999 011 0212\n"


def goes(world, way, person, *, at=NOW, **more):
    """To the provider and back, in one browser."""
    begun = begin_outside(world, way, at=at, **more)
    return hear(world, way, back_from(goes_there(begun.address, person), begun.browser), at=at)


def signs_in(world, way, person, *, at=NOW, **more):
    token = come_in(world, way, goes(world, way, person, at=at, **more), at=at)
    return sure(recognise(world, token=token, at=at)).who


def joins(world, way, person, *, by, token, at=NOW):
    said = goes(world, way, person, by=by, token=token, at=at)
    join_outside(world, way, said, by=by, at=at)


def is_refused(world, way, person, **more):
    """They did sign in there, and here it opens nothing."""
    said = goes(world, way, person, **more)
    with pytest.raises(NotThisWay):
        come_in(world, way, said, at=NOW)


def cannot_join(world, way, person, *, by, token):
    said = goes(world, way, person, by=by, token=token)
    with pytest.raises(NotThisWay):
        join_outside(world, way, said, by=by, at=NOW)


def comes_in(world, email=ADA.email):
    return sign_in(world, email=email, password=PASSWORD, at=NOW)


@pytest.fixture
def doctor(world):
    return a_clinician(world)


def begins_a_plan(world, doctor, *, born="14/03/1997"):
    """For somebody who has no account: the team's own list names them."""
    take_list(world, by=doctor.who, data=LIST.format(born=born).encode(), at=NOW)
    work_all(world, at=NOW, today=TODAY)
    with world.store.read() as tx:
        return sure(find_patient(tx, Finds.NHS_NUMBER, ADA_NUMBER))


@pytest.fixture
def begun(world, doctor):
    return begins_a_plan(world, doctor)


def accounts(world, patient_id):
    with world.store.read() as tx:
        return accounts_of_patient(tx, patient_id)


def deeds(world, patient_id):
    with world.store.read() as tx:
        return [one.event.kind for one in events_of(tx, patient_id, limit=6)]


# --- a person's first time -----------------------------------------------------------------------


def test_photo_id_and_birth_date_open_the_plan_the_team_began(world, begun, nhs):
    ada = signs_in(world, nhs, "ada")

    assert (ada.patient_id, ada.name) == (str(begun), "Ada Okonkwo")
    assert ada.second_factor
    assert email_of(world, by=ada) == "ada.new@example.org"
    assert deeds(world, begun)[:4] == [
        Kind.SIGNED_IN, Kind.OUTSIDE_JOINED, Kind.PLAN_LINKED, Kind.ACCOUNT_CREATED,
    ]  # fmt: skip
    assert signs_in(world, nhs, "ada").account_id == ada.account_id
    (kept,) = own_outside(world, by=ada)
    assert (kept.subject, kept.last_used_at) == ("ada", NOW)
    with pytest.raises(WrongSignIn):
        sign_in(world, email="ada.new@example.org", password="", at=NOW)


class Postbox:
    def __init__(self):
        self.letters = []

    def send(self, letter, *, again=False):
        self.letters.append(letter)

    def reach(self):
        raise AssertionError("nobody asks")


def test_whoever_owns_the_account_is_told_by_letter(world, begun, nhs):
    signs_in(world, nhs, "ada")
    box = Postbox()
    send_due(world, box, at=NOW + timedelta(minutes=10))
    (letter,) = box.letters
    assert letter.to == "ada.new@example.org"
    assert "now opens your account" in letter.text
    assert "Ada" not in letter.text + letter.subject


def test_an_address_that_is_somebodys_is_not_taken_from_them(world, begun, nhs):
    theirs = a_person(world, email="ada.new@example.org")
    ada = signs_in(world, nhs, "ada")
    assert ada.account_id != theirs.account_id
    assert email_of(world, by=theirs) == "ada.new@example.org"
    with world.store.read() as tx:
        (own,) = accounts_of_patient(tx, begun)
    assert str(own.account_id) == ada.account_id
    assert email_of(world, by=ada) == ""
    box = Postbox()
    send_due(world, box, at=NOW + timedelta(minutes=10))
    assert box.letters == []


REFUSED = [
    "ada of P5", "ada of one step", "ada by her password", "another day", "nobody here",
    "ada by e-mail",
]  # fmt: skip


@pytest.mark.parametrize("person", REFUSED)
def test_less_than_that_opens_nothing(world, begun, nhs, person):
    is_refused(world, nhs, person)
    assert accounts(world, begun) == ()


@pytest.mark.asvs("6.3.3")
def test_one_step_there_does_not_open_what_it_was_joined_to(world, begun, nhs):
    """She, or whoever has her password there, takes our wish for two steps out of the address."""
    ada = signs_in(world, nhs, "ada")
    is_refused(world, nhs, "ada by her password")
    assert signs_in(world, nhs, "ada").account_id == ada.account_id


def test_a_joined_one_opens_nothing_by_one_step_either(world, doctor, nhs):
    ada, token = linked_patient(world, doctor), comes_in(world)
    cannot_join(world, nhs, "ada by her password", by=ada, token=token)
    joins(world, nhs, "ada", by=ada, token=token)
    is_refused(world, nhs, "ada by her password")


def test_whoever_has_an_account_signs_in_with_it_and_joins_it(world, doctor, nhs):
    ada = linked_patient(world, doctor)
    is_refused(world, nhs, "ada")
    assert len(accounts(world, UUID(ada.patient_id))) == 1


def test_nobody_comes_to_a_childs_plan_alone(world, doctor, nhs):
    patient_id = begins_a_plan(world, doctor, born="14/03/2014")
    assert proven(PEOPLE["ada as a child"]).born == date(2014, 3, 14)
    is_refused(world, nhs, "ada as a child")
    assert accounts(world, patient_id) == ()


def test_an_erased_person_is_as_one_who_never_was(world, begun, nhs):
    signs_in(world, nhs, "ada")
    with world.store.begin() as tx:
        erase_for_ever(tx, begun, why=Why.MADE_IN_ERROR, authority="Ray Smith", at=NOW)
    is_refused(world, nhs, "ada")


def test_the_same_is_asked_of_the_database_whoever_it_is_of(world, begun, nhs, monkeypatch):
    """Nobody known, another birth date, an account there is, too little proved, and an account it
    was joined to by one step."""
    asked: Counter[str] = Counter()
    real = Transaction.run

    def counted(tx, statement, *more):
        asked["statements"] += 1
        return real(tx, statement, *more)

    monkeypatch.setattr(Transaction, "run", counted)
    is_refused(world, nhs, "nobody here")  # the day's chain of the service has begun
    found = []
    for person in ("nobody here", "another day", "ada of P5"):
        asked.clear()
        is_refused(world, nhs, person)
        found.append(asked["statements"])
    signs_in(world, nhs, "ada")
    for person in ("ada again", "ada by her password"):
        asked.clear()
        is_refused(world, nhs, person)
        found.append(asked["statements"])
    assert set(found) == {found[0]}


# --- an answer is of one browser, once -----------------------------------------------------------


@pytest.mark.asvs("10.5.1")
def test_an_answer_opens_once(world, begun, nhs):
    start = begin_outside(world, nhs, at=NOW)
    back = back_from(goes_there(start.address, "ada"), start.browser)
    hear(world, nhs, back, at=NOW)
    with pytest.raises(NotThisWay):
        hear(world, nhs, back, at=NOW)


@pytest.mark.asvs("10.5.1")
def test_an_answer_is_of_the_browser_that_asked(world, begun, nhs):
    """Somebody sends another person the address they were sent back to."""
    start, other = (begin_outside(world, nhs, at=NOW) for _ in range(2))
    back = back_from(goes_there(start.address, "ada"), other.browser)
    with pytest.raises(NotThisWay):
        hear(world, nhs, back, at=NOW)


@pytest.mark.asvs("10.5.1")
def test_a_code_belongs_to_the_question_it_answers(world, begun, nhs):
    """The code of one, brought to the question of another: the provider itself refuses it, for it
    was asked for with another secret (PKCE)."""
    start, other = (begin_outside(world, nhs, at=NOW) for _ in range(2))
    stolen = back_from(goes_there(start.address, "ada"), start.browser)
    mine = back_from(goes_there(other.address, "nobody here"), other.browser)
    with pytest.raises(NotThisWay):
        hear(world, nhs, type(mine)(mine.state, stolen.code, mine.issuer, mine.browser), at=NOW)


def test_an_answer_is_of_one_provider_in_time_and_not_empty(world, begun, nhs, trust):
    for changed in (
        {"way": trust},
        {"at": NOW + LIVES},
        {"state": ""},
        {"state": "x" * 43},
        {"code": ""},
        {"issuer": "https://elsewhere.example.org"},
        {"issuer": None},
    ):
        start = begin_outside(world, nhs, at=NOW)
        back = back_from(goes_there(start.address, "ada"), start.browser)
        given = {name: changed.get(name, getattr(back, name)) for name in back.__slots__}
        with pytest.raises(NotThisWay):
            hear(
                world,
                changed.get("way", nhs),
                type(back)(**given),
                at=changed.get("at", NOW),
            )
    assert accounts(world, begun) == ()


def test_whoever_says_no_there_comes_in_nowhere(world, begun, nhs):
    start = begin_outside(world, nhs, at=NOW)
    address = goes_there(start.address, "somebody unknown to it")
    assert "error=access_denied" in address
    with pytest.raises(NotThisWay):
        hear(world, nhs, back_from(address, start.browser), at=NOW)


# --- one's own account ---------------------------------------------------------------------------


def test_ada_joins_it_to_her_account_and_takes_it_off_again(world, doctor, nhs):
    ada = linked_patient(world, doctor)
    token = comes_in(world)
    joins(world, nhs, "ada", by=ada, token=token)

    assert signs_in(world, nhs, "ada").account_id == ada.account_id
    cannot_join(world, nhs, "ada again", by=ada, token=token)
    leave_outside(world, Side.PEOPLE, by=ada, token=token, at=NOW)
    assert own_outside(world, by=ada) == ()
    is_refused(world, nhs, "ada")
    with pytest.raises(NotThere):
        leave_outside(world, Side.PEOPLE, by=ada, token=token, at=NOW)


@pytest.mark.parametrize("person", ["another day", "nobody here", "ada of P5", "ada by e-mail"])
def test_nobody_elses_is_joined_to_her_account(world, doctor, nhs, person):
    ada = linked_patient(world, doctor)
    cannot_join(world, nhs, person, by=ada, token=comes_in(world))


def test_what_nobody_checked_is_no_plan_of_theirs(world, nhs):
    """She typed the number herself: it proves nothing."""
    ada = a_person(world, nhs_number=ADA_NUMBER)
    cannot_join(world, nhs, "ada", by=ada, token=comes_in(world))


def test_one_sign_in_opens_one_account(world, begun, nhs):
    """It is Ada's; a helper cannot join it to theirs too."""
    signs_in(world, nhs, "ada")
    make_helper_account(world, name="Kay", email="kay@example.org", password=PASSWORD, at=NOW)
    kay = who_is(world, email="kay@example.org")
    token = comes_in(world, "kay@example.org")
    cannot_join(world, nhs, "ada", by=kay, token=token)
    joins(world, nhs, "nobody here", by=kay, token=token)
    assert signs_in(world, nhs, "nobody here").account_id == kay.account_id


def test_what_ada_set_off_to_join_nobody_else_ends(world, doctor, nhs):
    ada = linked_patient(world, doctor)
    make_helper_account(world, name="Kay", email="kay@example.org", password=PASSWORD, at=NOW)
    said = goes(world, nhs, "ada", by=ada, token=comes_in(world))
    with pytest.raises(NotThisWay):
        join_outside(world, nhs, said, by=who_is(world, email="kay@example.org"), at=NOW)
    with pytest.raises(NotThisWay):
        come_in(world, nhs, said, at=NOW)


def test_a_phone_lying_open_joins_nothing(world, doctor, nhs):
    ada, token = linked_patient(world, doctor), comes_in(world)
    with pytest.raises(NotSure):
        begin_outside(world, nhs, by=ada, token=token, at=NOW + SURE_FOR)
    joins(world, nhs, "ada", by=ada, token=token)
    with pytest.raises(NotSure):
        leave_outside(world, Side.PEOPLE, by=ada, token=token, at=NOW + SURE_FOR)


def test_a_password_alone_joins_and_leaves_nothing_beside_a_second_step(world, doctor, nhs):
    ada, token = linked_patient(world, doctor), comes_in(world)
    secret = new_second_factor(world)
    mine = {"secret": secret, "code": code_of(secret, NOW), "at": NOW}
    said = goes(world, nhs, "ada", by=ada, token=token)
    set_second_factor(world, by=ada, **mine)
    with pytest.raises(SecondStepFirst):
        begin_outside(world, nhs, by=ada, token=token, at=NOW)
    with pytest.raises(SecondStepFirst):
        join_outside(world, nhs, said, by=ada, at=NOW)
    with pytest.raises(SecondStepFirst):
        leave_outside(world, Side.PEOPLE, by=ada, token=token, at=NOW)


def test_staff_whose_place_rests_join_and_leave_nothing(world, trust):
    """Not even with their second step: it opens nothing today, and would once they are back."""
    helena = a_clinician(world)
    by, token = helena.who, comes_in(world, helena.email)
    said = goes(world, trust, "helena", by=by, token=token)
    with world.store.begin() as tx:
        set_member_state(tx, UUID(by.account_id), helena.team_id, Standing.SUSPENDED)
    for one in (by, who_is(world, email=helena.email)):
        with pytest.raises(NotAllowed):
            begin_outside(world, trust, by=one, token=token, at=NOW)
        with pytest.raises(NotAllowed):
            join_outside(world, trust, said, by=one, at=NOW)
        with pytest.raises(NotAllowed):
            leave_outside(world, Side.STAFF, by=one, token=token, at=NOW)
    assert own_outside(world, by=by) == ()


def test_the_last_way_in_is_not_taken_off(world, begun, nhs):
    token = come_in(world, nhs, goes(world, nhs, "ada"), at=NOW)
    ada = sure(recognise(world, token=token, at=NOW)).who
    with pytest.raises(LastWayIn):
        leave_outside(world, Side.PEOPLE, by=ada, token=token, at=NOW)
    assert signs_in(world, nhs, "ada")


# --- staff ---------------------------------------------------------------------------------------


def test_staff_are_not_made_by_a_provider_nor_known_by_an_address(world, doctor, trust):
    assert doctor.email == PEOPLE["helena"]["email"]
    is_refused(world, trust, "helena")


def test_two_steps_there_are_two_steps_and_one_is_one(world, trust):
    helena = a_clinician(world, with_phone=False)
    for person, enough in (("helena", False), ("helena in two steps", True)):
        by, token = helena.who, comes_in(world, helena.email)
        joins(world, trust, person, by=by, token=token)
        assert needs_second_factor(signs_in(world, trust, person)) is not enough
        leave_outside(world, Side.STAFF, by=by, token=token, at=NOW)


def test_whoever_owes_the_second_step_joins_nothing(world, doctor, trust):
    by = who_is(world, email=doctor.email)
    with pytest.raises(NotAllowed):
        begin_outside(world, trust, by=by, token=comes_in(world, doctor.email), at=NOW)


def test_suspended_staff_stay_out(world, trust):
    helena = a_clinician(world)
    joins(world, trust, "helena", by=helena.who, token=comes_in(world, helena.email))
    admin = a_clinician(
        world, team_id=helena.team_id, email="grace@example.org", role=Role.TEAM_ADMIN
    ).who
    mine = UUID(helena.who.account_id)
    change_member(world, by=admin, account_id=mine, change=Change.SUSPEND, at=NOW)
    is_refused(world, trust, "helena")
    change_member(world, by=admin, account_id=mine, change=Change.REINSTATE, at=NOW)
    assert signs_in(world, trust, "helena").is_staff
    with world.store.begin() as tx:
        set_state(tx, mine, Standing.SUSPENDED)
    is_refused(world, trust, "helena")


def test_a_persons_account_and_staffs_are_two_things(world, doctor, nhs, trust):
    ada = linked_patient(world, doctor)
    cannot_join(world, trust, "helena", by=ada, token=comes_in(world))
    cannot_join(world, nhs, "ada", by=doctor.who, token=comes_in(world, doctor.email))


def test_an_invitation_is_opened_with_it_instead_of_a_password(world, trust):
    admin = a_clinician(world, email="grace@example.org", role=Role.TEAM_ADMIN).who
    sade = Asked("Dr Sade Cole", "sade@example.org", "Registrar", Role.CLINICIAN)
    made = invite_member(world, by=admin, asked=sade, at=NOW)
    is_refused(world, trust, "helena", invitation=Invitation(sade.email, "0" * 16))

    came = signs_in(world, trust, "helena", invitation=Invitation(sade.email, shown(made.code)))

    assert (came.name, came.roles) == ("Dr Sade Cole", {Role.CLINICIAN})
    assert needs_second_factor(came)
    assert invitations(world, by=admin, at=NOW) == ()
    with pytest.raises(WrongSignIn):
        sign_in(world, email=sade.email, password="", at=NOW)
    again = invite_member(world, by=admin, asked=sade, at=NOW)
    is_refused(world, trust, "helena", invitation=Invitation(sade.email, shown(again.code)))


def test_a_recovered_account_is_opened_by_nothing_of_before(world, doctor, nhs):
    ada = linked_patient(world, doctor)
    joins(world, nhs, "ada", by=ada, token=comes_in(world))
    mine = {"patient_id": UUID(ada.patient_id), "account_id": UUID(ada.account_id)}
    given = let_back(world, by=doctor.who, **mine, method="photo_id", at=NOW)
    words = "eleven grey otters dancing"
    come_back(world, email=ADA.email, typed=shown(given.code), password=words, at=NOW)
    is_refused(world, nhs, "ada")


# --- what an answer is worth ---------------------------------------------------------------------

WHOLE = dict(PEOPLE["ada"])


@pytest.mark.parametrize(
    "wrong",
    [
        {"identity_proofing_level": "P5"},
        {"identity_proofing_level": ["P9"]},
        {"vot": "P9"},
        {"vot": None},
        {"nhs_number": "9990110213"},
        {"nhs_number": 9990110212},
        {"birthdate": "14/03/1997"},
        {"birthdate": "19970314"},
        {"birthdate": "0000-03-14"},
        {"birthdate": None},
    ],
    ids=str,
)
def test_nothing_less_proves_who_somebody_is(wrong):
    assert proven(WHOLE).born == date(1997, 3, 14)
    assert proven(WHOLE | wrong) is None


def test_two_steps_are_what_the_setting_says_and_nothing_else(trust, nhs):
    assert took_two_steps(trust.provider, {"acr": "two-steps"})
    for said in ({}, {"acr": ""}, {"acr": "one-step"}, {"acr": ["two-steps"]}):
        assert not took_two_steps(trust.provider, said)
    assert not took_two_steps(nhs.provider, {"vot": "P5.Cp", "acr": "two-steps"})


def test_an_address_is_told_only_once_it_was_checked():
    assert contact({"email": "a@b.example", "email_verified": True}) == "a@b.example"
    for said in ({}, {"email": "a@b.example"}, {"email": "a@b.example", "email_verified": "true"}):
        assert contact(said) is None


def test_ten_minutes_are_enough(world, nhs):
    assert timedelta(minutes=10) == LIVES
