"""How the rows of many tables stand one after the other in a backup, before it is sealed.

Each record is a letter, its length in four bytes, and its body: "D" a compression dictionary, "T"
the shape of a table, "R" one of its rows, "E" how many there were and their sum, and at the very
end one "Z" with what the whole holds. Nothing may stand after it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import Enum
from typing import Any

from careplan.plan.codec import canonical


class NotABackup(ValueError):
    """The bytes are no records, or not in the order in which they were written."""


class Mark(Enum):
    DICTIONARY = b"D"
    TABLE = b"T"
    ROW = b"R"
    END_OF_TABLE = b"E"
    END = b"Z"


@dataclass(frozen=True, slots=True)
class Record:
    mark: Mark
    body: bytes

    def written(self) -> bytes:
        return self.mark.value + len(self.body).to_bytes(4, "big") + self.body

    def said(self) -> Any:
        return json.loads(self.body)


def telling(mark: Mark, plain: dict[str, Any]) -> Record:
    return Record(mark, canonical(plain))


def read_records(pieces: Iterable[bytes]) -> Iterator[Record]:
    """One after the other, however the bytes came in. Raises NotABackup."""
    waiting, start = bytearray(), 0
    for piece in pieces:
        del waiting[:start]
        waiting += piece
        start = 0
        while len(waiting) - start >= 5:
            end = start + 5 + int.from_bytes(waiting[start + 1 : start + 5], "big")
            if end > len(waiting):
                break
            yield _record(waiting, start, end)
            start = end
    if len(waiting) > start:
        raise NotABackup("the last record has no end")


def _record(waiting: bytearray, start: int, end: int) -> Record:
    try:
        mark = Mark(bytes(waiting[start : start + 1]))
    except ValueError:
        raise NotABackup("there is a record of a kind that is not known here") from None
    return Record(mark, bytes(waiting[start + 5 : end]))
