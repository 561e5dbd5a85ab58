"""What a person asked their team to do for them, until it is done; and whether they wait for it.

In clear stands only that something was asked for and when it was done.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import Row, and_, bindparam, exists, insert, or_, select, update

from careplan.plan.conversation import Side
from careplan.store.db import Transaction
from careplan.store.owners import of_patient
from careplan.store.patients import note_standing
from careplan.store.tables import annotation, errand, thread

ERASURE = "erasure"
"""What `erasure_requests` keeps beside the cards: a wish of another kind, and no card."""

_c = errand.c
_OF_PATIENT = _c.patient_id == bindparam("of_patient")
_KEEP = insert(errand)
_ALL = select(errand).where(_OF_PATIENT).order_by(_c.asked_at.desc(), _c.errand_id).limit(50)
_SETTLE = (
    update(errand)
    .where(_OF_PATIENT, _c.errand_id == bindparam("of_errand"), _c.state == "open")
    .values(state=bindparam("new_state"), done_at=bindparam("at"), body=bindparam("new_body"))
)
_TALK_WAITS = exists().where(
    and_(
        thread.c.patient_id == bindparam("of_patient"),
        thread.c.waiting_for == bindparam("for_side"),
    )
)
_CALLED_WRONG = exists().where(
    annotation.c.patient_id == bindparam("of_patient"),
    annotation.c.withdrawn_at.is_(None),
    annotation.c.answered_at.is_(None),
)
_WAITS = select(or_(_TALK_WAITS, exists().where(_OF_PATIENT, _c.state == "open"), _CALLED_WRONG))


class Progress(StrEnum):
    """How far it is."""

    OPEN = "open"
    DONE = "done"
    CALLED_OFF = "called_off"


class Way(StrEnum):
    """How the person wants to get it."""

    POST = "post"
    COLLECT = "collect"


@dataclass(frozen=True, slots=True, kw_only=True)
class Errand:
    """A new card on paper. `paper` is the kind of link that it carries."""

    id: UUID
    paper: str
    way: Way
    words: str
    asked_by: str
    asked_at: datetime
    progress: Progress = Progress.OPEN
    done_at: datetime | None = None
    done_by: str = ""

    @property
    def open(self) -> bool:
        return self.progress is Progress.OPEN


def keep_errand(tx: Transaction, patient_id: UUID, asked: Errand) -> None:
    row = {
        "patient_id": patient_id,
        "errand_id": asked.id,
        "state": asked.progress,
        "asked_at": asked.asked_at,
        "done_at": asked.done_at,
        "body": _sealed(tx, patient_id, asked),
    }
    tx.run(_KEEP, row)
    note_waiting(tx, patient_id)


def errands_of(tx: Transaction, patient_id: UUID) -> tuple[Errand, ...]:
    """Newest first."""
    rows = tx.run(_ALL, {"of_patient": patient_id})
    return tuple(found for row in rows if (found := _errand(tx, row)) is not None)


def settle_errand(tx: Transaction, patient_id: UUID, settled: Errand) -> bool:
    """Whether this call ended it; somebody else may have been quicker."""
    values = {
        "of_patient": patient_id,
        "of_errand": settled.id,
        "new_state": settled.progress,
        "at": settled.done_at,
        "new_body": _sealed(tx, patient_id, settled),
    }
    ended = tx.run(_SETTLE, values).rowcount == 1
    note_waiting(tx, patient_id)
    return ended


def note_waiting(tx: Transaction, patient_id: UUID) -> None:
    """The desk's list knows whether somebody waits for the team: for words, or for paper."""
    waits = tx.run(_WAITS, {"of_patient": patient_id, "for_side": Side.TEAM}).scalar_one()
    note_standing(tx, patient_id, waiting_for_team=bool(waits))


def _sealed(tx: Transaction, patient_id: UUID, one: Errand) -> bytes:
    facts = {
        "paper": one.paper,
        "way": one.way,
        "words": one.words,
        "asked_by": one.asked_by,
        "done_by": one.done_by,
    }
    return tx.seal_facts(of_patient(patient_id), _c.body, str(one.id), facts)


def _errand(tx: Transaction, row: Row[Any]) -> Errand | None:
    facts = tx.unseal_facts(of_patient(row.patient_id), _c.body, str(row.errand_id), row.body)
    if facts["paper"] == ERASURE:
        return None
    return Errand(
        id=row.errand_id,
        paper=facts["paper"],
        way=Way(facts["way"]),
        words=facts["words"],
        asked_by=facts["asked_by"],
        asked_at=row.asked_at,
        progress=Progress(row.state),
        done_at=row.done_at,
        done_by=facts["done_by"],
    )
