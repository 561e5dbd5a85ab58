"""What the service does while its database is away or takes no writes, put together at the top."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from careplan.acts.telling_late import tell_what_waits
from careplan.acts.world import World
from careplan.keys.keyring import Keyring
from careplan.keys.tokens import Entropy
from careplan.settings import Settings
from careplan.store.db import Store
from careplan.store.errors import ReadOnly, Unavailable
from careplan.store.fences import EVERYBODY, NOBODY, Fence, within
from careplan.store.spool import Spool
from careplan.store.standby import Fallback, Spare, Watch

log = logging.getLogger("careplan.web")


def open_store(
    settings: Settings, keyring: Keyring, *, entropy: Entropy, fence: Fence | None = EVERYBODY
) -> Store:
    """A plain one, unless there is something to fall back to."""
    url = settings.database_url
    if not settings.spool and not settings.read_only:
        return Store(url, keyring, entropy=entropy, fence=fence)
    return Spare(url, keyring, entropy=entropy, fence=fence, read_only=settings.read_only)


def with_fallback(
    world: World,
    settings: Settings,
    keyring: Keyring,
    *,
    clock: Callable[[], datetime],
    entropy: Entropy,
) -> World:
    if not settings.spool or not isinstance(world.store, Spare):
        return world
    standby = None
    if settings.standby_url:
        standby = Spare(settings.standby_url, keyring, entropy=entropy, fence=NOBODY)
    watch = Watch(world.store, settings.database_url, back=lambda: tell(fuller, clock()))
    spool = Spool(Path(settings.spool), keyring, entropy=entropy)
    fallback = Fallback(
        spool,
        world.store,
        standby,
        watch,
        wrong_answers=settings.outage_wrong_answers,
        nodes=settings.nodes,
    )
    fuller = replace(world, fallback=fallback)
    return fuller


def tell(world: World, at: datetime) -> bool:
    """Whether all is told. What cannot be told now is told a little later, or by `work`."""
    try:
        with within(EVERYBODY):
            tell_what_waits(world, at=at)
    except (Unavailable, ReadOnly, OSError) as problem:
        log.warning("Looks wait in the spool: %s", type(problem).__name__)
        return False
    return True
