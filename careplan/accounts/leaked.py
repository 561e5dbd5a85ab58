"""Passwords that have leaked elsewhere: a list that comes with a library, and one of a file.

Only importer of zxcvbn, for its 30,000 commonest passwords. The file is the public list of SHA-1
hashes, "ordered by hash": about 40 gigabytes, so it is never read in. A line is found by halving
what is left of the file, which takes some thirty-five looks. Nobody is asked over the network.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import BinaryIO

from zxcvbn.frequency_lists import FREQUENCY_LISTS

Leaked = Callable[[str], bool]
"""Whether a password is known to have leaked."""

_HASH = 40
_LONGEST_LINE = 64
_LINE = re.compile(rb"[0-9A-Fa-f]{40}(:[0-9]{1,12})?\r?\n?")
_NEAR = 4096


class NotTheList(ValueError):
    """The file is not a list of SHA-1 hashes, each on a line of its own, in their order."""


def nowhere_else(_password: str) -> bool:
    """For a service without a file: only the list that is always there counts."""
    return False


def is_common(password: str) -> bool:
    """One of the 30,000, in whatever case, with or without figures and signs around it."""
    plain = password.casefold()
    return plain in _common() or re.sub(r"^[\W\d_]+|[\W\d_]+$", "", plain) in _common()


@cache
def _common() -> frozenset[str]:
    return frozenset(FREQUENCY_LISTS["passwords"])


class LeakedFile:
    """The public list in a file. Opened for each question, so that a newer one may take its
    place while the service runs."""

    def __init__(self, path: Path) -> None:
        """Raises NotTheList, and OSError where the file cannot be read."""
        self._path = path
        with path.open("rb") as lines:
            first = lines.readline(_LONGEST_LINE)
            size = lines.seek(0, os.SEEK_END)
            lines.seek(max(0, size - 2 * _LONGEST_LINE))
            last = lines.read().splitlines()[-1:]
        in_order = bool(last) and first[:_HASH].upper() <= last[0][:_HASH].upper()
        if not in_order or not all(_LINE.fullmatch(line) for line in (first, *last)):
            raise NotTheList(str(path))

    def __call__(self, password: str) -> bool:
        digest = hashlib.sha1(password.encode("utf-8", "replace"), usedforsecurity=False)
        wanted = digest.hexdigest().upper().encode()
        with self._path.open("rb") as lines:
            return _holds(lines, wanted)


def _holds(lines: BinaryIO, wanted: bytes) -> bool:
    """Bytes below `low` are of lines before the wanted one, those from `high` of lines after."""
    low, high = 0, lines.seek(0, os.SEEK_END)
    while high - low > _NEAR:
        middle = (low + high) // 2
        lines.seek(middle)
        lines.readline(_LONGEST_LINE)  # the rest of a line that began before
        start = lines.tell()
        found = lines.readline(_LONGEST_LINE)[:_HASH].upper()
        if found == wanted:
            return True
        low, high = (start, high) if b"" < found < wanted else (low, middle + _LONGEST_LINE)
    lines.seek(low)
    near = lines.read(high - low + _LONGEST_LINE).splitlines()
    return any(line[:_HASH].upper() == wanted for line in near)
