"""What a request finds around it: the world of acts, the settings, the clock."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import cast

from flask import current_app

from careplan.accounts.outside import Side
from careplan.acts.outside import Way
from careplan.acts.world import World
from careplan.clock import today as day_of
from careplan.settings import Settings


@dataclass(frozen=True)
class Here:
    settings: Settings
    world: World
    clock: Callable[[], datetime]
    ways: Mapping[Side, Way] = field(default_factory=dict)
    """Other providers by which people or staff may sign in."""

    def now(self) -> datetime:
        return self.clock()

    def today(self) -> date:
        return day_of(self.clock())


def here() -> Here:
    return cast("Here", current_app.extensions["careplan"])
