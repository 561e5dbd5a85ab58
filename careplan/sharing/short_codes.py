"""Short codes open the second door: typed by hand where no camera or script can be used.

Ten characters carry 50 bits; the eleventh tells a slip of the finger from a wrong code, so that
a slip is put right on the spot and costs nobody a try.
"""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford: no I, L, O or U
_BODY = 10
_VALUE = {char: value for value, char in enumerate(ALPHABET)} | {"I": 1, "L": 1, "O": 0}


def new_code(entropy: Callable[[int], bytes]) -> str:
    """Eleven characters, canonical. Show it with `shown`, keep only its keyed hash."""
    number = int.from_bytes(entropy(7)) >> 6
    body = [(number >> (5 * place)) & 31 for place in reversed(range(_BODY))]
    return "".join(ALPHABET[value] for value in (*body, _check(body)))


def shown(code: str) -> str:
    """In groups, as it is printed: ABCDE-FGHJK-M."""
    return f"{code[:5]}-{code[5:10]}-{code[10:]}"


def read_code(text: str) -> str | None:
    """The canonical eleven characters, or None if this cannot be one of our codes."""
    plain = unicodedata.normalize("NFKC", text).upper()
    chars = [char for char in plain if not (char.isspace() or unicodedata.category(char) == "Pd")]
    values = [_VALUE[char] for char in chars if char in _VALUE]
    if len(values) != len(chars) or len(values) != _BODY + 1:
        return None
    if _check(values[:_BODY]) != values[_BODY]:
        return None
    return "".join(ALPHABET[value] for value in values)


def _check(body: Sequence[int]) -> int:
    """A weighted sum in the field of 32 elements, the weights being powers of its generator.

    All weights differ from each other, from nought and from the check character's own (one), so
    every single wrong character and every swap of two characters changes the sum.
    """
    total = 0
    for value in body:
        total = _doubled(total ^ value)
    return total


def _doubled(value: int) -> int:
    """Times the generator, x, modulo x^5 + x^2 + 1."""
    value <<= 1
    return value ^ 0b100101 if value & 32 else value
