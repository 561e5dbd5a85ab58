"""PostgreSQL whose journal has no room left: it stops at once, links are refused in words, and all
that was acknowledged is there when it has room again."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import make_url

from careplan.store.errors import Unavailable
from careplan.store.migrate import migrate
from prove.pair import Server, programs
from tests.acts.worlds import Clinic, clinic, people_once, signed_once, token_of
from tests.edges.disks import Disk, small_disk
from tests.ports import free_port
from tests.stores import app_role_of, as_app

__all__ = ["clinic", "people_once", "signed_once"]
pytestmark = pytest.mark.postgres
MEGABYTES = 80
"""The journal's first files of 16, and room for some more."""


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Disk]:
    with small_disk(tmp_path / "journal", megabytes=MEGABYTES) as made:
        yield made


@pytest.fixture
def server(disk: Disk, tmp_path: Path) -> Iterator[Server]:
    """Its journal lies on that disk, its tables elsewhere."""
    found = programs()
    if found is None:
        pytest.skip("PostgreSQL is not installed")
    disk.let_through()
    made = Server(folder=tmp_path / "database", bin=found, port=free_port(), durable=False)
    made.make()
    owner, journal = made.data.stat(), disk.place / "pg_wal"
    shutil.copytree(made.data / "pg_wal", journal)
    for one in (disk.place, journal, *journal.rglob("*")):
        shutil.chown(one, owner.st_uid, owner.st_gid)
    shutil.rmtree(made.data / "pg_wal")
    (made.data / "pg_wal").symlink_to(journal)
    made.start()
    yield made
    made.stop()


@pytest.fixture
def store_url(server: Server) -> str:
    owned = make_url(server.url)
    migrate(server.url, app_role=app_role_of(owned))
    return as_app(owned).render_as_string(hide_password=False)


def test_links_are_refused_in_words_and_nothing_acknowledged_is_lost(
    disk: Disk, server: Server, make_app: Callable[..., Flask], clinic: Clinic
) -> None:
    card, client = token_of(clinic.share()), make_app().test_client()

    def look(name: str):
        return client.post(f"/m/{card}", json={"recipient": name})

    assert [look(f"Ward {number}").status_code for number in range(3)] == [200] * 3
    disk.fill()
    with pytest.raises(RuntimeError, match=r"terminated|closed|crash|connection"):
        server.say("SELECT pg_logical_emit_message(false, 'much', repeat('x', 40000000))")
    refused = look("Ward 9")
    assert refused.status_code == 503
    assert "paper" in refused.get_json()["detail"]
    assert refused.headers["Retry-After"]
    disk.free()
    server.stop()
    server.start()
    assert look("Ward 10").status_code == 200
    with suppress(Unavailable):
        clinic.events()  # our own line to it broke as well
    told = [one.actor.name for one in clinic.events() if one.kind == "link_opened"]
    assert sorted(told) == ["Ward 0", "Ward 1", "Ward 10", "Ward 2"]
    assert clinic.chains_hold()
