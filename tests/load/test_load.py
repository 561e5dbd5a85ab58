"""A few hundred of the half million requests of `bin/prove load`, on a server in this process."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest
from werkzeug.serving import WSGIRequestHandler, make_server

from careplan.acts.world import World
from careplan.clock import now, today
from careplan.settings import Settings
from careplan.store.db import Store
from careplan.web.app import create_app
from tests.compiled import keep_compiled
from tests.conftest import CHEAP
from tests.load.crowd import crowd, lost, versions_of, visitors
from tests.load.tally import Tally
from tests.load.town import Town, a_town
from tests.stores import a_keyring, seeded

PEOPLE, REQUESTS, AT_ONCE = 2, 240, 2


class Quiet(WSGIRequestHandler):
    def log(self, type: str, message: str, *args: object) -> None:  # noqa: A002 (its name there)
        """Nothing: what matters is counted."""


@pytest.fixture(scope="module")
def site(
    sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Town, int]]:
    path = tmp_path_factory.mktemp("load") / "careplan.db"
    shutil.copy(sqlite_template, path)
    keyring = a_keyring()
    settings = Settings(
        environment="test",
        database_url=f"sqlite:///{path}",
        base_url="http://127.0.0.1",
        master_keys=keyring.masters,
        master_key_current=keyring.current,
        pepper=keyring.pepper,
        break_glass=True,
    )
    app = keep_compiled(create_app(settings, strength=CHEAP))
    store = Store(settings.database_url, keyring, entropy=seeded("load"))
    world = World(store, seeded("load world"), settings.base_url, strength=CHEAP)
    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=Quiet)
    serving = threading.Thread(target=server.serve_forever)
    at = now()
    town = a_town(world, PEOPLE, today=today(at), at=at)
    serving.start()
    yield town, server.server_port
    server.shutdown()
    serving.join()
    server.server_close()
    store.close()
    app.extensions["careplan"].world.store.close()


def test_all_is_answered_and_all_that_was_acknowledged_is_kept(site: tuple[Town, int]) -> None:
    town, port = site
    at: datetime = now()
    here = visitors(town, at=at, cookie="careplan")
    tally, began_with = Tally(), versions_of(town)
    kept = crowd(
        town,
        here,
        port,
        over=lambda: tally.many >= REQUESTS,
        at_once=AT_ONCE,
        seed="load, in bin/test",
        tally=tally,
    )
    assert tally.faults == {}
    assert tally.answered(500, 600) == 0
    assert tally.share >= 0.93, tally.statuses
    assert tally.looked.total() > 0
    assert list(lost(town, kept, began_with)) == []
    assert kept.views.total() > 80
    assert kept.saves > 0
