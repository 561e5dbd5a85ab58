"""That somebody asked for their plan to be erased, and what was decided.

It stands among what the person asked their team to do (`errands`), so that the desk's list shows
that they wait for an answer; what was asked for is sealed, and in clear stands only that something
was.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import Row, bindparam, insert, select, update

from careplan.store.db import Transaction
from careplan.store.errands import ERASURE, note_waiting
from careplan.store.owners import of_patient
from careplan.store.tables import errand, patient

_c = errand.c
_OF_PATIENT = _c.patient_id == bindparam("of_patient")
_KEEP = insert(errand)
_ALL = select(errand).where(_OF_PATIENT).order_by(_c.asked_at.desc(), _c.errand_id)
_SETTLE = (
    update(errand)
    .where(_OF_PATIENT, _c.errand_id == bindparam("of_errand"), _c.state == "open")
    .values(state=bindparam("new_state"), done_at=bindparam("at"), body=bindparam("new_body"))
)
_WAITING = (
    select(errand, patient.c.data_key, patient.c.team_id)
    .join(patient, patient.c.patient_id == _c.patient_id)
    .where(_c.state.in_(("open", "agreed")), patient.c.data_key.is_not(None))
    .order_by(_c.asked_at, _c.errand_id)
)


class Stands(StrEnum):
    """What has become of the request."""

    OPEN = "open"
    AGREED = "agreed"
    DECLINED = "declined"
    CALLED_OFF = "called_off"


_WEIGHT = (Stands.CALLED_OFF, Stands.DECLINED, Stands.AGREED, Stands.OPEN)


@dataclass(frozen=True, slots=True, kw_only=True)
class ErasureRequest:
    """`decided_by`: who at the trust answers for the decision, by name and post; `recorded_by`:
    who wrote it down; `answer`: what the person is told."""

    id: UUID
    words: str
    asked_by: str
    asked_at: datetime
    stands: Stands = Stands.OPEN
    settled_at: datetime | None = None
    decided_by: str = ""
    recorded_by: str = ""
    answer: str = ""

    @property
    def open(self) -> bool:
        return self.stands is Stands.OPEN


def keep_request(tx: Transaction, patient_id: UUID, asked: ErasureRequest) -> None:
    row = {
        "patient_id": patient_id,
        "errand_id": asked.id,
        "state": asked.stands,
        "asked_at": asked.asked_at,
        "done_at": None,
        "body": _sealed(tx, patient_id, asked),
    }
    tx.run(_KEEP, row)
    note_waiting(tx, patient_id)


def requests_of(tx: Transaction, patient_id: UUID) -> tuple[ErasureRequest, ...]:
    """Newest first; of two made at one moment, the one that counts for more."""
    rows = tx.run(_ALL, {"of_patient": patient_id})
    found = [one for row in rows if (one := _request(tx, row)) is not None]
    found.sort(key=lambda one: (one.asked_at, _WEIGHT.index(one.stands)), reverse=True)
    return tuple(found)


def settle_request(tx: Transaction, patient_id: UUID, settled: ErasureRequest) -> bool:
    """Whether this call did it; somebody else may have been quicker."""
    values = {
        "of_patient": patient_id,
        "of_errand": settled.id,
        "new_state": settled.stands,
        "at": settled.settled_at,
        "new_body": _sealed(tx, patient_id, settled),
    }
    done = tx.run(_SETTLE, values).rowcount == 1
    note_waiting(tx, patient_id)
    return done


def everybodys_requests(tx: Transaction) -> tuple[tuple[UUID, ErasureRequest], ...]:
    """Those that wait for a decision, or for being carried out; the oldest first."""
    found = []
    for row in tx.run(_WAITING).all():
        tx.remember(of_patient(row.patient_id), row.data_key)
        one = _request(tx, row)
        if one is not None:
            found.append((row.patient_id, one))
    return tuple(found)


def _sealed(tx: Transaction, patient_id: UUID, one: ErasureRequest) -> bytes:
    facts = {
        "paper": ERASURE,
        "words": one.words,
        "asked_by": one.asked_by,
        "decided_by": one.decided_by,
        "recorded_by": one.recorded_by,
        "answer": one.answer,
    }
    return tx.seal_facts(of_patient(patient_id), _c.body, str(one.id), facts)


def _request(tx: Transaction, row: Row[Any]) -> ErasureRequest | None:
    facts = tx.unseal_facts(of_patient(row.patient_id), _c.body, str(row.errand_id), row.body)
    if facts.pop("paper") != ERASURE:
        return None
    return ErasureRequest(
        id=row.errand_id,
        asked_at=row.asked_at,
        stands=Stands(row.state),
        settled_at=row.done_at,
        **facts,
    )
