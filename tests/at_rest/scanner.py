"""Looks through bytes for facts about people, however they may be spelt, packed or cut.

It is asked of everything that is written to a disk. What it can find is tested first: a scanner
that finds nothing anywhere would pass every time.
"""

from __future__ import annotations

import base64
import json
import re
import zlib
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from html import escape
from pathlib import Path
from urllib.parse import quote, quote_plus

from backports import zstd

SHORTEST = 6
"""Letters. What is shorter is in any long ciphertext by chance."""
SHORTEST_IN_BASE64 = 8
_STEP = 4
_MOST_UNPACKED = 32 * 1024 * 1024
_DEEP = 3
_ZLIB = (b"\x78\x01", b"\x78\x5e", b"\x78\x9c", b"\x78\xda")
_HEX = re.compile(rb"[0-9a-f]{32,}")
_GZIP, _ZSTD = b"\x1f\x8b\x08", b"\x28\xb5\x2f\xfd"


@dataclass(frozen=True, slots=True, order=True)
class Found:
    fact: str
    spelt: str
    packed: str = ""


class Scanner:
    """Knows every spelling of some facts."""

    def __init__(self, facts: Iterable[str]) -> None:
        known: dict[bytes, Found] = {}
        for fact in sorted(set(facts)):
            if len(fact) >= SHORTEST:
                for how, spelt in spellings(fact):
                    known.setdefault(spelt, Found(fact, how))
        self._by_start: dict[bytes, list[tuple[bytes, Found]]] = defaultdict(list)
        for spelt, found in known.items():
            self._by_start[spelt[:_STEP]].append((spelt, found))

    def look(self, data: bytes, *, deep: int = 0, packed: str = "") -> set[Found]:
        """Every fact in it, and in whatever in it can be unpacked."""
        found: set[Found] = set()
        starts = self._by_start.keys()
        for at in [at for at in range(len(data) - _STEP + 1) if data[at : at + _STEP] in starts]:
            for spelt, meant in self._by_start[data[at : at + _STEP]]:
                if data.startswith(spelt, at):
                    found.add(Found(meant.fact, meant.spelt, packed))
        if deep < _DEEP:
            for how, inside in unpacked(data):
                found |= self.look(inside, deep=deep + 1, packed=f"{packed} {how}".strip())
        return found

    def look_in(self, *files: Path) -> dict[str, set[Found]]:
        """File by file, folders and all; only those in which something was found."""
        told = {}
        for file in _files(files):
            found = self.look(file.read_bytes())
            if found:
                told[file.name] = found
        return told


def spellings(fact: str) -> Iterator[tuple[str, bytes]]:
    """The fact itself, as other encodings and formats write it, and as base64 does wherever in a
    longer text it begins."""
    for said in {fact, fact.lower(), fact.upper()}:
        yield "plain", said.encode()
        yield "UTF-16", said.encode("utf-16-le")
        yield "UTF-16, other way", said.encode("utf-16-be")
        yield "hex", said.encode().hex().encode()
        yield "HEX", said.encode().hex().upper().encode()
        yield "address", quote(said, safe="").encode()
        yield "form", quote_plus(said).encode()
        yield "JSON", json.dumps(said)[1:-1].encode()
        yield "HTML", escape(said).encode()
        try:
            yield "Latin-1", said.encode("latin-1")
        except UnicodeEncodeError:
            continue
    if len(fact.encode()) >= SHORTEST_IN_BASE64:
        yield from _in_base64(fact.encode())
        yield from _in_base64(fact.encode("utf-16-le"))


def _in_base64(raw: bytes) -> Iterator[tuple[str, bytes]]:
    for shift in range(3):
        whole = base64.b64encode(b"\0" * shift + raw)
        start, end = (0, 2, 3)[shift], -4 if (len(raw) + shift) % 3 else None
        yield f"base64 {shift}", whole[start:end]
        yield f"base64url {shift}", whole[start:end].replace(b"+", b"-").replace(b"/", b"_")


# --- what is packed ----------------------------------------------------------------------------


def unpacked(data: bytes) -> Iterator[tuple[str, bytes]]:
    """Whatever can be unpacked from any place that begins as packed bytes do, as far as it goes."""
    for magic in _ZLIB:
        for at in _places(data, magic):
            yield from _inflated("zlib", data[at:], 15)
    for at in _places(data, _GZIP):
        yield from _inflated("gzip", data[at:], 31)
    for at in _places(data, _ZSTD):
        yield from _unsqueezed(data[at:])
    # As a dump writes bytes down. What is in clear inside is found as hex is; this is for the rest.
    for run in _HEX.finditer(data):
        for start in (0, 1):  # a digit before it may belong to something else
            digits = run[0][start:].decode()
            yield "hex", bytes.fromhex(digits[: len(digits) // 2 * 2])


def _places(data: bytes, magic: bytes) -> Iterator[int]:
    at = data.find(magic)
    while at >= 0:
        yield at
        at = data.find(magic, at + 1)


def _inflated(how: str, data: bytes, bits: int) -> Iterator[tuple[str, bytes]]:
    """A piece at a time: what comes before a fault, or before the end of the file, counts too."""
    machine, inside = zlib.decompressobj(bits), b""
    try:
        for at in range(0, len(data), 4096):
            inside += machine.decompress(data[at : at + 4096], _MOST_UNPACKED)
            if machine.eof or len(inside) > _MOST_UNPACKED:
                break
    except zlib.error:
        pass
    if len(inside) >= SHORTEST:
        yield how, inside


def _unsqueezed(data: bytes) -> Iterator[tuple[str, bytes]]:
    machine, inside = zstd.ZstdDecompressor(), b""
    try:
        for at in range(0, len(data), 4096):
            inside += machine.decompress(data[at : at + 4096])
            if machine.eof or len(inside) > _MOST_UNPACKED:
                break
    except zstd.ZstdError:
        pass
    if len(inside) >= SHORTEST:
        yield "zstd", inside


def _files(named: Iterable[Path]) -> Iterator[Path]:
    for one in named:
        if one.is_dir():
            yield from (file for file in sorted(one.rglob("*")) if file.is_file())
        elif one.exists():
            yield one
