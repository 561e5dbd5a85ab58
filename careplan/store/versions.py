"""Published versions: the exact bytes of two documents, kept for good and checked whenever read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any
from uuid import UUID

from sqlalchemy import Column, Row, bindparam, insert, select, update

from careplan.store import directory
from careplan.store.consents import note_openness
from careplan.store.db import Transaction
from careplan.store.errors import Damaged, Stale
from careplan.store.owners import of_patient
from careplan.store.tables import patient, plan_version

_c = plan_version.c
_HEAD = (
    _c.patient_id,
    _c.number,
    _c.published_at,
    _c.record_id,
    _c.emergency_id,
    _c.signature_id,
    _c.record_sha256,
    _c.emergency_sha256,
    _c.head,
)
_OF_PATIENT = _c.patient_id == bindparam("of_patient")
_ONE = (_OF_PATIENT, _c.number == bindparam("of_number"))
_IS_CURRENT = (
    _OF_PATIENT,
    patient.c.patient_id == _c.patient_id,
    patient.c.current_version == _c.number,
)
_HISTORY = select(*_HEAD).where(_OF_PATIENT).order_by(_c.number.desc())
_VERSION = select(plan_version).where(*_ONE)
_CURRENT = select(plan_version, patient.c.data_key).where(*_IS_CURRENT)
_CURRENT_HEAD = select(*_HEAD, patient.c.data_key).where(*_IS_CURRENT)
_SIGNED = (
    select(plan_version)
    .where(_OF_PATIENT, _c.signature_id == bindparam("of_signature"))
    .order_by(_c.number)
    .limit(1)
)
_RECORD = select(_c.patient_id, _c.number, _c.record, _c.record_sha256).where(*_ONE)
_EMERGENCY = select(_c.patient_id, _c.number, _c.emergency, _c.emergency_sha256).where(*_ONE)
_KEEP = insert(plan_version)
_MOVE_ON = (
    update(patient)
    .where(
        patient.c.patient_id == bindparam("of_patient"),
        patient.c.current_version.is_not_distinct_from(bindparam("before")),
    )
    .values(current_version=bindparam("now_current"), published_at=bindparam("now_published"))
)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewVersion:
    """What publication freezes. `head` is what a history page says of it: reason, by whom…"""

    patient_id: UUID
    number: int
    published_at: datetime
    record_id: UUID
    emergency_id: UUID
    record: bytes
    emergency: bytes
    head: Mapping[str, Any]
    signature_id: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionHead:
    patient_id: UUID
    number: int
    published_at: datetime
    record_id: UUID
    emergency_id: UUID
    signature_id: UUID | None
    record_sha256: bytes
    emergency_sha256: bytes
    head: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class KeptVersion:
    head: VersionHead
    record: bytes
    emergency: bytes


def keep_version(tx: Transaction, version: NewVersion) -> None:
    """Makes it the current one. Raises Stale when it is not the next in number after that.

    What other systems search by and are let in by is noted here, and not left to whoever publishes.
    There is no function that changes a version, and the database refuses to.
    """
    patient_id, row = version.patient_id, str(version.number)
    before = version.number - 1 or None
    moved = {
        "of_patient": patient_id,
        "before": before,
        "now_current": version.number,
        "now_published": version.published_at,
    }
    if version.number < 1 or tx.run(_MOVE_ON, moved).rowcount == 0:
        raise Stale(current_head(tx, patient_id))
    owner = of_patient(patient_id)
    kept = {
        "patient_id": patient_id,
        "number": version.number,
        "published_at": version.published_at,
        "record_id": version.record_id,
        "emergency_id": version.emergency_id,
        "signature_id": version.signature_id,
        "record_sha256": sha256(version.record).digest(),
        "emergency_sha256": sha256(version.emergency).digest(),
        "head": tx.seal_facts(owner, _c.head, row, dict(version.head)),
        "record": tx.seal(owner, _c.record, row, version.record, dictionary=True),
        "emergency": tx.seal(owner, _c.emergency, row, version.emergency, dictionary=True),
    }
    tx.run(_KEEP, kept)
    directory.leave(tx, directory.Kind.DOCUMENT, patient_id=patient_id)
    directory.enter(tx, directory.Kind.DOCUMENT, str(version.emergency_id), patient_id=patient_id)
    note_openness(tx, patient_id)


def current_version(tx: Transaction, patient_id: UUID) -> KeptVersion | None:
    row = tx.run(_CURRENT, {"of_patient": patient_id}).one_or_none()
    if row is None:
        return None
    tx.remember(of_patient(patient_id), row.data_key)
    return _version(tx, row)


def current_head(tx: Transaction, patient_id: UUID) -> VersionHead | None:
    row = tx.run(_CURRENT_HEAD, {"of_patient": patient_id}).one_or_none()
    if row is None:
        return None
    tx.remember(of_patient(patient_id), row.data_key)
    return _head(tx, row)


def version_of(tx: Transaction, patient_id: UUID, number: int) -> KeptVersion | None:
    row = tx.run(_VERSION, {"of_patient": patient_id, "of_number": number}).one_or_none()
    return None if row is None else _version(tx, row)


def version_signed(tx: Transaction, patient_id: UUID, signature_id: UUID) -> KeptVersion | None:
    """The version with which this signature was published; later ones only carry it on."""
    asked = {"of_patient": patient_id, "of_signature": signature_id}
    row = tx.run(_SIGNED, asked).one_or_none()
    return None if row is None else _version(tx, row)


def record_of(tx: Transaction, patient_id: UUID, number: int) -> bytes | None:
    """The record's bytes alone."""
    row = tx.run(_RECORD, {"of_patient": patient_id, "of_number": number}).one_or_none()
    return None if row is None else _document(tx, row, _c.record)


def emergency_of(tx: Transaction, patient_id: UUID, number: int) -> bytes | None:
    """The emergency document's bytes alone."""
    row = tx.run(_EMERGENCY, {"of_patient": patient_id, "of_number": number}).one_or_none()
    return None if row is None else _document(tx, row, _c.emergency)


def history_of(tx: Transaction, patient_id: UUID) -> tuple[VersionHead, ...]:
    """Newest first, without the documents."""
    return tuple(_head(tx, row) for row in tx.run(_HISTORY, {"of_patient": patient_id}))


def _version(tx: Transaction, row: Row[Any]) -> KeptVersion:
    return KeptVersion(
        head=_head(tx, row),
        record=_document(tx, row, _c.record),
        emergency=_document(tx, row, _c.emergency),
    )


def _document(tx: Transaction, row: Row[Any], column: Column[Any]) -> bytes:
    facts = row._mapping  # noqa: SLF001 (SQLAlchemy's public way to read a row by column)
    number = facts[_c.number]
    plain = tx.unseal(of_patient(facts[_c.patient_id]), column, str(number), facts[column])
    if sha256(plain).digest() != facts[_c[f"{column.name}_sha256"]]:
        raise Damaged(f"the {column.name} of version {number} is not what was published")
    return plain


def _head(tx: Transaction, row: Row[Any]) -> VersionHead:
    head = tx.unseal_facts(of_patient(row.patient_id), _c.head, str(row.number), row.head)
    return VersionHead(
        patient_id=row.patient_id,
        number=row.number,
        published_at=row.published_at,
        record_id=row.record_id,
        emergency_id=row.emergency_id,
        signature_id=row.signature_id,
        record_sha256=row.record_sha256,
        emergency_sha256=row.emergency_sha256,
        head=head,
    )
