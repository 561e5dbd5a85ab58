"""Puts the rows of a backup into a database that holds nothing, in one transaction.

The schema is made as it was when the backup was written, filled, compared with what the backup
says of itself, and only then brought up to today's. Whatever fails leaves the database empty.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, Insert, delete, func, insert, inspect, select, text
from sqlalchemy.exc import SQLAlchemyError

from careplan.keys.keyring import Keyring
from careplan.keys.tokens import Entropy
from careplan.store.db import Transaction
from careplan.store.dumping import Tell, rows_of
from careplan.store.engines import engine_for_migration
from careplan.store.migrate import lock_schema, up_to, up_to_head
from careplan.store.migrations.head import HEAD
from careplan.store.records import Mark, NotABackup, Record
from careplan.store.refusals import told
from careplan.store.shapes import Shape, from_row, tallied
from careplan.store.tables import ceremony, partner_token, session

_ROWS_AT_ONCE, _BYTES_AT_ONCE = 500, 4 * 1024 * 1024
_TOLD_EVERY = 20_000
_REVISION = text("SELECT version_num FROM alembic_version")
_NO_HURRY = text("SET LOCAL lock_timeout = 0")
"""A migration gives way to readers. Here nobody reads yet, and only the server's own upkeep is ever
in the way, for a moment."""
_OPEN_DOORS = (session, ceremony, partner_token)
"""Ways in that last for hours: somebody may have closed one since the backup was written."""

Said = Mapping[str, tuple[int, str]]
"""Of each table, how many rows and their sum."""


class NotEmpty(Exception):
    """There is something in the database already."""


class NotTheSame(Exception):
    """What stands in the database is not what the backup says of itself."""


@contextmanager
def one_transaction(url: str, *, keep: bool) -> Iterator[Connection]:
    """The only one on this database, as its owner, whom no fence holds back. Without `keep`,
    nothing of it stays."""
    engine = engine_for_migration(url)
    try:
        with engine.connect() as connection, connection.begin() as whole:
            lock_schema(connection)
            if connection.dialect.name == "postgresql":
                connection.execute(_NO_HURRY)
            yield connection
            if not keep:
                whole.rollback()
    except SQLAlchemyError as problem:
        raise told(problem) from problem
    finally:
        engine.dispose()


def make_room(connection: Connection, revision: str, shapes: Sequence[Shape]) -> None:
    """An empty schema of that revision: made here, or found. Raises NotEmpty."""
    tables = set(inspect(connection).get_table_names())
    if "alembic_version" not in tables:
        if tables:
            raise NotEmpty(f"it holds tables that are not ours, such as {min(tables)}")
        up_to(connection, revision)
        return
    found = tuple(connection.execute(_REVISION).scalars())
    if found != (revision,):
        raise NotEmpty(
            f"it has tables of schema {', '.join(found)} and the backup is of {revision}: "
            "restore into one without tables"
        )
    for shape in shapes:
        if connection.execute(select(func.count()).select_from(shape.table())).scalar_one():
            raise NotEmpty(f"there are rows in its table {shape.name}")


# --- the rows -------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Waiting:
    """Rows of one table that go in together."""

    statement: Insert
    rows: list[dict[str, Any]] = field(default_factory=list)
    size: int = 0

    def add(self, row: dict[str, Any], size: int) -> bool:
        self.rows.append(row)
        self.size += size
        return len(self.rows) >= _ROWS_AT_ONCE or self.size >= _BYTES_AT_ONCE

    def put(self, connection: Connection) -> None:
        if self.rows:
            connection.execute(self.statement, self.rows)
        self.rows, self.size = [], 0


def refill(
    connection: Connection, records: Iterable[Record], *, tell: Tell = lambda _table, _rows: None
) -> None:
    """Every row into its table, in the order in which they come. Raises NotABackup."""
    for shape, rows in by_table(records):
        read, waiting, count = from_row(shape), _Waiting(insert(shape.table())), 0
        for row in rows:
            count += 1
            if waiting.add(read(row), len(row)):
                waiting.put(connection)
            if count % _TOLD_EVERY == 0:
                tell(shape.name, count)
        waiting.put(connection)
        tell(shape.name, count)


def by_table(records: Iterable[Record]) -> Iterator[tuple[Shape, Iterator[bytes]]]:
    """Each table with its rows, which must be read before the next table is asked for."""
    stream = iter(records)
    for record in stream:
        if record.mark is Mark.TABLE:
            yield Shape.from_plain(record.said()), _until_its_end(stream)
        elif record.mark is Mark.ROW:
            raise NotABackup("there is a row of no table")


def _until_its_end(stream: Iterator[Record]) -> Iterator[bytes]:
    for record in stream:
        if record.mark is Mark.END_OF_TABLE:
            return
        if record.mark is not Mark.ROW:
            raise NotABackup("a table has no end")
        yield record.body
    raise NotABackup("a table has no end")


# --- afterwards -----------------------------------------------------------------------------------


def must_be_the_same(tx: Transaction, shapes: Iterable[Shape], said: Said) -> None:
    """Reads every row again. Raises NotTheSame."""
    for shape in shapes:
        found = tallied(shape, rows_of(tx, shape))
        if found != said[shape.name]:
            raise NotTheSame(
                f"the table {shape.name} has {found[0]:,} rows of {said[shape.name][0]:,}, or "
                "others than were written"
            )


def bring_up(connection: Connection, *, app_role: str) -> None:
    """To this program's schema, with its fences; the planner is told what there is now."""
    up_to_head(connection, app_role=app_role)
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("ANALYZE")


def shut_doors(tx: Transaction) -> None:
    """Everybody signs in again, people and other systems."""
    for table in _OPEN_DOORS:
        tx.run(delete(table))


def transaction_on(connection: Connection, keyring: Keyring, entropy: Entropy) -> Transaction:
    """What the query functions are handed, on a connection that has not kept anything yet."""
    return Transaction(connection, keyring, entropy, keyring.service_key("store"))


def known_revision(revision: str) -> bool:
    """Whether this program has the step that leads to it. Numbers have four figures."""
    return revision.isdecimal() and len(revision) == len(HEAD) and "0001" <= revision <= HEAD
