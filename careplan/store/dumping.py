"""Reads every table as it stood at one moment, row by row, for a backup.

What is read is what the database holds: wrapped keys, ciphertext and the columns in clear. No key
is asked for, so a row that cannot be opened is taken along like any other.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from sqlalchemy import func, select, text

from careplan.keys.envelope import dictionary_of
from careplan.keys.keyring import Keyring
from careplan.keys.tokens import Entropy
from careplan.store.db import Store, Transaction
from careplan.store.engines import Patience
from careplan.store.migrations.head import HEAD
from careplan.store.records import Mark, Record, telling
from careplan.store.shapes import Shape, Tally, to_row
from careplan.store.tables import Sealed, directory, metadata, patient

Tell = Callable[[str, int], object]
"""Told how many rows of a table there are so far."""

_REVISION = text("SELECT version_num FROM alembic_version")
_UNKNOWN = (
    select(func.count())
    .select_from(directory.outerjoin(patient, patient.c.patient_id == directory.c.patient_id))
    .where(patient.c.patient_id.is_(None))
)
_LONG_ROWS = frozenset(
    {"plan_version", "link_file", "rendition", "signature", "received", "unplaced", "photo"}
)
_AT_ONCE, _LONG_AT_ONCE = 500, 20
_TOLD_EVERY = 20_000


class OtherSchema(Exception):
    """The database is not at the schema that this program was written for."""


class NotEverything(Exception):
    """The role that asks is not shown every row: what it reads is no backup."""


def unhurried(url: str, keyring: Keyring, *, entropy: Entropy) -> Store:
    """A store whose one connection may read for hours, and wait while what it read is written."""
    patience = Patience(connections=1, more_connections=0, statement_ms=0)
    return Store(url, keyring, entropy=entropy, patience=patience)


def check_before_reading(tx: Transaction) -> None:
    """Raises OtherSchema, NotEverything."""
    found = tuple(tx.run(_REVISION).scalars())
    if found != (HEAD,):
        raise OtherSchema(
            f"the database is at schema {', '.join(found)} and this program writes {HEAD}"
        )
    if tx.run(_UNKNOWN).scalar_one():
        raise NotEverything("a fence holds back rows of people whom the directory knows")


def dump(
    tx: Transaction, shapes: Sequence[Shape], *, tell: Tell = lambda _table, _rows: None
) -> Iterator[Record]:
    """Every row of every table. The last record says what the whole holds."""
    used: set[int] = set()
    tallies: list[Tally] = []
    for shape in shapes:
        tally = Tally(shape.name)
        yield telling(Mark.TABLE, shape.to_plain())
        for row in _rows(tx, shape, used):
            tally.add(row)
            yield Record(Mark.ROW, row)
            if tally.rows % _TOLD_EVERY == 0:
                tell(shape.name, tally.rows)
        rows, total = tally.said()
        yield telling(Mark.END_OF_TABLE, {"table": shape.name, "rows": rows, "sum": total})
        tell(shape.name, rows)
        tallies.append(tally)
    yield telling(
        Mark.END,
        {
            "dictionaries": sorted(used),
            "rows": sum(one.rows for one in tallies),
            "tables": len(tallies),
        },
    )


def rows_of(tx: Transaction, shape: Shape) -> Iterator[bytes]:
    """A table's rows in their one spelling, in no order."""
    return _rows(tx, shape, set())


def _rows(tx: Transaction, shape: Shape, used: set[int]) -> Iterator[bytes]:
    spelt, sealed = to_row(shape), _sealed(shape)
    at_once = _LONG_AT_ONCE if shape.name in _LONG_ROWS else _AT_ONCE
    statement = select(shape.table()).execution_options(yield_per=at_once)
    with tx.run(statement) as rows:
        for row in rows:
            used |= _dictionaries(row, sealed)
            yield spelt(row)


def _sealed(shape: Shape) -> tuple[int, ...]:
    today = metadata.tables.get(shape.name)
    sealed = (
        {one.name for one in today.c if isinstance(one.type, Sealed)} if today is not None else ()
    )
    return tuple(place for place, (name, _) in enumerate(shape.columns) if name in sealed)


def _dictionaries(row: Sequence[Any], sealed: Sequence[int]) -> set[int]:
    found = (dictionary_of(row[place]) for place in sealed if row[place] is not None)
    return {number for number in found if number is not None}
