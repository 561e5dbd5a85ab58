"""One backup of the demonstration's people, made once, for every test that reads or breaks it."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import pytest
from click.testing import Result
from flask import Flask

from careplan.acts.backing_up import BackedUp, back_up
from careplan.acts.world import World
from careplan.keys.envelope import DataKey
from careplan.store.db import Store
from careplan.store.dumping import unhurried
from careplan.store.sessions import new_session
from tests.conftest import BASE_URL, CHEAP
from tests.store.test_migrate import empty_url
from tests.stores import NOW, a_keyring, a_team, an_account, owner_url, seeded

__all__ = ["a_file", "elsewhere", "empty_url", "of_everybody", "owner_url", "run"]

Run = Callable[..., Result]
KEY = DataKey(bytes(range(100, 132)))


class InMemory(BytesIO):
    """Where a backup goes to in a test."""

    finished = False

    def finish(self) -> None:
        self.finished = True


@dataclass(frozen=True)
class Kept:
    """`url`: the database that it is of, which nobody may write to."""

    url: str
    file: bytes
    made: BackedUp


def backed_up(world: World, url: str) -> tuple[bytes, BackedUp]:
    source, sink = unhurried(url, a_keyring(), entropy=seeded("source")), InMemory()
    try:
        made = back_up(world, sink, key=KEY, source=source, clock=lambda: NOW)
    finally:
        source.close()
    assert sink.finished
    return sink.getvalue(), made


@pytest.fixture(scope="session")
def of_everybody(lived_in_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Kept:
    path = tmp_path_factory.mktemp("backed-up") / "careplan.db"
    shutil.copy(lived_in_template, path)
    url = f"sqlite:///{path}"
    store = Store(url, a_keyring(), entropy=seeded("backed up"))
    with store.begin() as tx:  # somebody is signed in while it is made
        new_session(tx, "a session", account_id=an_account(tx, "in@example.com"), at=NOW, data={})
    file, made = backed_up(World(store, seeded("backing up"), BASE_URL, strength=CHEAP), url)
    store.close()
    return Kept(url, file, made)


@pytest.fixture
def elsewhere(sqlite_template: Path, tmp_path: Path) -> Iterator[World]:
    """A service with nobody in it, from whose command line everything is done."""
    path = tmp_path / "elsewhere.db"
    shutil.copy(sqlite_template, path)
    store = Store(f"sqlite:///{path}", a_keyring(), entropy=seeded("elsewhere"))
    yield World(store, seeded("elsewhere world"), BASE_URL, strength=CHEAP)
    store.close()


@pytest.fixture
def run(make_app: Callable[..., Flask]) -> Run:
    runner = make_app(backup_key=KEY.secret).test_cli_runner()
    return lambda *words: runner.invoke(args=[str(word) for word in words])


@pytest.fixture
def a_file(run: Run, world: World, tmp_path: Path) -> Path:
    with world.store.begin() as tx:
        a_team(tx, "Red cell team")
    out = tmp_path / "careplan.backup"
    told = run("backup", "--out", out)
    assert told.exit_code == 0, told.output
    return out
