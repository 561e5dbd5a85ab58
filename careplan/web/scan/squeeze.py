"""Gzip for a manifest, which is one long ciphertext in a few words of JSON.

Ciphertext repeats nothing: its letters are only packed closer, which gives back what base64 cost.
The words around it do repeat themselves. Each gets the deflate block that suits it.
"""

from __future__ import annotations

import struct
import zlib

_HEAD = b"\x1f\x8b\x08" + bytes(6) + b"\xff"
_LONG, _SHORT = -zlib.MAX_WBITS, -11
"""Windows: of the ciphertext, and of the words behind it, where a small one is set up sooner."""
_EMBEDDED = b'"embedded":"'


def squeezed(body: bytes) -> bytes:
    """The body as one gzip member."""
    start = body.find(_EMBEDDED) + len(_EMBEDDED)
    end = body.find(b'"', start) if start >= len(_EMBEDDED) else -1
    letters = zlib.compressobj(1, zlib.DEFLATED, _LONG, 9, zlib.Z_HUFFMAN_ONLY)
    if end < 0:
        packed = letters.compress(body) + letters.flush()
    else:
        words = zlib.compressobj(6, zlib.DEFLATED, _SHORT, 4)
        packed = b"".join(
            (
                letters.compress(body[:start]) + letters.flush(zlib.Z_BLOCK),
                letters.compress(body[start:end]) + letters.flush(zlib.Z_SYNC_FLUSH),
                words.compress(body[end:]) + words.flush(),
            )
        )
    return _HEAD + packed + struct.pack("<II", zlib.crc32(body), len(body) & 0xFFFFFFFF)
