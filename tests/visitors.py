"""Builders of invented people who come to our doors, made through the same acts as real ones."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Any, TypeVar
from uuid import UUID

import pyotp

from careplan.accounts.clinic_codes import shown
from careplan.accounts.passwords import hash_password
from careplan.accounts.people import Role, Who
from careplan.accounts.registration import Body, Registration
from careplan.acts.accounts import (
    NewPerson,
    make_own_account,
    make_team,
    new_second_factor,
    set_second_factor,
)
from careplan.acts.linking import link_in_clinic, show_code
from careplan.acts.signing_in import sign_in, who_is
from careplan.acts.world import World
from careplan.plan.person import Identity, Sex
from careplan.store.accounts import new_account
from careplan.store.teams import add_member
from tests.stores import NOW, TODAY
from tests.web.reader import Reader

PASSWORD = "four quiet herons walking"
ADA = NewPerson(
    email="ada@example.org",
    password=PASSWORD,
    legal_name="Adaeze Grace Okonkwo-Bright",
    date_of_birth=date(1997, 3, 14),
    nhs_number=None,
)
ADA_ON_PAPER = Identity("Adaeze Grace Okonkwo-Bright", date(1997, 3, 14), "9990110212", Sex.FEMALE)
SESSION_COOKIE = "__Host-careplan"
Found = TypeVar("Found")


@dataclass(frozen=True)
class Staff:
    """A member of a team as they are with the second factor given, and what they sign in with."""

    who: Who
    email: str
    secret: str
    team_id: UUID


def sure(found: Found | None) -> Found:
    """What must be there, for a test whose point lies elsewhere."""
    assert found is not None
    return found


def code_of(secret: str, at: datetime) -> str:
    """What the app on the phone shows at that moment."""
    return pyotp.TOTP(secret).at(at.astimezone(UTC))


def a_person(world: World, *, at: datetime = NOW, **changes: Any) -> Who:
    """Somebody with an account of their own, whom nobody has checked yet."""
    asked = replace(ADA, **changes)
    make_own_account(world, asked, at=at, today=TODAY)
    return who_is(world, email=asked.email)


def a_hospital(world: World, name: str = "St Anselm's Hospital") -> UUID:
    return make_team(
        world,
        name=f"{name} red cell team",
        organisation=name,
        ods="R9X01",
        phone="020 7946 0100",
        at=NOW,
    )


def a_member(
    world: World,
    *,
    team_id: UUID,
    email: str,
    name: str,
    title: str,
    role: Role,
    registration: Registration | None = None,
    entered_by: UUID | None = None,
    at: datetime = NOW,
) -> UUID:
    """Somebody as they stand once they took an invitation up and somebody checked their number:
    the two are tried in tests/acts/test_inviting_staff.py, and need not be walked every time."""
    account_id = world.new_id()
    hashed = hash_password(PASSWORD, entropy=world.entropy, strength=world.strength)
    with world.store.begin() as tx:
        new_account(
            tx,
            account_id,
            kind="staff",
            email=email,
            name=name,
            title=title,
            password_hash=hashed,
            at=at,
        )
        add_member(
            tx,
            account_id,
            team_id,
            role=role,
            registration=registration,
            entered_by=entered_by,
            at=at,
        )
    return account_id


def a_clinician(
    world: World,
    *,
    team_id: UUID | None = None,
    email: str = "helena@example.org",
    role: Role = Role.CLINICIAN,
    checked: bool = True,
    with_phone: bool = True,
    entered_by: UUID | None = None,
) -> Staff:
    """A doctor whose registration was checked and whose second factor is set up, unless told."""
    team_id = team_id or a_hospital(world)
    number = Registration(body=Body.GMC, number="7012345", verified_at=NOW if checked else None)
    a_member(
        world,
        team_id=team_id,
        email=email,
        name="Dr Helena Marsden",
        title="Consultant haematologist",
        role=role,
        registration=number,
        entered_by=entered_by,
    )
    who = who_is(world, email=email)
    secret = new_second_factor(world)
    if with_phone:
        before = NOW.replace(year=NOW.year - 1)
        set_second_factor(world, by=who, secret=secret, code=code_of(secret, before), at=before)
    given = replace(who, second_factor=True, second_factor_set=with_phone)
    return Staff(given, email, secret, team_id)


def an_emergency_nurse(
    world: World, *, team_id: UUID | None = None, email: str = "tom@example.org"
) -> Staff:
    """Somebody of an emergency department, both steps given."""
    team_id = team_id or make_team(
        world,
        name="Emergency department",
        organisation="St Anselm's Hospital",
        ods="R9X01",
        phone=None,
        at=NOW,
    )
    number = Registration(body=Body.NMC, number="12B3456E")
    a_member(
        world,
        team_id=team_id,
        email=email,
        name="Tom Fairley",
        title="Emergency nurse",
        role=Role.EMERGENCY_STAFF,
        registration=number,
    )
    who = replace(who_is(world, email=email), second_factor=True)
    return Staff(who, email, new_second_factor(world), team_id)


def linked_patient(world: World, staff: Staff, *, person: Who | None = None) -> Who:
    """Somebody whom this clinician has checked in clinic, and whose plan the team now has."""
    person = person or a_person(world)
    code = show_code(world, by=person, patient_id=UUID(person.patient_id), at=NOW)
    link_in_clinic(
        world,
        by=staff.who,
        typed=shown(code),
        identity=replace(ADA_ON_PAPER, legal_name=person.name),
        method="photo_id",
        at=NOW,
        today=TODAY,
    )
    return person


# --- through the pages -------------------------------------------------------------------------


def sign_up(client: Reader, **changes: str) -> Reader:
    """Make an account and sign in with it, as a person does."""
    form = {
        "legal_name": ADA.legal_name,
        "born-day": "14",
        "born-month": "3",
        "born-year": "1997",
        "email": ADA.email,
        "password": PASSWORD,
    } | changes
    assert client.submit("/account/new", form).status_code == 200
    return come_in(client, email=form["email"], password=form["password"])


def come_in(client: Reader, *, email: str = ADA.email, password: str = PASSWORD) -> Reader:
    answer = client.submit("/account/sign-in", {"email": email, "password": password})
    assert answer.status_code == 302
    return client


def signed_in_team(client: Reader, world: World, staff: Staff | None = None) -> Staff:
    """A clinician at their desk, both steps given, without the pages in between."""
    staff = staff or a_clinician(world, with_phone=False)
    at = client.application.extensions["careplan"].now()
    token = sign_in(world, email=staff.email, password=PASSWORD, at=at)
    code = code_of(staff.secret, at)
    known = replace(staff.who, second_factor=True)
    fresh = set_second_factor(world, by=known, secret=staff.secret, code=code, at=at, token=token)
    client.set_cookie(SESSION_COOKIE, fresh or "", domain="plan.example.org", secure=True)
    return staff
