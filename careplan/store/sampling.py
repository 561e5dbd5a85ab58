"""One plan and one link, picked so that whoever tries a backup out opens something real."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select

from careplan.store.db import Transaction
from careplan.store.tables import link_file, patient

_NEWEST_PLAN = (
    select(patient.c.patient_id)
    .where(patient.c.current_version.is_not(None), patient.c.data_key.is_not(None))
    .order_by(patient.c.published_at.desc(), patient.c.patient_id)
    .limit(1)
)
_NEWEST_FILE = (
    select(link_file.c.patient_id, link_file.c.link_id)
    .join(patient, patient.c.patient_id == link_file.c.patient_id)
    .where(patient.c.data_key.is_not(None))
    .order_by(link_file.c.last_updated.desc(), link_file.c.patient_id, link_file.c.link_id)
    .limit(1)
)


def newest_plan(tx: Transaction) -> UUID | None:
    """Whose plan was published last."""
    return tx.run(_NEWEST_PLAN).scalar_one_or_none()


def newest_file(tx: Transaction) -> tuple[UUID, UUID] | None:
    """The person and the link whose file was made last."""
    row = tx.run(_NEWEST_FILE).one_or_none()
    return None if row is None else (row.patient_id, row.link_id)
