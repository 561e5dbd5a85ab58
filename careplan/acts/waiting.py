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
    `spooled` and `set_aside` where there is no spool, or it cannot be read."""

    waiting: Waiting | None
    copies: LastDone | None
    schema_matches: bool | None
    spooled: int | None
    set_aside: int | None


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
    spooled, set_aside = _spooled(world)
    return Standing(
        waiting=kept,
        copies=copies,
        schema_matches=matches,
        spooled=spooled,
        set_aside=set_aside,
    )


def _spooled(world: World) -> tuple[int | None, int | None]:
    if world.fallback is None:
        return None, None
    try:
        return world.fallback.spool.waiting(), world.fallback.spool.set_aside()
    except (OSError, Unavailable):
        return None, None
