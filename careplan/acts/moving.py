"""A whole team's plans taken out, and a file of them brought in, a few people at a time.

What leaves is written in each person's trail before anybody has it: a copy that nobody wrote down
must not exist, and one written down that was then lost is taken again.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from careplan.acts.bringing_in import CannotBring, bring_in
from careplan.acts.exporting import Form
from careplan.acts.world import SYSTEM, World
from careplan.audit.events import AuditEvent, Kind
from careplan.fhir import wire
from careplan.plan.codec import Unreadable
from careplan.store.moving import (
    emergencies_of_team,
    published_in_team,
    records_of_team,
    unpublished_in_team,
)
from careplan.store.patients import patient_of
from careplan.store.received import brought_plan
from careplan.store.trail import append

NOBODY = UUID(int=0)
"""Before everybody, in the order of ids."""
AT_ONCE = 50
"""People in one transaction: some megabytes of documents, and a tenth of a second."""


class Part(StrEnum):
    """Which of a version's two documents."""

    RECORD = "record"
    EMERGENCY = "emergency"


_READ = {Part.RECORD: records_of_team, Part.EMERGENCY: emergencies_of_team}
_FORM = {Part.RECORD: Form.RECORD, Part.EMERGENCY: Form.FHIR}


@dataclass(frozen=True, slots=True)
class Taken:
    """The documents of the next people. `last` is None when there was nobody left; `damaged` are
    those whose kept bytes are not what was published: nothing of theirs was taken."""

    documents: tuple[bytes, ...]
    last: UUID | None
    damaged: tuple[UUID, ...] = ()


@dataclass(frozen=True, slots=True)
class Counted:
    published: int
    unpublished: int


def count_team(world: World, *, team_id: UUID) -> Counted:
    with world.store.read() as tx:
        return Counted(published_in_team(tx, team_id), unpublished_in_team(tx, team_id))


def take_out(
    world: World, *, team_id: UUID, part: Part, after: UUID, at: datetime, most: int = AT_ONCE
) -> Taken:
    """The newest version of each, byte for byte as it was published."""
    with world.store.begin() as tx:
        found = _READ[part](tx, team_id, after=after, most=most)
        for one in found:
            if one.body is not None:
                what = {"form": str(_FORM[part]), "version": str(one.number)}
                event = AuditEvent(Kind.EXPORTED, at, SYSTEM, str(one.patient_id), what)
                append(tx, event, head=one.head)
    return Taken(
        documents=tuple(one.body for one in found if one.body is not None),
        last=found[-1].patient_id if found else None,
        damaged=tuple(one.patient_id for one in found if one.body is None),
    )


class Came(StrEnum):
    IN = "in"
    BEFORE = "before"
    """These very bytes had been brought into this team already, and nothing was done."""


def take_in(world: World, *, document: bytes, team_id: UUID, at: datetime) -> Came:
    """One person of the file. Raises CannotBring; the others go on."""
    try:
        bring_in(world, document=document, team_id=team_id, at=at)
    except CannotBring:
        if not _came_before(world, document, team_id):
            raise
        return Came.BEFORE
    return Came.IN


def _came_before(world: World, document: bytes, team_id: UUID) -> bool:
    """Whether this line was done by a run that was cut off before it could say so."""
    patient_id = _about(document)
    if patient_id is None:
        return False
    with world.store.read() as tx:
        patient = patient_of(tx, patient_id)
        if patient is None or patient.erased or patient.team_id != team_id:
            return False
        kept = brought_plan(tx, patient_id)
    return kept is not None and kept.document == document


def _about(document: bytes) -> UUID | None:
    """Whose record this is, as far as it can be read: its Patient stands second."""
    try:
        tree = wire.loads(document)
        return UUID(tree["entry"][1]["resource"]["id"])
    except (Unreadable, LookupError, TypeError, ValueError, AttributeError):
        return None
