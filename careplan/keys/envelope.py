"""Seals what we keep about a person, so that a stolen database or backup tells nothing.

AES-256-GCM under the person's own data key, bound to the table, row and column it belongs in:
a value copied to another place does not open there.

    "CPE" | version 1 | dictionary 1 | key id 8 | nonce 12 | ciphertext and 16-byte tag

What still shows is the length. Compressing makes the length depend on the words as well as on
how many there are, so somebody who could choose part of a text and watch the sealed size could
guess at the rest of that same text. Each value is squeezed alone, never beside another person's
or another secret, sizes are shown to nobody without the database, and no key, code or password
is ever part of a compressed text.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass, field

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from careplan.keys.dictionaries import (
    PLAIN,
    SHELF,
    WITHOUT_DICTIONARY,
    Dictionary,
    Shelf,
    squeeze,
    unsqueeze,
)
from careplan.keys.errors import CannotOpen, DictionaryMissing, Tampered, TooLarge, WrongKey
from careplan.keys.tokens import Entropy, draw

__all__ = [
    "CannotOpen",
    "DataKey",
    "DictionaryMissing",
    "Tampered",
    "TooLarge",
    "Where",
    "WrongKey",
    "dictionary_of",
    "key_id_of",
    "seal",
    "unseal",
]

_MAGIC = b"CPE"
_VERSION = 1
_KEY_SIZE = 32
_KEY_ID_SIZE = 8
_NONCE_SIZE = 12
_TAG_SIZE = 16
_KEY_ID_AT = len(_MAGIC) + 2
_NONCE_AT = _KEY_ID_AT + _KEY_ID_SIZE
_HEADER_SIZE = _NONCE_AT + _NONCE_SIZE


@dataclass(frozen=True, slots=True)
class DataKey:
    """One person's key. Its id is worked out from it, so the two can never be confused."""

    secret: bytes = field(repr=False)
    id: str = field(init=False)

    def __post_init__(self) -> None:
        if len(self.secret) != _KEY_SIZE:
            raise ValueError(f"a data key has {_KEY_SIZE} bytes, not {len(self.secret)}")
        digest = hmac.digest(self.secret, b"careplan data key id 1", hashlib.sha256)
        object.__setattr__(self, "id", digest[:_KEY_ID_SIZE].hex())


@dataclass(frozen=True, slots=True)
class Where:
    """The one place a sealed value belongs in."""

    table: str
    row: str
    column: str

    def to_bytes(self) -> bytes:
        parts = (part.encode() for part in (self.table, self.row, self.column))
        return b"".join(len(part).to_bytes(4, "big") + part for part in parts)


def seal(
    plain: bytes,
    *,
    key: DataKey,
    where: Where,
    entropy: Entropy,
    dictionary: bool = False,
    shelf: Shelf = SHELF,
) -> bytes:
    """Ask for `dictionary` for FHIR documents: smaller, slower to write, as quick to read."""
    number, used, body = _packed(plain, shelf.newest() if dictionary else None)
    nonce = draw(entropy, _NONCE_SIZE)
    header = _MAGIC + bytes((_VERSION, number)) + bytes.fromhex(key.id) + nonce
    return header + AESGCM(key.secret).encrypt(nonce, body, _bound_to(header, where, used))


def unseal(blob: bytes, *, key: DataKey, where: Where, shelf: Shelf = SHELF) -> bytes:
    """The exact bytes that were sealed here with this key, or `CannotOpen` with the reason."""
    found = key_id_of(blob)
    if found != key.id:
        raise WrongKey(f"sealed with data key {found}, not with {key.id}")
    header, body = blob[:_HEADER_SIZE], blob[_HEADER_SIZE:]
    number = header[_KEY_ID_AT - 1]
    dictionary = None if number in {PLAIN, WITHOUT_DICTIONARY} else shelf.get(number)
    try:
        plain = AESGCM(key.secret).decrypt(
            header[_NONCE_AT:], body, _bound_to(header, where, dictionary)
        )
    except InvalidTag:
        raise Tampered(f"what is kept in {where} is not what was sealed there") from None
    return plain if number == PLAIN else unsqueeze(plain, dictionary=dictionary)


def key_id_of(blob: bytes) -> str:
    """Which data key sealed this, read from its header (not proven until it opens)."""
    if len(blob) < _HEADER_SIZE + _TAG_SIZE or not blob.startswith(_MAGIC):
        raise Tampered("these bytes were not sealed here, or the start or end is lost")
    if blob[len(_MAGIC)] != _VERSION:
        raise Tampered(f"sealed in format {blob[len(_MAGIC)]}, which is not known")
    return blob[_KEY_ID_AT:_NONCE_AT].hex()


def dictionary_of(blob: bytes) -> int | None:
    """The compression dictionary that opening this will need, if any (not proven either)."""
    if len(blob) < _HEADER_SIZE or not blob.startswith(_MAGIC):
        return None
    number = blob[_KEY_ID_AT - 1]
    return None if number in {PLAIN, WITHOUT_DICTIONARY} else number


def _packed(plain: bytes, dictionary: Dictionary | None) -> tuple[int, Dictionary | None, bytes]:
    squeezed = squeeze(plain, dictionary=dictionary)
    if len(squeezed) >= len(plain):
        return PLAIN, None, plain
    return dictionary.number if dictionary else WITHOUT_DICTIONARY, dictionary, squeezed


def _bound_to(header: bytes, where: Where, dictionary: Dictionary | None) -> bytes:
    # With the dictionary's digest in it, an edited dictionary is refused: it can never turn
    # sealed text into other words.
    return header + where.to_bytes() + (dictionary.digest if dictionary else b"")
