"""Secrets that travel in addresses, how they are drawn, written and compared."""

from __future__ import annotations

import base64
import hmac
import re
from collections.abc import Callable

Entropy = Callable[[int], bytes]

TOKEN_SIZE = 32
_B64URL = re.compile(r"[A-Za-z0-9_-]*", re.ASCII)


def draw(entropy: Entropy, size: int) -> bytes:
    """Exactly `size` random bytes: a source that runs dry must stop us, not weaken a key."""
    drawn = entropy(size)
    if len(drawn) != size:
        raise ValueError(f"the source of randomness gave {len(drawn)} bytes instead of {size}")
    return drawn


def new_token(entropy: Entropy, size: int = TOKEN_SIZE) -> str:
    """A random secret for an address: 32 bytes are 256 bits, which SMART Health Links ask for."""
    return to_b64url(draw(entropy, size))


def to_b64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


def from_b64url(text: str) -> bytes:
    """Strict: no padding, no other letters, and no second spelling of the same bytes."""
    if not _B64URL.fullmatch(text) or len(text) % 4 == 1:
        raise ValueError("not base64url text")
    data = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    if to_b64url(data) != text:
        raise ValueError("not the usual base64url spelling of these bytes")
    return data


def same(one: str | bytes, other: str | bytes) -> bool:
    """Whether two secrets are equal, in a time that does not tell where they differ."""
    return hmac.compare_digest(_raw(one), _raw(other))


def _raw(secret: str | bytes) -> bytes:
    return secret.encode("utf-8", "surrogatepass") if isinstance(secret, str) else secret
