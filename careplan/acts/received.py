"""The team reads what other systems sent: what waits, what came for one person, one document.

Sections of this program's own documents stand beside what the team has, with what the draft would
hold if they were copied."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from careplan.accounts.people import Who
from careplan.accounts.permissions import may_list_patients, may_write_clinical
from careplan.acts.publishing import current_of
from careplan.acts.taking import addable, together
from careplan.acts.world import NotAllowed, NotThere, World, actor, allowed_patient
from careplan.audit.events import AuditEvent, Kind
from careplan.fhir.arriving import our_version
from careplan.fhir.as_written import AsWritten, as_written
from careplan.fhir.frame import Kind as Form
from careplan.plan.care_plan import CLINICAL, CarePlan, Version
from careplan.plan.codec import to_plain
from careplan.store.db import Transaction
from careplan.store.drafts import Draft, drafts_of
from careplan.store.patients import Face, face_of
from careplan.store.received import (
    Received,
    Settled,
    count_waiting,
    one_received,
    received_of,
    waiting_for_team,
)
from careplan.store.trail import append
from careplan.store.unplaced import (
    Unplaced,
    count_unplaced,
    one_unplaced,
    unplaced_of_team,
)

MOST = 100
DOSES = "pain_plan"


@dataclass(frozen=True)
class Waiting:
    """Everything nobody of the team has answered; those for a person with who that is."""

    placed: tuple[tuple[Received, Face | None], ...]
    unplaced: tuple[Unplaced, ...]


@dataclass(frozen=True)
class Beside:
    """One clinical section of a document of ours, and what the plan here says of it: the draft
    where the team has one, or else what is published. `taken`: what the draft would then hold."""

    section: str
    theirs: Mapping[str, Any]
    here: Mapping[str, Any]
    taken: Mapping[str, Any] | None
    revision: int


@dataclass(frozen=True)
class Opened:
    """A document in front of somebody of the team. `version` where it is one of ours."""

    kept: Received | Unplaced
    face: Face | None
    said: AsWritten
    version: Version | None
    form: Form | None
    beside: tuple[Beside, ...] = ()
    condition: str = ""

    @property
    def waits(self) -> bool:
        return isinstance(self.kept, Unplaced) or self.kept.state is Settled.WAITING


# --- looking ---------------------------------------------------------------------------------


def how_many_wait(world: World, *, by: Who) -> int:
    """For the desk's own page: a number, and nobody is looked at."""
    team_id = team_of_desk(by)
    with world.store.read() as tx:
        return count_waiting(tx, team_id) + count_unplaced(tx, team_id)


def all_waiting(world: World, *, by: Who, at: datetime) -> Waiting:
    """Newest first. Names are shown, so the look is written down."""
    team_id = team_of_desk(by)
    with world.store.begin() as tx:
        placed = waiting_for_team(tx, team_id, most=MOST)
        mine = tuple(one for one in placed if str(one.patient_id) != by.patient_id)
        found = Waiting(
            tuple((one, face_of(tx, one.patient_id)) for one in mine),
            unplaced_of_team(tx, team_id, most=MOST),
        )
        what = {"team": str(team_id), "count": str(len(mine) + len(found.unplaced))}
        append(tx, AuditEvent(Kind.LIST_READ, at, actor(by), None, what))
    return found


def came_for(world: World, *, by: Who, patient_id: UUID) -> tuple[Received, ...]:
    """What ever came for one person, without the documents; their page writes the look down."""
    with world.store.read() as tx:
        allowed_patient(tx, by, patient_id, may_write_clinical)
        return received_of(tx, patient_id)


def open_received(
    world: World, *, by: Who, patient_id: UUID, received_id: UUID, at: datetime
) -> Opened:
    with world.store.begin() as tx:
        allowed_patient(tx, by, patient_id, may_write_clinical)
        kept = one_received(tx, patient_id, received_id)
        if kept is None:
            raise NotThere
        face, current = face_of(tx, patient_id), current_of(tx, patient_id)
        drafts = drafts_of(tx, patient_id)
        what = {"document": str(received_id)}
        append(tx, AuditEvent(Kind.RECEIVED_READ, at, actor(by), str(patient_id), what))
    opened = _opened(kept, face)
    if opened.version is None or opened.form is None or face is None:
        return opened
    plan = current.plan if current else CarePlan()
    condition = current.condition if current else face.condition
    same = opened.version.condition == condition
    beside = tuple(
        one
        for name in CLINICAL
        if (one := _beside(opened.version, opened.form, plan, drafts.get(name), name, same=same))
    )
    return Opened(kept, face, opened.said, opened.version, opened.form, beside, condition)


def open_unplaced(world: World, *, by: Who, received_id: UUID, at: datetime) -> Opened:
    team_id = team_of_desk(by)
    with world.store.begin() as tx:
        kept = unplaced_of(tx, team_id, received_id)
        what = {"document": str(received_id)}
        append(tx, AuditEvent(Kind.RECEIVED_READ, at, actor(by), None, what))
    return _opened(kept, None)


def _opened(kept: Received | Unplaced, face: Face | None) -> Opened:
    document = kept.document or b""
    ours = our_version(document)
    form, version = ours or (None, None)
    return Opened(kept, face, as_written(document), version, form)


def _beside(
    version: Version, form: Form, plan: CarePlan, draft: Draft | None, name: str, *, same: bool
) -> Beside | None:
    theirs = to_plain(version.plan.section(name))
    here = draft.body.get("plain", {}) if draft else to_plain(plan.section(name))
    if not theirs:
        return None
    stopped = version.stop is not None and name == DOSES  # nobody copies a dose that was stopped
    may = same and not stopped and addable(name, form)
    taken = together(name, here, theirs, form) if may else None
    return Beside(name, theirs, here, taken, draft.revision if draft else 0)


def unplaced_of(tx: Transaction, team_id: UUID, received_id: UUID) -> Unplaced:
    kept = one_unplaced(tx, received_id)
    if kept is None or kept.team_id != team_id:
        raise NotThere
    return kept


def team_of_desk(by: Who) -> UUID:
    if by.team_id is None or not may_list_patients(by, team_id=by.team_id):
        raise NotAllowed
    return UUID(by.team_id)
