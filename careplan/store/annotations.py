"""What a person says is wrong in the signed part of their plan, and the team's one answer to it.

It stands beside the section and changes nothing; the desk's list knows that it waits.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, bindparam, insert, select, update

from careplan.store.db import Transaction
from careplan.store.errands import note_waiting
from careplan.store.owners import of_patient
from careplan.store.tables import annotation

_c = annotation.c
_OF_PATIENT = _c.patient_id == bindparam("of_patient")
_STANDS = (_OF_PATIENT, _c.annotation_id == bindparam("of_note"), _c.withdrawn_at.is_(None))
_KEEP = insert(annotation)
_ALL = select(annotation).where(_OF_PATIENT).order_by(_c.at.desc(), _c.annotation_id)
_WITHDRAW = update(annotation).where(*_STANDS).values(withdrawn_at=bindparam("now"))
_ANSWER = (
    update(annotation)
    .where(*_STANDS, _c.answered_at.is_(None))
    .values(answered_at=bindparam("now"), body=bindparam("new_body"))
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Annotation:
    """`version`: which was published when it was said. `by` and `answered_by` are names."""

    annotation_id: UUID
    section: str
    version: int
    words: str
    by: str
    at: datetime
    withdrawn_at: datetime | None = None
    answered_at: datetime | None = None
    answer: str = ""
    answered_by: str = ""

    @property
    def stands(self) -> bool:
        return self.withdrawn_at is None


def keep_annotation(tx: Transaction, patient_id: UUID, said: Annotation) -> None:
    row = {"patient_id": patient_id, "annotation_id": said.annotation_id, "at": said.at}
    tx.run(_KEEP, {**row, "body": _sealed(tx, patient_id, said)})
    note_waiting(tx, patient_id)


def annotations_of(tx: Transaction, patient_id: UUID) -> tuple[Annotation, ...]:
    """Newest first, those that were taken back too."""
    return tuple(_annotation(tx, row) for row in tx.run(_ALL, {"of_patient": patient_id}))


def withdraw_annotation(tx: Transaction, patient_id: UUID, note_id: UUID, *, at: datetime) -> bool:
    """Whether this call did it."""
    gone = tx.run(_WITHDRAW, {"of_patient": patient_id, "of_note": note_id, "now": at})
    note_waiting(tx, patient_id)
    return gone.rowcount == 1


def answer_annotation(tx: Transaction, patient_id: UUID, answered: Annotation) -> bool:
    """False when somebody was quicker, or it was taken back."""
    values = {
        "of_patient": patient_id,
        "of_note": answered.annotation_id,
        "now": answered.answered_at,
        "new_body": _sealed(tx, patient_id, answered),
    }
    done = tx.run(_ANSWER, values).rowcount == 1
    note_waiting(tx, patient_id)
    return done


def _sealed(tx: Transaction, patient_id: UUID, one: Annotation) -> bytes:
    facts = {
        "section": one.section,
        "version": one.version,
        "words": one.words,
        "by": one.by,
        "answer": one.answer,
        "answered_by": one.answered_by,
    }
    return tx.seal_facts(of_patient(patient_id), _c.body, str(one.annotation_id), facts)


def _annotation(tx: Transaction, row: Row[Any]) -> Annotation:
    facts = tx.unseal_facts(of_patient(row.patient_id), _c.body, str(row.annotation_id), row.body)
    return Annotation(
        annotation_id=row.annotation_id,
        at=row.at,
        withdrawn_at=row.withdrawn_at,
        answered_at=row.answered_at,
        **facts,
    )
