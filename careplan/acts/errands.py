"""Asking the clinic for a card on paper, for somebody with no printer: the team sees it at its
desk until it is done, and the person is told."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from careplan.accounts.people import Who
from careplan.accounts.permissions import may_share, may_write_clinical, may_write_own_words
from careplan.acts.sharing import NothingToShare
from careplan.acts.world import NotThere, World, actor, allowed_patient
from careplan.audit.events import AuditEvent
from careplan.audit.events import Kind as Deed
from careplan.sharing.links import Kind
from careplan.store.errands import Errand, Progress, Way, errands_of, keep_errand, settle_errand
from careplan.store.outbox import add_message
from careplan.store.patients import lock_patient
from careplan.store.trail import append

LONGEST = 200


class NoTeam(ValueError):
    """There is no team to ask yet."""


def ask_for_card(
    world: World,
    *,
    by: Who,
    patient_id: UUID,
    kind: Kind,
    way: Way,
    words: str = "",
    at: datetime,
) -> Errand:
    """One card of a kind is asked for once: asking again finds the first. Raises NoTeam,
    NothingToShare."""
    with world.store.begin() as tx:
        patient = allowed_patient(tx, by, patient_id, may_write_own_words)
        lock_patient(tx, patient_id)
        if patient.team_id is None:
            raise NoTeam
        if patient.current_version is None:
            raise NothingToShare
        for one in errands_of(tx, patient_id):
            if one.open and one.paper == kind:
                return one
        asked = Errand(
            id=world.new_id(),
            paper=str(kind),
            way=way,
            words=words,
            asked_by=by.name,
            asked_at=at,
        )
        keep_errand(tx, patient_id, asked)
        append(tx, AuditEvent(Deed.CARD_ASKED_FOR, at, actor(by), str(patient_id)))
    return asked


def errands(world: World, *, by: Who, patient_id: UUID) -> tuple[Errand, ...]:
    """What was asked for, newest first; for the person and for their team."""
    with world.store.read() as tx:
        allowed_patient(tx, by, patient_id, may_share)
        return errands_of(tx, patient_id)


def card_posted(
    world: World, *, by: Who, patient_id: UUID, errand_id: UUID, at: datetime
) -> Errand:
    """By whoever put it in the post, or has it ready. The person is told, in their own pages and
    by a neutral message if they want those. Pressed twice, it is done once."""
    with world.store.begin() as tx:
        allowed_patient(tx, by, patient_id, may_write_clinical)
        found = next((one for one in errands_of(tx, patient_id) if one.id == errand_id), None)
        if found is None:
            raise NotThere
        done = replace(found, progress=Progress.DONE, done_at=at, done_by=by.name)
        if found.open and settle_errand(tx, patient_id, done):
            what = {"way": str(found.way)}
            append(tx, AuditEvent(Deed.CARD_POSTED, at, actor(by), str(patient_id), what))
            add_message(tx, "card-posted", {"by": by.account_id}, patient_id=patient_id, at=at)
    return done if found.open else found


def call_off(world: World, *, by: Who, patient_id: UUID, errand_id: UUID, at: datetime) -> None:
    """The person found it, or printed one themself."""
    with world.store.begin() as tx:
        allowed_patient(tx, by, patient_id, may_write_own_words)
        found = next((one for one in errands_of(tx, patient_id) if one.id == errand_id), None)
        if found is None:
            raise NotThere
        off = replace(found, progress=Progress.CALLED_OFF, done_at=at)
        if found.open and settle_errand(tx, patient_id, off):
            append(tx, AuditEvent(Deed.CARD_CALLED_OFF, at, actor(by), str(patient_id)))
