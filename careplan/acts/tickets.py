"""Short-lived proofs that a reader has just been let in, signed and kept nowhere.

One fetches a file that was too large to embed; one lets an open page ask again without being
counted as another look. Neither says who the person is.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from careplan.acts.world import World
from careplan.keys.tokens import from_b64url, same, to_b64url

FILE_LIVES = timedelta(minutes=30)
"""SMART Health Links allow a `location` an hour at most."""
LOOK_LIVES = timedelta(hours=12)
_SHAPE = struct.Struct(">32sBII")
_MAC = 16


@dataclass(frozen=True)
class Ticket:
    """What a ticket says once its signature holds: the link, which file or version, until when."""

    token: str
    part: int
    number: int
    until: datetime


def issue(world: World, kind: str, *, token: str, part: int, number: int, until: datetime) -> str:
    """`kind` is "file" (part = position × 2 + zipped) or "look" (number = version)."""
    said = _SHAPE.pack(from_b64url(token), part, number, int(until.timestamp()))
    return to_b64url(said + _sign(world, kind, said))


def read(world: World, kind: str, text: str, *, at: datetime) -> Ticket | None:
    """The ticket, or None when it is not ours, not whole or too old."""
    try:
        raw = from_b64url(text)
    except ValueError:
        return None
    said, mac = raw[: _SHAPE.size], raw[_SHAPE.size :]
    if len(raw) != _SHAPE.size + _MAC or not same(mac, _sign(world, kind, said)):
        return None
    token, part, number, until = _SHAPE.unpack(said)
    ends = datetime.fromtimestamp(until, UTC)
    return Ticket(to_b64url(token), part, number, ends) if at < ends else None


def _sign(world: World, kind: str, said: bytes) -> bytes:
    return world.store.keyring.keyed_hash(f"ticket:{kind}", said.hex())[:_MAC]
