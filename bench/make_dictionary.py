"""Writes the next compression dictionary from our own documents about invented people.

    .venv/bin/python -m bench.make_dictionary

Identities and moments, which no two documents share, are taken out. What is left is cut into the
documents' own pieces, and a piece is kept for as long as it still makes the documents smaller.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from pathlib import Path

from backports import zstd

from bench.storage import documents
from careplan.keys import dictionaries
from careplan.keys.dictionaries import SHELF
from careplan.plan.care_plan import Version
from tests.make import a_version
from tests.summary.others import kofi_version

FOLDER = Path(dictionaries.__file__).with_name("dictionaries")
ROOM = 32_000
LEAST = 80
"""Bytes a piece must still take, squeezed, to be worth its place."""
_OWN = re.compile(
    r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
    r"|\d{4}-\d\d-\d\d(T[\d:.]+(Z|[+-]\d\d:\d\d))?"
)
_PIECE = re.compile(r'(?=\{"fullUrl")|(?=<div class=)|(?=\{"url":)|(?=\{"coding":)')


def people() -> tuple[Version, ...]:
    """Not all of the invented people: the others show whether it serves a stranger."""
    return (a_version(), kofi_version())


def dictionary_text(versions: tuple[Version, ...]) -> bytes:
    """Common pieces last, where zstd reaches them most cheaply."""
    texts = [_OWN.sub("", one.decode()) for version in versions for one in documents(version)]
    kept: list[bytes] = []
    for piece in sorted(_pieces(texts), key=len, reverse=True):
        if len(_packed(piece, b"".join(kept))) >= LEAST:
            kept.append(piece)
    often = sorted(kept, key=lambda piece: sum(text.encode().count(piece[:40]) for text in texts))
    return b"".join(often)[-ROOM:]


def _pieces(texts: list[str]) -> Iterator[bytes]:
    seen: set[str] = set()
    for text in texts:
        for piece in _PIECE.split(text):
            if len(piece) > LEAST // 2 and piece not in seen:
                seen.add(piece)
                yield piece.encode()


def _packed(text: bytes, kept: bytes) -> bytes:
    if len(kept) < 8:
        return zstd.compress(text, level=19)
    return zstd.compress(text, level=19, zstd_dict=zstd.ZstdDict(kept, is_raw=True))


def main() -> None:
    text = dictionary_text(people())
    number = max(SHELF.numbers(), default=0) + 1
    path = FOLDER / f"{number}.txt"
    path.write_bytes(text)
    print(f"{path.name}: {len(text)} bytes, {hashlib.sha256(text).hexdigest()}")


if __name__ == "__main__":
    main()
