"""People at browsers, each in a thread: they open links, write and sign until they are to stop.

Whoever meets an error tries the same again at once, as a person would. What was acknowledged is
remembered, so that it can be looked for afterwards.
"""

from __future__ import annotations

import json
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from http.client import HTTPConnection, HTTPException
from typing import Any
from urllib.parse import urlencode

from tests.web.reader import Page

LATE = "main computer is not answering"


@dataclass(frozen=True, slots=True)
class Answer:
    """`status` 0: nothing came back."""

    status: int
    body: str = ""
    cookies: tuple[str, ...] = ()

    @property
    def refused(self) -> bool:
        """Turned away in words, with nothing done."""
        return self.status == 503 and "paper" in self.body

    @property
    def failed(self) -> bool:
        return self.status == 0 or (self.status >= 500 and not self.refused)


@dataclass(frozen=True, slots=True)
class Browser:
    host: str
    cookie: str = ""

    def get(self, path: str) -> Answer:
        return self._ask("GET", path)

    def post(self, path: str, form: dict[str, str]) -> Answer:
        body = urlencode(form).encode()
        return self._ask("POST", path, body, "application/x-www-form-urlencoded")

    def post_json(self, path: str, said: object) -> Answer:
        return self._ask("POST", path, json.dumps(said).encode(), "application/json")

    def _ask(self, method: str, path: str, body: bytes | None = None, kind: str = "") -> Answer:
        door = HTTPConnection(self.host, 80, timeout=30)
        headers = {"Cookie": self.cookie} if self.cookie else {}
        if body is not None:
            headers |= {"Content-Type": kind, "Sec-Fetch-Site": "same-origin"}
        try:
            door.request(method, path, body, headers)
            answer = door.getresponse()
            given = [one.partition(";")[0] for one in answer.headers.get_all("Set-Cookie", [])]
            return Answer(answer.status, answer.read().decode("utf-8", "replace"), tuple(given))
        except (OSError, HTTPException):
            return Answer(0)
        finally:
            door.close()


@dataclass(slots=True)
class Met:
    """What one kind of request met in one stretch of time."""

    done: int = 0
    failed: int = 0
    failed_twice: int = 0
    refused: int = 0
    late: int = 0
    slowest: float = 0.0


@dataclass(slots=True)
class Story:
    """What happened so far. `stretch` is what is being done to the machines now."""

    stretch: str = "all well"
    met: defaultdict[tuple[str, str], Met] = field(default_factory=lambda: defaultdict(Met))
    acknowledged: Counter[str] = field(default_factory=Counter)
    last: dict[str, str] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def tried(self, kind: str, do: Callable[[], Answer]) -> Answer:
        """Once, and once more where it failed."""
        stretch, began = self.stretch, time.monotonic()
        answer = do()
        first_failed = answer.failed
        if first_failed:
            answer = do()
        took = time.monotonic() - began
        with self._lock:
            met = self.met[stretch, kind]
            met.failed += first_failed
            met.failed_twice += first_failed and answer.failed
            met.refused += answer.refused
            met.slowest = max(met.slowest, took)
            if answer.status in (200, 302):
                met.done += 1
                met.late += LATE in answer.body
                self.acknowledged[kind] += 1
                self.acknowledged[f"{kind}, late"] += LATE in answer.body
        return answer

    def sum(self, stretch: str, kind: str) -> Met:
        return self.met[stretch, kind]


def opens(story: Story, browser: Browser, token: str) -> None:
    asked = {"recipient": "Ward 9"}
    story.tried("openings", lambda: browser.post_json(f"/m/{token}", asked))
    time.sleep(0.05)


def edits(story: Story, browser: Browser, address: str, numbers: Iterator[int]) -> None:
    """Whole, from loading the page: after an error a person loads it again."""
    words = f"Sentence {next(numbers)} of many."
    if story.tried("edits", lambda: _fill_in(browser, address, words)).status == 302:
        story.last["edits"] = words
    time.sleep(0.2)


def signs(story: Story, browser: Browser, address: str) -> None:
    story.tried("signatures", lambda: _fill_in(browser, address, "Talked through."))
    time.sleep(0.5)


def _fill_in(browser: Browser, address: str, words: str) -> Answer:
    """The form of the page, sent as it came but for the words in its large boxes."""
    shown = browser.get(address)
    if shown.status != 200:
        return shown
    form = next(one for one in Page(shown.body).root.iter("form") if _writes(one))
    sent: dict[str, str] = {}
    for box in form.iter("input"):
        if box.get("name") and box.get("type") not in ("checkbox", "radio"):
            sent[box.get("name")] = box.get("value") or ""
    sent |= {box.get("name"): words for box in form.iter("textarea")}
    with_token = replace(browser, cookie="; ".join((browser.cookie, *shown.cookies)))
    return with_token.post(form.get("action") or address, sent)


def _writes(form: Any) -> bool:
    names = {box.get("name") for box in form.iter("input")}
    return "csrf_token" in names and bool(names & {"revision", "fingerprint"})


@contextmanager
def going_on(*doings: Callable[[], None]) -> Iterator[None]:
    """Each over and over in a thread of its own until the block ends. Raises what any raised."""
    over, trouble = threading.Event(), []

    def again(do: Callable[[], None]) -> None:
        try:
            while not over.is_set():
                do()
        except Exception as problem:  # noqa: BLE001 (told below, in the thread that waits)
            trouble.append(problem)

    threads = [threading.Thread(target=again, args=(do,), daemon=True) for do in doings]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        over.set()
        for thread in threads:
            thread.join(60)
        if trouble:
            raise trouble[0]
