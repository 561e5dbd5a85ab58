"""The code a clinician hands to the person in front of them, so that an account meets its plan.

An account somebody makes for themselves proves nothing; this code, given face to face and dead
in fifteen minutes, is the proof. The store keeps its keyed hash, never the code.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, replace
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

LIFETIME = timedelta(minutes=15)
LENGTH = 8
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford: no I, L, O or U
_MISREAD = str.maketrans({"I": "1", "L": "1", "O": "0"})


class State(StrEnum):
    FRESH = "fresh"
    USED = "used"
    EXPIRED = "expired"


class NotFresh(ValueError):
    """The code has been used, or its fifteen minutes are over."""

    def __init__(self, state: State) -> None:
        super().__init__(f"this code is {state}")
        self.state = state


@dataclass(frozen=True, slots=True, kw_only=True)
class ClinicCode:
    """The stored facts of one code, without the code."""

    patient_id: str
    made_by: str
    made_at: datetime
    used_by: str | None = None
    used_at: datetime | None = None


def new_code(entropy: Callable[[int], bytes], *, length: int = LENGTH) -> str:
    """`length` is a number of groups of eight: each takes five bytes."""
    number = int.from_bytes(entropy(length * 5 // 8))
    return "".join(ALPHABET[(number >> (5 * place)) & 31] for place in reversed(range(length)))


def shown(code: str) -> str:
    """In groups of four, as it is read out: ABCD-EFGH."""
    return "-".join(code[at : at + 4] for at in range(0, len(code), 4))


def read_code(text: str, *, length: int = LENGTH) -> str | None:
    """The canonical characters, or None if this cannot be a code."""
    plain = unicodedata.normalize("NFKC", text).upper().translate(_MISREAD)
    code = "".join(c for c in plain if not (c.isspace() or unicodedata.category(c) == "Pd"))
    return code if len(code) == length and set(code) <= set(ALPHABET) else None


def standing(code: ClinicCode, *, now: datetime) -> State:
    if code.used_at is not None:
        return State.USED
    return State.FRESH if now < code.made_at + LIFETIME else State.EXPIRED


def used(code: ClinicCode, *, by: str, now: datetime) -> ClinicCode:
    """The code after this account has used it: once, and in time."""
    state = standing(code, now=now)
    if state is not State.FRESH:
        raise NotFresh(state)
    return replace(code, used_by=by, used_at=now)
