"""Encrypts the files a SMART Health Link hands out: compact JWE, `dir` with A256GCM.

Written on cryptography's own AES-GCM, because the profile allows exactly one algorithm: what
the code cannot choose, a forged header cannot change. The tests read and write it with joserfc.
"""

from __future__ import annotations

import json
import zlib
from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from zopfli import zlib as zopfli

from careplan.keys.dictionaries import MOST_BYTES
from careplan.keys.errors import Tampered, TooLarge
from careplan.keys.tokens import Entropy, draw, from_b64url, to_b64url

__all__ = ["MOST_BYTES", "Tampered", "TooLarge", "decrypt_file", "encrypt_file"]

_KEY_SIZE = 32
_IV_SIZE = 12
_TAG_SIZE = 16
_MOST_LETTERS = MOST_BYTES * 4 // 3 + 8_192
_RAW_DEFLATE = -zlib.MAX_WBITS
_ZLIB_HEAD, _ZLIB_TAIL = 2, 4
_TRIES = 5
"""Of zopfli at a smaller file: more of them cost time and save a few bytes."""
_WORTH_IT = 400_000
"""Up to this size a file is packed slowly and well; a plan has a quarter of it."""


def encrypt_file(
    plain: bytes, *, key: bytes, content_type: str, entropy: Entropy, zipped: bool = False
) -> str:
    """Every call draws a fresh IV: one link's key serves all its files and their updates.

    Leave `zipped` off for readers of other people's making: some cannot inflate.
    """
    if len(plain) > MOST_BYTES:
        raise TooLarge(f"{len(plain)} bytes; a file has at most {MOST_BYTES}")
    header = {"alg": "dir", "enc": "A256GCM", "cty": content_type}
    if zipped:
        header["zip"] = "DEF"
        plain = _deflated(plain)
    protected = to_b64url(json.dumps(header, separators=(",", ":")).encode())
    iv = draw(entropy, _IV_SIZE)
    sealed = _cipher(key).encrypt(iv, plain, protected.encode("ascii"))
    body, tag = sealed[:-_TAG_SIZE], sealed[-_TAG_SIZE:]
    return ".".join((protected, "", to_b64url(iv), to_b64url(body), to_b64url(tag)))


@lru_cache(maxsize=4)
def _deflated(plain: bytes) -> bytes:
    """Packed once for all the links of one version, and as small as deflate can be: a packet that
    is not sent is worth more to somebody in pain than a quarter of a second at publication."""
    if len(plain) > _WORTH_IT:
        return zlib.compress(plain, level=9, wbits=_RAW_DEFLATE)
    packed: bytes = zopfli.compress(plain, numiterations=_TRIES)
    return packed[_ZLIB_HEAD:-_ZLIB_TAIL]


def decrypt_file(token: str, *, key: bytes) -> tuple[bytes, str]:
    """The file and its content type ("" where an older writer named none)."""
    cipher = _cipher(key)
    if len(token) > _MOST_LETTERS:
        raise TooLarge(f"{len(token)} letters; a file's token has at most {_MOST_LETTERS}")
    protected, iv, body, tag = _parts(token)
    header = _header(protected)
    try:
        plain = cipher.decrypt(iv, body + tag, protected.encode("ascii"))
    except InvalidTag:
        raise Tampered("the file was altered, or this is not its key") from None
    if "zip" in header:
        plain = _inflated(plain)
    return plain, str(header.get("cty", ""))


def _cipher(key: bytes) -> AESGCM:
    if len(key) != _KEY_SIZE:
        raise ValueError(f"a link's key has {_KEY_SIZE} bytes, not {len(key)}")
    return AESGCM(key)


def _parts(token: str) -> tuple[str, bytes, bytes, bytes]:
    parts = token.split(".")
    if len(parts) != 5 or parts[1]:
        raise Tampered("not an encrypted file: five parts are needed, the second one empty")
    try:
        iv, body, tag = (from_b64url(part) for part in parts[2:])
    except ValueError as problem:
        raise Tampered("not an encrypted file: a part is not base64url") from problem
    if len(iv) != _IV_SIZE or len(tag) != _TAG_SIZE:
        raise Tampered("not an encrypted file: the IV or the tag has the wrong length")
    return parts[0], iv, body, tag


def _header(protected: str) -> dict[str, object]:
    try:
        header = json.loads(from_b64url(protected))
    except (ValueError, RecursionError) as problem:
        raise Tampered("not an encrypted file: the header cannot be read") from problem
    if not isinstance(header, dict):
        raise Tampered("not an encrypted file: the header is not an object")
    if (header.get("alg"), header.get("enc")) != ("dir", "A256GCM"):
        raise Tampered("encrypted in another way than SMART Health Links allow")
    if "crit" in header or header.get("zip", "DEF") != "DEF":
        raise Tampered("the header asks for something that is not known here")
    if not isinstance(header.get("cty", ""), str):
        raise Tampered("the header's content type is not text")
    return header


def _inflated(packed: bytes) -> bytes:
    reader = zlib.decompressobj(wbits=_RAW_DEFLATE)
    try:
        plain = reader.decompress(packed, MOST_BYTES + 1)
    except zlib.error as problem:
        raise Tampered("the compressed file cannot be read") from problem
    if len(plain) > MOST_BYTES:
        raise TooLarge(f"more than {MOST_BYTES} bytes when unpacked")
    if not reader.eof or reader.unused_data:
        raise Tampered("the compressed file does not end where it should")
    return plain
