"""The ciphertext a link hands out, made when content or key changes and served many times.

Each file is kept twice: as any reader can take it, and zipped for readers that can unzip.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import bindparam, delete, insert, select

from careplan.store.db import Transaction
from careplan.store.tables import link_file

_c = link_file.c
_OF_LINK = (_c.patient_id == bindparam("of_patient"), _c.link_id == bindparam("of_link"))
_FACTS = (_c.version, _c.position, _c.content_type, _c.last_updated)
_DROP = delete(link_file).where(*_OF_LINK)
_DROP_OF_PATIENT = delete(link_file).where(_c.patient_id == bindparam("of_patient"))
_KEEP = insert(link_file)


class Packing(StrEnum):
    PLAIN = "plain"
    ZIPPED = "zipped"


_FILES = {
    Packing.PLAIN: select(*_FACTS, _c.jwe.label("text")).where(*_OF_LINK).order_by(_c.position),
    Packing.ZIPPED: select(*_FACTS, _c.jwe_zipped.label("text"))
    .where(*_OF_LINK)
    .order_by(_c.position),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class NewFile:
    content_type: str
    jwe: str
    jwe_zipped: str


@dataclass(frozen=True, slots=True)
class LinkFile:
    version: int
    position: int
    content_type: str
    last_updated: datetime
    jwe: str


def put_files(
    tx: Transaction,
    patient_id: UUID,
    link_id: UUID,
    files: Iterable[NewFile],
    *,
    version: int,
    at: datetime,
) -> None:
    """These instead of whatever the link handed out before."""
    tx.run(_DROP, {"of_patient": patient_id, "of_link": link_id})
    rows = [
        {
            "patient_id": patient_id,
            "link_id": link_id,
            "position": position,
            "version": version,
            "content_type": file.content_type,
            "last_updated": at,
            "jwe": file.jwe,
            "jwe_zipped": file.jwe_zipped,
        }
        for position, file in enumerate(files)
    ]
    if rows:
        tx.run(_KEEP, rows)


def files_of(
    tx: Transaction, patient_id: UUID, link_id: UUID, *, packing: Packing
) -> tuple[LinkFile, ...]:
    rows = tx.run(_FILES[packing], {"of_patient": patient_id, "of_link": link_id})
    return tuple(
        LinkFile(row.version, row.position, row.content_type, row.last_updated, row.text)
        for row in rows
    )


def drop_files(tx: Transaction, patient_id: UUID, link_id: UUID) -> None:
    """A dead link hands out nothing, so nothing is kept for it."""
    tx.run(_DROP, {"of_patient": patient_id, "of_link": link_id})


def drop_files_of_patient(tx: Transaction, patient_id: UUID) -> None:
    tx.run(_DROP_OF_PATIENT, {"of_patient": patient_id})
