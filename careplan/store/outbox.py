"""Messages that are to leave, kept in the transaction of the deed that causes them.

A message is taken for a while, not for ever: if its sender dies, another takes it again. So a
message may be sent twice, and is never lost.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, delete, insert, select, update

from careplan.store.db import Transaction
from careplan.store.owners import SERVICE, Owner, of_patient
from careplan.store.tables import outbox

_c = outbox.c
_ADD = insert(outbox)
_DUE = (
    select(_c.message_id)
    .where(_c.sent_at.is_(None), _c.due_at <= bindparam("at"))
    .order_by(_c.due_at)
    .limit(bindparam("most", type_=_c.attempts.type))
    .with_for_update(skip_locked=True)
)
_TAKE = (
    update(outbox)
    .where(_c.message_id.in_(_DUE))
    .values(due_at=bindparam("back_at"), attempts=_c.attempts + 1)
    .returning(_c.message_id, _c.patient_id, _c.kind, _c.created_at, _c.attempts, _c.body)
)
_THIS = update(outbox).where(_c.message_id == bindparam("of_message"))
_SENT = _THIS.values(sent_at=bindparam("at"))
_PUT_OFF = _THIS.where(_c.sent_at.is_(None)).values(due_at=bindparam("until"))
_FORGET_OF = delete(outbox).where(_c.patient_id == bindparam("of_patient"))
_FORGET = delete(outbox).where(_c.sent_at < bindparam("before"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    message_id: UUID
    patient_id: UUID | None
    kind: str
    created_at: datetime
    attempts: int
    body: Mapping[str, Any]


def add_message(
    tx: Transaction,
    kind: str,
    body: Mapping[str, Any],
    *,
    patient_id: UUID | None,
    at: datetime,
    due_at: datetime | None = None,
) -> UUID:
    message_id = tx.new_id()
    row = {
        "message_id": message_id,
        "patient_id": patient_id,
        "kind": kind,
        "created_at": at,
        "due_at": due_at or at,
        "attempts": 0,
        "body": tx.seal_facts(_owner(patient_id), _c.body, str(message_id), dict(body)),
    }
    tx.run(_ADD, row)
    return message_id


def take_messages(
    tx: Transaction, *, at: datetime, hold: timedelta, limit: int
) -> tuple[Message, ...]:
    """Those that are due, each to this caller alone until `hold` is over."""
    rows = tx.run(_TAKE, {"at": at, "back_at": at + hold, "most": limit}).all()
    return tuple(
        Message(
            message_id=row.message_id,
            patient_id=row.patient_id,
            kind=row.kind,
            created_at=row.created_at,
            attempts=row.attempts,
            body=tx.unseal_facts(_owner(row.patient_id), _c.body, str(row.message_id), row.body),
        )
        for row in sorted(rows, key=lambda row: row.created_at)
    )


def mark_sent(tx: Transaction, message_id: UUID, *, at: datetime) -> None:
    tx.run(_SENT, {"of_message": message_id, "at": at})


def put_off(tx: Transaction, message_id: UUID, *, until: datetime) -> None:
    tx.run(_PUT_OFF, {"of_message": message_id, "until": until})


def forget_messages_of(tx: Transaction, patient_id: UUID) -> None:
    """Of somebody erased nothing is sent any more, and nothing could be read."""
    tx.run(_FORGET_OF, {"of_patient": patient_id})


def forget_sent(tx: Transaction, before: datetime) -> int:
    return tx.run(_FORGET, {"before": before}).rowcount


def _owner(patient_id: UUID | None) -> Owner:
    return SERVICE if patient_id is None else of_patient(patient_id)
