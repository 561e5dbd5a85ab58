"""Finds the compression dictionaries, and squeezes and unsqueezes bytes with them.

A dictionary is a piece of our own FHIR document text, so that the words every document repeats
cost almost nothing. `dictionaries/README.md` says how to add one.
"""

from __future__ import annotations

import hashlib
import re
import sys
import threading
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from careplan.keys.errors import DictionaryMissing, Tampered, TooLarge

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

PLAIN = 0
WITHOUT_DICTIONARY = 255
MOST_BYTES = 20 * 1024 * 1024

# A published document is written once and read for years; a draft is written at every tap.
_THOROUGH = 19
_QUICK = 3
_kept = threading.local()
_FILE = re.compile(r"([1-9][0-9]{0,2})\.txt", re.ASCII)


@dataclass(frozen=True)
class Dictionary:
    """One dictionary, known for ever by its number and by the digest of its text."""

    number: int
    words: zstd.ZstdDict
    digest: bytes


class Shelf:
    """The dictionaries of one folder, each read at most once."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._read = lru_cache(maxsize=None)(self._read_file)
        self._numbers = lru_cache(maxsize=1)(self._list_folder)

    def numbers(self) -> tuple[int, ...]:
        return self._numbers()

    def newest(self) -> Dictionary | None:
        numbers = self.numbers()
        return self._read(numbers[-1]) if numbers else None

    def get(self, number: int) -> Dictionary:
        return self._read(number)

    def _list_folder(self) -> tuple[int, ...]:
        if not self._folder.is_dir():
            return ()
        named = (_FILE.fullmatch(path.name) for path in self._folder.iterdir())
        numbers = sorted(int(name[1]) for name in named if name)
        return tuple(number for number in numbers if PLAIN < number < WITHOUT_DICTIONARY)

    def _read_file(self, number: int) -> Dictionary:
        if number not in self.numbers():
            raise DictionaryMissing(f"compression dictionary {number} is not in {self._folder}")
        text = (self._folder / f"{number}.txt").read_bytes()
        words = zstd.ZstdDict(text, is_raw=True)
        return Dictionary(number=number, words=words, digest=hashlib.sha256(text).digest())


SHELF = Shelf(Path(__file__).parent / "dictionaries")


def squeeze(plain: bytes, *, dictionary: Dictionary | None) -> bytes:
    if len(plain) > MOST_BYTES:
        # Refused on the way in, or it would be refused on the way out and be lost.
        raise TooLarge(f"{len(plain)} bytes; at most {MOST_BYTES} are kept in one piece")
    if dictionary is None:
        return _quick().compress(plain, mode=zstd.ZstdCompressor.FLUSH_FRAME)
    return zstd.compress(plain, level=_THOROUGH, zstd_dict=dictionary.words)


def _quick() -> zstd.ZstdCompressor:
    """Each thread's own, used again and again: making one takes ten times as long as using it."""
    if not hasattr(_kept, "quick"):
        _kept.quick = zstd.ZstdCompressor(level=_QUICK)
    quick: zstd.ZstdCompressor = _kept.quick
    return quick


def unsqueeze(packed: bytes, *, dictionary: Dictionary | None) -> bytes:
    """The bytes again; never more than the most, whatever the frame promises."""
    reader = zstd.ZstdDecompressor(zstd_dict=dictionary.words if dictionary else None)
    try:
        plain = reader.decompress(packed, max_length=MOST_BYTES + 1)
    except zstd.ZstdError as problem:
        raise Tampered("the compressed bytes cannot be read") from problem
    if len(plain) > MOST_BYTES:
        raise TooLarge(f"more than {MOST_BYTES} bytes when unpacked")
    if not reader.eof or reader.unused_data:
        raise Tampered("the compressed bytes do not end where they should")
    return plain
