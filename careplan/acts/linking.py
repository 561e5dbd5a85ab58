"""In clinic: the person's phone shows a one-time code, a clinician types it, checks who they are,
and the plan has a team."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from careplan.accounts.clinic_codes import LIFETIME, new_code, read_code
from careplan.accounts.people import Who
from careplan.accounts.permissions import may_list_patients, may_write_own_words
from careplan.acts.drafting import identity_of, keep_identity
from careplan.acts.joining import join_started, take_up_brought
from careplan.acts.signing_in import count_try
from careplan.acts.world import NotAllowed, NotThere, World, actor, allowed_patient
from careplan.audit.events import AuditEvent, Kind
from careplan.plan.person import Identity, Sex
from careplan.store.clinic_codes import code_facts, make_code, use_code
from careplan.store.db import Transaction
from careplan.store.errors import Taken
from careplan.store.fences import let_in
from careplan.store.patients import face_of, give_team, know_nhs_number, set_face
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
        made_by, until = UUID(by.account_id), at + LIFETIME
        make_code(tx, code, patient_id=patient_id, by=made_by, at=at, expires_at=until)
        append(tx, AuditEvent(Kind.CLINIC_CODE_MADE, at, actor(by), str(patient_id)))
    return code


def find_by_code(world: World, *, by: Who, typed: str, at: datetime) -> FoundByCode:
    """The person behind a code, for a clinician with the person in front of them. Raises
    CodeNotGood, and TooManyTries for somebody who guesses.

    It is a look at who somebody is, so it is written down like any other.
    """
    _need_team(by)
    count_try(world, f"clinic-code:{by.account_id}", at=at)
    code = read_code(typed)
    with world.store.begin() as tx:
        found = code_facts(tx, code, at) if code else None
        if found is None:
            raise CodeNotGood
        let_in(tx, found.patient_id)
        face = face_of(tx, found.patient_id)
        if face is None:
            raise CodeNotGood
        patient_id = found.patient_id
        what = {"section": "identity"}
        append(tx, AuditEvent(Kind.READ_BY_TEAM, at, actor(by), str(patient_id), what))
        return FoundByCode(patient_id, identity_of(tx, patient_id), face.plan_number)


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
    NumberTaken; then nothing has changed and the code still stands.
    """
    team_id = _need_team(by)
    count_try(world, f"clinic-code:{by.account_id}", at=at)
    code = read_code(typed)
    checked = replace(
        identity,
        sex_registered=identity.sex_registered or Sex.NOT_KNOWN,
        checked_on=today,
        checked_by=by.name,
    )
    with world.store.begin() as tx:
        used_by = UUID(by.account_id)
        patient_id = use_code(tx, code, by=used_by, at=at) if code else None
        if patient_id is None:
            raise CodeNotGood
        let_in(tx, patient_id)
        if by.patient_id == str(patient_id):
            raise NotAllowed  # nobody vouches for themselves
        known: dict[str, Any] = {"checked": checked, "team_id": team_id, "by": by, "at": at}
        patient_id = take_up_brought(tx, own=patient_id, **known) or patient_id
        join_started(tx, into=patient_id, **known)
        keep_checked(tx, patient_id, checked)
        keep_identity(tx, patient_id, checked, by=by, at=at)
        give_team(tx, patient_id, team_id)
        for kind, what in (
            (Kind.IDENTITY_CHECKED, {"method": method}),
            (Kind.PLAN_LINKED, {"team": str(team_id)}),
        ):
            append(tx, AuditEvent(kind, at, actor(by), str(patient_id), what))
    return patient_id


def keep_checked(tx: Transaction, patient_id: UUID, checked: Identity) -> None:
    """From now on the person is found by what was checked: name, birth date, NHS number."""
    try:
        know_nhs_number(tx, patient_id, checked.nhs_number)
    except Taken:
        raise NumberTaken from None
    face = face_of(tx, patient_id)
    if face is None:
        raise NotThere
    face = replace(
        face,
        legal_name=checked.legal_name or face.legal_name,
        date_of_birth=checked.date_of_birth,
        nhs_number=checked.nhs_number,
    )
    set_face(tx, patient_id, face)


def _need_team(by: Who) -> UUID:
    if by.team_id is None or not may_list_patients(by, team_id=by.team_id):
        raise NotAllowed
    return UUID(by.team_id)
