"""The person's private words, in a table that nothing but their own page reads (design 1.1)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, bindparam, delete, insert, select, update

from careplan.store.db import Transaction
from careplan.store.errors import Stale
from careplan.store.owners import of_patient
from careplan.store.tables import private_note

_c = private_note.c
_OF = select(private_note).where(_c.patient_id == bindparam("of_patient"))
_ALL = _OF.order_by(_c.updated_at.desc(), _c.note_id)
_ONE = _OF.where(_c.note_id == bindparam("of_note"))
_THIS = (_c.patient_id == bindparam("of_patient"), _c.note_id == bindparam("of_note"))
_NEW = insert(private_note)
_NEXT = (
    update(private_note)
    .where(*_THIS, _c.revision == bindparam("based_on"))
    .values(revision=_c.revision + 1, updated_at=bindparam("at"), body=bindparam("text"))
    .returning(_c.revision)
)
_DROP = delete(private_note).where(*_THIS)


@dataclass(frozen=True, slots=True, kw_only=True)
class PrivateNote:
    """`told_at`: when the person gave these words to their team."""

    note_id: UUID
    revision: int
    updated_at: datetime
    text: str
    told_at: str | None = None


def notes_of(tx: Transaction, patient_id: UUID) -> tuple[PrivateNote, ...]:
    """Newest first."""
    return tuple(_note(tx, row) for row in tx.run(_ALL, {"of_patient": patient_id}))


def note_of(tx: Transaction, patient_id: UUID, note_id: UUID) -> PrivateNote | None:
    row = tx.run(_ONE, {"of_patient": patient_id, "of_note": note_id}).one_or_none()
    return _note(tx, row) if row else None


def add_note(tx: Transaction, patient_id: UUID, *, text: str, at: datetime) -> UUID:
    note_id = tx.new_id()
    body = tx.seal_facts(of_patient(patient_id), _c.body, str(note_id), {"text": text})
    row = {"patient_id": patient_id, "note_id": note_id, "revision": 1, "updated_at": at}
    tx.run(_NEW, {**row, "body": body})
    return note_id


def keep_note(tx: Transaction, patient_id: UUID, note: PrivateNote, *, at: datetime) -> int:
    """The new revision. Raises Stale with what is there when another device wrote since."""
    facts = {"text": note.text, "told_at": note.told_at}
    body = tx.seal_facts(of_patient(patient_id), _c.body, str(note.note_id), facts)
    changed = {"of_patient": patient_id, "of_note": note.note_id, "based_on": note.revision}
    kept = tx.run(_NEXT, {**changed, "at": at, "text": body}).scalar_one_or_none()
    if kept is None:
        raise Stale(note_of(tx, patient_id, note.note_id))
    return int(kept)


def drop_note(tx: Transaction, patient_id: UUID, note_id: UUID) -> bool:
    gone = tx.run(_DROP, {"of_patient": patient_id, "of_note": note_id})
    return gone.rowcount > 0


def _note(tx: Transaction, row: Row[Any]) -> PrivateNote:
    owner = of_patient(row.patient_id)
    facts = tx.unseal_facts(owner, _c.body, str(row.note_id), row.body)
    return PrivateNote(
        note_id=row.note_id,
        revision=row.revision,
        updated_at=row.updated_at,
        text=facts["text"],
        told_at=facts.get("told_at"),
    )
