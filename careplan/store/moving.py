"""A team's newest documents, person by person in the order of their ids: however many people there
are, only a page of them is held at once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from uuid import UUID

from sqlalchemy import Column, Select, bindparam, func, select

from careplan.audit.chain import Head
from careplan.keys.errors import CannotOpen
from careplan.store.db import Transaction
from careplan.store.owners import of_patient
from careplan.store.tables import patient, plan_version, trail_head

_p, _v, _t = patient.c, plan_version.c, trail_head.c
_PUBLISHED = (
    _p.team_id == bindparam("of_team"),
    _p.data_key.is_not(None),
    _v.patient_id == _p.patient_id,
    _v.number == _p.current_version,
)
_COUNT = select(func.count()).select_from(patient.join(plan_version, _PUBLISHED[2])).where(
    *_PUBLISHED
)  # fmt: skip
_WITHOUT = (
    select(func.count())
    .select_from(patient)
    .where(_PUBLISHED[0], _p.data_key.is_not(None), _p.current_version.is_(None))
)


def _page(document: Column[bytes], digest: Column[bytes]) -> Select[tuple[object, ...]]:
    """Each with the end of its person's trail, held: what is taken is written there."""
    return (
        select(
            _p.patient_id,
            _p.data_key,
            _v.number,
            document.label("sealed"),
            digest.label("digest"),
            _t.sequence.label("head_sequence"),
            _t.digest.label("head_digest"),
        )
        .where(
            *_PUBLISHED,
            _t.patient_id == _p.patient_id,
            _p.patient_id > bindparam("after", type_=_p.patient_id.type),
        )
        .order_by(_p.patient_id)
        .limit(bindparam("most"))
        .with_for_update(key_share=True, of=trail_head)
    )


_RECORDS = _page(_v.record, _v.record_sha256)
_EMERGENCIES = _page(_v.emergency, _v.emergency_sha256)


@dataclass(frozen=True, slots=True)
class Document:
    """`body` is None where what is kept cannot be opened, or is not what was published."""

    patient_id: UUID
    number: int
    head: Head
    body: bytes | None


def records_of_team(
    tx: Transaction, team_id: UUID, *, after: UUID, most: int
) -> tuple[Document, ...]:
    """The whole records of the next people after this one."""
    return tuple(_documents(tx, _RECORDS, _v.record, team_id, after, most))


def emergencies_of_team(
    tx: Transaction, team_id: UUID, *, after: UUID, most: int
) -> tuple[Document, ...]:
    """The emergency documents of the next people after this one."""
    return tuple(_documents(tx, _EMERGENCIES, _v.emergency, team_id, after, most))


def published_in_team(tx: Transaction, team_id: UUID) -> int:
    return int(tx.run(_COUNT, {"of_team": team_id}).scalar_one())


def unpublished_in_team(tx: Transaction, team_id: UUID) -> int:
    """People of the team who have published nothing yet."""
    return int(tx.run(_WITHOUT, {"of_team": team_id}).scalar_one())


def _documents(
    tx: Transaction,
    page: Select[tuple[object, ...]],
    column: Column[bytes],
    team_id: UUID,
    after: UUID,
    most: int,
) -> Iterator[Document]:
    for row in tx.run(page, {"of_team": team_id, "after": after, "most": most}):
        owner = of_patient(row.patient_id)
        tx.remember(owner, row.data_key)
        body: bytes | None = None
        try:
            body = tx.unseal(owner, column, str(row.number), row.sealed)
        except CannotOpen:
            body = None
        if body is not None and sha256(body).digest() != row.digest:
            body = None
        head = Head(row.head_sequence, row.head_digest)
        yield Document(row.patient_id, row.number, head, body)
