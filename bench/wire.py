"""P2 and P3: bytes as they leave the server of a deployment, for Ada and for the largest case.

Every header counts, those of https and of the server too (HSTS, Date, Server), and `location`s on
a host of usual length.
"""

from __future__ import annotations

import json
import re
import socket
from collections.abc import Iterator
from http.client import HTTPResponse
from urllib.parse import urlencode

from bench.largest import largest
from bench.measure import Line
from bench.place import folder, serving, site
from careplan.sharing.links import Kind

MOST = 14_000
BASE_URL = "https://mysicklecell.example"


def measure() -> Iterator[Line]:
    with folder() as place:
        here = site(f"sqlite:///{place}/careplan.sqlite3", base_url=BASE_URL)
        code, (longest, _) = here.link(Kind.FULL_PRINT).short_code, largest(here)
        with serving("wsgi:app", here.environment) as server:
            port = server.port
            yield _line("P2", "viewer page", _size(port, _request("GET", "/s")))
            for what, token in (
                ("Ada's plan", here.token(Kind.FULL_PRINT)),
                ("the largest case", longest),
            ):
                yield _line("P2", f"manifest, {what}", _size(port, manifest_request(token)))
            yield _line("P3", "the page behind the short code", _size(port, _typed(port, code)))


def manifest_request(token: str) -> bytes:
    asked = json.dumps({"recipient": "Emergency department", "_zip": True})
    return _request("POST", f"/m/{token}", asked, {"Content-Type": "application/json"})


def _typed(port: int, code: str | None) -> bytes:
    """The form of the short-code door, filled in."""
    answer, body = _ask(port, _request("GET", "/code", packed=False))
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', body.decode())
    form = {
        "csrf_token": token[1] if token else "",
        "code": code or "",
        "birth_date": "14 March 1997",
    }
    cookie = (answer.getheader("Set-Cookie") or "").partition(";")[0]
    kind = {"Content-Type": "application/x-www-form-urlencoded", "Cookie": cookie}
    return _request("POST", "/code", urlencode(form), kind)


def _request(
    method: str,
    path: str,
    body: str = "",
    headers: dict[str, str] | None = None,
    *,
    packed: bool = True,
) -> bytes:
    said = {
        "Host": BASE_URL.removeprefix("https://"),
        "Connection": "close",
        "Accept-Encoding": "gzip" if packed else "identity",
        "Content-Length": str(len(body)),
        **(headers or {}),
    }
    lines = "".join(f"{name}: {value}\r\n" for name, value in said.items())
    return f"{method} {path} HTTP/1.1\r\n{lines}\r\n{body}".encode()


def _ask(port: int, request: bytes) -> tuple[HTTPResponse, bytes]:
    with socket.create_connection(("127.0.0.1", port), timeout=20) as door:
        door.sendall(request)
        answer = HTTPResponse(door)
        answer.begin()
        return answer, answer.read()


def _size(port: int, request: bytes) -> int:
    with socket.create_connection(("127.0.0.1", port), timeout=20) as door:
        door.sendall(request)
        whole = b"".join(iter(lambda: door.recv(65536), b""))
    if b" 200 " not in whole[:16]:
        raise RuntimeError(f"{request[:40]!r} was answered {whole[:40]!r}")
    return len(whole)


def _line(number: str, what: str, size: int) -> Line:
    limit = f"≤ {MOST:,} bytes"
    return Line(number, what, f"{size:,} bytes", "", "", limit, size <= MOST)
