"""What has run out is forgotten: whatever the rules of retention say that nobody could use."""

from __future__ import annotations

from datetime import datetime

from careplan.acts.purging import Scope, purge
from careplan.acts.world import World


def forget_what_is_over(world: World, *, at: datetime) -> int:
    """How many rows are gone. Nobody could use them, and a note is kept for as long as it opens."""
    return purge(world, scope=Scope.HARMLESS, at=at)
