"""Documents that came for nobody, and what each sender calls what it sent.

What nobody could be found for is kept under the service's key until the team has placed it. A
document is found again by its sender's own name for it, so that the same one sent twice is one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from typing import Any
from uuid import UUID

from sqlalchemy import Row, bindparam, delete, func, insert, select, update

from careplan.store.db import Transaction, on_both
from careplan.store.owners import SERVICE
from careplan.store.tables import received_key, unplaced

_u, _k = unplaced.c, received_key.c
_NEW_UNPLACED = insert(unplaced)
_UNPLACED = (
    select(_u.received_id, _u.team_id, _u.partner_id, _u.received_at, _u.facts)
    .where(_u.team_id == bindparam("of_team"))
    .order_by(_u.received_at.desc(), _u.received_id)
    .limit(bindparam("most"))
)
_ONE_UNPLACED = select(unplaced).where(_u.received_id == bindparam("of_received"))
_COUNT_UNPLACED = (
    select(func.count()).select_from(unplaced).where(_u.team_id == bindparam("of_team"))
)
_DROP_UNPLACED = delete(unplaced).where(_u.received_id == bindparam("of_received"))
_NEW_KEY = on_both(
    lambda insert: insert(received_key).on_conflict_do_nothing().returning(_k.received_id)
)
_KEY = select(received_key).where(
    _k.partner_id == bindparam("of_partner"), _k.identifier_hash == bindparam("of_identifier")
)
_KEY_OF = select(received_key).where(_k.received_id == bindparam("of_received"))
_POINT = (
    update(received_key)
    .where(_k.received_id == bindparam("of_received"))
    .values(patient_id=bindparam("of_patient"))
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Unplaced:
    """One that came for somebody whom the team could not find."""

    received_id: UUID
    team_id: UUID
    partner_id: UUID
    received_at: datetime
    facts: Mapping[str, Any] = field(default_factory=dict)
    document: bytes | None = None


@dataclass(frozen=True, slots=True)
class Key:
    """By what its sender calls it: which document that is, its digest, and whose it became."""

    partner_id: UUID
    received_id: UUID
    sha256: bytes
    patient_id: UUID | None


def keep_unplaced(tx: Transaction, one: Unplaced) -> None:
    row = str(one.received_id)
    tx.run(
        _NEW_UNPLACED,
        {
            "received_id": one.received_id,
            "team_id": one.team_id,
            "partner_id": one.partner_id,
            "received_at": one.received_at,
            "facts": tx.seal_facts(SERVICE, _u.facts, row, dict(one.facts)),
            "document": tx.seal(SERVICE, _u.document, row, one.document or b""),
        },
    )


def unplaced_of_team(tx: Transaction, team_id: UUID, *, most: int) -> tuple[Unplaced, ...]:
    rows = tx.run(_UNPLACED, {"of_team": team_id, "most": most})
    return tuple(_unplaced(tx, row) for row in rows)


def one_unplaced(tx: Transaction, received_id: UUID) -> Unplaced | None:
    row = tx.run(_ONE_UNPLACED, {"of_received": received_id}).one_or_none()
    if row is None:
        return None
    document = tx.unseal(SERVICE, _u.document, str(received_id), row.document)
    return _unplaced(tx, row, document)


def drop_unplaced(tx: Transaction, received_id: UUID) -> bool:
    """Whether this call did it: of two who place one document, one is too late."""
    return tx.run(_DROP_UNPLACED, {"of_received": received_id}).rowcount == 1


def count_unplaced(tx: Transaction, team_id: UUID) -> int:
    return int(tx.run(_COUNT_UNPLACED, {"of_team": team_id}).scalar_one())


# --- what its sender calls it ----------------------------------------------------------------


def enter_key(tx: Transaction, key: Key, *, identifier: str) -> bool:
    """Whether this call entered it; false when this sender has sent such a one before."""
    row = {
        "partner_id": key.partner_id,
        "identifier_hash": _hash(tx, identifier),
        "received_id": key.received_id,
        "sha256": key.sha256,
        "patient_id": key.patient_id,
    }
    return tx.run(_NEW_KEY, row).one_or_none() is not None


def find_key(tx: Transaction, partner_id: UUID, identifier: str) -> Key | None:
    asked = {"of_partner": partner_id, "of_identifier": _hash(tx, identifier)}
    row = tx.run(_KEY, asked).one_or_none()
    return None if row is None else _key(row)


def key_of(tx: Transaction, received_id: UUID) -> Key | None:
    row = tx.run(_KEY_OF, {"of_received": received_id}).one_or_none()
    return None if row is None else _key(row)


def point_key(tx: Transaction, received_id: UUID, patient_id: UUID) -> None:
    tx.run(_POINT, {"of_received": received_id, "of_patient": patient_id})


def digest(document: bytes) -> bytes:
    return sha256(document).digest()


def _hash(tx: Transaction, identifier: str) -> bytes:
    return tx.hash("received", identifier)


# --- rows to values --------------------------------------------------------------------------


def _unplaced(tx: Transaction, row: Row[Any], document: bytes | None = None) -> Unplaced:
    return Unplaced(
        received_id=row.received_id,
        team_id=row.team_id,
        partner_id=row.partner_id,
        received_at=row.received_at,
        facts=tx.unseal_facts(SERVICE, _u.facts, str(row.received_id), row.facts),
        document=document,
    )


def _key(row: Row[Any]) -> Key:
    return Key(row.partner_id, row.received_id, row.sha256, row.patient_id)
