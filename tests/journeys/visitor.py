"""Somebody with a browser: they read, type, press; every page they come to is checked and drawn.

Controls are found by the words people read, never by an id, so a page that a person cannot follow
is a page these journeys cannot follow.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from hashlib import sha256
from pathlib import Path
from urllib.parse import urlsplit

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import ConsoleMessage, Locator, Page, Response, Route, expect

from tests.journeys.site import Site

PHONE = (390, 844)
SMALL_PHONE = (320, 640)
DESK = (1280, 800)
FIRST_LOOK = (360, 560)

WCAG = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"],
    "resultTypes": ["violations"],
}
_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_TOO_WIDE = """() => [...document.querySelectorAll('body *')]
  .filter(e => e.getBoundingClientRect().right > innerWidth + 1 && !e.closest('svg'))
  .slice(0, 3).map(e => e.tagName + '.' + e.className)"""

_MAKE = """() => [...new Set([...document.querySelectorAll('body, body *')].map(e =>
  e.localName + '.' + e.className + ' ' + [...e.attributes].map(a => a.name).sort()))]"""

Answer = str | date | Sequence[str] | Mapping[str, str]
"""Text, a choice or a yes; a day; ticks; or several boxes by their labels."""


@dataclass
class Visitor:
    name: str
    page: Page
    site: Site
    pictures: Path | None = None
    script: bool = True
    following_wcag: Path | None = None
    """Where the kinds of page are kept that need no second check in this run."""
    pages: int = 0
    taps: int = 0
    faults: list[str] = field(default_factory=list)
    looked_at: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.page.on("pageerror", lambda fault: self.faults.append(f"{self.name}: {fault}"))
        self.page.on("response", self._answered)
        self.page.on("console", self._said)

    def _answered(self, response: Response) -> None:
        if response.status >= 500:
            self.faults.append(f"{self.name}: {response.status} from {response.url}")

    def _said(self, message: ConsoleMessage) -> None:
        """A refused style or script is our own mistake; a refused answer (4xx) is not."""
        if message.type == "error" and "Content Security Policy" in message.text:
            self.faults.append(f"{self.name}: {message.text}")

    # --- going ---------------------------------------------------------------------------------

    def goes_to(self, path: str) -> Visitor:
        self.page.goto(path if "://" in path else self.site.address + path)
        return self.looks()

    def presses(self, words: str, *, within: Locator | None = None) -> Visitor:
        """A button or a link by its words, and the page it leads to."""
        self._press(self.finds(words, within=within))
        return self.looks()

    def finds(self, words: str, *, within: Locator | None = None) -> Locator:
        place = within or self.page
        button = place.get_by_role("button", name=words, exact=True)
        return button.or_(place.get_by_role("link", name=words, exact=True)).first

    def _press(self, what: Locator) -> None:
        self.taps += 1
        what.click()
        self.page.wait_for_load_state()

    def prints(self, words: str) -> bytes:
        """Presses a button that opens a PDF in a new tab, and keeps the paper."""
        papers: list[bytes] = []

        def keep(route: Route) -> None:
            answer = route.fetch()
            assert answer.headers["content-type"] == "application/pdf", answer.text()
            papers.append(answer.body())
            route.fulfill(content_type="text/html", body="<!doctype html><title>Paper</title>")

        self.page.context.route("**/plan/print/*", keep)
        with self.page.context.expect_page() as tab:
            self.taps += 1
            self.finds(words).click()
        tab.value.wait_for_load_state()
        tab.value.close()
        self.page.context.unroute("**/plan/print/*")
        return papers[0]

    # --- answering -----------------------------------------------------------------------------

    def answers(self, answers: Mapping[str, Answer], *, within: Locator | None = None) -> Visitor:
        for label, answer in answers.items():
            self.answer(label, answer, within=within)
        return self

    def answer(self, label: str, answer: Answer, *, within: Locator | None = None) -> None:
        place = within or self.page
        group = place.get_by_role("group", name=label, exact=True)
        control = place.get_by_label(label, exact=True)
        # Which of the two it is can be asked only once a page has drawn what it waits for.
        control.or_(group).first.wait_for(state="attached")
        if not isinstance(answer, str):
            for box, value in _boxes(answer).items():
                self._put(group.get_by_label(box, exact=True), value)
        elif control.count():
            self._put(control, answer)
        else:
            self._put(group.get_by_label(answer, exact=True), answer)

    def _put(self, control: Locator, value: str) -> None:
        self.taps += 1
        kind = control.evaluate("e => e.type")
        if kind in ("checkbox", "radio"):
            control.check()
        elif kind == "select-one":
            control.select_option(label=value)
        else:
            control.fill(value)

    # --- looking -------------------------------------------------------------------------------

    def looks(self) -> Visitor:
        """What is true of every page: one heading, nothing wider than the screen, WCAG 2.2 AA."""
        self.pages += 1
        expect(self.page.locator("h1")).to_have_count(1)
        self.fits_the_screen()
        kind = self._kind_of_page()
        if kind not in self.looked_at:
            self.looked_at.add(kind)
            path = _ID.sub("id", urlsplit(self.page.url).path).replace("/", " ")
            self.draws(f"{len(self.looked_at):03} {path}")
            if self.script:
                self._follows_wcag_once(kind)
        return self

    def _kind_of_page(self) -> str:
        """Two pages of one address, width and make need only one check against WCAG."""
        made = sorted(self.page.evaluate(_MAKE))
        width = self.page.viewport_size["width"] if self.page.viewport_size else 0
        return f"{_ID.sub('id', urlsplit(self.page.url).path)} {width} {' '.join(made)}"

    def fits_the_screen(self) -> None:
        wide = self.page.evaluate("document.documentElement.scrollWidth - innerWidth")
        assert wide <= 0, f"{self.page.url} is {wide} px too wide: {self.page.evaluate(_TOO_WIDE)}"

    def _follows_wcag_once(self, kind: str) -> None:
        checked = self.following_wcag and self.following_wcag / sha256(kind.encode()).hexdigest()
        if checked is None or not checked.exists():
            self._follows_wcag()
        if checked is not None:
            checked.touch()

    def _follows_wcag(self) -> None:
        found = Axe().run(self.page, options=WCAG).response["violations"]
        told = [
            f"{one['id']}: {node['target']} {node['html'][:200]}"
            for one in found
            for node in one["nodes"]
        ]
        assert told == [], f"{self.page.url}: {told}"

    def draws(self, name: str) -> None:
        """A picture of the whole page, for people to look at afterwards."""
        if self.pictures is None:
            return
        file = re.sub(r"[^A-Za-z0-9]+", "-", f"{self.name} {name}").strip("-")
        self.page.screenshot(path=self.pictures / f"{file}.png", full_page=True)

    def reads(self, words: str) -> Visitor:
        """The words are on the page, where people can see them."""
        expect(self.page.locator("body")).to_contain_text(words)
        return self

    def does_not_read(self, words: str) -> Visitor:
        expect(self.page.locator("body")).not_to_contain_text(words)
        return self

    def reads_heading(self, words: str) -> Visitor:
        expect(self.page.get_by_role("heading", level=1)).to_contain_text(words)
        return self

    @property
    def text(self) -> str:
        return self.page.locator("body").inner_text()


def _boxes(answer: date | Sequence[str] | Mapping[str, str]) -> Mapping[str, str]:
    if isinstance(answer, date):
        return {"Day": str(answer.day), "Month": str(answer.month), "Year": str(answer.year)}
    if isinstance(answer, Sequence):
        return dict.fromkeys(answer, "")
    return answer
