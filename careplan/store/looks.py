"""One look at a plan, counted and written down together in as few journeys as will do.

Whoever scans a card waits for this, and every journey to the database is part of the wait.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import LargeBinary, bindparam, insert, select, update

from careplan.audit.events import AuditEvent
from careplan.store.db import Transaction
from careplan.store.links import ONE_MORE_VIEW, count_view
from careplan.store.ready import Ready
from careplan.store.scans import Scanned
from careplan.store.tables import audit_event, trail_head
from careplan.store.trail import append, next_of_person


def write_look(tx: Transaction, found: Scanned, event: AuditEvent, *, at: datetime) -> bool:
    """Counts one more view and writes it down, both or neither: whether the link still opens."""
    link = found.link
    if found.head is not None and tx.dialect == "postgresql":
        this = {"of_patient": link.patient_id, "of_link": link.link_id, "at": at}
        if not tx.run_ready(_AT_ONCE, this | next_of_person(tx, found.head, event)):
            return False
        tx.deeds.append(event.kind.value)
        return True
    if count_view(tx, link.patient_id, link.link_id, at=at) is None:
        return False
    append(tx, event, head=found.head)
    return True


def _at_once() -> Any:
    """Nothing is written unless the view counts; the chain's head is held since it was read."""
    counted = ONE_MORE_VIEW.cte("counted")
    sequence = bindparam("new_sequence", type_=trail_head.c.sequence.type)
    digest = bindparam("new_digest", type_=LargeBinary())
    moved = (
        update(trail_head)
        .where(trail_head.c.patient_id == counted.c.patient_id)
        .values(sequence=sequence, digest=digest)
    )
    events = audit_event.c
    row = select(
        counted.c.patient_id,
        sequence,
        bindparam("new_at", type_=events.at.type),
        digest,
        bindparam("new_body", type_=LargeBinary()),
    )
    columns = ("patient_id", "sequence", "at", "digest", "body")
    keep = insert(audit_event).from_select(columns, row)
    return keep.add_cte(moved.cte("moved")).returning(events.sequence)


_AT_ONCE = Ready(_at_once())
