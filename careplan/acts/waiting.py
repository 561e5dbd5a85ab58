"""How the service stands this moment: for figures and for the doctor, about nobody."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from careplan.acts.backing_up import LastDone, last_done
from careplan.acts.world import World
from careplan.store.errors import CannotKeep, Unavailable
from careplan.store.waiting import Waiting, waiting


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """`waiting`, `copies` and `schema_matches` are None while the database does not answer;
    `spooled` where there is no spool, or it cannot be read."""

    waiting: Waiting | None
    copies: LastDone | None
    schema_matches: bool | None
    spooled: int | None


def standing_of_service(world: World, *, at: datetime) -> Standing:
    kept, copies, matches = None, None, None
    try:
        matches = world.store.head_matches()
        if matches:
            with world.store.read() as tx:
                kept = waiting(tx, at=at)
            copies = last_done(world)
    except (Unavailable, CannotKeep):  # the second: our role was given no rights
        matches = None
    return Standing(waiting=kept, copies=copies, schema_matches=matches, spooled=_spooled(world))


def _spooled(world: World) -> int | None:
    if world.fallback is None:
        return None
    try:
        return world.fallback.spool.waiting()
    except (OSError, Unavailable):
        return None
