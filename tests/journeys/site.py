"""The service a journey visits, as the journey sees it: an address, a clock, and its store."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Flask

from careplan.acts.world import World
from tests.conftest import Clock


@dataclass(frozen=True)
class Site:
    app: Flask
    clock: Clock
    address: str

    @property
    def world(self) -> World:
        world: World = self.app.extensions["careplan"].world
        return world
