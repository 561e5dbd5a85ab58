"""Another system sends a document: it is kept as it came and waits for the team, never more.

What it says is believed by nobody here. It is laid before the team under the person whom it names
by NHS number and birth date; where both do not fit one person of the team, before the team alone.
The sender is told the same either way.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from careplan.accounts.partners import Partner
from careplan.acts.partner_tokens import TooMany
from careplan.acts.partners import partner_actor
from careplan.acts.world import World
from careplan.audit.events import AuditEvent, Kind
from careplan.fhir.arriving import Arrival, Unfit, read_arrival
from careplan.store.counters import count_in, ends_in
from careplan.store.db import Transaction
from careplan.store.directory import Kind as Finds
from careplan.store.errors import Erased
from careplan.store.outbox import add_message
from careplan.store.patients import face_of, face_of_nobody, find_patient, patient_of
from careplan.store.received import Received, keep_received, one_received
from careplan.store.trail import append
from careplan.store.unplaced import (
    Key,
    Unplaced,
    digest,
    enter_key,
    find_key,
    keep_unplaced,
    key_of,
    one_unplaced,
)

__all__ = ["Receipt", "SentBefore", "Unfit", "read_sent", "receive"]


SENT_A_DAY = 1_000
"""Documents of one sender that are kept in a day: a fault over there must not fill this disk."""
_DAY = timedelta(days=1)


class SentBefore(ValueError):
    """This sender gave the same identifier to other bytes. What came first stands."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """`first`: these bytes were kept by this call and not by an earlier one."""

    kind: str
    received_id: UUID
    first: bool


def receive(world: World, *, partner: Partner, kind: str, data: bytes, at: datetime) -> Receipt:
    """Keep a CarePlan or a document Bundle for the partner's team.

    Raises Unfit, SentBefore, and TooMany when the sender has sent its share for today.
    """
    arrival = read_arrival(data, kind, at=at)
    while True:
        with world.store.begin() as tx:
            known = find_key(tx, partner.partner_id, arrival.identifier)
            if known is not None:
                if known.sha256 != digest(data):
                    raise SentBefore
                return Receipt(kind, known.received_id, first=False)
            if count_in(tx, f"partner-sent:{partner.partner_id}", window=_DAY, at=at) > SENT_A_DAY:
                raise TooMany(-(-ends_in(_DAY, at=at) // timedelta(seconds=1)))
            made = _keep(tx, partner, arrival, data, at)
            if made is not None:
                return Receipt(kind, made, first=True)
        # Somebody sent the same at the same moment: now it is there, and is looked at again.


def read_sent(world: World, *, partner: Partner, kind: str, received_id: UUID) -> bytes | None:
    """The very bytes, for whoever sent them. None for everybody else's, as for none at all."""
    with world.store.read() as tx:
        known = key_of(tx, received_id)
        if known is None or known.partner_id != partner.partner_id:
            return None
        try:
            kept = _kept(tx, known)
        except Erased:  # the person is, and with them whatever was said of them
            return None
    if kept is None or kept.facts.get("kind") != kind:
        return None
    return kept.document


def _kept(tx: Transaction, known: Key) -> Received | Unplaced | None:
    if known.patient_id is None:
        return one_unplaced(tx, known.received_id)
    return one_received(tx, known.patient_id, known.received_id)


def _keep(
    tx: Transaction, partner: Partner, arrival: Arrival, data: bytes, at: datetime
) -> UUID | None:
    patient_id, received_id = _whose(tx, partner, arrival), tx.new_id()
    key = Key(partner.partner_id, received_id, digest(data), patient_id)
    if not enter_key(tx, key, identifier=arrival.identifier):
        return None
    facts = _facts(partner, arrival)
    known: dict[str, Any] = {
        "received_id": received_id,
        "partner_id": partner.partner_id,
        "received_at": at,
        "facts": facts,
        "document": data,
    }
    if patient_id is None:
        keep_unplaced(tx, Unplaced(team_id=partner.team_id, **known))
    else:
        keep_received(tx, Received(patient_id=patient_id, **known))
        add_message(tx, "document-received", {}, patient_id=patient_id, at=at)
    whom = str(patient_id) if patient_id else None
    what = {"document": str(received_id)}
    append(tx, AuditEvent(Kind.RECEIVED, at, partner_actor(partner), whom, what))
    return received_id


def _facts(partner: Partner, arrival: Arrival) -> dict[str, Any]:
    """Who sent it, as they were called that day, and whom it says that it is about."""
    return {
        "kind": arrival.kind,
        "ours": str(arrival.ours) if arrival.ours else None,
        "sender": partner.name,
        "organisation": partner.organisation,
        "nhs_number": arrival.nhs_number,
        "born": arrival.born.isoformat() if arrival.born else None,
    }


def _whose(tx: Transaction, partner: Partner, arrival: Arrival) -> UUID | None:
    """One of the team's people whose NHS number and birth date are both those of the document."""
    number = arrival.nhs_number
    found = find_patient(tx, Finds.NHS_NUMBER, number) if number else None
    patient = patient_of(tx, found) if found else None
    if patient is None or patient.erased or patient.team_id != partner.team_id:
        face_of_nobody(tx, tx.new_id())
        return None
    face = face_of(tx, patient.patient_id)
    born = face.date_of_birth if face else None
    return patient.patient_id if born is not None and born == arrival.born else None
