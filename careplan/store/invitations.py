"""Lists of people to start plans for, each row sealed until it is worked off, and for the report.

A list belongs to a team and not to a person, so it is under the service's own key. Its rows are
names and birth dates: they are deleted when the report is no longer wanted.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, delete, func, insert, select, update

from careplan.store.db import Transaction
from careplan.store.owners import SERVICE
from careplan.store.tables import invitation_batch, invitation_row

_b, _r = invitation_batch.c, invitation_row.c
_OF_BATCH = _r.batch_id == bindparam("of_batch")
_THIS = (_OF_BATCH, _r.number == bindparam("of_number"))
_NEW = insert(invitation_batch)
_ROWS = insert(invitation_row)
_BY_ID = select(invitation_batch).where(_b.batch_id == bindparam("of_batch"))
_OF_TEAM = (
    select(invitation_batch)
    .where(_b.team_id == bindparam("of_team"))
    .order_by(_b.made_at.desc())
    .limit(10)
)
_UNDONE = select(_b.batch_id).where(_b.state == "working").order_by(_b.made_at)
_NEXT = (
    select(_r.number, _r.body)
    .where(_OF_BATCH, _r.state == "waiting")
    .order_by(_r.number)
    .limit(1)
    .with_for_update(skip_locked=True)
)
_TALLY = select(_r.state, func.count().label("many")).where(_OF_BATCH).group_by(_r.state)
_SHOWN = (
    select(_r.number, _r.state, _r.body)
    .where(_OF_BATCH, _r.state.in_(bindparam("states", expanding=True)))
    .order_by(_r.number)
)
_MADE = select(_r.number).where(_OF_BATCH, _r.made_patient == bindparam("of_patient"))
_SETTLE = (
    update(invitation_row)
    .where(*_THIS)
    .values(
        state=bindparam("new_state"), body=bindparam("new_body"), made_patient=bindparam("made")
    )
)
_SET_STATE = (
    update(invitation_batch)
    .where(_b.batch_id == bindparam("of_batch"))
    .values(state=bindparam("new_state"))
)
_OLD = select(_b.batch_id).where(_b.made_at < bindparam("before"))
_FORGET_ROWS = delete(invitation_row).where(_r.batch_id.in_(_OLD))
_FORGET = delete(invitation_batch).where(_b.made_at < bindparam("before"))


class Work(StrEnum):
    """Where a list stands. `stopped`: whoever gave it in may no longer start plans."""

    WORKING = "working"
    DONE = "done"
    STOPPED = "stopped"


class Came(StrEnum):
    """What became of a row."""

    WAITING = "waiting"
    CREATED = "created"
    THERE = "there"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    batch_id: UUID
    team_id: UUID
    made_by: UUID
    made_at: datetime
    state: Work
    total: int


@dataclass(frozen=True, slots=True)
class KeptRow:
    """`facts` are the row as typed, and what was said of it once it was worked off."""

    number: int
    state: Came
    facts: Mapping[str, Any]


def new_batch(tx: Transaction, batch: Batch, rows: Iterable[tuple[int, Mapping[str, Any]]]) -> None:
    tx.run(
        _NEW,
        {
            "batch_id": batch.batch_id,
            "team_id": batch.team_id,
            "made_by": batch.made_by,
            "made_at": batch.made_at,
            "state": batch.state,
            "total": batch.total,
        },
    )
    kept = [
        {
            "batch_id": batch.batch_id,
            "number": number,
            "state": Came.WAITING,
            "made_patient": None,
            "body": _sealed(tx, batch.batch_id, number, facts),
        }
        for number, facts in rows
    ]
    tx.run(_ROWS, kept)


def batch_of(tx: Transaction, batch_id: UUID) -> Batch | None:
    row = tx.run(_BY_ID, {"of_batch": batch_id}).one_or_none()
    return None if row is None else _batch(row)


def batches_of(tx: Transaction, team_id: UUID) -> tuple[Batch, ...]:
    """The newest ten."""
    return tuple(_batch(row) for row in tx.run(_OF_TEAM, {"of_team": team_id}))


def unfinished_batches(tx: Transaction) -> tuple[UUID, ...]:
    return tuple(tx.run(_UNDONE).scalars())


def next_row(tx: Transaction, batch_id: UUID) -> KeptRow | None:
    """The next row that waits, held for this transaction alone: two workers never meet on one."""
    row = tx.run(_NEXT, {"of_batch": batch_id}).one_or_none()
    if row is None:
        return None
    return KeptRow(row.number, Came.WAITING, _facts(tx, batch_id, row))


def settle_row(
    tx: Transaction,
    batch_id: UUID,
    number: int,
    *,
    came: Came,
    facts: Mapping[str, Any],
    made: UUID | None = None,
) -> None:
    settled = {"of_batch": batch_id, "of_number": number, "new_state": came, "made": made}
    tx.run(_SETTLE, settled | {"new_body": _sealed(tx, batch_id, number, facts)})


def set_work(tx: Transaction, batch_id: UUID, work: Work) -> None:
    tx.run(_SET_STATE, {"of_batch": batch_id, "new_state": work})


def tally(tx: Transaction, batch_id: UUID) -> Mapping[Came, int]:
    rows = tx.run(_TALLY, {"of_batch": batch_id})
    return dict.fromkeys(Came, 0) | {Came(row.state): int(row.many) for row in rows}


def rows_of(
    tx: Transaction, batch_id: UUID, *, states: Iterable[Came], limit: int | None = None
) -> tuple[KeptRow, ...]:
    asked = {"of_batch": batch_id, "states": [str(one) for one in states]}
    rows = tx.run(_SHOWN.limit(limit) if limit else _SHOWN, asked)
    return tuple(KeptRow(r.number, Came(r.state), _facts(tx, batch_id, r)) for r in rows)


def row_that_made(tx: Transaction, batch_id: UUID, patient_id: UUID) -> int | None:
    """The row of this same list that this person's plan was started from."""
    found = tx.run(_MADE, {"of_batch": batch_id, "of_patient": patient_id})
    return found.scalars().first()


def forget_batches(tx: Transaction, *, before: datetime) -> None:
    tx.run(_FORGET_ROWS, {"before": before})
    tx.run(_FORGET, {"before": before})


def _sealed(tx: Transaction, batch_id: UUID, number: int, facts: Mapping[str, Any]) -> bytes:
    return tx.seal_facts(SERVICE, _r.body, f"{batch_id}/{number}", dict(facts))


def _facts(tx: Transaction, batch_id: UUID, row: Any) -> Mapping[str, Any]:
    found: Mapping[str, Any] = tx.unseal_facts(
        SERVICE, _r.body, f"{batch_id}/{row.number}", row.body
    )
    return found


def _batch(row: Any) -> Batch:
    return Batch(
        batch_id=row.batch_id,
        team_id=row.team_id,
        made_by=row.made_by,
        made_at=row.made_at,
        state=Work(row.state),
        total=row.total,
    )
