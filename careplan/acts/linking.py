"""In clinic: the person's phone shows a one-time code, a clinician types it, checks who they are, and the plan has a team."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from careplan.accounts.clinic_codes import LIFETIME, new_code, read_code
from careplan.accounts.people import Who
from careplan.accounts.permissions import may_list_patients, may_write_own_words
from careplan.acts.drafting import identity_of, keep_identity
from careplan.acts.faces import face_from
from careplan.acts.world import NotAllowed, NotThere, World, actor, allowed_patient
from careplan.audit.events import AuditEvent, Kind
from careplan.plan.care_plan import CarePlan
from careplan.plan.person import Identity, Sex
from careplan.store.clinic_codes import code_facts, make_code, use_code
from careplan.store.patients import find_patient, give_team, name_in_directory, patient_of, set_face
from careplan.store.trail import append


class CodeNotGood(ValueError):
    """The code is unknown, used or too old: one answer for all three."""


class NumberTaken(ValueError):
    """Another plan already has this NHS number; a person must sort it out, not this page."""


@dataclass(frozen=True)
class FoundByCode:
    """Who the clinician has in front of them, as the person gave it."""

    patient_id: UUID
    identity: Identity
    plan_number: str


def show_code(world: World, *, by: Who, patient_id: UUID, at: datetime) -> str:
    """A fresh code for the person's screen: eight characters, fifteen minutes, once."""
    code = new_code(world.entropy)
    with world.store.begin() as tx:
        allowed_patient(tx, by, patient_id, may_write_own_words)
        make_code(tx, code, patient_id=patient_id, by=UUID(by.account_id), at=at, expires_at=at + LIFETIME)
        append(tx, AuditEvent(Kind.CLINIC_CODE_MADE, at, actor(by), str(patient_id)))
    return code


def find_by_code(world: World, *, by: Who, typed: str, at: datetime) -> FoundByCode:
    """The person behind a code, for a clinician with the person in front of them."""
    _need_team(by)
    code = read_code(typed)
    with world.store.read() as tx:
        found = code_facts(tx, code, at) if code else None
        if found is None:
            raise CodeNotGood
        patient = patient_of(tx, found.patient_id)
        if patient is None:
            raise NotThere
        return FoundByCode(patient.id, identity_of(tx, patient.id), patient.plan_number)


def link_in_clinic(
    world: World,
    *,
    by: Who,
    typed: str,
    identity: Identity,
    method: str,
    at: datetime,
    today: date,
) -> UUID:
    """The clinician has checked who this is: the plan joins their team and the identity is theirs.

    `method` is one of the audit's: known_to_team, photo_id, questions. Raises CodeNotGood,
    NumberTaken.
    """
    team_id = _need_team(by)
    code = read_code(typed)
    with world.store.begin() as tx:
        patient_id = use_code(tx, code, by=UUID(by.account_id), at=at) if code else None
        if patient_id is None:
            raise CodeNotGood
        if identity.nhs_number:
            other = find_patient(tx, "nhs-number", identity.nhs_number)
            if other not in (None, patient_id):
                raise NumberTaken
            name_in_directory(tx, "nhs-number", identity.nhs_number, patient_id)
        checked = Identity(
            identity.legal_name,
            identity.date_of_birth,
            identity.nhs_number,
            identity.sex_registered or Sex.NOT_KNOWN,
            checked_on=today,
            checked_by=by.name,
        )
        keep_identity(tx, patient_id, checked, by=by, at=at)
        give_team(tx, patient_id, team_id)
        patient = patient_of(tx, patient_id)
        if patient is None:
            raise NotThere
        plan = CarePlan(identity=checked)
        set_face(tx, patient_id, face_from(plan, patient.plan_number))
        for kind, what in ((Kind.IDENTITY_CHECKED, {"method": method}), (Kind.PLAN_LINKED, {})):
            append(tx, AuditEvent(kind, at, actor(by), str(patient_id), what))
    return patient_id


def _need_team(by: Who) -> UUID:
    if by.team_id is None or not may_list_patients(by, team_id=by.team_id):
        raise NotAllowed
    return UUID(by.team_id)
