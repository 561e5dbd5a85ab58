"""Another site lays our pages under its own; a real browser is asked whether it shows them."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Browser
from werkzeug.serving import make_server

from tests.conftest import Clock
from tests.journeys.conftest import serving

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse

pytestmark = pytest.mark.journey

DOORS = ("/", "/s", "/c", "/scan", "/code", "/my-copy", "/account/sign-in", "/nothing", "/m/x")


@contextmanager
def somebody_elses(page: str) -> Iterator[str]:
    """Another site on this machine: a browser keeps strangers' sites from local ones anyway."""

    def answer(_environ: object, start: StartResponse) -> list[bytes]:
        start("200 OK", [("Content-Type", "text/html")])
        return [page.encode()]

    server = make_server("127.0.0.1", 0, answer)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.port}/"
    server.shutdown()
    server.server_close()


@pytest.mark.asvs("3.4.6")
def test_no_door_opens_in_a_frame_of_somebody_elses(
    chromium: Browser, sqlite_url: str, clock: Clock
) -> None:
    with serving(sqlite_url, clock) as site:
        frames = "".join(f'<iframe src="{site.address}{path}"></iframe>' for path in DOORS)
        with somebody_elses(f"<!doctype html>{frames}") as evil:
            page = chromium.new_context().new_page()
            page.goto(evil, wait_until="load")
            inside = [one.url for one in page.frames if one.url != evil]
            page.context.close()
    assert len(inside) == len(DOORS)
    assert [url for url in inside if url.startswith(site.address)] == []
