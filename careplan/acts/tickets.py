"""Short-lived proofs that a reader has just been let in, signed and kept nowhere.

One fetches a file that was too large to embed; one lets an open page ask again without being
counted as another look; one takes the answer to "did you use this plan?". None says who the
person is.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from careplan.acts.world import World
from careplan.keys.errors import Tampered
from careplan.keys.tokens import from_b64url, same, to_b64url

FILE_LIVES = timedelta(minutes=30)
"""SMART Health Links allow a `location` an hour at most."""
LOOK_LIVES = timedelta(hours=12)
REPLY_LIVES = timedelta(hours=12)
"""A shift: whoever gave the dose may be asked to say so at its end."""
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


# --- what became of one opening ----------------------------------------------------------------

_REPLY = struct.Struct(">16s16s16sIIB")
_FOR_REPLY = "reply ticket"
DOORS = ("link", "code", "staff")


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """One look at a plan, as what is said of it later is bound to it. No link at the staff door."""

    patient_id: UUID
    link_id: UUID | None
    opening_id: UUID
    version: int
    door: str
    at: datetime


def reply_ticket(
    world: World, *, patient_id: UUID, link_id: UUID | None, version: int, door: str, at: datetime
) -> str:
    """For this one look. Closed and not only signed: the ids in it are nobody's business. The
    look gets its own id here, so that showing a plan waits for nothing more."""
    said = _REPLY.pack(
        patient_id.bytes,
        link_id.bytes if link_id else bytes(16),
        world.new_id().bytes,
        version,
        int(at.timestamp()),
        DOORS.index(door),
    )
    return to_b64url(world.store.keyring.lend(_FOR_REPLY, said))


def read_reply_ticket(world: World, text: str, *, at: datetime) -> Look | None:
    """None when it is not ours, not whole or too old."""
    try:
        said = world.store.keyring.take_again(_FOR_REPLY, from_b64url(text))
    except (ValueError, Tampered):
        return None
    patient, link, opening, version, looked, door = _REPLY.unpack(said)
    looked_at = datetime.fromtimestamp(looked, UTC)
    if at >= looked_at + REPLY_LIVES:
        return None
    return Look(
        patient_id=UUID(bytes=patient),
        link_id=UUID(bytes=link) if any(link) else None,
        opening_id=UUID(bytes=opening),
        version=version,
        door=DOORS[door],
        at=looked_at,
    )
