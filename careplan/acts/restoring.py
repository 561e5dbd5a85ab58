"""Puts a backup back into an empty database, or tries out whether it could be.

Both read the file through first, then fill, compare and check within one transaction. A drill does
all that a restore does and more, and keeps nothing of it but that it was done.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import IO

from careplan.acts.backup_file import CannotRestore, Whole, read_through, records
from careplan.acts.world import SYSTEM, World
from careplan.audit.events import AuditEvent, Kind
from careplan.fhir.bundle import from_bundle
from careplan.keys.envelope import DataKey
from careplan.keys.errors import CannotOpen
from careplan.keys.jwe import decrypt_file
from careplan.plan.codec import Unreadable
from careplan.store.chains import BrokenChain, verify_all
from careplan.store.db import Transaction
from careplan.store.dumping import Tell
from careplan.store.errors import CannotKeep, Damaged, Unavailable
from careplan.store.link_files import Packing, files_of
from careplan.store.links import secrets_of
from careplan.store.refilling import (
    NotEmpty,
    NotTheSame,
    bring_up,
    make_room,
    must_be_the_same,
    one_transaction,
    refill,
    shut_doors,
    transaction_on,
)
from careplan.store.sampling import newest_file, newest_plan
from careplan.store.upkeep import write_down
from careplan.store.versions import current_version


class DrillFailed(CannotRestore):
    """The rows came back, and are not what they should be."""


class NotWrittenDown(Exception):
    """The drill was passed, and the service's own database does not take that it was."""

    def __init__(self, found: Drilled, problem: Unavailable | CannotKeep) -> None:
        super().__init__(f"the drill was passed, and could not be written down: {problem}")
        self.found = found


@dataclass(frozen=True, slots=True)
class Drilled:
    """What a drill found. Nothing names anybody."""

    whole: Whole
    chains: int
    events: int
    plan_bytes: int | None
    file_bytes: int | None


def restore(
    world: World,
    file: IO[bytes],
    *,
    into: str,
    key: DataKey,
    at: datetime,
    app_role: str = "",
    tell: Tell = lambda _table, _rows: None,
) -> Whole:
    """Into an empty database, whole or not at all. Everybody has to sign in again afterwards.

    Raises CannotRestore, or what the database refuses with.
    """
    with _filled(world, file, into=into, key=key, keep=True, app_role=app_role, tell=tell) as (
        whole,
        tx,
    ):
        shut_doors(tx)
        write_down(tx, _event(Kind.BACKUP_RESTORED, whole, at))
    return whole


def drill(
    world: World,
    file: IO[bytes],
    *,
    into: str,
    key: DataKey,
    at: datetime,
    tell: Tell = lambda _table, _rows: None,
) -> Drilled:
    """The same into a scratch database, of which nothing stays; then the trail is verified, and one
    plan and one link's file are opened. Raises CannotRestore, NotWrittenDown."""
    with _filled(world, file, into=into, key=key, keep=False, app_role="", tell=tell) as (
        whole,
        tx,
    ):
        drilled = _tried_out(whole, tx)
    try:
        with world.store.begin() as tx:
            write_down(tx, _event(Kind.BACKUP_DRILLED, whole, at))
    except (Unavailable, CannotKeep) as problem:
        raise NotWrittenDown(drilled, problem) from problem
    return drilled


@contextmanager
def _filled(
    world: World,
    file: IO[bytes],
    *,
    into: str,
    key: DataKey,
    keep: bool,
    app_role: str,
    tell: Tell,
) -> Iterator[tuple[Whole, Transaction]]:
    keyring = world.store.keyring
    whole = read_through(
        file, key=key, keyring=keyring, tell=lambda table, rows: tell(f"read {table}", rows)
    )
    file.seek(0)
    try:
        with one_transaction(into, keep=keep) as connection:
            make_room(connection, whole.head.revision, whole.shapes)
            refill(
                connection,
                records(file, key=key),
                tell=lambda table, rows: tell(f"put back {table}", rows),
            )
            tx = transaction_on(connection, keyring, world.entropy)
            must_be_the_same(tx, whole.shapes, whole.said)
            bring_up(connection, app_role=app_role)
            yield whole, tx
    except NotEmpty as problem:
        raise CannotRestore(f"the database to restore into is not empty: {problem}.") from None
    except (NotTheSame, CannotKeep) as problem:
        raise CannotRestore(f"the database did not take it as it was: {problem}.") from problem


def _event(kind: Kind, whole: Whole, at: datetime) -> AuditEvent:
    facts = {
        "backup": str(whole.head.backup_id),
        "made": whole.head.made_at.isoformat(timespec="seconds"),
        "count": str(whole.rows),
    }
    return AuditEvent(kind, at, SYSTEM, None, facts)


# --- is it more than rows? ------------------------------------------------------------------------


def _tried_out(whole: Whole, tx: Transaction) -> Drilled:
    found = verify_all(tx)
    if isinstance(found, BrokenChain):
        raise DrillFailed(f"the audit chain {found.chain} is broken: {found.broken}.")
    try:
        return Drilled(whole, found.chains, found.events, _a_plan(tx), _a_file(tx))
    except (CannotOpen, Damaged, Unreadable) as problem:
        raise DrillFailed(f"what was restored does not open: {problem}.") from problem


def _a_plan(tx: Transaction) -> int | None:
    """The newest published plan: unsealed, compared with its digest, and read as a plan."""
    patient_id = newest_plan(tx)
    kept = None if patient_id is None else current_version(tx, patient_id)
    if kept is None:
        return None
    from_bundle(kept.record)
    return len(kept.record)


def _a_file(tx: Transaction) -> int | None:
    """The newest file of a link, opened with the key that the link carries."""
    found = newest_file(tx)
    if found is None:
        return None
    secrets, files = secrets_of(tx, *found), files_of(tx, *found, packing=Packing.PLAIN)
    plain, _type = decrypt_file(files[0].jwe, key=secrets.key)
    return len(plain)
