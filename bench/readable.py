"""P1: from scan to a readable plan on a slow network, beside two bare round trips."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from statistics import median

from playwright.sync_api import Browser, sync_playwright

from bench.largest import LAST_ALLERGY, largest_address
from bench.measure import Line
from bench.place import Site, folder, serving, site
from bench.slow_line import slow_line
from careplan.keys.tokens import from_b64url, to_b64url
from careplan.sharing.links import Kind

ROUNDS = 5
# The page itself notes the frame that shows the text, so that our asking costs nothing.
_WATCH = """
new MutationObserver(() => {
  if (!window.readAt && document.body && document.body.innerText.includes(%s))
    requestAnimationFrame(() => { window.readAt = window.readAt || performance.now() })
}).observe(document, {subtree: true, childList: true, characterData: true})
"""


def measure() -> Iterator[Line]:
    with folder() as place, sync_playwright() as playwright:
        here = site(f"sqlite:///{place}/careplan.sqlite3")
        browser = playwright.chromium.launch(
            executable_path=os.environ.get("CHROMIUM") or shutil.which("chromium"),
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
        )
        with (
            serving("wsgi:app", here.environment) as ours,
            serving("bench.two_trips:application", {}) as bare,
            slow_line(ours.port) as mine,
            slow_line(bare.port) as floor,
        ):
            cases = {
                "Ada's plan": (_address(here, mine), "co-amoxiclav"),
                "the largest case": (largest_address(here, _at(mine)), LAST_ALLERGY),
            }
            lines = [
                _line(
                    what,
                    [(_readable(browser, *case), _bare(browser, floor)) for _ in range(ROUNDS)],
                )
                for what, case in cases.items()
            ]
        browser.close()
    yield from lines


def _line(what: str, runs: list[tuple[float, float]]) -> Line:
    took, best = (median(column) for column in zip(*runs, strict=True))
    ratio = median(one / other for one, other in runs)
    return Line(
        "P1",
        f"viewer, cold, 400 kbit/s, 400 ms, CPU slowed 4 times, {what}: readable",
        f"{took / 1000:.2f} s",
        f"a page and a fetch {best / 1000:.2f} s",
        f"{ratio:.2f}",
        "≤ 1.6",
        ratio <= 1.6,
    )


def _at(port: int) -> str:
    return f"http://127.0.0.1:{port}"


def _bare(browser: Browser, port: int) -> float:
    return _readable(browser, f"{_at(port)}/", "READABLE")


def _address(here: Site, port: int) -> str:
    """Ada's link, as if printed for this port: the viewer asks only its own service."""
    shlink = here.link(Kind.FULL_PRINT).address
    environment = dict(here.environment) | {"BASE_URL": f"http://127.0.0.1:{port}"}
    head, payload = shlink.split("#shlink:/")
    told = from_b64url(payload).replace(
        here.environment["BASE_URL"].encode(), environment["BASE_URL"].encode()
    )
    return f"{environment['BASE_URL']}/s#shlink:/{to_b64url(told)}" if head else ""


def _readable(browser: Browser, address: str, words: str) -> float:
    """Milliseconds in a browser that has never been here."""
    context = browser.new_context(viewport={"width": 360, "height": 640})
    try:
        page = context.new_page()
        devtools = context.new_cdp_session(page)
        devtools.send("Emulation.setCPUThrottlingRate", {"rate": 4})
        page.add_init_script(_WATCH % repr(words))
        page.goto(address, wait_until="commit")
        for _ in range(300):
            page.wait_for_timeout(100)  # wait_for_function evaluates text, which our policy forbids
            if at := page.evaluate("window.readAt"):
                return float(at)
        raise TimeoutError(f"{words} never showed at {address}")
    finally:
        context.close()
