"""PostgreSQL on a disk that is full: saving answers in words, reading goes on, and it comes back.

The disk is a small one in memory, mounted for the test; where that is not allowed it is skipped.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from functools import partial
from itertools import takewhile
from pathlib import Path
from typing import cast

import psycopg
import pytest
from flask import Flask
from sqlalchemy import make_url

from careplan.acts.opening import Opened, Reader, open_link
from careplan.store.errors import Full
from careplan.store.migrate import migrate
from careplan.store.versions import current_version
from tests.acts.worlds import Clinic, clinic, people_once, signed_once, token_of
from tests.conftest import Clock
from tests.edges.disks import Disk, small_disk
from tests.stores import NOW, POSTGRES, TODAY, app_role_of, as_app
from tests.visitors import come_in
from tests.web.reader import Reader as WebReader

__all__ = ["clinic", "people_once", "signed_once"]
pytestmark = pytest.mark.postgres
MEGABYTES = 64


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Disk]:
    if not os.environ.get(POSTGRES):
        pytest.skip(f"{POSTGRES} is not set: no PostgreSQL to test on")
    with small_disk(tmp_path / "small", megabytes=MEGABYTES) as made:
        yield made


@pytest.fixture
def store_url(disk: Disk) -> Iterator[str]:
    """A database whose tables lie on that disk; the server's own files lie elsewhere."""
    server = make_url(os.environ[POSTGRES])
    owner = server.set(drivername="postgresql").render_as_string(hide_password=False)
    name = f"careplan_full_{os.getpid()}"
    with psycopg.connect(owner, autocommit=True) as connection:
        (told,) = connection.execute("SHOW data_directory")
        where = Path(told[0])
        if not where.is_dir():
            pytest.skip("the server is on another machine")
        tables = disk.place / "tables"
        tables.mkdir()
        shutil.chown(tables, where.stat().st_uid)
        disk.let_through()
        connection.execute(f"CREATE TABLESPACE {name} LOCATION '{tables}'")
        connection.execute(f"CREATE DATABASE {name} TABLESPACE {name}")
        owned = server.set(drivername="postgresql+psycopg", database=name)
        migrate(owned.render_as_string(hide_password=False), app_role=app_role_of(owned))
        yield as_app(owned).render_as_string(hide_password=False)
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")
        connection.execute(f"DROP TABLESPACE {name}")


def test_saving_stops_in_words_and_reading_goes_on_until_there_is_room(
    disk: Disk, make_app: Callable[..., Flask], clinic: Clinic, clock: Clock
) -> None:
    card, app = token_of(clinic.share()), make_app()
    client, reader = app.test_client(), cast("WebReader", app.test_client())
    ada = come_in(reader, email="ada@example.org")
    disk.fill()
    names = (f"Ward {number}" for number in range(500))
    opened = list(takewhile(partial(_looks, clinic, card), names))
    assert len(opened) < 500
    answer = client.post(f"/m/{card}", json={"recipient": "Ward 9"})
    assert answer.status_code == 503
    assert "no room left" in answer.get_json()["detail"]
    assert answer.headers["Retry-After"]
    clock.go_on(minutes=5)
    assert ada.get("/account").status_code == 200, "when they were last seen cannot be noted"
    shut = ada.get("/plan")
    assert shut.status_code == 503, "what cannot be written down is not shown"
    assert "paper" in shut.text
    with clinic.world.store.read() as tx:
        assert current_version(tx, clinic.patient_id) is not None
    disk.free()
    assert client.post(f"/m/{card}", json={"recipient": "Ward 10"}).status_code == 200
    told = [one.actor.name for one in clinic.events() if one.kind == "link_opened"]
    assert sorted(told) == sorted([*opened, "Ward 10"])
    assert clinic.chains_hold()


def _looks(clinic: Clinic, card: str, name: str) -> bool:
    """Whether there was room to write that down."""
    reader = Reader(None, name, NOW, TODAY)
    try:
        found = open_link(clinic.world, reader, token=card, again=None, zipped=False)
    except Full:
        return False
    return isinstance(found, Opened)
