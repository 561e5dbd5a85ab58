"""One world for every test that needs more than a pure room: a database, a clock, a strict reader.

Whoever asks for `world` or `app` runs on SQLite and on PostgreSQL.
"""

from __future__ import annotations

import gc
import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import cast

import pytest
from flask import Flask
from hypothesis import HealthCheck
from hypothesis import settings as law

from careplan.accounts.passwords import Strength
from careplan.acts.seeding import seed
from careplan.acts.world import World
from careplan.settings import Settings
from careplan.store.db import Store
from careplan.store.fences import EVERYBODY, declare
from careplan.web.app import create_app
from tests import repeated
from tests.compiled import keep_compiled
from tests.copied import copied_to_postgres
from tests.stores import (
    NOW,
    PAGES_ON,
    TODAY,
    a_keyring,
    postgres_broom,
    postgres_database,
    postgres_url,
    seeded,
    sqlite_template,
    sqlite_url,
    store_url,
)
from tests.web.reader import Reader

__all__ = [
    "app",
    "client",
    "clock",
    "lived_in_template",
    "lived_in_url",
    "make_app",
    "postgres_broom",
    "postgres_database",
    "postgres_url",
    "settings",
    "sqlite_template",
    "sqlite_url",
    "store_url",
    "world",
]


# A busy machine must not fail a law: what is slow is measured in bench/.
law.register_profile("careplan", deadline=None, suppress_health_check=[HealthCheck.too_slow])
law.load_profile("careplan")
repeated.keep()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--write-docs", action="store_true", help="write docs/flow.md from the code")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What takes long begins first, in whatever order the rest comes: or one worker would stand
    idle at the end while the other is still at it."""
    items.sort(key=lambda one: one.get_closest_marker("slow") is None)


def pytest_collection_finish() -> None:
    """What was imported and collected stays to the end, so nobody need look whether it is still
    used: that was a sixth of the time of everything. Rarer looking is as safe: most of what a test
    leaves goes at once, without it."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


@pytest.fixture(scope="session")
def of_this_run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that all workers of a run share."""
    base = tmp_path_factory.getbasetemp()
    return base.parent if "PYTEST_XDIST_WORKER" in os.environ else base


@pytest.fixture(scope="session", autouse=True)
def shelf(of_this_run: Path) -> None:
    """From here on a sheet that one worker laid out is taken over by the others."""
    folder = of_this_run / "laid-out"
    folder.mkdir(exist_ok=True)
    repeated.SHELF.folder = folder


CHEAP = Strength(time_cost=1, memory_cost=8, parallelism=1)
"""Argon2 as fast as it goes: tests prove that it is asked, not how hard it works."""
BASE_URL = "https://plan.example.org"


class Clock:
    """Stands still until it is told to go on."""

    def __init__(self, now: datetime = NOW) -> None:
        self.now = now
        self.waited: list[float] = []

    def __call__(self) -> datetime:
        return self.now

    def go_on(self, **time: float) -> datetime:
        self.now += timedelta(**time)
        return self.now

    def wait(self, seconds: float) -> None:
        """Keeps how long a door made somebody wait; nobody does."""
        self.waited.append(seconds)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def settings(store_url: str) -> Settings:
    keyring = a_keyring()
    return Settings(
        environment="test",
        database_url=store_url,
        base_url=BASE_URL,
        master_keys=keyring.masters,
        master_key_current=keyring.current,
        pepper=keyring.pepper,
    )


@pytest.fixture(scope="session")
def lived_in_template(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demonstration's people, put in once: written, linked, signed, answered, shared."""
    path = tmp_path_factory.mktemp("lived-in") / "template.db"
    shutil.copy(sqlite_template, path)
    store = Store(f"sqlite:///{path}", a_keyring(), entropy=seeded("lived in"))
    past = World(store, seeded("lived in world"), BASE_URL, strength=CHEAP)
    seed(past, at=NOW, today=TODAY, done=lambda _section: [])
    store.close()
    return path


@pytest.fixture
def lived_in_url(lived_in_template: Path, tmp_path: Path, request: pytest.FixtureRequest) -> str:
    """For a module that wants those people: let its own `store_url` give this back."""
    if os.environ.get(PAGES_ON) == "postgresql":
        request.getfixturevalue("postgres_url")
        return copied_to_postgres(lived_in_template, request.getfixturevalue("postgres_database"))
    path = tmp_path / "lived-in.db"
    shutil.copy(lived_in_template, path)
    return f"sqlite:///{path}"


@pytest.fixture
def world(settings: Settings) -> Iterator[World]:
    """For acts without a web: the same database and keys as `app`, other random numbers."""
    store = Store(settings.database_url, a_keyring(), entropy=seeded("world store"))
    yield World(store, seeded("world"), BASE_URL, strength=CHEAP)
    store.close()


@pytest.fixture
def make_app(settings: Settings, clock: Clock) -> Iterator[Callable[..., Flask]]:
    """Another application on the same database: `make_app(environment="demo")`."""
    made: list[Flask] = []
    # For what a test does by the application's own store: its requests declare for themselves.
    declare(EVERYBODY)

    def make(**changes: object) -> Flask:
        wanted = replace(settings, **changes)  # type: ignore[arg-type]
        entropy = seeded(f"app {len(made)}")
        app = keep_compiled(
            create_app(wanted, clock=clock, entropy=entropy, strength=CHEAP, pause=clock.wait)
        )
        app.config.update(TESTING=True, READ_AT=wanted.base_url)
        app.test_client_class = Reader
        made.append(app)
        return app

    yield make
    declare(None)
    for app in made:
        app.extensions["careplan"].world.store.close()


@pytest.fixture
def app(make_app: Callable[..., Flask]) -> Flask:
    return make_app()


@pytest.fixture
def client(app: Flask) -> Reader:
    return cast("Reader", app.test_client())
