"""Puts invented people in, through the acts that pages call, dates relative to today."""

from __future__ import annotations

import json
from datetime import date, datetime, timedelta
from uuid import UUID

from careplan.accounts.people import Role, Who
from careplan.acts.accounts import NewPerson, make_own_account, make_team
from careplan.acts.demo_family import CHILD, add_family
from careplan.acts.demo_people import (
    PASSWORD,
    Done,
    add_other,
    as_if_signed_in,
    bring_in,
    moment,
    moved,
    others,
    write,
)
from careplan.acts.hospitals import load_hospitals
from careplan.acts.inviting_staff import Asked
from careplan.acts.linking import link_in_clinic, show_code
from careplan.acts.publishing import answer_plan, publish_words
from careplan.acts.sharing import printed_link
from careplan.acts.signing import sign_plan, signing_page
from careplan.acts.world import SYSTEM, World
from careplan.audit.events import AuditEvent, Kind
from careplan.plan.care_plan import CLINICAL, OWN_WORDS, AnswerKind, CarePlan
from careplan.plan.codec import from_plain
from careplan.plan.dictionary import CONDITIONS
from careplan.sharing.links import Kind as LinkKind
from careplan.store.accounts import account_by_email
from careplan.store.teams import add_member
from careplan.store.upkeep import newest, write_down

DEMO_PATIENT = "ada@example.org"
DEMO_CLINICIAN = "helena.marsden@example.org"
DEMO_NURSE = "bola.akande@example.org"
DEMO_EMERGENCY = "tom.fairley@example.org"
DEMO_PASSWORD = PASSWORD
DEMO_HOSPITALS = CONDITIONS / "sickle_cell" / "demo" / "hospitals.csv"
WRITTEN_AS_IF = date(2026, 11, 23)
SIGNED = date(2026, 9, 8)
ANSWERED = date(2026, 9, 10)
BEGUN = date(2026, 8, 30)


class HalfSeeded(Exception):
    """An earlier run was cut off: some of the invented people are there, and some only in part."""


def seed(world: World, *, at: datetime, today: date, done: Done, everybody: bool = False) -> bool:
    """Ada and her team, or everybody of the demonstration; False when they are there already.

    Raises HalfSeeded. Each act keeps what it did, as it does for real people, so what a run that
    was cut off has left cannot be told from what somebody did since: nothing is added to it.
    """
    with world.store.read() as tx:
        if newest(tx, Kind.SEED_BEGUN) is not None and newest(tx, Kind.SEEDED) is None:
            raise HalfSeeded("some of the invented people are missing")
        if account_by_email(tx, DEMO_PATIENT) is not None:
            return False
    with world.store.begin() as tx:
        write_down(tx, AuditEvent(Kind.SEED_BEGUN, at, SYSTEM, None, {}))
    shift = today - WRITTEN_AS_IF
    load_hospitals(world, DEMO_HOSPITALS.read_text("utf-8"), at=at, today=today)
    _team(world, _at(BEGUN, 8, shift))
    _emergency_department(world, _at(BEGUN, 8, shift))
    _ada(world, shift, done)
    more = tuple(others(shift)) if everybody else ()
    for person in more:
        add_other(world, person, done)
        if person.email == CHILD:
            add_family(world, person)
    with world.store.begin() as tx:
        write_down(tx, AuditEvent(Kind.SEEDED, at, SYSTEM, None, {"count": str(1 + len(more))}))
    return True


def demo_plan(shift: timedelta) -> CarePlan:
    """Ada's plan with every date moved, but the day she was born."""
    file = CONDITIONS / "sickle_cell" / "demo" / "ada.json"
    plan = from_plain(CarePlan, json.loads(file.read_text("utf-8"))["plan"])
    here: CarePlan = moved(plan, shift)
    return here


def _at(day: date, hour: int, shift: timedelta, minute: int = 0) -> datetime:
    return moment(day + shift, hour, minute)


def _team(world: World, at: datetime) -> None:
    team = make_team(
        world,
        name="St Anselm's sickle cell team",
        organisation="St Anselm's Hospital",
        ods="R9X01",
        phone="020 7946 0100",
        at=at,
    )
    doctor = Asked(
        "Dr Helena Marsden",
        DEMO_CLINICIAN,
        "Consultant haematologist",
        Role.CLINICIAN,
        "GMC 7012345",
    )
    nurse = Asked(
        "Bola Akande",
        DEMO_NURSE,
        "Sickle cell clinical nurse specialist",
        Role.NURSE,
        "NMC 07A1234E",
    )
    account_id = bring_in(world, doctor, team_id=team, at=at)
    bring_in(world, nurse, team_id=team, at=at, checked=False)
    with world.store.begin() as tx:  # so that an administrator's pages can be tried too
        add_member(tx, account_id, team, role=Role.TEAM_ADMIN, at=at)


def _emergency_department(world: World, at: datetime) -> None:
    """Of the same hospital: they open nothing but the staff door, and that where it is on."""
    team = make_team(
        world,
        name="St Anselm's emergency department",
        organisation="St Anselm's Hospital",
        ods="R9X01",
        phone=None,
        at=at,
    )
    nurse = Asked(
        "Tom Fairley",
        DEMO_EMERGENCY,
        "Emergency nurse practitioner",
        Role.EMERGENCY_STAFF,
        "NMC 12B3456E",
    )
    bring_in(world, nurse, team_id=team, at=at)


def _ada(world: World, shift: timedelta, done: Done) -> None:
    plan = demo_plan(shift)
    ada = _account(world, plan, _at(BEGUN, 19, shift), BEGUN + shift)
    patient_id = UUID(ada.patient_id)
    write(world, ada, patient_id, plan, OWN_WORDS, done, _at(BEGUN, 19, shift, 20))
    publish_words(world, by=ada, patient_id=patient_id, at=_at(BEGUN, 19, shift, 40))
    clinic = _at(SIGNED, 10, shift)
    doctor = as_if_signed_in(world, DEMO_CLINICIAN)
    code = show_code(world, by=ada, patient_id=patient_id, at=clinic)
    link_in_clinic(
        world,
        by=doctor,
        typed=code,
        identity=plan.identity,
        method="known_to_team",
        at=clinic,
        today=SIGNED + shift,
    )
    write(world, doctor, patient_id, plan, CLINICAL, done, clinic)
    signed, day = _at(SIGNED, 11, shift, 30), SIGNED + shift
    page = signing_page(world, by=doctor, patient_id=patient_id, at=signed, today=day)
    sign_plan(
        world,
        by=doctor,
        patient_id=patient_id,
        fingerprint=page.fingerprint,
        expires_on=plan.review.review_due or page.longest,
        reasons={},
        at=signed,
        today=day,
    )
    answered = _at(ANSWERED, 18, shift)
    answer_plan(
        world,
        by=ada,
        patient_id=patient_id,
        version_seen=2,
        kind=AnswerKind.AGREE,
        words=None,
        at=answered,
    )
    for kind in (LinkKind.FULL_PRINT, LinkKind.PRIVATE_PRINT):
        printed_link(world, by=ada, patient_id=patient_id, kind=kind, at=answered)


def _account(world: World, plan: CarePlan, at: datetime, today: date) -> Who:
    person = plan.identity
    asked = NewPerson(
        DEMO_PATIENT,
        DEMO_PASSWORD,
        person.legal_name or "",
        person.date_of_birth,
        person.nhs_number,
    )
    make_own_account(world, asked, at=at, today=today)
    return as_if_signed_in(world, DEMO_PATIENT)
