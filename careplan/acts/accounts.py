"""Making accounts: a person's own, which proves nothing yet, and a team's, whose registration is checked."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from careplan.accounts import second_factor
from careplan.accounts.passwords import hash_password, problem_with
from careplan.accounts.people import Role, Who
from careplan.accounts.registration import Registration
from careplan.acts.drafting import keep_identity
from careplan.acts.faces import face_from
from careplan.acts.signing_in import WrongCode, folded_email
from careplan.acts.world import NotAllowed, World, actor
from careplan.audit.events import Actor, ActorKind, AuditEvent, Kind
from careplan.plan.care_plan import CarePlan
from careplan.plan.person import Identity
from careplan.plan.values import nhs_number
from careplan.store.accounts import add_member, link_account, new_account, new_team, set_totp
from careplan.store.errors import Taken
from careplan.store.patients import name_in_directory, new_patient, set_face
from careplan.store.trail import append

_ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"


class BadAccount(ValueError):
    """What was given cannot make an account. `field` names the question, the message the cure."""

    def __init__(self, field: str, text: str) -> None:
        super().__init__(text)
        self.field = field


class EmailInUse(Exception):
    """There is an account with this e-mail. The page must answer as if there were none."""


@dataclass(frozen=True)
class NewPerson:
    """A person's own account as asked for. The NHS number may be blank: nobody needs one."""

    email: str
    password: str
    legal_name: str
    date_of_birth: date
    nhs_number: str | None = None


def make_own_account(world: World, asked: NewPerson, *, at: datetime, today: date) -> UUID:
    """An account and an empty plan that belongs to it. Raises BadAccount or EmailInUse."""
    number = _checked(asked, today)
    account_id, patient_id = world.new_id(), world.new_id()
    identity = Identity(asked.legal_name.strip(), asked.date_of_birth, number)
    plan_number = _plan_number(world)
    hashed = hash_password(asked.password, entropy=world.entropy, strength=world.strength)
    try:
        with world.store.begin() as tx:
            new_account(
                tx, account_id, kind="person", email=folded_email(asked.email), name=identity.legal_name or "",
                title=None, password_hash=hashed, at=at,
            )  # fmt: skip
            new_patient(tx, patient_id, plan_number=plan_number, at=at)
            link_account(tx, account_id, patient_id, relation="self", at=at)
            name_in_directory(tx, "plan-number", plan_number, patient_id)
            keep_identity(tx, patient_id, identity, by=account_id, by_name=identity.legal_name or "", at=at)
            set_face(tx, patient_id, face_from(CarePlan(identity=identity), plan_number))
            doer = Actor(ActorKind.PATIENT, str(account_id), identity.legal_name or "")
            what = {"account": str(account_id), "role": "patient"}
            append(tx, AuditEvent(Kind.ACCOUNT_CREATED, at, doer, str(patient_id), what))
            append(tx, AuditEvent(Kind.PLAN_STARTED, at, doer, str(patient_id)))
    except Taken:
        raise EmailInUse from None
    return account_id


def _checked(asked: NewPerson, today: date) -> str | None:
    if not re.fullmatch(r"[^@\s]{1,64}@[^@\s]{1,190}\.[^@\s]{2,}", asked.email.strip()):
        raise BadAccount("email", "Enter an e-mail address like name@example.com.")
    if not 1 <= len(asked.legal_name.strip()) <= 70:
        raise BadAccount("legal_name", "Enter your name, 70 letters or fewer.")
    if not date(today.year - 120, 1, 1) <= asked.date_of_birth <= today:
        raise BadAccount("date_of_birth", "Your date of birth must be in the past.")
    problem = problem_with(asked.password, name=asked.legal_name, email=asked.email)
    if problem is not None:
        raise BadAccount("password", problem.sentence)
    if not asked.nhs_number:
        return None
    number = nhs_number(asked.nhs_number)
    if number is None:
        raise BadAccount("nhs_number", "An NHS number has 10 digits. Check it, or leave it empty.")
    return number


def _plan_number(world: World) -> str:
    """SCP-XXXX-XXXX: a number for everybody, with or without an NHS number."""
    letters = "".join(_ALPHABET[byte % len(_ALPHABET)] for byte in world.entropy(8))
    return f"SCP-{letters[:4]}-{letters[4:]}"


@dataclass(frozen=True)
class NewMember:
    """A team member as the team's administrator or the seed enters them."""

    email: str
    password: str
    name: str
    title: str
    role: Role
    registration: Registration | None


def make_team(
    world: World, *, name: str, organisation: str, ods: str, phone: str | None, at: datetime
) -> UUID:
    """A team of a hospital; by command or seed only."""
    team_id = world.new_id()
    with world.store.begin() as tx:
        new_team(tx, team_id, name=name, organisation=organisation, ods=ods, phone=phone, at=at)
    return team_id


def add_to_team(world: World, member: NewMember, *, team_id: UUID, verified_by: str, at: datetime) -> UUID:
    """An account with a role in a team. `registration.verified_at` says whether it was checked."""
    account_id = world.new_id()
    hashed = hash_password(member.password, entropy=world.entropy, strength=world.strength)
    with world.store.begin() as tx:
        new_account(
            tx, account_id, kind="staff", email=folded_email(member.email), name=member.name,
            title=member.title, password_hash=hashed, at=at,
        )  # fmt: skip
        add_member(tx, account_id, team_id, role=member.role, registration=member.registration, at=at)
        doer = Actor(ActorKind.SYSTEM, None, verified_by)
        what = {"account": str(account_id), "role": str(member.role)}
        append(tx, AuditEvent(Kind.ACCOUNT_CREATED, at, doer, None, what))
        if member.registration and member.registration.verified:
            what = {"account": str(account_id), "registration": str(member.registration)}
            append(tx, AuditEvent(Kind.REGISTRATION_CHECKED, at, doer, None, what))
    return account_id


def new_second_factor(world: World) -> str:
    """A fresh secret to show as a QR; it counts only once a code made with it has come back."""
    return second_factor.new_secret(world.entropy)


def set_second_factor(world: World, *, by: Who, secret: str, code: str, at: datetime) -> None:
    """Keep the secret after seeing that the person's app makes the right codes. Raises WrongCode."""
    if not by.known:
        raise NotAllowed
    if second_factor.check(secret, code, now=at) is None:
        raise WrongCode
    with world.store.begin() as tx:
        set_totp(tx, UUID(by.account_id), secret, at)
        append(tx, AuditEvent(Kind.SECOND_FACTOR_SET, at, actor(by), by.patient_id, {"account": by.account_id}))
