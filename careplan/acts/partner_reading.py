"""A partner reads a plan: what it may see, in one statement, written down in the same transaction.

No audit, no answer. Whoever may not be seen is not found, in the same words, with the same work.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from careplan.accounts.partners import Partner, Purpose
from careplan.acts.partner_tokens import Asking, let_in
from careplan.acts.partners import partner_actor
from careplan.acts.world import World
from careplan.audit.events import AuditEvent, Kind
from careplan.fhir.rest import NOBODY, Part, Parts, Range, Stamp, plan_id, whose
from careplan.store.db import Transaction
from careplan.store.directory import Kind as Finds
from careplan.store.shown import Shown, past, people_by, person_shown, shown
from careplan.store.trail import append

MOST = 50
_PLAN = "CarePlan"
_NEWEST = 2**31 - 1


@dataclass(frozen=True, slots=True)
class Document:
    """A stored document, byte for byte, and which version it is."""

    stamp: Stamp
    body: bytes


@dataclass(frozen=True, slots=True)
class Past:
    """Some versions of a plan, newest first, and the number before which more follow, if any."""

    versions: tuple[tuple[Stamp, Part], ...]
    before: int | None


def range_for(world: World, partner: Partner, identity: str) -> Range:
    """Where nobody can have been asked whether emergency departments may look, none of them may:
    an installation without the staff door asks nobody."""
    closed = partner.purpose is Purpose.EMERGENCY and not world.break_glass
    return NOBODY if closed else whose(identity)


def person_of(world: World, tx: Transaction, partner: Partner, identity: str) -> UUID | None:
    """Whose resource this id would be; None for nobody, and for whom this partner may not see."""
    found = range_for(world, partner, identity)
    return person_shown(tx, partner, found.low, found.high)


def may_see(world: World, tx: Transaction, partner: Partner, patient_id: UUID) -> bool:
    return person_of(world, tx, partner, str(patient_id)) == patient_id


def read_part(
    world: World, *, asking: Asking, identity: str, number: int | None = None
) -> tuple[Stamp, Part] | None:
    """One resource of the emergency document that stands, or of an earlier version by its number.

    None for what is not there and for what this partner may not see. Raises as `let_in` does.
    """
    kind = asking.kind
    with world.store.begin() as tx:
        partner = let_in(tx, asking)
        found = _found(world, tx, partner, identity, number)
        part = parts_of(found).one(kind, identity) if found else None
        if found is None or part is None:
            return None
        write_down(tx, partner, found, "plan" if kind == _PLAN else "detail", asking.at)
    return stamp_of(found), part


def read_document(world: World, *, asking: Asking, plan: str) -> Document | None:
    """The emergency document of the plan of this id. Raises as `let_in` does."""
    with world.store.begin() as tx:
        partner = let_in(tx, asking)
        found = _found(world, tx, partner, plan, None)
        if found is None or plan != plan_id(found.patient_id):
            return None
        write_down(tx, partner, found, "document", asking.at)
    return Document(stamp_of(found), found.document)


def read_document_by_id(
    world: World, *, partner: Partner, identity: str, at: datetime
) -> Document | None:
    """The emergency document of this id, while it stands."""
    with world.store.begin() as tx:
        people = people_by(tx, Finds.DOCUMENT, [identity])
        whom = str(next(iter(people))) if people else ""
        found = _found(world, tx, partner, whom, None)
        if found is None or str(found.emergency_id) != identity:
            return None
        write_down(tx, partner, found, "document", at)
    return Document(stamp_of(found), found.document)


def read_past(
    world: World,
    *,
    partner: Partner,
    plan: str,
    before: int | None,
    since: datetime | None,
    most: int,
    at: datetime,
) -> Past | None:
    """The published versions of one plan. None where there is none that this partner may see."""
    ids = range_for(world, partner, plan)
    with world.store.begin() as tx:
        whom = person_shown(tx, partner, ids.low, ids.high)
        kept = past(
            tx,
            partner,
            ids.low,
            ids.high,
            before=before or _NEWEST,
            since=since,
            most=most + 1,
        )
        if whom is None or plan != plan_id(whom):
            return None
        append(tx, look_of(partner, whom, "past", at))
    versions = [(stamp_of(one), parts_of(one).one(_PLAN, plan)) for one in kept[:most]]
    more = kept[most - 1].number if len(kept) > most else None
    return Past(tuple((stamp, part) for stamp, part in versions if part is not None), more)


def write_down(tx: Transaction, partner: Partner, found: Shown, part: str, at: datetime) -> None:
    append(tx, event_of(partner, found, part, at), head=found.head)


def event_of(partner: Partner, found: Shown, part: str, at: datetime) -> AuditEvent:
    """A look at one version."""
    return look_of(partner, found.patient_id, part, at, version=str(found.number))


def look_of(partner: Partner, patient_id: UUID, part: str, at: datetime, **more: str) -> AuditEvent:
    what = {"part": part, **more}
    return AuditEvent(Kind.PARTNER_READ, at, partner_actor(partner), str(patient_id), what)


def stamp_of(found: Shown) -> Stamp:
    return Stamp(found.number, found.published_at)


def parts_of(found: Shown) -> Parts:
    return Parts(found.document, patient_id=found.patient_id, stamp=stamp_of(found))


def _found(
    world: World, tx: Transaction, partner: Partner, identity: str, number: int | None
) -> Shown | None:
    ids = range_for(world, partner, identity)
    return shown(tx, partner, ids.low, ids.high, number=number)
