"""Documents that other systems brought: the exact bytes, sealed under the person's key.

What nobody could be found for is kept under the service's key until the team has placed it. A
document is found again by what its sender calls it, so that the same one sent twice is one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from hashlib import sha256
from typing import Any
from uuid import UUID

from sqlalchemy import Row, bindparam, delete, func, insert, select, update

from careplan.store.db import Transaction, on_both
from careplan.store.owners import SERVICE, of_patient
from careplan.store.tables import patient, received, received_key, unplaced

_r, _u, _k = received.c, unplaced.c, received_key.c
_HEAD = tuple(column for column in _r if column is not _r.document)
_OF = _r.patient_id == bindparam("of_patient")
_THIS = (_OF, _r.received_id == bindparam("of_received"))
_NEW = insert(received)
_ALL = select(*_HEAD).where(_OF).order_by(_r.received_at.desc(), _r.received_id)
_ONE = select(received).where(*_THIS)
_BROUGHT = select(received).where(_OF, _r.state == "brought").order_by(_r.received_at).limit(1)
_SETTLE = (
    update(received)
    .where(*_THIS)
    .values(
        state=bindparam("new_state"),
        facts=bindparam("new_facts"),
        settled_at=bindparam("at"),
        settled_by=bindparam("by"),
    )
)
_WAITING = (_r.state == "waiting", patient.c.team_id == bindparam("of_team"))
_OF_TEAM = (
    select(*_HEAD, patient.c.data_key)
    .join(patient, patient.c.patient_id == _r.patient_id)
    .where(*_WAITING, patient.c.data_key.is_not(None))
    .order_by(_r.received_at.desc(), _r.received_id)
    .limit(bindparam("most"))
)
_COUNT = (
    select(func.count())
    .select_from(received.join(patient, patient.c.patient_id == _r.patient_id))
    .where(*_WAITING, patient.c.data_key.is_not(None))
)
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


class Settled(StrEnum):
    """What became of a document. `brought`: the plan here began with it, by `import`."""

    WAITING = "waiting"
    TAKEN = "taken"
    DECLINED = "declined"
    BROUGHT = "brought"


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """One document that came for a person. `document` is None where only its head was asked for;
    `partner_id` is None for a file that whoever runs the service brought in."""

    patient_id: UUID
    received_id: UUID
    partner_id: UUID | None
    received_at: datetime
    state: Settled = Settled.WAITING
    settled_at: datetime | None = None
    settled_by: UUID | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)
    document: bytes | None = None


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


# --- what is kept under a person -------------------------------------------------------------


def keep_received(tx: Transaction, one: Received) -> None:
    owner, row = of_patient(one.patient_id), str(one.received_id)
    tx.run(
        _NEW,
        {
            "patient_id": one.patient_id,
            "received_id": one.received_id,
            "partner_id": one.partner_id,
            "received_at": one.received_at,
            "state": str(one.state),
            "settled_at": one.settled_at,
            "settled_by": one.settled_by,
            "facts": tx.seal_facts(owner, _r.facts, row, dict(one.facts)),
            "document": tx.seal(owner, _r.document, row, one.document or b""),
        },
    )


def received_of(tx: Transaction, patient_id: UUID) -> tuple[Received, ...]:
    """Newest first, without the documents."""
    return tuple(_received(tx, row) for row in tx.run(_ALL, {"of_patient": patient_id}))


def one_received(tx: Transaction, patient_id: UUID, received_id: UUID) -> Received | None:
    asked = {"of_patient": patient_id, "of_received": received_id}
    row = tx.run(_ONE, asked).one_or_none()
    return None if row is None else _with_document(tx, row)


def brought_plan(tx: Transaction, patient_id: UUID) -> Received | None:
    """The document that this person's plan began with here, if it came from elsewhere."""
    row = tx.run(_BROUGHT, {"of_patient": patient_id}).one_or_none()
    return None if row is None else _with_document(tx, row)


def settle_received(
    tx: Transaction,
    one: Received,
    *,
    state: Settled,
    facts: Mapping[str, Any],
    by: UUID,
    at: datetime,
) -> None:
    sealed = tx.seal_facts(of_patient(one.patient_id), _r.facts, str(one.received_id), dict(facts))
    tx.run(
        _SETTLE,
        {
            "of_patient": one.patient_id,
            "of_received": one.received_id,
            "new_state": str(state),
            "new_facts": sealed,
            "at": at,
            "by": by,
        },
    )


def waiting_for_team(tx: Transaction, team_id: UUID, *, most: int) -> tuple[Received, ...]:
    """What waits for this team, newest first, without the documents."""
    found = []
    for row in tx.run(_OF_TEAM, {"of_team": team_id, "most": most}):
        tx.remember(of_patient(row.patient_id), row.data_key)
        found.append(_received(tx, row))
    return tuple(found)


def count_waiting(tx: Transaction, team_id: UUID) -> int:
    """Everything another system brought that nobody of the team has answered, placed or not."""
    asked = {"of_team": team_id}
    placed, not_placed = (tx.run(one, asked).scalar_one() for one in (_COUNT, _COUNT_UNPLACED))
    return int(placed) + int(not_placed)


# --- what is kept under the team -------------------------------------------------------------


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


def _with_document(tx: Transaction, row: Row[Any]) -> Received:
    owner = of_patient(row.patient_id)
    document = tx.unseal(owner, _r.document, str(row.received_id), row.document)
    return _received(tx, row, document)


def _received(tx: Transaction, row: Row[Any], document: bytes | None = None) -> Received:
    owner = of_patient(row.patient_id)
    return Received(
        patient_id=row.patient_id,
        received_id=row.received_id,
        partner_id=row.partner_id,
        received_at=row.received_at,
        state=Settled(row.state),
        settled_at=row.settled_at,
        settled_by=row.settled_by,
        facts=tx.unseal_facts(owner, _r.facts, str(row.received_id), row.facts),
        document=document,
    )


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
