"""The one-time codes by which a clinician links a person to their plan: kept hashed, used once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import bindparam, delete, select, update

from careplan.store.db import Transaction, on_both
from careplan.store.errors import Taken
from careplan.store.tables import clinic_code

_c = clinic_code.c
_IS_THIS = _c.code_hash == bindparam("of_code")
_MAKE = on_both(lambda insert: insert(clinic_code).on_conflict_do_nothing().returning(_c.made_at))
_IS_FRESH = (_IS_THIS, _c.used_at.is_(None), _c.expires_at > bindparam("at"))
_FRESH = select(clinic_code).where(*_IS_FRESH)
_USE = (
    update(clinic_code)
    .where(*_IS_FRESH)
    .values(used_at=bindparam("at"), used_by=bindparam("by"))
    .returning(_c.patient_id)
)
_PURGE = delete(clinic_code).where(_c.expires_at < bindparam("before"))


@dataclass(frozen=True, slots=True)
class CodeFacts:
    patient_id: UUID
    made_by: UUID
    made_at: datetime
    expires_at: datetime


def make_code(
    tx: Transaction,
    code: str,
    *,
    patient_id: UUID,
    by: UUID,
    at: datetime,
    expires_at: datetime,
) -> None:
    """`code` is canonical. Raises Taken when the same code is out already: draw another."""
    row = {
        "code_hash": _hash(tx, code),
        "patient_id": patient_id,
        "made_by": by,
        "made_at": at,
        "expires_at": expires_at,
    }
    if tx.run(_MAKE, row).one_or_none() is None:
        raise Taken("this code is out already")


def code_facts(tx: Transaction, code: str, at: datetime) -> CodeFacts | None:
    """Whose code this is, while it is unused and in time."""
    row = tx.run(_FRESH, {"of_code": _hash(tx, code), "at": at}).one_or_none()
    if row is None:
        return None
    return CodeFacts(row.patient_id, row.made_by, row.made_at, row.expires_at)


def use_code(tx: Transaction, code: str, *, by: UUID, at: datetime) -> UUID | None:
    """Whose plan it links to, for the one account that comes first and in time; else None."""
    used = {"of_code": _hash(tx, code), "by": by, "at": at}
    found: UUID | None = tx.run(_USE, used).scalar_one_or_none()
    return found


def purge_codes(tx: Transaction, before: datetime) -> int:
    return tx.run(_PURGE, {"before": before}).rowcount


def _hash(tx: Transaction, code: str) -> bytes:
    return tx.hash("clinic_code", code)
