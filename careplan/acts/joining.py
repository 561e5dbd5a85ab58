"""A plan that the team started for somebody, joined to the one that person made for themselves.

A started plan is empty but for what the team has drafted: nothing is signed before the clinic has
checked who somebody is. So the person's own plan goes on, and the started one ends in it.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from careplan.accounts.people import Who
from careplan.acts.world import actor
from careplan.audit.events import AuditEvent, Kind
from careplan.plan.care_plan import CLINICAL
from careplan.plan.person import Identity
from careplan.store.db import Transaction
from careplan.store.directory import Kind as Finds
from careplan.store.drafts import drafts_of, keep_draft
from careplan.store.lists import search_team
from careplan.store.patients import (
    Patient,
    erase_patient,
    face_of,
    find_patient,
    give_team,
    patient_of,
    set_face,
)
from careplan.store.search import words_of
from careplan.store.trail import append


def join_started(
    tx: Transaction, *, into: UUID, checked: Identity, team_id: UUID, by: Who, at: datetime
) -> None:
    """What the team had drafted and the hospital's own number go into the person's plan."""
    started = _started(tx, into, checked, team_id)
    if started is None:
        return
    face = face_of(tx, started)
    for name, draft in drafts_of(tx, started).items():
        if name in CLINICAL:
            keep_draft(tx, into, name, draft.body, based_on=0, by=by, at=at)
    event = {"other": face.plan_number if face else ""}
    for patient_id, what in ((into, event), (started, {})):
        append(tx, AuditEvent(Kind.PLAN_JOINED, at, actor(by), str(patient_id), what))
    give_team(tx, started, None)
    erase_patient(tx, started)
    own = face_of(tx, into)
    if face is not None and own is not None:
        set_face(tx, into, replace(own, hospital_number=face.hospital_number))


def _started(tx: Transaction, into: UUID, checked: Identity, team_id: UUID) -> UUID | None:
    if checked.nhs_number:
        found = find_patient(tx, Finds.NHS_NUMBER, checked.nhs_number)
        if found is not None:
            return found if _may_end(patient_of(tx, found), into, team_id) else None
    return _by_name(tx, into, checked, team_id)


def _by_name(tx: Transaction, into: UUID, checked: Identity, team_id: UUID) -> UUID | None:
    """By name and birth date only while nobody has written in it: two people may share both."""
    name, born = checked.legal_name or "", checked.date_of_birth
    if born is None or not words_of(name):
        return None
    text = f"{name} {born.isoformat()}"
    same = [
        one.patient.patient_id
        for one in search_team(tx, team_id, text, today=born, limit=5)
        if one.face is not None
        and words_of(one.face.legal_name) == words_of(name)
        and one.face.nhs_number in (None, checked.nhs_number)
        and _may_end(one.patient, into, team_id)
        and drafts_of(tx, one.patient.patient_id).keys() <= {"identity"}
    ]
    return same[0] if len(same) == 1 else None


def _may_end(found: Patient | None, into: UUID, team_id: UUID) -> bool:
    """Started by this team, nobody's account is linked, nothing was ever published."""
    return (
        found is not None
        and found.patient_id != into
        and found.team_id == team_id
        and found.standing.unlinked
        and found.current_version is None
    )
