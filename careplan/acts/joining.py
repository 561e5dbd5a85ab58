"""A plan that the team started for somebody, joined to the one that person made for themselves.

A started plan is empty but for what the team has drafted: nothing is signed before the clinic has
checked who somebody is. So the person's own plan goes on, and the started one ends in it. A plan
that was brought in from elsewhere is whole, and known elsewhere by its number: there it is the
person's new one that ends, as long as they have done nothing with it but write.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from careplan.accounts.people import Who
from careplan.acts.world import actor
from careplan.audit.events import AuditEvent, Kind
from careplan.plan.care_plan import CLINICAL, OWN_WORDS
from careplan.plan.person import Identity
from careplan.store.accounts import accounts_of_patient, move_account
from careplan.store.db import Transaction
from careplan.store.directory import Kind as Finds
from careplan.store.drafts import drafts_of, has_only_drafts, keep_draft
from careplan.store.fences import let_in
from careplan.store.lists import Listed, search_team
from careplan.store.patients import (
    Patient,
    erase_patient,
    face_of,
    find_patient,
    give_team,
    patient_of,
    set_face,
)
from careplan.store.received import (
    brought_plan,
    keep_received,
    one_received,
    received_of,
)
from careplan.store.search import words_of
from careplan.store.trail import append
from careplan.store.unplaced import point_key


def join_started(
    tx: Transaction, *, into: UUID, checked: Identity, team_id: UUID, by: Who, at: datetime
) -> None:
    """What the team had drafted and the hospital's own number go into the person's plan."""
    started = _started(tx, into, checked, team_id)
    if started is None:
        return
    face = face_of(tx, started)
    own_drafts = drafts_of(tx, into)
    for name, draft in drafts_of(tx, started).items():
        brought = name in OWN_WORDS and name not in own_drafts
        if name in CLINICAL or brought:
            keep_draft(tx, into, name, draft.body, based_on=0, by=by, at=at)
    _move_received(tx, started, into)
    event = {"other": face.plan_number if face else ""}
    for patient_id, what in ((into, event), (started, {})):
        append(tx, AuditEvent(Kind.PLAN_JOINED, at, actor(by), str(patient_id), what))
    let_in(tx, started)  # the team has it until it has ended
    give_team(tx, started, None)
    erase_patient(tx, started)
    own = face_of(tx, into)
    if face is not None and own is not None:
        set_face(tx, into, replace(own, hospital_number=face.hospital_number))


def _move_received(tx: Transaction, started: UUID, into: UUID) -> None:
    """What other systems brought for the started plan is under its key, which is destroyed."""
    for head in received_of(tx, started):
        whole = one_received(tx, started, head.received_id)
        if whole is not None:
            keep_received(tx, replace(whole, patient_id=into))
            point_key(tx, head.received_id, into)


def take_up_brought(
    tx: Transaction, *, own: UUID, checked: Identity, team_id: UUID, by: Who, at: datetime
) -> UUID | None:
    """The plan that was brought in for this person, now their account's; None where there is none
    or their own holds more than drafts. What they have written anew takes the place of the old
    draft: the older words stay in the document that was brought."""
    brought = _brought(tx, checked, team_id)
    accounts = accounts_of_patient(tx, own)
    if brought is None or brought == own or len(accounts) != 1 or not has_only_drafts(tx, own):
        return None
    there = drafts_of(tx, brought)
    for name, draft in drafts_of(tx, own).items():
        if name in OWN_WORDS:
            known = there[name].revision if name in there else 0
            said_by = Who(
                account_id=str(draft.updated_by or ""), name=draft.by_name, roles=frozenset()
            )
            keep_draft(
                tx,
                brought,
                name,
                draft.body,
                based_on=known,
                by=said_by,
                at=draft.updated_at,
            )
    face = face_of(tx, own)
    for patient_id, what in ((brought, {"other": face.plan_number if face else ""}), (own, {})):
        append(tx, AuditEvent(Kind.PLAN_JOINED, at, actor(by), str(patient_id), what))
    account_id = accounts[0].account_id
    move_account(tx, account_id, away_from=own, to=brought, relation=accounts[0].relation, at=at)
    erase_patient(tx, own)
    return brought


def _brought(tx: Transaction, checked: Identity, team_id: UUID) -> UUID | None:
    found = checked.nhs_number and find_patient(tx, Finds.NHS_NUMBER, checked.nhs_number)
    known = [found] if found else _of_same_name(tx, checked, team_id)
    brought = [one for one in known if _may_be_taken_up(tx, one, team_id)]
    return brought[0] if len(brought) == 1 else None


def _may_be_taken_up(tx: Transaction, patient_id: UUID, team_id: UUID) -> bool:
    found = patient_of(tx, patient_id)
    mine = found is not None and found.team_id == team_id and found.standing.unlinked
    return mine and brought_plan(tx, patient_id) is not None


def _of_same_name(tx: Transaction, checked: Identity, team_id: UUID) -> list[UUID]:
    return [one.patient.patient_id for one in _named(tx, checked, team_id)]


def _started(tx: Transaction, into: UUID, checked: Identity, team_id: UUID) -> UUID | None:
    if checked.nhs_number:
        found = find_patient(tx, Finds.NHS_NUMBER, checked.nhs_number)
        if found is not None:
            return found if _may_end(patient_of(tx, found), into, team_id) else None
    return _by_name(tx, into, checked, team_id)


def _by_name(tx: Transaction, into: UUID, checked: Identity, team_id: UUID) -> UUID | None:
    """By name and birth date only while nobody has written in it: two people may share both."""
    same = [
        one.patient.patient_id
        for one in _named(tx, checked, team_id)
        if _may_end(one.patient, into, team_id)
        and drafts_of(tx, one.patient.patient_id).keys() <= {"identity"}
    ]
    return same[0] if len(same) == 1 else None


def _named(tx: Transaction, checked: Identity, team_id: UUID) -> list[Listed]:
    """The team's people of this name and birth date, whose NHS number is not another."""
    name, born = checked.legal_name or "", checked.date_of_birth
    if born is None or not words_of(name):
        return []
    text = f"{name} {born.isoformat()}"
    return [
        one
        for one in search_team(tx, team_id, text, today=born, limit=5)
        if one.face is not None
        and words_of(one.face.legal_name) == words_of(name)
        and one.face.nhs_number in (None, checked.nhs_number)
    ]


def _may_end(found: Patient | None, into: UUID, team_id: UUID) -> bool:
    """Started by this team, nobody's account is linked, nothing was ever published."""
    return (
        found is not None
        and found.patient_id != into
        and found.team_id == team_id
        and found.standing.unlinked
        and found.current_version is None
    )
