"""A row as bytes that are the same on every database, and the sum that tells two tables alike.

A shape says what a table looked like when it was written down: its columns and of which of seven
kinds each is. A backup carries the shapes along, because the tables of `tables.py` are today's and
a file may be from years ago.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    Integer,
    LargeBinary,
    Table,
    TableClause,
    Text,
    Uuid,
    column,
    table,
)
from sqlalchemy.types import TypeEngine

from careplan.store.tables import Moment, NoneFirst, NoneLast, metadata

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_TICK = timedelta(microseconds=1)
_NONE, _SOME = b"\x00", b"\x01"
_SUM_SIZE = 32


class NotARow(ValueError):
    """The bytes are not a row of the shape that was said."""


class ColumnKind(StrEnum):
    ID = "id"
    MOMENT = "moment"
    DAY = "day"
    SWITCH = "switch"
    NUMBER = "number"
    BYTES = "bytes"
    TEXT = "text"


_TYPES: Mapping[ColumnKind, type[TypeEngine[Any]]] = MappingProxyType(
    {
        ColumnKind.ID: Uuid,
        ColumnKind.MOMENT: Moment,
        # The days that stand for "none" are kept as the days they are.
        ColumnKind.DAY: Date,
        ColumnKind.SWITCH: Boolean,
        ColumnKind.NUMBER: BigInteger,
        ColumnKind.BYTES: LargeBinary,
        ColumnKind.TEXT: Text,
    }
)
_KINDS: tuple[tuple[tuple[type[Any], ...], ColumnKind], ...] = (
    ((Uuid,), ColumnKind.ID),
    ((Moment,), ColumnKind.MOMENT),
    ((Date, NoneFirst, NoneLast), ColumnKind.DAY),
    ((Boolean,), ColumnKind.SWITCH),
    ((Integer,), ColumnKind.NUMBER),
    ((LargeBinary,), ColumnKind.BYTES),
    ((Text,), ColumnKind.TEXT),
)


@dataclass(frozen=True, slots=True)
class Shape:
    """One table: its name, and its columns in the order in which a row's bytes have them."""

    name: str
    columns: tuple[tuple[str, ColumnKind], ...]

    def table(self) -> TableClause:
        """What statements are made of. It knows nothing but names and kinds."""
        return table(self.name, *(column(name, _TYPES[kind]()) for name, kind in self.columns))

    def to_plain(self) -> dict[str, Any]:
        return {"table": self.name, "columns": [[name, str(kind)] for name, kind in self.columns]}

    @classmethod
    def from_plain(cls, plain: Mapping[str, Any]) -> Shape:
        columns = tuple((str(name), ColumnKind(kind)) for name, kind in plain["columns"])
        return cls(str(plain["table"]), columns)


def shapes() -> tuple[Shape, ...]:
    """Every table of this program, those that others refer to first."""
    return tuple(_shape(one) for one in metadata.sorted_tables)


def _shape(of: Table) -> Shape:
    return Shape(of.name, tuple((one.name, _kind(one)) for one in of.columns))


def _kind(of: Column[Any]) -> ColumnKind:
    for types, kind in _KINDS:
        if isinstance(of.type, types):
            return kind
    raise TypeError(f"{of} is of no kind that a backup can hold")


# --- one value ------------------------------------------------------------------------------------


def _sized(data: bytes) -> bytes:
    return len(data).to_bytes(4, "big") + data


_WRITES: Mapping[ColumnKind, Callable[[Any], bytes]] = MappingProxyType(
    {
        ColumnKind.ID: lambda value: bytes(value.bytes),
        ColumnKind.MOMENT: lambda value: ((value - _EPOCH) // _TICK).to_bytes(
            8, "big", signed=True
        ),
        ColumnKind.DAY: lambda value: value.toordinal().to_bytes(4, "big"),
        ColumnKind.SWITCH: lambda value: bytes((value,)),
        ColumnKind.NUMBER: lambda value: value.to_bytes(8, "big", signed=True),
        ColumnKind.BYTES: _sized,
        ColumnKind.TEXT: lambda value: _sized(value.encode()),
    }
)
_READS: Mapping[ColumnKind, Callable[[bytes], Any]] = MappingProxyType(
    {
        ColumnKind.ID: lambda data: UUID(bytes=data),
        ColumnKind.MOMENT: lambda data: _EPOCH + int.from_bytes(data, "big", signed=True) * _TICK,
        ColumnKind.DAY: lambda data: date.fromordinal(int.from_bytes(data, "big")),
        ColumnKind.SWITCH: lambda data: data != b"\x00",
        ColumnKind.NUMBER: lambda data: int.from_bytes(data, "big", signed=True),
        ColumnKind.BYTES: bytes,
        ColumnKind.TEXT: lambda data: data.decode(),
    }
)
_SIZES: Mapping[ColumnKind, int | None] = MappingProxyType(
    {
        ColumnKind.ID: 16,
        ColumnKind.MOMENT: 8,
        ColumnKind.DAY: 4,
        ColumnKind.SWITCH: 1,
        ColumnKind.NUMBER: 8,
        ColumnKind.BYTES: None,
        ColumnKind.TEXT: None,
    }
)


# --- one row --------------------------------------------------------------------------------------


def to_row(shape: Shape) -> Callable[[Sequence[Any]], bytes]:
    """What turns a row's values, in the shape's order, into its one spelling."""
    writes = [_WRITES[kind] for _, kind in shape.columns]

    def spelt(values: Sequence[Any]) -> bytes:
        return b"".join(
            _NONE if value is None else _SOME + write(value)
            for value, write in zip(values, writes, strict=True)
        )

    return spelt


def from_row(shape: Shape) -> Callable[[bytes], dict[str, Any]]:
    """The way back, by the names of the columns. Raises NotARow."""

    def read(data: bytes) -> dict[str, Any]:
        try:
            return dict(_values(shape, data))
        except (ValueError, OverflowError) as problem:
            raise NotARow(f"not a row of {shape.name}") from problem

    return read


def _values(shape: Shape, data: bytes) -> Iterator[tuple[str, Any]]:
    at = 0
    for name, kind in shape.columns:
        told, at = data[at : at + 1], at + 1
        if told not in {_NONE, _SOME}:
            raise NotARow(f"{shape.name}.{name} is neither there nor absent")
        if told == _NONE:
            yield name, None
            continue
        size = _SIZES[kind]
        if size is None:
            size, at = int.from_bytes(data[at : at + 4], "big"), at + 4
        value, at = data[at : at + size], at + size
        yield name, _READS[kind](value)
    if at != len(data):
        raise NotARow(f"a row of {shape.name} has {len(data)} bytes where {at} were said")


# --- many rows ------------------------------------------------------------------------------------


@dataclass(slots=True)
class Tally:
    """How many rows, and one sum over them all.

    The sum is the SHA-256 of every row added up (modulo 2^256), so it does not depend on an order,
    which no two databases keep alike, and needs no memory. It finds what was lost or changed on the
    way; against somebody who wants to deceive stands the sealing, not this.
    """

    name: str
    rows: int = 0
    _sum: int = 0
    _start: Any = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        self._start = hashlib.sha256(b"careplan row 1:" + _sized(self.name.encode()))

    def add(self, row: bytes) -> None:
        digest = self._start.copy()
        digest.update(row)
        self._sum = (self._sum + int.from_bytes(digest.digest(), "big")) % (1 << 8 * _SUM_SIZE)
        self.rows += 1

    def said(self) -> tuple[int, str]:
        return self.rows, self._sum.to_bytes(_SUM_SIZE, "big").hex()


def tallied(shape: Shape, rows: Iterable[bytes]) -> tuple[int, str]:
    tally = Tally(shape.name)
    for row in rows:
        tally.add(row)
    return tally.said()
