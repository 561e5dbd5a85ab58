"""The other invented people of the demonstration, each with a team and a clinician of their own.

What there is to say of each stands in the condition's `demo` folder; the days move with today.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields, is_dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from hashlib import sha256
from typing import Any
from uuid import UUID

from careplan.accounts.people import Role, Who
from careplan.acts.accounts import NewPerson, make_own_account, make_team
from careplan.acts.drafting import save_section
from careplan.acts.inviting_staff import Asked, invite_from_server, take_up_invitation
from careplan.acts.linking import link_in_clinic, show_code
from careplan.acts.members import check_from_server
from careplan.acts.publishing import answer_plan, publish_words
from careplan.acts.sharing import printed_link
from careplan.acts.signing import clinical_bytes, findings_of, sign_plan
from careplan.acts.signing_in import who_is
from careplan.acts.world import NotAllowed, World
from careplan.plan.care_plan import CLINICAL, OWN_WORDS, AnswerKind, CarePlan
from careplan.plan.codec import from_plain, to_plain
from careplan.plan.dictionary import CONDITIONS
from careplan.plan.people import Review
from careplan.plan.safety import Severity, age_on, months_later
from careplan.sharing.links import Kind as LinkKind
from careplan.summary.wording import LONDON

PASSWORD = "invented people only 7"  # noqa: S105 (a demonstration's; production refuses to seed)
FOLDER = CONDITIONS / "sickle_cell" / "demo"
OTHERS = ("kofi", "luzia", "delroy", "mina", "mama")

Done = Callable[[str], list[str]]
"""The ids of a section's pages, for the task list: pages are the web's, so they come in."""


@dataclass(frozen=True, slots=True)
class DemoSigner:
    """The clinician who signs, and where they work."""

    email: str
    name: str
    role: str
    registration: str
    team: str
    organisation: str
    ods: str
    phone: str


@dataclass(frozen=True, slots=True)
class DemoPerson:
    """`reason` is what the clinician writes at every check that asks for one."""

    about: str
    email: str
    signer: DemoSigner
    signed: date
    valid_to: date
    answered: date
    answer: AnswerKind
    plan: CarePlan
    words: str | None = None
    interpreter: str | None = None
    reason: str = ""


def others(shift: timedelta) -> Iterator[DemoPerson]:
    for name in OTHERS:
        told = json.loads((FOLDER / f"{name}.json").read_text("utf-8"))
        yield moved(from_plain(DemoPerson, told), shift)


def moved(value: Any, shift: timedelta) -> Any:
    """Every date by as many days, but the day somebody was born; a month or a year stays."""
    if isinstance(value, date):
        return value + shift
    if isinstance(value, tuple):
        return tuple(moved(one, shift) for one in value)
    if is_dataclass(value) and not isinstance(value, type):
        changes = {
            f.name: moved(getattr(value, f.name), shift)
            for f in fields(value)
            if f.name != "date_of_birth"
        }
        return replace(value, **changes)
    return value


def add_other(world: World, person: DemoPerson, done: Done) -> None:
    """Account, own words, clinic, signature, answer and a printed page, all on their days."""
    doctor = team_of(world, person.signer, moment(person.signed, 10))
    who = begin_own(world, person, done)
    sign_with(world, person, who, doctor, done)


def begin_own(world: World, person: DemoPerson, done: Done) -> Who:
    """Account and own words, published: as far as somebody comes alone."""
    clinic = moment(person.signed, 10)
    who = _account_of(world, person, clinic)
    patient_id = UUID(who.patient_id)
    write(world, who, patient_id, person.plan, OWN_WORDS, done, clinic)
    publish_words(world, by=who, patient_id=patient_id, at=clinic)
    return who


def sign_with(world: World, person: DemoPerson, who: Who, doctor: Who, done: Done) -> None:
    """Clinic, signature, answer and a printed page."""
    clinic, patient_id = moment(person.signed, 10), UUID(who.patient_id)
    code = show_code(world, by=who, patient_id=patient_id, at=clinic)
    link_in_clinic(
        world,
        by=doctor,
        typed=code,
        identity=person.plan.identity,
        method="known_to_team",
        at=clinic,
        today=person.signed,
    )
    _signed(world, person, doctor, patient_id, done)
    answered = max(moment(person.answered, 18), clinic)
    answer_plan(
        world,
        by=who,
        patient_id=patient_id,
        version_seen=2,
        kind=person.answer,
        words=person.words,
        interpreter=person.interpreter,
        at=answered,
    )
    printed_link(world, by=who, patient_id=patient_id, kind=LinkKind.FULL_PRINT, at=answered)


def team_of(world: World, signer: DemoSigner, at: datetime) -> Who:
    team = make_team(
        world,
        name=signer.team,
        organisation=signer.organisation,
        ods=signer.ods,
        phone=signer.phone,
        at=at,
    )
    doctor = Asked(signer.name, signer.email, signer.role, Role.CLINICIAN, signer.registration)
    bring_in(world, doctor, team_id=team, at=at)
    return as_if_signed_in(world, signer.email)


def bring_in(
    world: World, asked: Asked, *, team_id: UUID, at: datetime, checked: bool = True
) -> UUID:
    """Invited, come, and their registration looked up, as everybody is."""
    doer = "The demonstration"
    made = invite_from_server(world, team_id=team_id, asked=asked, doer=doer, at=at)
    account_id = take_up_invitation(
        world, email=asked.email, typed=made.code, password=PASSWORD, at=at
    )
    if account_id is None:
        raise NotAllowed
    if checked:
        check_from_server(world, email=asked.email, doer=doer, at=at)
    return account_id


def _account_of(world: World, person: DemoPerson, at: datetime) -> Who:
    known = person.plan.identity
    asked = NewPerson(
        person.email,
        PASSWORD,
        known.legal_name or "",
        known.date_of_birth,
        known.nhs_number,
    )
    make_own_account(world, asked, at=at, today=person.signed)
    return as_if_signed_in(world, person.email)


def _signed(world: World, person: DemoPerson, doctor: Who, patient_id: UUID, done: Done) -> None:
    """Half a year is not the same number of days all year round, so both ends may come sooner."""
    at, plan, last = moment(person.signed, 11), person.plan, _longest(person)
    due = plan.review.review_due or last
    plan = plan.with_section("review", Review(min(due, last)))
    write(world, doctor, patient_id, plan, CLINICAL, done, at)
    found = findings_of(world, by=doctor, patient_id=patient_id, today=person.signed)
    sign_plan(
        world,
        by=doctor,
        patient_id=patient_id,
        fingerprint=sha256(clinical_bytes(plan)).hexdigest(),
        expires_on=min(person.valid_to, last),
        reasons={one.key: person.reason for one in found if one.severity is Severity.WARN},
        at=at,
        today=person.signed,
    )


def _longest(person: DemoPerson) -> date:
    age = age_on(person.plan.identity.date_of_birth, person.signed)
    return months_later(person.signed, 12 if age is not None and age >= 18 else 6)


def write(
    world: World,
    by: Who,
    patient_id: UUID,
    plan: CarePlan,
    sections: tuple[str, ...],
    done: Done,
    at: datetime,
) -> None:
    """Each of these sections as one draft, its pages done."""
    for name in sections:
        plain = to_plain(plan.section(name))
        if not plain:
            continue  # nobody has begun it, and no list may say that they have
        body = {"plain": plain, "typed": {}, "done": done(name)}
        save_section(
            world, by=by, patient_id=patient_id, section=name, body=body, based_on=0, at=at
        )


def moment(day: date, hour: int, minute: int = 0) -> datetime:
    return datetime.combine(day, time(hour, minute), LONDON).astimezone(UTC)


def as_if_signed_in(world: World, email: str) -> Who:
    return replace(who_is(world, email=email), second_factor=True)
