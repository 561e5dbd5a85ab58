"""What is being written: one row per section, each with a revision of its own.

Two people in one section meet the revision: the second is told, and sees both texts.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, bindparam, select, update

from careplan.accounts.people import Who
from careplan.store.db import Transaction, on_both
from careplan.store.errors import Stale
from careplan.store.owners import of_patient
from careplan.store.tables import NOT_BY_PERSON, metadata, section_draft

_c = section_draft.c
_OF_PATIENT = select(section_draft).where(_c.patient_id == bindparam("of_patient"))
_ONE = _OF_PATIENT.where(_c.section == bindparam("of_section"))
_ALL = _OF_PATIENT.order_by(_c.section)
_NEW = on_both(lambda insert: insert(section_draft).on_conflict_do_nothing().returning(_c.revision))
_NEXT = (
    update(section_draft)
    .where(
        _c.patient_id == bindparam("of_patient"),
        _c.section == bindparam("of_section"),
        _c.revision == bindparam("based_on"),
    )
    .values(
        revision=_c.revision + 1,
        updated_at=bindparam("at"),
        updated_by=bindparam("by_id"),
        by_name=bindparam("by"),
        body=bindparam("text"),
    )
    .returning(_c.revision)
)
_BEGUN = {"patient", "section_draft", "account_patient", "search_word", "trail_head", "audit_event"}
_MORE = tuple(
    select(table.c.patient_id).where(table.c.patient_id == bindparam("of_patient")).limit(1)
    for table in metadata.sorted_tables
    if table.name not in _BEGUN | NOT_BY_PERSON
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    section: str
    revision: int
    updated_at: datetime
    updated_by: UUID | None
    by_name: str
    body: dict[str, Any]


def draft_of(tx: Transaction, patient_id: UUID, section: str) -> Draft | None:
    row = tx.run(_ONE, {"of_patient": patient_id, "of_section": section}).one_or_none()
    return None if row is None else _draft(tx, row)


def drafts_of(tx: Transaction, patient_id: UUID) -> dict[str, Draft]:
    """Every section that somebody has begun."""
    rows = tx.run(_ALL, {"of_patient": patient_id})
    return {row.section: _draft(tx, row) for row in rows}


def keep_draft(
    tx: Transaction,
    patient_id: UUID,
    section: str,
    body: dict[str, Any],
    *,
    based_on: int,
    by: Who,
    at: datetime,
) -> int:
    """The new revision. Raises Stale with what is there when another wrote since `based_on`.

    Nought is the revision of a section that nobody has begun.
    """
    owner = of_patient(patient_id)
    by_id = UUID(by.account_id) if by.known else None
    by_name = tx.seal(owner, _c.by_name, section, by.name.encode())
    sealed = tx.seal_facts(owner, _c.body, section, body)
    if based_on == 0:
        row = {
            "patient_id": patient_id,
            "section": section,
            "revision": 1,
            "updated_at": at,
            "updated_by": by_id,
            "by_name": by_name,
            "body": sealed,
        }
        kept = tx.run(_NEW, row).scalar_one_or_none()
    else:
        changed = {
            "of_patient": patient_id,
            "of_section": section,
            "based_on": based_on,
            "at": at,
            "by_id": by_id,
            "by": by_name,
            "text": sealed,
        }
        kept = tx.run(_NEXT, changed).scalar_one_or_none()
    if kept is None:
        raise Stale(draft_of(tx, patient_id, section))
    return int(kept)


def has_only_drafts(tx: Transaction, patient_id: UUID) -> bool:
    """Whether this person has begun a plan and nothing else: no version, report, note or link."""
    return not any(tx.run(one, {"of_patient": patient_id}).first() for one in _MORE)


def _draft(tx: Transaction, row: Row[Any]) -> Draft:
    owner = of_patient(row.patient_id)
    return Draft(
        section=row.section,
        revision=row.revision,
        updated_at=row.updated_at,
        updated_by=row.updated_by,
        by_name=tx.unseal(owner, _c.by_name, row.section, row.by_name).decode(),
        body=tx.unseal_facts(owner, _c.body, row.section, row.body),
    )
