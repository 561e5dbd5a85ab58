"""The look after every journey finds what would be wrong, or it would prove nothing."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser

from tests.journeys.left_behind import left_behind, wrong_in
from tests.journeys.site import Site

pytestmark = pytest.mark.journey

SPILLS = {
    "local storage": "localStorage.setItem('name', 'Ada')",
    "session storage": "sessionStorage.setItem('name', 'Ada')",
    "a database": "await new Promise((so) => { indexedDB.open('plan').onsuccess = so })",
    "a cache": "await caches.open('x').then((box) => box.put('/s', new Response('x')))",
    "a cookie": "document.cookie = 'a=b'",
}


@pytest.mark.parametrize("how", SPILLS)
def test_it_is_found(chromium: Browser, site: Site, how: str) -> None:
    context = chromium.new_context()
    page = context.new_page()
    page.goto(f"{site.address}/healthz")
    assert left_behind(page, site.address, {"/s"}, script=True) == []
    page.evaluate(f"async () => {{ {SPILLS[how]} }}")
    assert left_behind(page, site.address, {"/s"}, script=True) != []
    context.close()


@pytest.mark.parametrize(
    ("url", "text"),
    [
        ("/s?a=1", ""),
        ("/s#shlink:/x", ""),
        ("/plan/show", '<p class="dose first">'),
        ("/m/x", "eyJhbGciOiJkaXIi"),
        ("/x", "shlink:/eyJ1cmwiOiJodHRwczovL"),
    ],
)
def test_a_cache_that_holds_more_than_empty_pages_is_found(url: str, text: str) -> None:
    kept = {"storage": "", "databases": [], "workers": 1, "cached": [[url, text]]}
    assert list(wrong_in(kept, {"/scan"})) != []
    assert list(wrong_in(kept | {"cached": [["/s", "let empty = 1"]]}, {"/scan"})) == []
