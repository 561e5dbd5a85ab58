"""What a visit leaves in the browser when it is over, looked for after every journey.

A reader's device keeps nothing. Only whoever pressed a button for it keeps empty pages for a time
without signal, and only on their own phone a locked copy, or "I'm going in" with what was tapped
there; the journeys of each open and search it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import BrowserContext, Error, Page

READERS_DOORS = frozenset({"/s", "/c", "blank"})
"""Where a scan leads: nothing is set there, not even a cookie."""
MAY_KEEP = {
    "my-copy": ("/plan/phone", "/my-copy"),
    "going-in": ("/plan/visit/phone", "/going-in"),
}
"""Each database by its name, and where the button is that was pressed for it."""
ASKED_TO_KEEP = ("/scan", *(path for paths in MAY_KEEP.values() for path in paths))
OF_A_PLAN = re.compile(r'class=\\?"(dose|who|allergies)\b|eyJhbGciOi|eyJ6aXAiOi|shlink:/[\w-]{20}')
"""Marks of a plan's narrative, of ciphertext, of a signed card and of a link with its key."""
_KEPT = """async () => {
  const cached = [];
  for (const name of await caches.keys()) {
    const box = await caches.open(name);
    for (const asked of await box.keys()) {
      cached.push([asked.url, await (await box.match(asked, { ignoreVary: true })).text()]);
    }
  }
  return {
    storage: Object.entries(localStorage).join(),
    databases: (await indexedDB.databases()).map((one) => one.name),
    workers: (await navigator.serviceWorker.getRegistrations()).length,
    cached,
  };
}"""


def left_behind(page: Page, address: str, been: set[str], *, script: bool) -> list[str]:
    """What this browser keeps and should not. `been`: the paths of the pages it was on."""
    context = page.context
    faults = [f"the address bar keeps {one.url}" for one in context.pages if "shlink:/" in one.url]
    cookies = [one.get("name") for one in context.cookies()]
    if been <= READERS_DOORS and cookies:
        faults.append(f"a reader's cookies: {cookies}")
    if script and been - {"blank"}:
        tabs = [one for one in context.pages if one.url.startswith(address)]
        told = "".join(one.evaluate("Object.entries(sessionStorage).join()") for one in tabs)
        faults += [f"session storage: {told[:80]}"] if told else []
        context.set_offline(False)
        faults += wrong_in(_kept_by(context, tabs, address), been)
    return faults


def _kept_by(context: BrowserContext, tabs: list[Page], address: str) -> dict[str, Any]:
    """Asked in a tab that is still on the site, for a new tab is a new process. One whose page may
    not look (sandboxed, or just leaving) is passed over."""
    for tab in tabs:
        with suppress(Error):
            return _kept_in(tab)
    look = context.new_page()
    look.goto(f"{address}/healthz")
    return _kept_in(look)


def _kept_in(tab: Page) -> dict[str, Any]:
    kept: dict[str, Any] = tab.evaluate(_KEPT)
    return kept


def wrong_in(kept: dict[str, Any], been: set[str]) -> Iterator[str]:
    if kept["storage"]:
        yield f"storage: {kept['storage'][:80]}"
    for name in kept["databases"]:
        if not any(path.startswith(MAY_KEEP.get(name, ())) for path in been):
            yield f"a database: {name}"
    if (kept["workers"] or kept["cached"]) and not any(
        path.startswith(ASKED_TO_KEEP) for path in been
    ):
        yield f"{kept['workers']} workers, cached: {[url for url, _ in kept['cached']]}"
    for url, text in kept["cached"]:
        if urlsplit(url).query or "#" in url:
            yield f"cached with more than its path: {url}"
        found = OF_A_PLAN.search(text)
        if found:
            yield f"cached with something of a plan: {url}: {found.group()}"


def path_of(url: str) -> str:
    return urlsplit(url).path
