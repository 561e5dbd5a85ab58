"""Making accounts: a person's own, a team's, and the second factor."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID

import pytest

from careplan.accounts.people import Role, Who
from careplan.acts.accounts import (
    BadAccount,
    EmailInUse,
    make_own_account,
    new_second_factor,
    problems_with,
    set_second_factor,
)
from careplan.acts.signing_in import (
    TRIES,
    TooManyTries,
    WrongCode,
    give_second_factor,
    recognise,
    sign_in,
    who_is,
)
from careplan.acts.world import NotAllowed, World
from careplan.audit.events import Kind
from careplan.store.directory import Kind as Found
from careplan.store.drafts import draft_of
from careplan.store.patients import face_of, find_patient, patient_of
from careplan.store.trail import events_of
from tests.stores import NOW, TODAY
from tests.visitors import ADA, PASSWORD, a_clinician, a_person, code_of, sure


def kinds(world: World, patient_id: str | None) -> list[Kind]:
    with world.store.read() as tx:
        return [kept.event.kind for kept in events_of(tx, UUID(patient_id), limit=50)]


def test_it_makes_an_account_and_an_empty_plan(world):
    who = a_person(world)

    assert who.name == ADA.legal_name
    assert who.roles == {Role.PATIENT}
    assert who.team_id is None
    with world.store.read() as tx:
        patient = sure(patient_of(tx, UUID(who.patient_id)))
        face = sure(face_of(tx, UUID(who.patient_id)))
        identity = sure(draft_of(tx, UUID(who.patient_id), "identity"))
    assert patient.team_id is None
    assert face.legal_name == ADA.legal_name
    assert face.date_of_birth == ADA.date_of_birth
    assert face.plan_number.startswith("SCP-")
    assert identity.body["plain"]["legal_name"] == ADA.legal_name


def test_it_is_written_down(world):
    assert kinds(world, a_person(world).patient_id) == [Kind.PLAN_STARTED, Kind.ACCOUNT_CREATED]


def test_an_nhs_number_nobody_has_checked_finds_nobody(world):
    a_person(world, nhs_number="999 011 0212")

    with world.store.read() as tx:
        assert find_patient(tx, Found.NHS_NUMBER, "9990110212") is None


def test_an_address_in_use_makes_nothing(world):
    who = a_person(world)

    with pytest.raises(EmailInUse):
        a_person(world, email=" ADA@example.ORG ", legal_name="Somebody Else")
    assert who_is(world, email=ADA.email) == who


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("legal_name", ""),
        ("legal_name", "   "),
        ("legal_name", "a" * 71),
        ("legal_name", "Ada\x00"),
        ("legal_name", "Ada\nBright"),
        ("legal_name", "😀😀"),
        ("date_of_birth", None),
        ("date_of_birth", TODAY + timedelta(days=1)),
        ("date_of_birth", date(1890, 1, 1)),
        ("nhs_number", "9990110213"),
        ("nhs_number", "twelve"),
        ("email", ""),
        ("email", "ada"),
        ("email", "ada@example"),
        ("email", "ada@exa mple.org"),
        ("email", "ada\u200b@example.org"),
        ("email", "a" * 10_000 + "@example.org"),
        ("password", "short"),
        ("password", "x" * 10_000),
    ],
)
def test_what_cannot_be_an_account_is_named_and_nothing_is_kept(world, field, value):
    asked = replace(ADA, **{field: value})

    with pytest.raises(BadAccount) as refused:
        make_own_account(world, asked, at=NOW, today=TODAY)
    assert list(refused.value.problems) == [field]


@pytest.mark.parametrize("name", ["أمينة يوسف", "Zoë 😀 O’Neill", "李小龍", "Ma\u200dry-Ann d'Àrc"])
def test_a_name_is_what_its_owner_says(world, name):
    assert a_person(world, legal_name=name).name == name


def test_all_problems_come_at_once_in_the_order_of_the_page():
    asked = replace(ADA, legal_name="", date_of_birth=None, nhs_number="1", email="", password="")

    assert list(problems_with(asked, today=TODAY)) == [
        "legal_name",
        "date_of_birth",
        "nhs_number",
        "email",
        "password",
    ]


def test_somebody_born_today_may_have_a_plan():
    assert problems_with(replace(ADA, date_of_birth=TODAY), today=TODAY) == {}


# --- teams ---------------------------------------------------------------------------------------


def test_a_member_of_a_team_has_role_title_and_registration(world):
    staff = a_clinician(world)

    who = who_is(world, email=staff.email)
    assert who.roles == {Role.CLINICIAN}
    assert who.title == "Consultant haematologist"
    assert who.organisation == "St Anselm's Hospital"
    assert str(who.registration) == "GMC 7012345"
    assert sure(who.registration).verified


def test_a_registration_nobody_has_checked_is_not_verified(world):
    staff = a_clinician(world, checked=False)

    assert not sure(who_is(world, email=staff.email).registration).verified


# --- the second factor ---------------------------------------------------------------------------


def test_a_second_factor_counts_once_its_code_came_back(world):
    staff = a_clinician(world, with_phone=False)
    token = sign_in(world, email=staff.email, password=PASSWORD, at=NOW)
    secret = new_second_factor(world)

    fresh = set_second_factor(
        world, by=staff.who, secret=secret, code=code_of(secret, NOW), at=NOW, token=token
    )

    assert recognise(world, token=token, at=NOW) is None
    found = sure(recognise(world, token=sure(fresh), at=NOW))
    assert found.has_second_factor
    assert found.who.second_factor


def test_the_code_that_set_it_up_does_not_work_again(world):
    staff = a_clinician(world, with_phone=False)
    code = code_of(staff.secret, NOW)
    set_second_factor(world, by=staff.who, secret=staff.secret, code=code, at=NOW)
    token = sign_in(world, email=staff.email, password=PASSWORD, at=NOW)

    with pytest.raises(WrongCode):
        give_second_factor(world, token=token, code=code, at=NOW)


@pytest.mark.parametrize("secret", ["", "A", "a" * 32, "0" * 32, "A" * 10_000])
def test_a_secret_we_did_not_make_is_refused(world, secret):
    staff = a_clinician(world, with_phone=False)

    with pytest.raises(WrongCode):
        set_second_factor(world, by=staff.who, secret=secret, code="000000", at=NOW)


@pytest.mark.parametrize("code", ["", "12345", "letters", "１２３", "0" * 5000])
def test_a_wrong_code_keeps_nothing(world, code):
    staff = a_clinician(world, with_phone=False)

    with pytest.raises(WrongCode):
        set_second_factor(world, by=staff.who, secret=staff.secret, code=code, at=NOW)
    token = sign_in(world, email=staff.email, password=PASSWORD, at=NOW)
    assert not sure(recognise(world, token=token, at=NOW)).has_second_factor


def test_a_stolen_password_cannot_put_another_phone_in_its_place(world):
    staff = a_clinician(world)
    thief = who_is(world, email=staff.email)
    own = new_second_factor(world)

    with pytest.raises(NotAllowed):
        set_second_factor(world, by=thief, secret=own, code=code_of(own, NOW), at=NOW)


def test_with_the_second_factor_given_the_phone_may_change(world):
    staff = a_clinician(world)
    other = new_second_factor(world)

    set_second_factor(world, by=staff.who, secret=other, code=code_of(other, NOW), at=NOW)

    token = sign_in(world, email=staff.email, password=PASSWORD, at=NOW)
    later = NOW + timedelta(minutes=1)
    assert give_second_factor(world, token=token, code=code_of(other, later), at=later)


def test_guessing_the_first_code_is_counted(world):
    staff = a_clinician(world, with_phone=False)
    for _ in range(TRIES):
        with pytest.raises(WrongCode):
            set_second_factor(world, by=staff.who, secret=staff.secret, code="000000", at=NOW)

    with pytest.raises(TooManyTries):
        set_second_factor(
            world, by=staff.who, secret=staff.secret, code=code_of(staff.secret, NOW), at=NOW
        )


def test_nobody_has_no_second_factor_to_set(world):
    with pytest.raises(NotAllowed):
        set_second_factor(
            world, by=Who.nobody(), secret=new_second_factor(world), code="000000", at=NOW
        )
