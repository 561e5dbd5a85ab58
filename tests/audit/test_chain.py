"""No row of the trail can be changed, taken, swapped, added or cut without it showing."""

from __future__ import annotations

import tracemalloc
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from careplan.audit.chain import (
    Broken,
    Head,
    Problem,
    Row,
    chain_of,
    genesis,
    link,
    service_chain,
    verify,
)

START = genesis("p1")


def chain(sealed: list[bytes], start: bytes = START) -> list[Row]:
    rows: list[Row] = []
    for sequence, piece in enumerate(sealed, start=1):
        start = link(start, sequence=sequence, sealed=piece)
        rows.append(Row(sequence=sequence, sealed=piece, digest=start))
    return rows


def head_of(rows: list[Row]) -> Head:
    return Head(rows[-1].sequence, rows[-1].digest)


rows_of = st.lists(st.binary(max_size=8), min_size=1, max_size=8).map(chain)


@given(rows_of)
def test_an_untouched_chain_holds(rows: list[Row]) -> None:
    assert verify(rows, START) is None
    assert verify(rows, START, expected=head_of(rows)) is None


@given(rows_of, st.data(), st.binary(max_size=8))
def test_changed_bytes_show(rows: list[Row], data: st.DataObject, other: bytes) -> None:
    at = data.draw(st.integers(0, len(rows) - 1))
    assume(other != rows[at].sealed)
    rows[at] = replace(rows[at], sealed=other)
    assert verify(rows, START) == Broken(at + 1, Problem.ALTERED)


@given(rows_of, st.data(), st.binary(min_size=32, max_size=32))
def test_a_changed_digest_shows(rows: list[Row], data: st.DataObject, other: bytes) -> None:
    at = data.draw(st.integers(0, len(rows) - 1))
    assume(other != rows[at].digest)
    rows[at] = replace(rows[at], digest=other)
    assert verify(rows, START) == Broken(at + 1, Problem.ALTERED)


@given(rows_of, st.data())
def test_a_removed_row_shows(rows: list[Row], data: st.DataObject) -> None:
    head = head_of(rows)
    at = data.draw(st.integers(0, len(rows) - 1))
    last = at == len(rows) - 1
    del rows[at]
    problem = Problem.CUT_SHORT if last else Problem.OUT_OF_ORDER
    assert verify(rows, START, expected=head) == Broken(at + 1, problem)
    renumbered = [replace(row, sequence=n) for n, row in enumerate(rows, start=1)]
    assert verify(renumbered, START, expected=head) is not None


@given(rows_of, st.data())
def test_swapped_rows_show(rows: list[Row], data: st.DataObject) -> None:
    one = data.draw(st.integers(0, len(rows) - 1))
    two = data.draw(st.integers(0, len(rows) - 1))
    assume(one != two)
    rows[one], rows[two] = rows[two], rows[one]
    assert verify(rows, START) == Broken(min(one, two) + 1, Problem.OUT_OF_ORDER)
    renumbered = [replace(row, sequence=n) for n, row in enumerate(rows, start=1)]
    assert verify(renumbered, START) == Broken(min(one, two) + 1, Problem.ALTERED)


@given(rows_of, st.data())
def test_swapped_bytes_show(rows: list[Row], data: st.DataObject) -> None:
    one = data.draw(st.integers(0, len(rows) - 1))
    two = data.draw(st.integers(0, len(rows) - 1))
    assume(rows[one].sealed != rows[two].sealed)
    first, second = rows[one].sealed, rows[two].sealed
    rows[one], rows[two] = replace(rows[one], sealed=second), replace(rows[two], sealed=first)
    assert verify(rows, START) == Broken(min(one, two) + 1, Problem.ALTERED)


@given(rows_of, st.data(), st.binary(max_size=8), st.binary(min_size=32, max_size=32))
def test_an_inserted_row_shows(
    rows: list[Row], data: st.DataObject, sealed: bytes, digest: bytes
) -> None:
    head = head_of(rows)
    at = data.draw(st.integers(0, len(rows)))
    rows.insert(at, Row(sequence=at + 1, sealed=sealed, digest=digest))
    assume(digest != link(rows[at - 1].digest if at else START, sequence=at + 1, sealed=sealed))
    renumbered = [replace(row, sequence=n) for n, row in enumerate(rows, start=1)]
    for forged in (rows, renumbered):
        assert verify(forged, START, expected=head) == Broken(at + 1, Problem.ALTERED)


@given(rows_of, st.integers(0, 7))
def test_a_cut_end_shows_against_a_known_head(rows: list[Row], keep: int) -> None:
    assume(keep < len(rows))
    assert verify(rows[:keep], START) is None
    cut = verify(rows[:keep], START, expected=head_of(rows))
    assert cut == Broken(keep + 1, Problem.CUT_SHORT)


@given(rows_of, st.binary(max_size=8))
def test_a_wholly_rewritten_chain_shows_against_a_known_head(rows: list[Row], other: bytes) -> None:
    assume(other != rows[0].sealed)
    rewritten = chain([other, *(row.sealed for row in rows[1:])])
    assert verify(rewritten, START) is None
    found = verify(rewritten, START, expected=head_of(rows))
    assert found == Broken(len(rows), Problem.ANOTHER_HEAD)


@given(rows_of, st.data())
def test_a_longer_chain_still_goes_through_an_older_head(
    rows: list[Row], data: st.DataObject
) -> None:
    old = data.draw(st.integers(1, len(rows)))
    assert verify(rows, START, expected=head_of(rows[:old])) is None
    assert verify(rows[old:], rows[old - 1].digest, first=old + 1) is None


@given(rows_of)
def test_rows_of_another_chain_do_not_fit(rows: list[Row]) -> None:
    assert verify(rows, genesis("p2")) == Broken(1, Problem.ALTERED)


def test_an_empty_chain_holds_unless_something_is_known() -> None:
    assert verify([], START) is None
    assert verify([], START, expected=Head(0, START)) is None
    assert verify([], START, expected=Head(1, START)) == Broken(1, Problem.CUT_SHORT)


def test_rows_are_read_one_at_a_time() -> None:
    def many() -> Iterator[Row]:
        digest = START
        for sequence in range(1, 2001):
            sealed = sequence.to_bytes(4, "big") * 512
            digest = link(digest, sequence=sequence, sealed=sealed)
            yield Row(sequence, sealed, digest)

    tracemalloc.start()
    assert verify(many(), START) is None
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert most < 200_000


def test_a_link_must_follow_a_whole_digest() -> None:
    with pytest.raises(ValueError, match="32 bytes, not 3"):
        link(b"abc", sequence=1, sealed=b"")


def test_which_chain_an_event_belongs_to() -> None:
    night = datetime(2026, 11, 23, 23, 59, tzinfo=UTC)
    assert chain_of("p1", at=night) == "p1"
    assert chain_of(None, at=night) == "service:2026-11-23"
    assert service_chain(date(2026, 11, 23)) == "service:2026-11-23"
    assert genesis("p1") != genesis("service:2026-11-23")


def test_a_person_cannot_stand_in_for_the_service() -> None:
    with pytest.raises(ValueError, match="service chain"):
        chain_of("service:2026-11-23", at=datetime(2026, 11, 23, tzinfo=UTC))
