"""Re-wraps data keys under the current master key, some at a time, while the service goes on."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import Column, Table, bindparam, func, select, update

from careplan.store.db import Transaction
from careplan.store.tables import account, patient

_KEPT: tuple[tuple[Table, Column[Any]], ...] = (
    (patient, patient.c.patient_id),
    (account, account.c.account_id),
)


def rewrap_some(tx: Transaction, *, limit: int) -> int:
    """How many keys were re-wrapped; nought when none is left under another master key that is at
    hand, or others hold those that are.

    Only the wrapping changes: not one sealed value is touched.
    """
    done = 0
    for table, owner in _KEPT:
        done += _rewrap(tx, table, owner, limit=limit - done)
    return done


def masters_in_use(tx: Transaction) -> dict[str, int]:
    """How many keys each master key still wraps: one in use must not be thrown away."""
    found: dict[str, int] = {}
    for table, _ in _KEPT:
        master = table.c.master_id
        counts = select(master, func.count().label("keys_under")).group_by(master)
        for row in tx.run(counts.where(master.is_not(None))):
            found[row.master_id] = found.get(row.master_id, 0) + row.keys_under
    return found


def _rewrap(tx: Transaction, table: Table, owner: Column[Any], *, limit: int) -> int:
    if limit <= 0:
        return 0
    others = [one for one in tx.keyring.known if one != tx.keyring.current]
    old = (
        select(owner.label("owner"), table.c.data_key)
        .where(table.c.master_id.in_(others))
        .limit(limit)
        .with_for_update(key_share=True, skip_locked=True)
    )
    rows = [_rewrapped(tx, row.owner, row.data_key) for row in tx.run(old)]
    if rows:
        change = update(table).where(owner == bindparam("of_owner"))
        columns: dict[str, Any] = {
            "data_key": bindparam("new_key"),
            "master_id": bindparam("new_master"),
        }
        tx.run(change.values(**columns), rows)
    return len(rows)


def _rewrapped(tx: Transaction, owner: UUID, wrapped: bytes) -> dict[str, Any]:
    again = tx.keyring.rewrap(wrapped, str(owner))
    return {
        "of_owner": owner,
        "new_key": again,
        "new_master": tx.keyring.wrapped_with(again),
    }
