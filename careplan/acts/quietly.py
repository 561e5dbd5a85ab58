"""Telling the team in private that somebody is pressing one: nothing of it is on the person's own
pages afterwards, in the trail they see, in any e-mail, or on anything a carer can open."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from careplan.accounts.grants import State
from careplan.accounts.people import Who
from careplan.accounts.permissions import (
    may_list_patients,
    may_see_who_looked,
    may_suspend_carer,
)
from careplan.acts.world import NotAllowed, NotThere, World, actor, allowed_patient
from careplan.audit.events import AuditEvent, Kind
from careplan.store.carers import grants_of_patient, keep_grant, void_carer_codes
from careplan.store.db import Transaction
from careplan.store.handovers import (
    QuietNote,
    add_quiet_note,
    how_many_quiet_notes,
    open_quiet_notes,
    quiet_note_done,
    quiet_notes_of,
)
from careplan.store.patients import Face, face_of
from careplan.store.trail import append

LONGEST = 500


class NoTeam(ValueError):
    """There is no team to tell yet."""


def tell_in_private(
    world: World,
    *,
    by: Who,
    patient_id: UUID,
    words: str | None,
    stop: UUID | None,
    at: datetime,
) -> None:
    """The team sees it on its desk. `stop`: the access to pause at once. Raises NoTeam."""
    with world.store.begin() as tx:
        patient = allowed_patient(tx, by, patient_id, may_see_who_looked)
        if patient.team_id is None:
            raise NoTeam
        about = _pause(tx, patient_id, stop, at) if stop else None
        add_quiet_note(tx, patient_id, words=words, about=about, at=at)
        append(tx, AuditEvent(Kind.TOLD_IN_PRIVATE, at, actor(by), str(patient_id)))
        if about:
            append(tx, AuditEvent(Kind.CARER_SUSPENDED, at, actor(by), str(patient_id)))


def _pause(tx: Transaction, patient_id: UUID, grant_id: UUID, at: datetime) -> str:
    kept = next(
        (one for one in grants_of_patient(tx, patient_id) if one.grant.id == str(grant_id)), None
    )
    if kept is None or kept.grant.state is State.ENDED:
        raise NotThere
    void_carer_codes(tx, patient_id, at=at)
    if kept.grant.state is State.SUSPENDED:  # asked twice: the page does not show the first
        return kept.grant.called
    paused = replace(kept.grant, state=State.SUSPENDED)
    keep_grant(tx, replace(kept, grant=paused, notes="The person asked for this in private."))
    return kept.grant.called


def notes_for_team(world: World, *, by: Who, patient_id: UUID) -> tuple[QuietNote, ...]:
    with world.store.read() as tx:
        allowed_patient(tx, by, patient_id, may_suspend_carer)
        return quiet_notes_of(tx, patient_id)


def open_notes(world: World, *, by: Who) -> tuple[tuple[QuietNote, Face], ...]:
    """Everybody of the team who has told it something that nobody has dealt with."""
    if by.team_id is None or not may_list_patients(by, team_id=by.team_id):
        raise NotAllowed
    with world.store.read() as tx:
        found = (
            (one, face_of(tx, one.patient_id)) for one in open_quiet_notes(tx, UUID(by.team_id))
        )
        return tuple((one, face) for one, face in found if face is not None)


def how_many_open(world: World, *, by: Who) -> int:
    """For the team's first page: only that somebody has told it something, not who."""
    if by.team_id is None or not may_list_patients(by, team_id=by.team_id):
        return 0
    with world.store.read() as tx:
        return how_many_quiet_notes(tx, UUID(by.team_id))


def deal_with(world: World, *, by: Who, patient_id: UUID, note_id: UUID, at: datetime) -> None:
    with world.store.begin() as tx:
        allowed_patient(tx, by, patient_id, may_suspend_carer)
        if not quiet_note_done(tx, patient_id, note_id):
            raise NotThere
        append(tx, AuditEvent(Kind.PRIVATE_DEALT_WITH, at, actor(by), str(patient_id)))
