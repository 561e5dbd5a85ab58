"""The team reads what other systems sent, places it, takes a section of it as a draft, or puts it
away with a reason.

Nobody's writing goes into a clinical field by itself: whole sections are copied only from documents
written by this program, by somebody of the team who has both before them, and then they are a draft
that must be read, saved and signed like any other.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from careplan.accounts.people import Who
from careplan.accounts.permissions import may_list_patients, may_write_clinical
from careplan.acts.drafting import EMPTY
from careplan.acts.exporting import NoSuchPerson, person_of
from careplan.acts.publishing import ChangedMeanwhile, current_of
from careplan.acts.taking import addable, together
from careplan.acts.world import NotAllowed, NotThere, World, actor, allowed_patient
from careplan.audit.events import AuditEvent, Kind
from careplan.fhir.arriving import our_version
from careplan.fhir.as_written import AsWritten, as_written
from careplan.fhir.frame import Kind as Form
from careplan.plan.care_plan import CLINICAL, SECTIONS, CarePlan, Version
from careplan.plan.codec import to_plain
from careplan.store.db import Transaction
from careplan.store.drafts import Draft, drafts_of, keep_draft
from careplan.store.errors import Stale
from careplan.store.outbox import add_message
from careplan.store.patients import Face, face_of
from careplan.store.received import (
    Received,
    Settled,
    Unplaced,
    count_waiting,
    drop_unplaced,
    keep_received,
    one_received,
    one_unplaced,
    point_key,
    received_of,
    settle_received,
    unplaced_of_team,
    waiting_for_team,
)
from careplan.store.trail import append

MOST = 100
LONGEST_REASON = 500


class NeedsReason(ValueError):
    """A document is put away with a reason, in `LONGEST_REASON` letters or fewer."""


class NotTheirs(ValueError):
    """No one person of the team has these, or the document says that it is another's."""


class CannotTake(ValueError):
    """There is nothing in this section that may be copied."""


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
    team_id = _team_of(by)
    with world.store.read() as tx:
        return count_waiting(tx, team_id)


def all_waiting(world: World, *, by: Who, at: datetime) -> Waiting:
    """Newest first. Names are shown, so the look is written down."""
    team_id = _team_of(by)
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
    team_id = _team_of(by)
    with world.store.begin() as tx:
        kept = _unplaced_of(tx, team_id, received_id)
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
    taken = together(name, here, theirs, form) if same and addable(name, form) else None
    return Beside(name, theirs, here, taken, draft.revision if draft else 0)


# --- answering -------------------------------------------------------------------------------


def take_section(
    world: World,
    *,
    by: Who,
    patient_id: UUID,
    received_id: UUID,
    section: str,
    based_on: int,
    at: datetime,
) -> None:
    """Copy one section into the team's draft, marked as brought. `based_on` is the draft's revision
    as the page showed it. Raises CannotTake, ChangedMeanwhile."""
    opened = open_received(world, by=by, patient_id=patient_id, received_id=received_id, at=at)
    found = next((one for one in opened.beside if one.section == section), None)
    if found is None or found.taken is None or section not in SECTIONS:
        raise CannotTake
    if found.revision != based_on:
        raise ChangedMeanwhile
    body = {**EMPTY, "plain": dict(found.taken), "role": by.title or "clinician", "brought": True}
    try:
        with world.store.begin() as tx:
            allowed_patient(tx, by, patient_id, may_write_clinical)
            kept = _waiting_one(tx, patient_id, received_id)
            keep_draft(tx, patient_id, section, body, based_on=based_on, by=by, at=at)
            taken = [*kept.facts.get("taken", []), section]
            facts = {**kept.facts, "taken": sorted(set(taken)), "by": by.name}
            by_id = UUID(by.account_id)
            settle_received(tx, kept, state=Settled.TAKEN, facts=facts, by=by_id, at=at)
            what = {"section": section, "document": str(received_id)}
            append(tx, AuditEvent(Kind.RECEIVED_TAKEN, at, actor(by), str(patient_id), what))
    except Stale:
        raise ChangedMeanwhile from None


def put_away(
    world: World, *, by: Who, patient_id: UUID, received_id: UUID, reason: str, at: datetime
) -> None:
    """Nothing more of it is wanted. It stays where it is, with the reason. Raises NeedsReason."""
    said = _reason(reason)
    with world.store.begin() as tx:
        allowed_patient(tx, by, patient_id, may_write_clinical)
        kept = _waiting_one(tx, patient_id, received_id)
        facts = {**kept.facts, "reason": said, "by": by.name}
        by_id = UUID(by.account_id)
        settle_received(tx, kept, state=Settled.DECLINED, facts=facts, by=by_id, at=at)
        what = {"document": str(received_id)}
        append(tx, AuditEvent(Kind.RECEIVED_DECLINED, at, actor(by), str(patient_id), what))


def put_away_unplaced(
    world: World, *, by: Who, received_id: UUID, reason: str, at: datetime
) -> None:
    """About nobody of the team: the document is destroyed, for it is about somebody."""
    _reason(reason)
    team_id = _team_of(by)
    with world.store.begin() as tx:
        _unplaced_of(tx, team_id, received_id)
        drop_unplaced(tx, received_id)
        what = {"document": str(received_id)}
        append(tx, AuditEvent(Kind.RECEIVED_DECLINED, at, actor(by), None, what))


def place(
    world: World, *, by: Who, received_id: UUID, number: str, born: date | None, at: datetime
) -> UUID:
    """Somebody of the team knows whose it is: by NHS number or plan number and birth date, both
    checked again, and neither may be another's than the document says. Raises NotTheirs."""
    team_id = _team_of(by)
    with world.store.begin() as tx:
        kept = _unplaced_of(tx, team_id, received_id)
        patient_id = _named(tx, by, number, born, kept)
        if not drop_unplaced(tx, received_id):
            raise NotThere
        placed = Received(
            patient_id=patient_id,
            received_id=received_id,
            partner_id=kept.partner_id,
            received_at=kept.received_at,
            facts={**kept.facts, "placed_by": by.name},
            document=kept.document,
        )
        keep_received(tx, placed)
        point_key(tx, received_id, patient_id)
        what = {"document": str(received_id)}
        append(tx, AuditEvent(Kind.RECEIVED_PLACED, at, actor(by), str(patient_id), what))
        add_message(tx, "document-received", {}, patient_id=patient_id, at=at)
    return patient_id


def _named(tx: Transaction, by: Who, number: str, born: date | None, kept: Unplaced) -> UUID:
    try:
        patient_id = person_of(tx, number)
        allowed_patient(tx, by, patient_id, may_write_clinical)
    except (NoSuchPerson, NotThere):
        raise NotTheirs from None
    face = face_of(tx, patient_id)
    if face is None or born is None or face.date_of_birth != born:
        raise NotTheirs
    says_number, says_born = kept.facts.get("nhs_number"), kept.facts.get("born")
    if says_number and face.nhs_number and says_number != face.nhs_number:
        raise NotTheirs
    if says_born and says_born != born.isoformat():
        raise NotTheirs
    return patient_id


def _waiting_one(tx: Transaction, patient_id: UUID, received_id: UUID) -> Received:
    kept = one_received(tx, patient_id, received_id)
    if kept is None or kept.state in (Settled.DECLINED, Settled.BROUGHT):
        raise NotThere
    return kept


def _unplaced_of(tx: Transaction, team_id: UUID, received_id: UUID) -> Unplaced:
    kept = one_unplaced(tx, received_id)
    if kept is None or kept.team_id != team_id:
        raise NotThere
    return kept


def _reason(text: str) -> str:
    said = text.strip()
    if not said or len(said) > LONGEST_REASON:
        raise NeedsReason
    return said


def _team_of(by: Who) -> UUID:
    if by.team_id is None or not may_list_patients(by, team_id=by.team_id):
        raise NotAllowed
    return UUID(by.team_id)
