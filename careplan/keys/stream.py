"""Seals what is too long to hold in memory, piece by piece, so that nothing of it can be lost,
swapped or added without showing.

    "CPS" | version 1 | key id 8 | salt 32 | length of the head 4 | head
    then pieces: "+" or "." for the last | length 4 | ciphertext and 16-byte tag

The head is in clear for whoever has no key. Each stream has a key of its own, worked out from the
long one, the salt and the whole head; so the number of a piece can be its nonce, and a head that
was changed opens nothing. Number and "last" are authenticated with every piece. What is sealed is
squeezed first: it is ciphertext and things in clear, never a secret beside words somebody chose.
"""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import IO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from careplan.keys.envelope import DataKey
from careplan.keys.errors import CutShort, RunsOn, Tampered, TooLarge, WrongKey
from careplan.keys.tokens import Entropy, draw

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

_MAGIC = b"CPS"
_VERSION = 1
_KEY_ID_SIZE = 8
_SALT_SIZE = 32
_TAG_SIZE = 16
_FIXED = len(_MAGIC) + 1 + _KEY_ID_SIZE + _SALT_SIZE + 4
_PIECE = 256 * 1024
_LONGEST_HEAD = 64 * 1024
_MORE, _LAST = b"+", b"."
_LEVEL = 3


@dataclass(frozen=True, slots=True)
class Preface:
    """What stands before the first piece. Not proven until a piece opens."""

    key_id: str
    head: bytes
    whole: bytes


def seal_stream(
    plain: Iterable[bytes], *, key: DataKey, head: bytes, entropy: Entropy
) -> Iterator[bytes]:
    """The sealed stream in pieces, as soon as each is full."""
    if len(head) > _LONGEST_HEAD:
        raise TooLarge(f"a head has at most {_LONGEST_HEAD} bytes, not {len(head)}")
    fixed = _MAGIC + bytes((_VERSION,)) + bytes.fromhex(key.id) + draw(entropy, _SALT_SIZE)
    preface = fixed + len(head).to_bytes(4, "big") + head
    yield preface
    cipher = _cipher(key, preface)
    for number, (piece, mark) in enumerate(_last_told(_even(_squeezed(plain)))):
        nonce, bound = _bound_to(number, mark)
        body = cipher.encrypt(nonce, piece, bound)
        yield mark + len(body).to_bytes(4, "big") + body


def read_preface(file: IO[bytes]) -> Preface:
    """Leaves the file at its first piece. Raises Tampered, CutShort."""
    fixed = file.read(_FIXED)
    if not fixed.startswith(_MAGIC):
        raise Tampered("it was not written by this program, or its beginning was changed")
    if len(fixed) < _FIXED:
        raise CutShort("it ends within its first bytes")
    if fixed[len(_MAGIC)] != _VERSION:
        raise Tampered(f"it is written in format {fixed[len(_MAGIC)]}, which is not known here")
    length = int.from_bytes(fixed[-4:], "big")
    if length > _LONGEST_HEAD:
        raise Tampered("its beginning was changed")
    head = file.read(length)
    if len(head) < length:
        raise CutShort("it ends within its first bytes")
    start = len(_MAGIC) + 1
    return Preface(fixed[start : start + _KEY_ID_SIZE].hex(), head, fixed + head)


def open_stream(file: IO[bytes], *, key: DataKey, preface: Preface) -> Iterator[bytes]:
    """What was sealed, in pieces that may be used only once the last has come.

    Raises WrongKey, CutShort, RunsOn, Tampered.
    """
    if preface.key_id != key.id:
        raise WrongKey(f"sealed with key {preface.key_id}, not with {key.id}")
    cipher = _cipher(key, preface.whole)
    yield from _unsqueezed(_opened(file, cipher))


def _opened(file: IO[bytes], cipher: AESGCM) -> Iterator[bytes]:
    number, mark = 0, _MORE
    while mark != _LAST:
        start = file.read(5)
        if len(start) < 5:
            raise CutShort(f"it ends after piece {number}, which was not the last")
        mark, length = start[:1], int.from_bytes(start[1:], "big")
        if mark not in {_MORE, _LAST} or not _TAG_SIZE <= length <= _PIECE + _TAG_SIZE:
            raise Tampered(f"piece {number + 1} is not the one that was written")
        body = file.read(length)
        if len(body) < length:
            raise CutShort(f"it ends in the middle of piece {number + 1}")
        nonce, bound = _bound_to(number, mark)
        try:
            yield cipher.decrypt(nonce, body, bound)
        except InvalidTag:
            raise Tampered(f"piece {number + 1} is not the one that was written") from None
        number += 1
    if file.read(1):
        raise RunsOn(f"something stands after piece {number}, which was the last")


def _cipher(key: DataKey, preface: bytes) -> AESGCM:
    salt = preface[len(_MAGIC) + 1 + _KEY_ID_SIZE : _FIXED - 4]
    info = b"careplan stream 1:" + hashlib.sha256(preface).digest()
    return AESGCM(HKDF(algorithm=SHA256(), length=32, salt=salt, info=info).derive(key.secret))


def _bound_to(number: int, mark: bytes) -> tuple[bytes, bytes]:
    """Nonce and associated data: no two pieces of a stream share a nonce."""
    place = number.to_bytes(11, "big") + mark
    return place, place


def _even(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """The same bytes in pieces of one size; the last is what is left, and may be empty."""
    waiting = bytearray()
    for piece in pieces:
        waiting += piece
        while len(waiting) > _PIECE:
            yield bytes(waiting[:_PIECE])
            del waiting[:_PIECE]
    yield bytes(waiting)


def _last_told(pieces: Iterable[bytes]) -> Iterator[tuple[bytes, bytes]]:
    held: bytes | None = None
    for piece in pieces:
        if held is not None:
            yield held, _MORE
        held = piece
    yield held or b"", _LAST


# --- squeezing ------------------------------------------------------------------------------------


def _squeezed(pieces: Iterable[bytes]) -> Iterator[bytes]:
    press = zstd.ZstdCompressor(level=_LEVEL)
    for piece in pieces:
        if packed := press.compress(piece):
            yield packed
    yield press.flush()


def _unsqueezed(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """Never more than a piece at once, whatever a frame promises."""
    press = zstd.ZstdDecompressor()
    for piece in pieces:
        if press.eof:
            raise Tampered("what was squeezed ends too soon")
        yield from _as_far_as_it_goes(press, piece)
    if not press.eof or press.unused_data:
        raise Tampered("what was squeezed does not end where it should")


def _as_far_as_it_goes(press: zstd.ZstdDecompressor, piece: bytes) -> Iterator[bytes]:
    try:
        yield press.decompress(piece, max_length=_PIECE)
        while not (press.eof or press.needs_input):
            yield press.decompress(b"", max_length=_PIECE)
    except zstd.ZstdError as problem:
        raise Tampered("what was squeezed cannot be read") from problem
