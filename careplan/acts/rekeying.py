"""Every key wrapped anew under another master key, some at a time, while people go on working.

Nothing that is sealed is touched: only the small wrapped keys change. Each batch is a transaction
of its own, so that it may be stopped anywhere; whoever runs it again goes on where it was.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from careplan.acts.world import SYSTEM, World
from careplan.audit.events import AuditEvent, Kind
from careplan.store.rekeying import masters_in_use, rewrap_some
from careplan.store.trail import append

AT_ONCE = 200
"""Keys in one transaction: a few milliseconds of work, so that nobody who writes waits for it."""
TRIES = 50
PAUSE = 0.1


@dataclass(frozen=True, slots=True)
class Rekeyed:
    """How many keys were wrapped anew, which master keys are needed no more, and how many keys
    each of the others still wraps."""

    done: int
    spare: tuple[str, ...]
    still: Mapping[str, int]


def left_to_rewrap(world: World) -> Mapping[str, int]:
    """How many keys each master key wraps that is not the current one."""
    with world.store.read() as tx:
        found = masters_in_use(tx)
    return {name: many for name, many in found.items() if name != world.store.keyring.current}


def rekey(
    world: World,
    *,
    now: Callable[[], datetime],
    tell: Callable[[int], None],
    at_once: int = AT_ONCE,
) -> Rekeyed:
    """Until none is left that the keyring can open. `tell` hears how many are done so far.

    A key that somebody else holds at this moment is passed over and taken up again.
    """
    done = idle = 0
    while _mine(world, left_to_rewrap(world)):
        some = _some(world, at_once=at_once, at=now())
        done += some
        if some:
            idle = 0
            tell(done)
        elif idle < TRIES:
            idle += 1
            world.pause(PAUSE)
        else:
            break
    still = left_to_rewrap(world)
    keyring = world.store.keyring
    spare = tuple(one for one in keyring.known if one != keyring.current and one not in still)
    return Rekeyed(done, spare, still)


def _mine(world: World, left: Mapping[str, int]) -> Mapping[str, int]:
    return {name: many for name, many in left.items() if name in world.store.keyring.masters}


def _some(world: World, *, at_once: int, at: datetime) -> int:
    with world.store.begin() as tx:
        done = rewrap_some(tx, limit=at_once)
        if done:
            what = {"count": str(done), "key": world.store.keyring.current}
            append(tx, AuditEvent(Kind.KEYS_REWRAPPED, at, SYSTEM, None, what))
    return done
