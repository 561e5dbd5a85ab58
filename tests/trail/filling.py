"""Very many events, sealed and linked as ever, in as few statements as a database takes."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, insert, update

from careplan.audit.chain import Head
from careplan.store.chains import head_of
from careplan.store.db import Store, Transaction
from careplan.store.tables import audit_event, trail_head
from careplan.store.trail import next_of_person
from tests.stores import a_patient
from tests.trail.conftest import looked

PIECE = 1_000
_KEEP = insert(audit_event).values(
    patient_id=bindparam("of_chain"),
    sequence=bindparam("new_sequence"),
    at=bindparam("new_at"),
    digest=bindparam("new_digest"),
    body=bindparam("new_body"),
)
_MOVE = (
    update(trail_head)
    .where(trail_head.c.patient_id == bindparam("of_chain"))
    .values(sequence=bindparam("new_sequence"), digest=bindparam("new_digest"))
)


def fill(store: Store, patient_id: UUID, events: int) -> None:
    """So many more events of one person."""
    left = events
    while left > 0:
        with store.begin() as tx:
            _some(tx, patient_id, min(left, PIECE))
        left -= PIECE


def somebody_with(store: Store, events: int) -> UUID:
    with store.begin() as tx:
        patient_id = a_patient(tx)
    fill(store, patient_id, events)
    return patient_id


def _some(tx: Transaction, patient_id: UUID, events: int) -> None:
    head = head_of(tx, str(patient_id))
    assert head is not None
    kept: list[dict[str, Any]] = []
    for _ in range(events):
        kept.append(next_of_person(tx, head, looked(patient_id, head.sequence % 1440)))
        head = Head(kept[-1]["new_sequence"], kept[-1]["new_digest"])
    tx.run(_KEEP, kept)
    tx.run(_MOVE, kept[-1])
