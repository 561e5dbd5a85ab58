"""Accounts that were made and joined to nobody's plan, and that nobody uses any more.

A person's own account has a plan from its first day; these were made to help somebody, and then
nobody let them in. The row stays as a stub, like that of anybody who was erased.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, exists, func, select

from careplan.store.db import Transaction
from careplan.store.erasing import erase_if_nothing_is_left
from careplan.store.tables import Moment, account, account_patient, carer_grant, membership, session

_a = account.c
_JOINED = (account_patient, membership, carer_grant)
_UNLINKED = (
    _a.kind == "person",
    _a.data_key.is_not(None),
    _a.created_at < bindparam("before", type_=Moment()),
    # `work` forgets a sign-in that nobody has used for a fortnight.
    *(~exists().where(one.c.account_id == _a.account_id) for one in (*_JOINED, session)),
)
_SOME = select(_a.account_id).where(*_UNLINKED).order_by(_a.account_id).limit(bindparam("most"))
_HOW_MANY = select(func.count(), func.min(_a.created_at)).where(*_UNLINKED)


def unlinked_accounts(tx: Transaction, *, before: datetime) -> tuple[int, datetime | None]:
    """How many were made before this, and when the oldest of them was."""
    row: Any = tx.run(_HOW_MANY, {"before": before}).one()
    return int(row[0]), row[1]


def erase_unlinked(tx: Transaction, *, before: datetime, most: int) -> int:
    """How many went; nought when none is left."""
    found = tx.run(_SOME, {"before": before, "most": most}).scalars().all()
    return sum(erase_if_nothing_is_left(tx, account_id) for account_id in found)
