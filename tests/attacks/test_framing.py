"""Another site lays our pages under its own; a real browser is asked whether it shows them."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Route

from tests.conftest import Clock
from tests.journeys.conftest import serving

pytestmark = pytest.mark.journey

DOORS = ("/", "/s", "/c", "/scan", "/code", "/my-copy", "/account/sign-in", "/nothing", "/m/x")
EVIL = "http://evil.example/"


def test_no_door_opens_in_a_frame_of_somebody_elses(
    chromium: Browser, sqlite_url: str, clock: Clock
) -> None:
    with serving(sqlite_url, clock) as site:
        frames = "".join(f'<iframe src="{site.address}{path}"></iframe>' for path in DOORS)

        def evil(route: Route) -> None:
            route.fulfill(content_type="text/html", body=f"<!doctype html>{frames}")

        page = chromium.new_context().new_page()
        page.route(EVIL, evil)
        page.goto(EVIL, wait_until="load")
        shown = [one.url for one in page.frames if one.url.startswith(site.address)]
        tried = [one for one in page.frames if one.url != EVIL]
        page.context.close()
    assert len(tried) == len(DOORS)
    assert shown == []
