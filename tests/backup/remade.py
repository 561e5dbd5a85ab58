"""Files that only somebody with the key could write: of another program, or of broken rows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from io import BytesIO
from typing import Any
from uuid import UUID

from careplan.acts.backing_up import held
from careplan.acts.backup_head import Head
from careplan.keys.dictionaries import SHELF
from careplan.keys.stream import open_stream, read_preface, seal_stream
from careplan.store.records import Mark, Record, read_records, telling
from careplan.store.refilling import by_table
from careplan.store.shapes import Tally, from_row, to_row
from tests.backup.conftest import KEY
from tests.stores import NOW, a_keyring, seeded

HEAD = Head(
    backup_id=UUID(int=1),
    made_at=NOW,
    revision="0001",
    masters=("m1",),
    service_key=a_keyring().service_key("store").id,
    dictionaries=tuple(held(SHELF)),
)


def records_in(file: bytes) -> list[Record]:
    opened = BytesIO(file)
    preface = read_preface(opened)
    return list(read_records(open_stream(opened, key=KEY, preface=preface)))


def head_in(file: bytes) -> Head:
    return Head.from_bytes(read_preface(BytesIO(file)).head)


def sealed(head: Head, found: Iterable[Record]) -> bytes:
    plain = (one.written() for one in found)
    pieces = seal_stream(plain, key=KEY, head=head.to_bytes(), entropy=seeded("remade"))
    return b"".join(pieces)


def remade(
    of: bytes | list[Record],
    *,
    changing: Mapping[str, Mapping[str, Any]] | None = None,
    **head: Any,
) -> bytes:
    """The same with another head, and other values in every row of a table, whose sums say so."""
    if isinstance(of, bytes):
        whole, found = head_in(of), records_in(of)
    else:
        whole, found = HEAD, [*_dictionaries(), *of]
    return sealed(replace(whole, **head), _changed(found, changing or {}))


def _dictionaries() -> Iterator[Record]:
    for number in SHELF.numbers():
        yield Record(Mark.DICTIONARY, bytes((number,)) + SHELF.get(number).words.dict_content)


def _changed(found: list[Record], changing: Mapping[str, Mapping[str, Any]]) -> Iterator[Record]:
    yield from (one for one in found if one.mark is Mark.DICTIONARY)
    for shape, rows in by_table(found):
        yield telling(Mark.TABLE, shape.to_plain())
        tally, read, spelt = Tally(shape.name), from_row(shape), to_row(shape)
        for row in rows:
            told = row
            if shape.name in changing:
                told = spelt(list({**read(row), **changing[shape.name]}.values()))
            tally.add(told)
            yield Record(Mark.ROW, told)
        count, total = tally.said()
        yield telling(Mark.END_OF_TABLE, {"table": shape.name, "rows": count, "sum": total})
    yield found[-1]
