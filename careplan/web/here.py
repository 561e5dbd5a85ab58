"""What a request finds around it: the world of acts, the settings, the clock."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import cast

from flask import current_app

from careplan.acts.world import World
from careplan.clock import today as day_of
from careplan.settings import Settings


@dataclass(frozen=True)
class Here:
    settings: Settings
    world: World
    clock: Callable[[], datetime]

    def now(self) -> datetime:
        return self.clock()

    def today(self) -> date:
        return day_of(self.clock())


def here() -> Here:
    return cast("Here", current_app.extensions["careplan"])
