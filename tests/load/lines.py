"""A browser on a connection that stays open: cookies kept, redirects followed, time taken."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass, field
from html.parser import HTMLParser
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from ssl import SSLContext
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlencode, urlsplit

PATIENCE = 60.0
LASTS = 50
"""Requests: then a line is made anew, as proxies do. One worker process takes all that are opened
at one moment, and while they stay open the others stand idle."""


@dataclass(frozen=True, slots=True)
class Answer:
    """`status` 0: nothing came back. `came`: seconds until all of it was there."""

    status: int
    came: float
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    at: str = ""

    @property
    def text(self) -> str:
        return self.body.decode("utf-8", "replace")

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass(slots=True)
class Browser:
    """Somebody's cookies and what else they send each time; a line is lent to them."""

    cookies: dict[str, str] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Line:
    """One connection. Whoever asks over it, one after another, is told by their cookies."""

    host: str
    port: int
    source: str = ""
    tls: SSLContext | None = None
    patience: float = PATIENCE
    broken: int = 0
    """How often it was cut off while it lay idle, as a server may, and was made again."""
    _door: HTTPConnection | None = None
    _asked: int = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        problem: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        if self._door is not None:
            self._door.close()
        self._door = None

    def _made(self) -> HTTPConnection:
        source = (self.source, 0) if self.source else None
        if self.tls is None:
            return HTTPConnection(
                self.host, self.port, timeout=self.patience, source_address=source
            )
        return HTTPSConnection(
            self.host,
            self.port,
            timeout=self.patience,
            source_address=source,
            context=self.tls,
        )

    def get(self, browser: Browser, path: str) -> Answer:
        return self.ask(browser, "GET", path)

    def post(self, browser: Browser, path: str, form: dict[str, str]) -> Answer:
        body = urlencode(form).encode()
        kind = {
            "Content-Type": "application/x-www-form-urlencoded",
            "Sec-Fetch-Site": "same-origin",
        }
        return self.ask(browser, "POST", path, body, kind)

    def post_json(self, browser: Browser, path: str, said: object) -> Answer:
        kind = {"Content-Type": "application/json"}
        return self.ask(browser, "POST", path, json.dumps(said).encode(), kind)

    def ask(
        self,
        browser: Browser,
        method: str,
        path: str,
        body: bytes | None = None,
        kind: dict[str, str] | None = None,
    ) -> Answer:
        """Where it is sent on, as a browser goes; the time is of the whole way."""
        began = time.perf_counter()
        answer = self._once(browser, method, path, body, kind or {}, began)
        if answer.status in (302, 303):
            there = urlsplit(answer.headers.get("location", "/"))
            onward = there.path + (f"?{there.query}" if there.query else "")
            answer = self._once(browser, "GET", onward, None, {}, began)
        return answer

    def _once(
        self,
        browser: Browser,
        method: str,
        path: str,
        body: bytes | None,
        kind: dict[str, str],
        began: float,
    ) -> Answer:
        headers = {"Accept-Encoding": "identity", **browser.headers, **kind}
        if browser.cookies:
            headers["Cookie"] = "; ".join(f"{n}={v}" for n, v in browser.cookies.items())
        reused = self._door is not None
        for _ in range(2 if reused else 1):
            try:
                return self._answered(browser, method, path, body, headers, began)
            except (OSError, HTTPException) as problem:
                self.close()
                if not isinstance(problem, (ConnectionError, HTTPException)):
                    break
                self.broken += reused
        return Answer(0, time.perf_counter() - began, at=path)

    def _answered(
        self,
        browser: Browser,
        method: str,
        path: str,
        body: bytes | None,
        headers: dict[str, str],
        began: float,
    ) -> Answer:
        if self._door is None:
            self._door = self._made()
        self._door.request(method, path, body, headers)
        given = self._door.getresponse()
        whole = given.read()
        for cookie in given.headers.get_all("Set-Cookie", []):
            name, _, value = cookie.partition(";")[0].partition("=")
            browser.cookies[name] = value
        said = {name.lower(): value for name, value in given.getheaders()}
        self._asked += 1
        if said.get("connection", "").lower() == "close" or self._asked % LASTS == 0:
            self.close()
        return Answer(given.status, time.perf_counter() - began, said, whole, path)


@dataclass(slots=True)
class Form:
    action: str
    sends: dict[str, str] = field(default_factory=dict)
    boxes: list[str] = field(default_factory=list)
    """The large ones, for words."""

    def filled_in(self, words: str) -> dict[str, str]:
        """With these words in every large box, and all else as it came."""
        return self.sends | dict.fromkeys(self.boxes, words)


class _Forms(HTMLParser):
    """Quicker than the strict reader of the tests, which has read these pages before."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[Form] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = dict(attrs)
        if tag == "form":
            self.found.append(Form(said.get("action") or ""))
        name = said.get("name")
        if not self.found or not name:
            return
        if tag == "textarea":
            self.found[-1].boxes.append(name)
        elif tag == "input" and said.get("type") not in ("checkbox", "radio", "submit"):
            self.found[-1].sends[name] = said.get("value") or ""


def form_in(page: str, wanted: str) -> Form:
    """The one that goes to this address, or has a field of this name."""
    read = _Forms()
    read.feed(page)
    for one in read.found:
        if wanted == one.action or wanted in one.sends:
            return one
    raise LookupError(f"no form for {wanted}")
