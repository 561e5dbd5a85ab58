"""A trail of three people and the service, as it was when its heads were carried away."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import delete, text, update

from careplan.acts.witnessing import Against, compare, export_heads
from careplan.acts.world import World
from careplan.audit.chain import Head, genesis, link
from careplan.audit.events import Actor, ActorKind, AuditEvent, Kind
from careplan.audit.heads import Judged, Verdict
from careplan.store.chains import rows_after
from careplan.store.db import Store, Transaction
from careplan.store.tables import audit_event, trail_head
from careplan.store.trail import append
from tests.backup.conftest import InMemory
from tests.stores import NOW, a_patient, owned, owner_url

__all__ = ["owned", "owner_url"]

ADA = Actor(ActorKind.PATIENT, "account-1", "Ada")
EVENT, HEAD = audit_event, trail_head


def looked(patient_id: UUID, minutes: int = 0) -> AuditEvent:
    at = NOW + timedelta(minutes=minutes)
    return AuditEvent(Kind.READ_BY_PERSON, at, ADA, str(patient_id))


@dataclass(frozen=True)
class Kept:
    """`people`: whose chains have four events each. `owned`: the store of the database's owner,
    who may do what the application cannot."""

    world: World
    owned: Store
    people: tuple[UUID, ...]
    heads: bytes

    def compare(self, *, since: bool = False) -> dict[str, Judged]:
        found: dict[str, Judged] = {}
        against = Against(BytesIO(self.heads), since=since)
        compare(self.world, against, tell=lambda one: found.setdefault(one.chain, one))
        return found

    def verdicts(self, *, since: bool = False) -> dict[UUID, Verdict]:
        """Of the people alone."""
        found = self.compare(since=since)
        return {one: found[str(one)].verdict for one in self.people if str(one) in found}

    def as_owner(self, deed: Callable[[Transaction], object]) -> None:
        """Whatever guards the tables is taken away first, and put back afterwards."""
        with self.owned.begin() as tx:
            unguarded(tx, deed)


GUARDS = text(
    "SELECT name, sql FROM sqlite_master"
    " WHERE type = 'trigger' AND tbl_name IN ('audit_event', 'trail_head')"
)


def unguarded(tx: Transaction, deed: Callable[[Transaction], object]) -> None:
    if tx.dialect == "postgresql":
        tx.run(text("SET LOCAL session_replication_role = replica"))
        deed(tx)
        return
    ours = tx.run(GUARDS).all()
    assert ours
    for row in ours:
        tx.run(text(f"DROP TRIGGER {row.name}"))
    deed(tx)
    for row in ours:
        tx.run(text(row.sql))


@pytest.fixture
def kept(world: World, owned: Store) -> Kept:
    with world.store.begin() as tx:
        people = tuple(sorted(a_patient(tx) for _ in range(3)))
        for minutes in range(4):
            for one in people:
                append(tx, looked(one, minutes))
    sink = InMemory()
    export_heads(world, sink, at=NOW)
    assert sink.finished
    return Kept(world, owned, people, sink.getvalue())


# --- what somebody with the database in their hands does ----------------------------------------


def cut_off(tx: Transaction, patient_id: UUID, *, to: int) -> None:
    """The newest events go, and the head with them: what is left holds by itself."""
    mine = EVENT.c.patient_id == patient_id
    rows = {row.sequence: row.digest for row in rows_after(tx, str(patient_id), 0)}
    end = rows.get(to, genesis(str(patient_id)))
    tx.run(delete(EVENT).where(mine, EVENT.c.sequence > to))
    moved = update(HEAD).where(HEAD.c.patient_id == patient_id)
    tx.run(moved.values(sequence=to, digest=end))


def write_anew(tx: Transaction, patient_id: UUID, *, at: int, body: bytes) -> None:
    """One event becomes another, and every link after it is worked out again."""
    head = Head(0, genesis(str(patient_id)))
    for row in list(rows_after(tx, str(patient_id), 0)):
        sealed = body if row.sequence == at else row.sealed
        digest = link(head.digest, sequence=row.sequence, sealed=sealed)
        this = (EVENT.c.patient_id == patient_id) & (EVENT.c.sequence == row.sequence)
        tx.run(update(EVENT).where(this).values(body=sealed, digest=digest))
        head = Head(row.sequence, digest)
    moved = update(HEAD).where(HEAD.c.patient_id == patient_id)
    tx.run(moved.values(digest=head.digest))


def take_out(tx: Transaction, patient_id: UUID) -> None:
    tx.run(delete(EVENT).where(EVENT.c.patient_id == patient_id))
    tx.run(delete(HEAD).where(HEAD.c.patient_id == patient_id))


def a_file(tmp_path: Path, kept: Kept) -> Path:
    path = tmp_path / "heads"
    path.write_bytes(kept.heads)
    return path
