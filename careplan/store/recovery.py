"""The codes by which somebody comes back into an account they lost: kept hashed, used once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Select, bindparam, delete, select, update

from careplan.accounts.grants import State
from careplan.store.db import Transaction, on_both
from careplan.store.errors import Taken
from careplan.store.tables import account_patient, carer_grant, outside_identity, recovery_code

_c = recovery_code.c
_MAKE = on_both(lambda insert: insert(recovery_code).on_conflict_do_nothing().returning(_c.made_at))
_IS_FRESH = (
    _c.code_hash == bindparam("of_code"),
    _c.used_at.is_(None),
    _c.expires_at > bindparam("at"),
)
_FRESH: Select[tuple[UUID, UUID | None]] = select(_c.account_id, _c.made_by).where(*_IS_FRESH)
_USE = (
    update(recovery_code)
    .where(*_IS_FRESH)
    .values(used_at=bindparam("at"))
    .returning(_c.account_id, _c.made_by)
)
_VOID = (
    update(recovery_code)
    .where(
        _c.account_id == bindparam("of_account"),
        _c.used_at.is_(None),
        _c.expires_at > bindparam("at"),
    )
    .values(expires_at=bindparam("at"))
)
_PURGE = delete(recovery_code).where(_c.expires_at < bindparam("before"))
_FORGET_OUTSIDE = delete(outside_identity).where(
    outside_identity.c.account_id == bindparam("of_account")
)
# Of the ids alone: that this asks of plans which whoever asks may not see is the point of it.
_OPENS = (
    select(account_patient.c.patient_id)
    .where(account_patient.c.account_id == bindparam("of_account"))
    .union(
        select(carer_grant.c.patient_id).where(
            carer_grant.c.account_id == bindparam("of_account"),
            carer_grant.c.state != State.ENDED,
        )
    )
)


@dataclass(frozen=True, slots=True)
class WayBack:
    """Into which account a code leads, and who gave it: None where a command did."""

    account_id: UUID
    made_by: UUID | None


def make_recovery_code(
    tx: Transaction,
    code: str,
    *,
    account_id: UUID,
    by: UUID | None,
    at: datetime,
    expires_at: datetime,
) -> None:
    """Codes made before for this account are dead. Raises Taken when the same one is out."""
    tx.run(_VOID, {"of_account": account_id, "at": at})
    row = {
        "code_hash": _hash(tx, code),
        "account_id": account_id,
        "made_by": by,
        "made_at": at,
        "expires_at": expires_at,
    }
    if tx.run(_MAKE, row).one_or_none() is None:
        raise Taken("this code is out already")


def way_back(tx: Transaction, code: str, at: datetime) -> WayBack | None:
    """While it is unused and in time."""
    row = tx.run(_FRESH, {"of_code": _hash(tx, code), "at": at}).one_or_none()
    return None if row is None else WayBack(row.account_id, row.made_by)


def use_recovery_code(tx: Transaction, code: str, *, at: datetime) -> WayBack | None:
    """For the one who comes first, and in time; None for everybody else."""
    row = tx.run(_USE, {"of_code": _hash(tx, code), "at": at}).one_or_none()
    return None if row is None else WayBack(row.account_id, row.made_by)


def plans_behind(tx: Transaction, account_id: UUID) -> frozenset[UUID]:
    """Every plan that this account is or was let into, its own too, but for what has ended."""
    return frozenset(tx.run(_OPENS, {"of_account": account_id}).scalars())


def forget_outside_identities(tx: Transaction, account_id: UUID) -> int:
    """Nobody comes in any more by having signed in elsewhere."""
    return tx.run(_FORGET_OUTSIDE, {"of_account": account_id}).rowcount


def purge_recovery_codes(tx: Transaction, before: datetime) -> int:
    return tx.run(_PURGE, {"before": before}).rowcount


def _hash(tx: Transaction, code: str) -> bytes:
    return tx.hash("recovery_code", code)
