"""Appends to and reads the trail of what was done, each event sealed and linked to the one before.

An event of no person goes to the day's service chain, under the service's own key.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Insert, Select, Table, Update, bindparam, insert, select, update
from sqlalchemy import Row as SqlRow

from careplan.audit.chain import Head, chain_of, genesis, link
from careplan.audit.events import AuditEvent, from_bytes, to_bytes
from careplan.store.db import Transaction, on_both
from careplan.store.errors import NotFound
from careplan.store.owners import SERVICE, Owner, of_patient
from careplan.store.ready import Ready
from careplan.store.tables import (
    audit_event,
    patient,
    service_event,
    service_head,
    trail_head,
)

_NEWEST = 2**63 - 1


@dataclass(frozen=True, slots=True)
class _Chain:
    """The two tables that a kind of chain lives in, and the statements that append to it."""

    heads: Table
    events: Table
    column: str
    locked: Select[Any]
    keep: Insert
    move: Update
    steps: Mapping[str, tuple[Ready, ...]]

    @classmethod
    def on(cls, heads: Table, events: Table, column: str) -> _Chain:
        is_this = heads.c[column] == bindparam("of_chain")
        move = (
            update(heads)
            .where(is_this)
            .values(sequence=bindparam("new_sequence"), digest=bindparam("new_digest"))
        )
        keep = insert(events).values(
            {
                column: bindparam("of_chain"),
                "sequence": bindparam("new_sequence"),
                "at": bindparam("new_at"),
                "digest": bindparam("new_digest"),
                "body": bindparam("new_body"),
            }
        )
        return cls(
            heads=heads,
            events=events,
            column=column,
            locked=select(heads.c.sequence, heads.c.digest)
            .where(is_this)
            .with_for_update(key_share=True),
            keep=keep,
            move=move,
            # PostgreSQL does both in one journey; SQLite is not a journey away.
            steps={
                "sqlite": (Ready(keep), Ready(move)),
                "postgresql": (Ready(keep.add_cte(move.cte("moved"))),),
            },
        )


_OF_PEOPLE = _Chain.on(trail_head, audit_event, "patient_id")
_OF_SERVICE = _Chain.on(service_head, service_event, "chain")
# The wrapped key comes along with the head: sealing an event then asks nothing more.
_LOCK_OF_PATIENT = Ready(
    select(trail_head.c.sequence, trail_head.c.digest, patient.c.data_key)
    .where(
        trail_head.c.patient_id == bindparam("of_chain"),
        patient.c.patient_id == trail_head.c.patient_id,
    )
    .with_for_update(key_share=True, of=trail_head)
)
_LOCK_OF_PEOPLE = (
    select(trail_head.c.patient_id, trail_head.c.sequence, trail_head.c.digest, patient.c.data_key)
    .where(
        trail_head.c.patient_id.in_(bindparam("of_chains", expanding=True)),
        patient.c.patient_id == trail_head.c.patient_id,
    )
    .order_by(trail_head.c.patient_id)
    .with_for_update(key_share=True, of=trail_head)
)
_BEGIN_DAY = on_both(lambda insert: insert(service_head).on_conflict_do_nothing())
_EVENTS = (
    select(audit_event.c.sequence, audit_event.c.body)
    .where(
        audit_event.c.patient_id == bindparam("of_patient"),
        audit_event.c.sequence < bindparam("before"),
    )
    .order_by(audit_event.c.sequence.desc())
)
_SERVICE_EVENTS = (
    select(service_event.c.sequence, service_event.c.body)
    .where(service_event.c.chain == bindparam("of_chain"))
    .order_by(service_event.c.sequence)
)


@dataclass(frozen=True, slots=True)
class KeptEvent:
    sequence: int
    event: AuditEvent


def append(
    tx: Transaction, event: AuditEvent, *, head: Head | None = None, chain: str | None = None
) -> int:
    """Writes one deed down, in the transaction of the deed itself. Its number in its chain.

    `head` is the end of a person's chain, where this transaction holds it already; `chain` is
    another one of the service than the day's.
    """
    if event.patient_id is None:
        chain = chain or chain_of(None, at=event.at)
        head = _service_head(tx, chain)
        return _append(tx, _OF_SERVICE, (SERVICE, chain), head, event)
    patient_id = UUID(event.patient_id)
    if head is not None:
        return _append(tx, _OF_PEOPLE, (of_patient(patient_id), patient_id), head, event)
    rows = tx.run_ready(_LOCK_OF_PATIENT, {"of_chain": patient_id})
    if not rows:
        raise NotFound("there is no such patient to write down a deed for")
    ((number, digest, data_key),) = rows
    tx.remember(of_patient(patient_id), data_key)
    return append(tx, event, head=Head(number, digest))


def _service_head(tx: Transaction, chain: str) -> Head:
    row = tx.run(_OF_SERVICE.locked, {"of_chain": chain}).one_or_none()
    if row is None:
        tx.run(_BEGIN_DAY, {"chain": chain, "sequence": 0, "digest": genesis(chain)})
        row = tx.run(_OF_SERVICE.locked, {"of_chain": chain}).one()
    return Head(row.sequence, row.digest)


def _append(
    tx: Transaction,
    kind: _Chain,
    owned: tuple[Owner, UUID | str],
    head: Head,
    event: AuditEvent,
) -> int:
    kept = _next(tx, kind, owned, head, event)
    for step in kind.steps[tx.dialect]:
        tx.run_ready(step, kept)
    tx.deeds.append(event.kind.value)
    return head.sequence + 1


def _next(
    tx: Transaction, kind: _Chain, owned: tuple[Owner, UUID | str], head: Head, event: AuditEvent
) -> dict[str, Any]:
    """The row that comes after this head, and by that the next head."""
    owner, chain = owned
    sequence = head.sequence + 1
    sealed = tx.seal(owner, kind.events.c.body, _row(chain, sequence), to_bytes(event))
    digest = link(head.digest, sequence=sequence, sealed=sealed)
    return {
        "of_chain": chain,
        "new_sequence": sequence,
        "new_digest": digest,
        "new_at": event.at,
        "new_body": sealed,
    }


def append_all(tx: Transaction, events: Sequence[AuditEvent]) -> None:
    """One deed that several people must be told of, one event each: three statements, however many
    they are. Their chains are held in the order of their ids, so that two who do this at once wait
    and never hold each other up."""
    by_person = {UUID(one.patient_id): one for one in events if one.patient_id is not None}
    if len(by_person) != len(events):
        raise ValueError("one event for each of several people")
    if not by_person:
        return
    rows = tx.run(_LOCK_OF_PEOPLE, {"of_chains": list(by_person)}).all()
    if len(rows) != len(by_person):
        raise NotFound("there is no such patient to write down a deed for")
    kept = []
    for row in rows:
        tx.remember(of_patient(row.patient_id), row.data_key)
        head = Head(row.sequence, row.digest)
        kept.append(next_of_person(tx, head, by_person[row.patient_id]))
    tx.run(_OF_PEOPLE.keep, kept)
    tx.run(_OF_PEOPLE.move, kept)
    tx.deeds.extend(one.kind.value for one in events)


def next_of_person(tx: Transaction, head: Head, event: AuditEvent) -> dict[str, Any]:
    """What to keep of a deed once the head of its person's chain is held: for `looks`, and here."""
    patient_id = UUID(event.patient_id)
    return _next(tx, _OF_PEOPLE, (of_patient(patient_id), patient_id), head, event)


def events_of(
    tx: Transaction, patient_id: UUID, *, limit: int, before: int | None = None
) -> tuple[KeptEvent, ...]:
    """Newest first. The next page is `before` the last one's number, which nobody is shown."""
    wanted = {"of_patient": patient_id, "before": _NEWEST if before is None else before}
    rows = tx.run(_EVENTS.limit(limit), wanted)
    column = audit_event.c.body
    return tuple(_event(tx, of_patient(patient_id), column, patient_id, row) for row in rows)


def service_events_of(tx: Transaction, chain: str) -> tuple[KeptEvent, ...]:
    """One day of the service's own trail (`audit.chain.service_chain`), oldest first."""
    rows = tx.run(_SERVICE_EVENTS, {"of_chain": chain})
    return tuple(_event(tx, SERVICE, service_event.c.body, chain, row) for row in rows)


def _event(
    tx: Transaction, owner: Owner, column: Any, chain: UUID | str, row: SqlRow[Any]
) -> KeptEvent:
    plain = tx.unseal(owner, column, _row(chain, row.sequence), row.body)
    return KeptEvent(row.sequence, from_bytes(plain))


def _row(chain: UUID | str, sequence: int) -> str:
    return f"{chain}/{sequence}"
