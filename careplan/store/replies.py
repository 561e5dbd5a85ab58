"""What whoever read a plan said became of it: one row for one opening, sealed but for its times."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, bindparam, func, insert, select, update

from careplan.store.db import Transaction
from careplan.store.owners import of_patient
from careplan.store.patients import Face, face_from
from careplan.store.tables import department_reply, patient
from careplan.visits.reply import Because, Reply, Said

MOST_LISTED = 200
_r, _p = department_reply.c, patient.c
_OF_PATIENT = _r.patient_id == bindparam("of_patient")
_ONE = (_OF_PATIENT, _r.opening_id == bindparam("of_opening"))
_KEPT = select(department_reply).where(*_ONE)
_KEEP = insert(department_reply)
_CHANGE = (
    update(department_reply)
    .where(*_ONE)
    .values(at=bindparam("said_at"), body=bindparam("new_body"), seen_at=None, seen_by_team_at=None)
)
_ALL = (
    select(department_reply)
    .where(_OF_PATIENT)
    .order_by(_r.at.desc(), _r.opening_id)
    .limit(MOST_LISTED)
)
_UNSEEN = select(func.count()).select_from(department_reply).where(_OF_PATIENT)
_UNSEEN_BY_PERSON = _UNSEEN.where(_r.seen_at.is_(None))
_UNSEEN_BY_TEAM = _UNSEEN.where(_r.seen_by_team_at.is_(None))
_SEEN = update(department_reply).where(_OF_PATIENT, _r.at <= bindparam("until"))
_SEEN_BY_PERSON = _SEEN.where(_r.seen_at.is_(None)).values(seen_at=bindparam("now"))
_SEEN_BY_TEAM = _SEEN.where(_r.seen_by_team_at.is_(None)).values(seen_by_team_at=bindparam("now"))
_OF_TEAM = (
    select(_p.patient_id, _p.face, _p.data_key, func.count().label("news"))
    .join(department_reply, _r.patient_id == _p.patient_id)
    .where(
        _r.seen_by_team_at.is_(None),
        _p.team_id == bindparam("of_team"),
        _p.data_key.is_not(None),
    )
    .group_by(_p.patient_id, _p.face, _p.data_key)
    .order_by(func.max(_r.at).desc(), _p.patient_id)
    .limit(MOST_LISTED)
)
_COUNT_OF_TEAM = (
    select(func.count())
    .select_from(department_reply)
    .join(patient, _p.patient_id == _r.patient_id)
    .where(
        _r.seen_by_team_at.is_(None),
        _p.team_id == bindparam("of_team"),
        _p.data_key.is_not(None),
    )
)


def reply_of(tx: Transaction, patient_id: UUID, opening_id: UUID) -> Reply | None:
    row = tx.run(_KEPT, {"of_patient": patient_id, "of_opening": opening_id}).one_or_none()
    return None if row is None else _reply(tx, row)


def keep_reply(tx: Transaction, reply: Reply) -> None:
    """The first of its opening. The caller holds the person's row."""
    row = {
        "patient_id": reply.patient_id,
        "opening_id": reply.opening_id,
        "link_id": reply.link_id,
        "version": reply.version,
        "at": reply.at,
        "body": _sealed(tx, reply),
    }
    tx.run(_KEEP, row)


def change_reply(tx: Transaction, reply: Reply) -> None:
    """Takes the place of the one before, and nobody has seen it yet."""
    new = {"said_at": reply.at, "new_body": _sealed(tx, reply)}
    tx.run(_CHANGE, new | {"of_patient": reply.patient_id, "of_opening": reply.opening_id})


def replies_of(tx: Transaction, patient_id: UUID) -> tuple[Reply, ...]:
    """Newest first."""
    return tuple(_reply(tx, row) for row in tx.run(_ALL, {"of_patient": patient_id}))


def unseen_replies(tx: Transaction, patient_id: UUID, *, by_team: bool) -> int:
    asked = _UNSEEN_BY_TEAM if by_team else _UNSEEN_BY_PERSON
    return int(tx.run(asked, {"of_patient": patient_id}).scalar_one())


def mark_replies_seen(
    tx: Transaction, patient_id: UUID, *, by_team: bool, until: datetime, at: datetime
) -> int:
    """Those said until then, which is the newest that was shown; how many were news."""
    marked = tx.run(
        _SEEN_BY_TEAM if by_team else _SEEN_BY_PERSON,
        {"of_patient": patient_id, "until": until, "now": at},
    )
    return int(marked.rowcount)


def unseen_in_team(tx: Transaction, team_id: UUID) -> int:
    return int(tx.run(_COUNT_OF_TEAM, {"of_team": team_id}).scalar_one())


def people_with_news(tx: Transaction, team_id: UUID) -> tuple[tuple[UUID, Face | None, int], ...]:
    """Whose plans were answered about and nobody of their team has seen it yet, newest first;
    one statement whatever their number."""
    found = []
    for row in tx.run(_OF_TEAM, {"of_team": team_id}):
        tx.remember(of_patient(row.patient_id), row.data_key)
        face = face_from(tx, row.patient_id, row.face) if row.face else None
        found.append((row.patient_id, face, int(row.news)))
    return tuple(found)


def _sealed(tx: Transaction, reply: Reply) -> bytes:
    facts = {
        "said": str(reply.said),
        "because": str(reply.because) if reply.because else None,
        "door": reply.door,
        "who": reply.who,
        "opened_at": reply.opened_at.isoformat() if reply.opened_at else None,
    }
    owner, key = of_patient(reply.patient_id), str(reply.opening_id)
    return tx.seal_facts(owner, _r.body, key, facts)


def _reply(tx: Transaction, row: Row[Any]) -> Reply:
    owner, key = of_patient(row.patient_id), str(row.opening_id)
    facts = tx.unseal_facts(owner, _r.body, key, row.body)
    return Reply(
        patient_id=row.patient_id,
        opening_id=row.opening_id,
        version=row.version,
        said=Said(facts["said"]),
        at=row.at,
        because=Because(facts["because"]) if facts["because"] else None,
        door=facts["door"],
        who=facts["who"],
        link_id=row.link_id,
        opened_at=datetime.fromisoformat(facts["opened_at"]) if facts["opened_at"] else None,
        seen_at=row.seen_at,
        seen_by_team_at=row.seen_by_team_at,
    )
