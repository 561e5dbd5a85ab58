"""Links every row of the trail to the one before it, so that an altered past shows.

A chain belongs to one person, or to one day of the service. It runs over the sealed bytes:
changing master keys, or destroying a person's key, leaves it valid. Someone who can rewrite the
whole table can rewrite a whole chain, and a cut end looks like a shorter chain; both show only
against a head (number and digest) that was kept elsewhere, which is what `expected` is for.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import StrEnum

_DIGEST_SIZE = 32
_LINK = b"careplan audit link 1"
_START = b"careplan audit start 1"
_SERVICE = "service:"
UPKEEP = f"{_SERVICE}upkeep"
"""The one chain of the service that no day ends: its backups, restores and drills."""


@dataclass(frozen=True, slots=True)
class Row:
    """One kept event: its number in its chain (from 1), its sealed bytes, its link."""

    sequence: int
    sealed: bytes
    digest: bytes


@dataclass(frozen=True, slots=True)
class Head:
    """The end of a chain, as it was when somebody wrote it down."""

    sequence: int
    digest: bytes


class Problem(StrEnum):
    OUT_OF_ORDER = "out_of_order"
    ALTERED = "altered"
    CUT_SHORT = "cut_short"
    ANOTHER_HEAD = "another_head"


@dataclass(frozen=True, slots=True)
class Broken:
    """The first place where a chain does not hold, and why."""

    sequence: int
    problem: Problem


def service_chain(day: date) -> str:
    """The chain of one day's events that belong to no person."""
    if isinstance(day, datetime):
        day = day.astimezone(UTC).date()
    return f"{_SERVICE}{day.isoformat()}"


def chain_of(patient_id: str | None, *, at: datetime) -> str:
    """The id of the chain that an event belongs to."""
    if patient_id is None:
        return service_chain(at)
    if is_of_service(patient_id):
        raise ValueError("a person's id cannot look like a service chain's")
    return patient_id


def is_of_service(chain_id: str) -> bool:
    return chain_id.startswith(_SERVICE)


def genesis(chain_id: str) -> bytes:
    """What the first row of a chain is linked to: no row fits in another's chain."""
    return hashlib.sha256(_START + chain_id.encode()).digest()


GENESIS = genesis


def link(previous: bytes, *, sequence: int, sealed: bytes) -> bytes:
    """The digest that ties these sealed bytes, at this number, to everything before them."""
    if len(previous) != _DIGEST_SIZE:
        raise ValueError(f"a link has {_DIGEST_SIZE} bytes, not {len(previous)}")
    number = sequence.to_bytes(8, "big")
    return hashlib.sha256(_LINK + previous + number + hashlib.sha256(sealed).digest()).digest()


def verify(
    rows: Iterable[Row], start: bytes, *, first: int = 1, expected: Head | None = None
) -> Broken | None:
    """The first break, or nothing. Rows are read once, in order, one at a time.

    `start` is `genesis(chain id)`; or a digest known to be good, with `first` the number of the
    row after it. With `expected` the chain must go at least as far as that head, and through it.
    """
    previous, sequence = start, first - 1
    met = expected is None or expected == Head(sequence, start)
    for row in rows:
        if row.sequence != sequence + 1:
            return Broken(sequence + 1, Problem.OUT_OF_ORDER)
        sequence = row.sequence
        previous = link(previous, sequence=sequence, sealed=row.sealed)
        if row.digest != previous:
            return Broken(sequence, Problem.ALTERED)
        if expected is not None and expected.sequence == sequence:
            if expected.digest != previous:
                return Broken(sequence, Problem.ANOTHER_HEAD)
            met = True
    return None if met else Broken(sequence + 1, Problem.CUT_SHORT)
