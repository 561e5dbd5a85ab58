"""What people told of themselves so that unfairness can be seen, sealed under each one's own key.

Read by their own page and by whoever works out the measures, and by nothing else.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from sqlalchemy import Row, bindparam, select

from careplan.store.db import Transaction, on_both
from careplan.store.owners import of_patient
from careplan.store.tables import equality, patient
from careplan.visits.equality import Equality

BATCH = 500
_c = equality.c
_ONE = select(equality).where(_c.patient_id == bindparam("of_patient"))
_KEEP = on_both(
    lambda insert: (made := insert(equality)).on_conflict_do_update(
        index_elements=["patient_id"],
        set_={"changed_at": made.excluded.changed_at, "body": made.excluded.body},
    )
)
_SOME = (
    select(equality, patient.c.data_key)
    .join(patient, patient.c.patient_id == _c.patient_id)
    .where(_c.patient_id > bindparam("after"), patient.c.data_key.is_not(None))
    .order_by(_c.patient_id)
    .limit(BATCH)
)
_FACTS = ("ethnic_category", "described", "smartphone", "count_postcode")


def keep_equality(tx: Transaction, told: Equality) -> None:
    """What is told now takes the place of what was told before."""
    owner = of_patient(told.patient_id)
    facts = {name: getattr(told, name) for name in _FACTS}
    body = tx.seal_facts(owner, _c.body, "", facts)
    row = {"patient_id": told.patient_id, "changed_at": told.changed_at, "body": body}
    tx.run(_KEEP, row)


def equality_of(tx: Transaction, patient_id: UUID) -> Equality | None:
    """None where they were never asked."""
    row = tx.run(_ONE, {"of_patient": patient_id}).one_or_none()
    return _told(tx, row) if row else None


def every_equality(tx: Transaction) -> Iterator[Equality]:
    """Of everybody who was asked, some hundred at once; in the order of their ids."""
    after = UUID(int=0)
    while rows := tx.run(_SOME, {"after": after}).all():
        for row in rows:
            tx.remember(of_patient(row.patient_id), row.data_key)
            yield _told(tx, row)
            tx.forget(of_patient(row.patient_id))
        after = rows[-1].patient_id


def _told(tx: Transaction, row: Row[Any]) -> Equality:
    facts = tx.unseal_facts(of_patient(row.patient_id), _c.body, "", row.body)
    return Equality(patient_id=row.patient_id, changed_at=row.changed_at, **facts)
