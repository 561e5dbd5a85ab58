"""A hospital whose database has stopped taking writes, on both databases."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from careplan.acts.telling_late import Told, tell_what_waits
from careplan.acts.world import World
from careplan.settings import Settings
from careplan.store.spool import Note, Spool
from careplan.store.standby import Fallback, Spare, Watch
from tests.acts.worlds import Clinic, clinic, people, people_once, signed_once
from tests.conftest import BASE_URL
from tests.stores import NOW, a_keyring, seeded

__all__ = ["Cut", "clinic", "cut", "people", "people_once", "signed_once"]


@dataclass(frozen=True)
class Cut:
    """`world` as a node has it: it reads, and cannot write. `clinic` is the same database as it was
    before, and as it is again afterwards."""

    clinic: Clinic
    world: World
    spool: Spool
    folder: Path

    def notes(self) -> list[Note]:
        lines = [one for path in self.spool.take() for one in self.spool.lines(path)]
        return [one.note for one in lines if one.note is not None]

    def tell(self) -> Told:
        """The database takes writes again."""
        back = replace(self.clinic.world, fallback=self.world.fallback)
        return tell_what_waits(back, at=NOW)


@pytest.fixture
def cut(clinic: Clinic, store_url: str, tmp_path: Path) -> Iterator[Cut]:
    store = Spare(store_url, a_keyring(), entropy=seeded("node"), read_only=True)
    folder = tmp_path / "spool"
    spool = Spool(folder, a_keyring(), entropy=seeded("spool"))
    watch = Watch(store, store_url, back=lambda: True)
    fallback = Fallback(spool, store, None, watch)
    world = replace(clinic.world, store=store, fallback=fallback)
    yield Cut(clinic, world, spool, folder)
    store.close()


@pytest.fixture
def settings_of_node() -> Callable[[str, str, Path], Settings]:
    def made(database: str, standby: str, spool: Path) -> Settings:
        keyring = a_keyring()
        return Settings(
            environment="test",
            database_url=database,
            standby_url=standby,
            spool=str(spool),
            base_url=BASE_URL,
            master_keys=keyring.masters,
            master_key_current=keyring.current,
            pepper=keyring.pepper,
        )

    return made
