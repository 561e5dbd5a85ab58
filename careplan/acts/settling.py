"""What becomes of a document another system sent: placed, a section taken as a draft, put away.

Nobody's writing goes into a clinical field by itself: whole sections are copied only from documents
written by this program, by somebody of the team who has both before them, and then they are a draft
that must be read, saved and signed like any other.
"""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from careplan.accounts.people import Who
from careplan.accounts.permissions import may_write_clinical
from careplan.acts.drafting import EMPTY
from careplan.acts.exporting import NoSuchPerson, person_of
from careplan.acts.publishing import ChangedMeanwhile
from careplan.acts.received import open_received, team_of_desk, unplaced_of
from careplan.acts.world import NotThere, World, actor, allowed_patient
from careplan.audit.events import AuditEvent, Kind
from careplan.plan.care_plan import SECTIONS
from careplan.store.db import Transaction
from careplan.store.drafts import keep_draft
from careplan.store.errors import Stale
from careplan.store.outbox import add_message
from careplan.store.patients import face_of
from careplan.store.received import (
    Received,
    Settled,
    keep_received,
    one_received,
    settle_received,
)
from careplan.store.trail import append
from careplan.store.unplaced import Unplaced, drop_unplaced, point_key

LONGEST_REASON = 500


class NeedsReason(ValueError):
    """A document is put away with a reason, in `LONGEST_REASON` letters or fewer."""


class NotTheirs(ValueError):
    """No one person of the team has these, or the document says that it is another's."""


class CannotTake(ValueError):
    """There is nothing in this section that may be copied."""


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
    team_id = team_of_desk(by)
    with world.store.begin() as tx:
        unplaced_of(tx, team_id, received_id)
        drop_unplaced(tx, received_id)
        what = {"document": str(received_id)}
        append(tx, AuditEvent(Kind.RECEIVED_DECLINED, at, actor(by), None, what))


def place(
    world: World, *, by: Who, received_id: UUID, number: str, born: date | None, at: datetime
) -> UUID:
    """Somebody of the team knows whose it is: by NHS number or plan number and birth date, both
    checked again, and neither may be another's than the document says. Raises NotTheirs."""
    team_id = team_of_desk(by)
    with world.store.begin() as tx:
        kept = unplaced_of(tx, team_id, received_id)
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


def _reason(text: str) -> str:
    said = text.strip()
    if not said or len(said) > LONGEST_REASON:
        raise NeedsReason
    return said
