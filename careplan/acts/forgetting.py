"""What has run out is forgotten: counts of past minutes, tokens that are over, notes used up."""

from __future__ import annotations

from datetime import datetime, timedelta

from careplan.acts.world import World
from careplan.store.counters import forget_before
from careplan.store.partners import forget_over

COUNTS_KEPT = timedelta(days=3)
"""The longest time that anything is counted over is a day."""


def forget_what_is_over(world: World, *, at: datetime) -> int:
    """How many rows are gone. Nobody could use them, and a note is kept for as long as it opens."""
    with world.store.begin() as tx:
        return forget_before(tx, at - COUNTS_KEPT) + forget_over(tx, before=at)
