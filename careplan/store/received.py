"""Documents that other systems brought for a person: the exact bytes, sealed under their key."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import Row, bindparam, func, insert, select, update

from careplan.store.db import Transaction
from careplan.store.owners import of_patient
from careplan.store.tables import patient, received

_r = received.c
_HEAD = tuple(column for column in _r if column is not _r.document)
_OF = _r.patient_id == bindparam("of_patient")
_THIS = (_OF, _r.received_id == bindparam("of_received"))
_NEW = insert(received)
_ALL = select(*_HEAD).where(_OF).order_by(_r.received_at.desc(), _r.received_id)
_ONE = select(received).where(*_THIS)
_BROUGHT = select(received).where(_OF, _r.state == "brought").order_by(_r.received_at).limit(1)
_SETTLE = (
    update(received)
    .where(*_THIS)
    .values(
        state=bindparam("new_state"),
        facts=bindparam("new_facts"),
        settled_at=bindparam("at"),
        settled_by=bindparam("by"),
    )
)
_WAITING = (_r.state == "waiting", patient.c.team_id == bindparam("of_team"))
_OF_TEAM = (
    select(*_HEAD, patient.c.data_key)
    .join(patient, patient.c.patient_id == _r.patient_id)
    .where(*_WAITING, patient.c.data_key.is_not(None))
    .order_by(_r.received_at.desc(), _r.received_id)
    .limit(bindparam("most"))
)
_COUNT = (
    select(func.count())
    .select_from(received.join(patient, patient.c.patient_id == _r.patient_id))
    .where(*_WAITING, patient.c.data_key.is_not(None))
)


class Settled(StrEnum):
    """What became of a document. `brought`: the plan here began with it, by `import`."""

    WAITING = "waiting"
    TAKEN = "taken"
    DECLINED = "declined"
    BROUGHT = "brought"


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """One document that came for a person. `document` is None where only its head was asked for;
    `partner_id` is None for a file that whoever runs the service brought in."""

    patient_id: UUID
    received_id: UUID
    partner_id: UUID | None
    received_at: datetime
    state: Settled = Settled.WAITING
    settled_at: datetime | None = None
    settled_by: UUID | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)
    document: bytes | None = None


def keep_received(tx: Transaction, one: Received) -> None:
    owner, row = of_patient(one.patient_id), str(one.received_id)
    tx.run(
        _NEW,
        {
            "patient_id": one.patient_id,
            "received_id": one.received_id,
            "partner_id": one.partner_id,
            "received_at": one.received_at,
            "state": str(one.state),
            "settled_at": one.settled_at,
            "settled_by": one.settled_by,
            "facts": tx.seal_facts(owner, _r.facts, row, dict(one.facts)),
            "document": tx.seal(owner, _r.document, row, one.document or b""),
        },
    )


def received_of(tx: Transaction, patient_id: UUID) -> tuple[Received, ...]:
    """Newest first, without the documents."""
    return tuple(_received(tx, row) for row in tx.run(_ALL, {"of_patient": patient_id}))


def one_received(tx: Transaction, patient_id: UUID, received_id: UUID) -> Received | None:
    asked = {"of_patient": patient_id, "of_received": received_id}
    row = tx.run(_ONE, asked).one_or_none()
    return None if row is None else _with_document(tx, row)


def brought_plan(tx: Transaction, patient_id: UUID) -> Received | None:
    """The document that this person's plan began with here, if it came from elsewhere."""
    row = tx.run(_BROUGHT, {"of_patient": patient_id}).one_or_none()
    return None if row is None else _with_document(tx, row)


def settle_received(
    tx: Transaction,
    one: Received,
    *,
    state: Settled,
    facts: Mapping[str, Any],
    by: UUID,
    at: datetime,
) -> None:
    sealed = tx.seal_facts(of_patient(one.patient_id), _r.facts, str(one.received_id), dict(facts))
    tx.run(
        _SETTLE,
        {
            "of_patient": one.patient_id,
            "of_received": one.received_id,
            "new_state": str(state),
            "new_facts": sealed,
            "at": at,
            "by": by,
        },
    )


def waiting_for_team(tx: Transaction, team_id: UUID, *, most: int) -> tuple[Received, ...]:
    """What waits for this team, newest first, without the documents."""
    found = []
    for row in tx.run(_OF_TEAM, {"of_team": team_id, "most": most}):
        tx.remember(of_patient(row.patient_id), row.data_key)
        found.append(_received(tx, row))
    return tuple(found)


def count_waiting(tx: Transaction, team_id: UUID) -> int:
    """What came for the team's people and nobody has answered."""
    return int(tx.run(_COUNT, {"of_team": team_id}).scalar_one())


# --- rows to values --------------------------------------------------------------------------


def _with_document(tx: Transaction, row: Row[Any]) -> Received:
    owner = of_patient(row.patient_id)
    document = tx.unseal(owner, _r.document, str(row.received_id), row.document)
    return _received(tx, row, document)


def _received(tx: Transaction, row: Row[Any], document: bytes | None = None) -> Received:
    owner = of_patient(row.patient_id)
    return Received(
        patient_id=row.patient_id,
        received_id=row.received_id,
        partner_id=row.partner_id,
        received_at=row.received_at,
        state=Settled(row.state),
        settled_at=row.settled_at,
        settled_by=row.settled_by,
        facts=tx.unseal_facts(owner, _r.facts, str(row.received_id), row.facts),
        document=document,
    )
