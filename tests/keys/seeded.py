"""Randomness that a test can repeat."""

from __future__ import annotations

import hashlib
from collections.abc import Callable


def seeded(seed: str = "") -> Callable[[int], bytes]:
    """A source of bytes that never gives the same ones twice, but always the same in order."""
    drawn = 0

    def entropy(size: int) -> bytes:
        nonlocal drawn
        drawn += 1
        return hashlib.shake_256(f"{seed}:{drawn}".encode()).digest(size)

    return entropy
