"""A whole copy of the service as it stood at one moment, sealed under a key that is kept elsewhere.

That it was begun is written down before the first row is read, and that it is whole after the last
byte is where it belongs: a copy that was cut off in the middle was still taken.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from careplan.acts.backup_head import Head
from careplan.acts.world import SYSTEM, World
from careplan.audit.events import AuditEvent, Kind
from careplan.keys.dictionaries import SHELF, Shelf
from careplan.keys.envelope import DataKey
from careplan.keys.stream import seal_stream
from careplan.store.db import Store, Transaction
from careplan.store.dumping import Tell, check_before_reading, dump
from careplan.store.migrations.head import HEAD
from careplan.store.records import Mark, Record
from careplan.store.rekeying import masters_in_use
from careplan.store.shapes import shapes
from careplan.store.upkeep import newest, write_down


class Sink(Protocol):
    """Where the bytes go. `finish`: they are whole, and must stay."""

    def write(self, data: bytes, /) -> object: ...
    def finish(self) -> object: ...


@dataclass(frozen=True, slots=True)
class BackedUp:
    """What a finished backup holds."""

    head: Head
    tables: int
    rows: int


@dataclass(frozen=True, slots=True)
class LastDone:
    """When each was last done; nothing where it never was. For whoever looks after the service."""

    backup: datetime | None
    drill: datetime | None
    heads: datetime | None


def back_up(
    world: World,
    sink: Sink,
    *,
    key: DataKey,
    source: Store,
    clock: Callable[[], datetime],
    tell: Tell = lambda _table, _rows: None,
) -> BackedUp:
    """`source` is read from: the service's own database, or a standby of it.

    Raises OtherSchema, NotEverything, and whatever the sink raises.
    """
    begun_at, backup_id = clock(), world.new_id()
    with world.store.begin() as tx:
        begun = {"backup": str(backup_id)}
        write_down(tx, AuditEvent(Kind.BACKUP_BEGUN, begun_at, SYSTEM, None, begun))
    with source.read() as tx:
        check_before_reading(tx)
        head = Head(
            backup_id=backup_id,
            made_at=begun_at,
            revision=HEAD,
            masters=tuple(sorted(masters_in_use(tx))),
            service_key=tx.keyring.service_key("store").id,
            dictionaries=tuple(held(SHELF)),
        )
        counted = _Counted(_records(tx, tell))
        plain = (one.written() for one in counted)
        for piece in seal_stream(plain, key=key, head=head.to_bytes(), entropy=world.entropy):
            sink.write(piece)
    sink.finish()
    with world.store.begin() as tx:
        made = {"backup": str(backup_id), "count": str(counted.rows)}
        write_down(tx, AuditEvent(Kind.BACKUP_MADE, clock(), SYSTEM, None, made))
    return BackedUp(head, counted.tables, counted.rows)


def last_done(world: World) -> LastDone:
    with world.store.read() as tx:
        kinds = (Kind.BACKUP_MADE, Kind.BACKUP_DRILLED, Kind.HEADS_EXPORTED)
        found = [newest(tx, kind) for kind in kinds]
    return LastDone(*(one.at if one else None for one in found))


def held(shelf: Shelf) -> Iterator[tuple[int, str]]:
    """Every compression dictionary of this program, by number and SHA-256."""
    for number in shelf.numbers():
        yield number, shelf.get(number).digest.hex()


def _records(tx: Transaction, tell: Tell) -> Iterator[Record]:
    """The dictionaries come first: whoever has lost the program finds them here."""
    for number in SHELF.numbers():
        yield Record(Mark.DICTIONARY, bytes((number,)) + SHELF.get(number).words.dict_content)
    yield from dump(tx, shapes(), tell=tell)


class _Counted:
    """The records as they go by, and how many tables and rows there were."""

    def __init__(self, records: Iterable[Record]) -> None:
        self._records = records
        self.tables = self.rows = 0

    def __iter__(self) -> Iterator[Record]:
        for record in self._records:
            self.tables += record.mark is Mark.TABLE
            self.rows += record.mark is Mark.ROW
            yield record
