"""Words that are the person's alone: kept, changed, thrown away, or given to their team.

They are in no document, link, export, list or search; neither carers nor the team see that there
are any (design 1.1, permissions.may_read_only_me_words).
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from careplan.accounts.people import Who
from careplan.accounts.permissions import may_read_only_me_words
from careplan.acts.conversation import start_remark
from careplan.acts.world import NotThere, World, actor, allowed_patient
from careplan.audit.events import AuditEvent, Kind
from careplan.plan.places import Place
from careplan.store import private_words as store
from careplan.store.db import Transaction
from careplan.store.private_words import PrivateNote
from careplan.store.trail import append

HOW_I_AM = Place("hard_times.mental_health")
MOST = 1000
"""Characters of one note."""


def private_notes(world: World, *, by: Who, patient_id: UUID) -> tuple[PrivateNote, ...]:
    with world.store.read() as tx:
        allowed_patient(tx, by, patient_id, may_read_only_me_words)
        return store.notes_of(tx, patient_id)


def private_note(world: World, *, by: Who, patient_id: UUID, note_id: UUID) -> PrivateNote:
    with world.store.read() as tx:
        allowed_patient(tx, by, patient_id, may_read_only_me_words)
        return _found(tx, patient_id, note_id)


def write_note(world: World, *, by: Who, patient_id: UUID, text: str, at: datetime) -> UUID:
    with world.store.begin() as tx:
        allowed_patient(tx, by, patient_id, may_read_only_me_words)
        note_id = store.add_note(tx, patient_id, text=text, at=at)
        append(tx, AuditEvent(Kind.PRIVATE_WORDS_KEPT, at, actor(by), str(patient_id), {}))
    return note_id


def change_note(
    world: World,
    *,
    by: Who,
    patient_id: UUID,
    note_id: UUID,
    text: str,
    based_on: int,
    at: datetime,
) -> None:
    """Raises store.errors.Stale with the other device's words, which are not written over."""
    with world.store.begin() as tx:
        allowed_patient(tx, by, patient_id, may_read_only_me_words)
        note = _found(tx, patient_id, note_id)
        changed = replace(note, text=text, revision=based_on)
        store.keep_note(tx, patient_id, changed, at=at)
        append(tx, AuditEvent(Kind.PRIVATE_WORDS_KEPT, at, actor(by), str(patient_id), {}))


def throw_away(world: World, *, by: Who, patient_id: UUID, note_id: UUID, at: datetime) -> None:
    with world.store.begin() as tx:
        allowed_patient(tx, by, patient_id, may_read_only_me_words)
        if not store.drop_note(tx, patient_id, note_id):
            raise NotThere
        append(tx, AuditEvent(Kind.PRIVATE_WORDS_DROPPED, at, actor(by), str(patient_id), {}))


def tell_team(world: World, *, by: Who, patient_id: UUID, note_id: UUID, at: datetime) -> None:
    """Give these words to the team as they stand: a remark about how the person is, which only
    they and their team read. The private note stays, and is marked once the team has it."""
    note = private_note(world, by=by, patient_id=patient_id, note_id=note_id)
    start_remark(world, by=by, patient_id=patient_id, place=HOW_I_AM, words=note.text, at=at)
    with world.store.begin() as tx:
        allowed_patient(tx, by, patient_id, may_read_only_me_words)
        told = replace(_found(tx, patient_id, note_id), told_at=at.isoformat())
        store.keep_note(tx, patient_id, told, at=at)
        append(tx, AuditEvent(Kind.PRIVATE_WORDS_TOLD, at, actor(by), str(patient_id), {}))


def _found(tx: Transaction, patient_id: UUID, note_id: UUID) -> PrivateNote:
    note = store.note_of(tx, patient_id, note_id)
    if note is None:
        raise NotThere
    return note
