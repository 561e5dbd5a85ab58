"""The hospital's own system asks who looked at a plan: as much of it as the team itself may see.

Which links were opened is the person's own to know, and so is whatever a carer did; a number that
counts events would show where one is left out (design 4.4).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from types import MappingProxyType
from uuid import UUID

from careplan.accounts.partners import Partner, Purpose
from careplan.acts.partner_reading import look_of, person_of
from careplan.acts.world import NotAllowed, World
from careplan.audit.events import ActorKind, Kind
from careplan.fhir.rest import plan_id
from careplan.fhir.rest_trail import Action, Told
from careplan.store.db import Transaction
from careplan.store.trail import KeptEvent, append, events_of

NEWEST = 500
"""Events looked through; what is older is for the person's own page."""
_TOLD: Mapping[Kind, Action] = MappingProxyType(
    {
        Kind.READ_BY_TEAM: Action.READ,
        Kind.VERSION_READ: Action.READ,
        Kind.STAFF_DOOR_OPENED: Action.READ,
        Kind.PARTNER_READ: Action.READ,
        Kind.PLAN_SIGNED: Action.CREATE,
        Kind.DOSE_STOPPED: Action.UPDATE,
    }
)
_BY = frozenset({ActorKind.STAFF, ActorKind.PARTNER})
_DIGITS = 10


def looks_at(
    world: World, *, partner: Partner, person: str, most: int, at: datetime
) -> tuple[Told, ...] | None:
    """Newest first. None for nobody, and for whom this partner may not see."""
    _must_be_own(partner)
    with world.store.begin() as tx:
        whom = person_of(world, tx, partner, person)
        if whom is None or str(whom) != person:
            return None
        found = tuple(_told(world, tx, whom))[:most]
        append(tx, look_of(partner, whom, "looks", at))
    return found


def one_look(world: World, *, partner: Partner, identity: str, at: datetime) -> Told | None:
    _must_be_own(partner)
    with world.store.begin() as tx:
        whom = person_of(world, tx, partner, identity)
        looks = _told(world, tx, whom) if whom else ()
        found = next((one for one in looks if one.identity == identity), None)
        if whom is not None and found is not None:
            append(tx, look_of(partner, whom, "looks", at))
    return found


def _must_be_own(partner: Partner) -> None:
    if partner.purpose is not Purpose.OWN_TRUST:
        raise NotAllowed


def _told(world: World, tx: Transaction, patient_id: UUID) -> Iterator[Told]:
    for kept in events_of(tx, patient_id, limit=NEWEST):
        event = kept.event
        shut = event.kind is Kind.STAFF_DOOR_OPENED and not world.break_glass
        if event.kind not in _TOLD or event.actor.kind not in _BY or shut:
            continue
        yield Told(
            identity=_identity(tx, patient_id, kept),
            at=event.at,
            action=_TOLD[event.kind],
            name=event.actor.name,
            organisation=event.actor.organisation,
            person=str(patient_id),
            plan=plan_id(patient_id),
            version=event.what.get("version"),
            without_card=event.kind is Kind.STAFF_DOOR_OPENED,
        )


def _identity(tx: Transaction, patient_id: UUID, kept: KeptEvent) -> str:
    """Begins like the person's, as every id does; its end tells events apart, not their order."""
    end = tx.hash("audit event", f"{patient_id}/{kept.sequence}").hex()[:_DIGITS]
    return str(patient_id)[:-_DIGITS] + end
