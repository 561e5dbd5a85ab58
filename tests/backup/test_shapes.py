"""A row has one spelling, it comes back from it, and a table has one sum."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from careplan.store.records import Mark, NotABackup, Record, read_records
from careplan.store.shapes import (
    ColumnKind,
    NotARow,
    Shape,
    Tally,
    from_row,
    shapes,
    tallied,
    to_row,
)
from careplan.store.tables import metadata

ANY = {
    ColumnKind.ID: st.uuids(),
    ColumnKind.MOMENT: st.datetimes(timezones=st.just(UTC)),
    ColumnKind.DAY: st.dates(),
    ColumnKind.SWITCH: st.booleans(),
    ColumnKind.NUMBER: st.integers(-(2**63), 2**63 - 1),
    ColumnKind.BYTES: st.binary(max_size=40),
    ColumnKind.TEXT: st.text(max_size=20),
}
EVERY_KIND = Shape("every_kind", tuple((str(kind), kind) for kind in ColumnKind))
ROWS = st.tuples(*(st.none() | ANY[kind] for _, kind in EVERY_KIND.columns))
A_ROW = (
    UUID(int=7), datetime(2026, 11, 23, 9, tzinfo=UTC), date.max, True, -1, b"\x00", "Adaeze é",
)  # fmt: skip


@given(ROWS)
def test_a_row_comes_back(row: tuple[Any, ...]) -> None:
    spelt = to_row(EVERY_KIND)(row)
    assert tuple(from_row(EVERY_KIND)(spelt).values()) == row


@given(ROWS, ROWS)
def test_two_rows_are_never_spelt_alike(one: tuple[Any, ...], other: tuple[Any, ...]) -> None:
    spelt = to_row(EVERY_KIND)
    assert (spelt(one) == spelt(other)) is (one == other)


def test_what_is_no_row_is_refused() -> None:
    spelt, read = to_row(EVERY_KIND)(A_ROW), from_row(EVERY_KIND)
    for length in range(len(spelt)):
        with pytest.raises(NotARow):
            read(spelt[:length])
    for bad in (spelt + b"\x00", b"\x02" + spelt[1:], b""):
        with pytest.raises(NotARow):
            read(bad)


def test_every_table_has_a_shape_with_all_its_columns() -> None:
    found = {shape.name: [name for name, _ in shape.columns] for shape in shapes()}
    assert found == {
        table.name: [column.name for column in table.columns] for table in metadata.sorted_tables
    }


def test_a_shape_says_itself_in_words() -> None:
    for shape in shapes():
        assert Shape.from_plain(shape.to_plain()) == shape


@given(st.lists(st.binary(max_size=9), max_size=6), st.randoms(use_true_random=False))
def test_a_sum_asks_for_no_order(rows: list[bytes], by_chance: Any) -> None:
    shuffled = list(rows)
    by_chance.shuffle(shuffled)
    assert tallied(EVERY_KIND, rows) == tallied(EVERY_KIND, shuffled)


@given(st.lists(st.binary(max_size=9), max_size=6), st.lists(st.binary(max_size=9), max_size=6))
def test_other_rows_have_another_sum(one: list[bytes], other: list[bytes]) -> None:
    same = sorted(one) == sorted(other)
    assert (tallied(EVERY_KIND, one) == tallied(EVERY_KIND, other)) is same


def test_the_same_rows_of_another_table_have_another_sum() -> None:
    sums = []
    for name in ("link", "visit"):
        tally = Tally(name)
        tally.add(b"row")
        sums.append(tally.said())
    assert sums[0][0] == sums[1][0] == 1
    assert sums[0] != sums[1]


@given(st.lists(st.tuples(st.sampled_from(Mark), st.binary(max_size=30))), st.integers(1, 9))
def test_records_come_back_however_they_are_cut(found: list[tuple[Mark, bytes]], at: int) -> None:
    wanted = [Record(*one) for one in found]
    whole = b"".join(one.written() for one in wanted)
    pieces = [whole[start : start + at] for start in range(0, len(whole), at)]
    assert list(read_records(pieces)) == wanted
    if whole:
        with pytest.raises(NotABackup, match="no end"):
            list(read_records([whole[:-1]]))
    with pytest.raises(NotABackup, match="not known here"):
        list(read_records([whole, b"x\x00\x00\x00\x00"]))
