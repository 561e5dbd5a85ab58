"""The person's photograph, sealed, one at a time."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, delete, select

from careplan.store.db import Transaction, on_both
from careplan.store.owners import of_patient
from careplan.store.tables import photo

_c = photo.c
_ONE = select(_c.body).where(_c.patient_id == bindparam("of_patient"))


def _or_instead(insert: Any) -> Any:
    new = insert(photo)
    newer = {"body": new.excluded.body, "updated_at": new.excluded.updated_at}
    return new.on_conflict_do_update(index_elements=[_c.patient_id], set_=newer)


_SET = on_both(_or_instead)
_DROP = delete(photo).where(_c.patient_id == bindparam("of_patient"))


def photo_of(tx: Transaction, patient_id: UUID) -> bytes | None:
    sealed = tx.run(_ONE, {"of_patient": patient_id}).scalar_one_or_none()
    if sealed is None:
        return None
    return tx.unseal(of_patient(patient_id), _c.body, "photo", sealed)


def set_photo(tx: Transaction, patient_id: UUID, data: bytes, *, at: datetime) -> None:
    body = tx.seal(of_patient(patient_id), _c.body, "photo", data)
    tx.run(_SET, {"patient_id": patient_id, "body": body, "updated_at": at})


def drop_photo(tx: Transaction, patient_id: UUID) -> bool:
    return tx.run(_DROP, {"of_patient": patient_id}).rowcount > 0
