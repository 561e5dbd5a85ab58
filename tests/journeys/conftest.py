"""A whole service on a free port of this machine, and browsers of every size to visit it with."""

from __future__ import annotations

import logging
import os
import re
import shutil
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import pytest
from playwright.sync_api import Browser, sync_playwright
from werkzeug.serving import make_server

from careplan.acts.seeding import seed
from careplan.acts.world import World
from careplan.settings import Settings
from careplan.store.db import Store
from careplan.store.fences import EVERYBODY, within
from careplan.web.app import create_app
from careplan.web.forms.pages import section_pages
from tests.compiled import keep_compiled
from tests.conftest import CHEAP, Clock
from tests.copied import copied_to_postgres
from tests.journeys.left_behind import left_behind, path_of
from tests.journeys.overheard import overhearing
from tests.journeys.site import Site
from tests.journeys.visitor import Visitor
from tests.stores import NOW, PAGES_ON, TODAY, a_keyring, seeded

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
QUIET = ["--no-sandbox", "--headless", "--disable-gpu", "--disable-background-networking"]
_usual: dict[str, int] = {}


def _as_long_as(fixture_name: str, config: pytest.Config) -> Literal["session", "module"]:
    """Among other tests a file's end: whoever needs an event loop finds the browser's otherwise."""
    alone = all("journeys" in Path(one.partition("::")[0]).parts for one in config.args)
    return "session" if alone else "module"


@pytest.fixture(scope=_as_long_as)
def chromium() -> Iterator[Browser]:
    """One browser for all journeys; every visitor has a window and cookies of their own."""
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield opened
        opened.close()


@pytest.fixture
def site(sqlite_url: str, clock: Clock) -> Iterator[Site]:
    """The real application on an empty database. Its clock stands still until it is moved."""
    with serving(sqlite_url, clock) as opened:
        yield opened


@pytest.fixture(scope="session")
def seeded_template(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database that holds the people of the demonstration, put in through the acts."""
    path = tmp_path_factory.mktemp("seeded") / "seeded.db"
    shutil.copy(sqlite_template, path)
    store = Store(f"sqlite:///{path}", a_keyring(), entropy=seeded("journey seed"))
    world = World(store, seeded("journey world"), "http://127.0.0.1", strength=CHEAP)
    seed(world, at=NOW, today=TODAY, done=_every_page)
    store.close()
    return path


@pytest.fixture
def adas_site(
    seeded_template: Path, tmp_path: Path, clock: Clock, request: pytest.FixtureRequest
) -> Iterator[Site]:
    """The same with Ada's signed and answered plan in it."""
    path = tmp_path / "ada.db"
    shutil.copy(seeded_template, path)
    url = f"sqlite:///{path}"
    if os.environ.get(PAGES_ON) == "postgresql":
        request.getfixturevalue("postgres_url")
        url = copied_to_postgres(path, request.getfixturevalue("postgres_database"))
    with serving(url, clock) as opened:
        yield opened


def _every_page(section: str) -> list[str]:
    return [page.id for page in section_pages(section).pages]


@contextmanager
def serving(
    database_url: str, clock: Clock, *, break_glass: bool = False, host: str = "127.0.0.1"
) -> Iterator[Site]:
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    with _door() as door:
        server = make_server("127.0.0.1", 0, _nobody_home, threaded=True, fd=door.fileno())
    keyring = a_keyring()
    settings = Settings(
        environment="test",
        database_url=database_url,
        base_url=f"http://{host}:{server.port}",
        master_keys=keyring.masters,
        master_key_current=keyring.current,
        pepper=keyring.pepper,
        port=server.port,
        break_glass=break_glass,
    )
    app = create_app(
        settings, clock=clock, entropy=seeded("journey"), strength=CHEAP, pause=clock.wait
    )
    server.app = _whole(keep_compiled(app))
    # Half a second, unless told otherwise, is how long it takes to notice that it shall stop.
    running = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    running.start()
    with overhearing(app), within(EVERYBODY):  # a journey looks into the database as nobody may
        yield Site(app, clock, settings.base_url)
        server.shutdown()
        running.join(5)
        server.server_close()
        app.extensions["careplan"].world.store.close()


def _door() -> socket.socket:
    """The same address for every journey of a worker, while nobody else stands there: the sheets
    of the same plan say the same address then and are laid out once."""
    door = socket.socket()
    door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        door.bind(("127.0.0.1", _usual.get("port", 0)))
    except OSError:
        door.bind(("127.0.0.1", 0))
    door.listen(128)
    _usual.setdefault("port", door.getsockname()[1])
    return door


def _whole(app: WSGIApplication) -> WSGIApplication:
    """Each answer is read and closed before it is sent: this server leaves a file open when the
    browser hangs up in the middle of it, and an open file fails whichever test comes next."""

    def answer(environ: WSGIEnvironment, start: StartResponse) -> list[bytes]:
        parts = app(environ, start)
        try:
            return list(parts)
        finally:
            getattr(parts, "close", lambda: None)()

    return answer


def _nobody_home(_environ: object, _start: object) -> list[bytes]:
    raise AssertionError("asked before the application was there")


@pytest.fixture
def pictures(request: pytest.FixtureRequest) -> Path | None:
    """With JOURNEY_PICTURES=FOLDER, a picture of each page of this journey, to look at."""
    kept = os.environ.get("JOURNEY_PICTURES")
    if not kept:
        return None
    folder = Path(kept) / re.sub(r"[^A-Za-z0-9]+", "-", request.node.name)
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@pytest.fixture(scope="session")
def following_wcag(of_this_run: Path) -> Path:
    """A file for every kind of page found to follow WCAG: all workers of a run look here first."""
    folder = of_this_run / "following-wcag"
    folder.mkdir(exist_ok=True)
    return folder


@pytest.fixture
def visit(
    chromium: Browser,
    request: pytest.FixtureRequest,
    pictures: Path | None,
    following_wcag: Path,
) -> Iterator[Callable[..., Visitor]]:
    """`visit("Ada", PHONE)`: a person with a browser of their own, looking at nothing yet."""
    full = "adas_site" in request.fixturenames
    site: Site = request.getfixturevalue("adas_site" if full else "site")
    here: list[Visitor] = []
    been: dict[int, set[str]] = {}

    def come(name: str, size: tuple[int, int], *, script: bool = True) -> Visitor:
        context = chromium.new_context(
            viewport={"width": size[0], "height": size[1]},
            java_script_enabled=script,
            locale="en-GB",
            timezone_id="Europe/London",
            reduced_motion="reduce",
        )
        context.set_default_timeout(30_000)
        visitor = Visitor(
            name, context.new_page(), site, pictures, script=script, following_wcag=following_wcag
        )
        here.append(visitor)
        paths = been.setdefault(id(visitor), set())
        visitor.page.on("framenavigated", lambda frame: paths.add(path_of(frame.url)))
        return visitor

    yield come
    for visitor in here:
        visitor.draws("last")
        visitor.faults += [
            f"{visitor.name}: {left}"
            for left in left_behind(
                visitor.page, site.address, been[id(visitor)], script=visitor.script
            )
        ]
        visitor.page.context.close()
    assert [fault for visitor in here for fault in visitor.faults] == []
