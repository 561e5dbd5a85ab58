"""P4: a link's manifest on one core, beside a bare route with the same check, count and event."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from statistics import median

from sqlalchemy import create_engine, text

from bench import bare
from bench.load import Answered, drive
from bench.measure import Line
from bench.place import Server, Site, crowd, folder, on_the_other_core, postgres, serving, site
from careplan.acts.opening import Opened, Reader, open_link
from careplan.clock import now, today
from careplan.sharing.links import Kind
from careplan.store.link_files import NewFile

ROUNDS = 5
LASTING = 3.0


def measure() -> Iterator[Line]:
    with ExitStack() as stack:
        place = stack.enter_context(folder())
        lite = f"sqlite:///{place}/careplan.sqlite3", f"sqlite:///{place}/bare.sqlite3"
        yield from _on("SQLite", *lite)
        server = stack.enter_context(postgres(place))
        with create_engine(server, isolation_level="AUTOCOMMIT").connect() as connection:
            for name in ("careplan_bench", "bare"):
                connection.execute(text(f"CREATE DATABASE {name}"))
        ours, plain = (
            server.replace("/postgres", f"/{name}") for name in ("careplan_bench", "bare")
        )
        yield from _on("PostgreSQL", ours, plain)


def _on(name: str, url: str, bare_url: str) -> Iterator[Line]:
    here = site(url)
    tokens, answer = crowd(here.world, _file(here)), _answer(here)
    bare.fill(bare_url, tokens, answer)
    here.world.store.close()
    requests = [_request(token) for token in tokens]
    with (
        serving("wsgi:app", here.environment) as ours,
        serving("bench.bare:application", {"BARE_URL": bare_url}) as floor,
        on_the_other_core(),
    ):
        for server in (ours, floor):
            drive(server.port, requests, lasting=1.0)
        runs = [(_run(ours, requests), _run(floor, requests)) for _ in range(ROUNDS)]
    yield from _lines(name, [one for one, _ in runs], [other for _, other in runs])


@dataclass(frozen=True)
class _Run:
    answered: Answered
    computed: float | None
    """Milliseconds of the server's own computing for one answer."""

    @property
    def rate(self) -> float:
        return self.answered.rate

    @property
    def tail(self) -> float:
        return self.answered.p99 / self.answered.median


def _run(server: Server, requests: list[bytes]) -> _Run:
    before = server.cpu_seconds()
    answered = drive(server.port, requests, lasting=LASTING)
    after = server.cpu_seconds()
    if before is None or after is None:
        return _Run(answered, None)
    return _Run(answered, (after - before) * 1000 / len(answered.times))


def _lines(name: str, ours: list[_Run], floor: list[_Run]) -> Iterator[Line]:
    refused = sum(one.answered.refused for one in (*ours, *floor))
    if refused:
        raise RuntimeError(f"{refused} answers were not 200")
    rate, best = (median(one.rate for one in runs) for runs in (ours, floor))
    ratio = median(one.rate / other.rate for one, other in zip(ours, floor, strict=True))
    yield Line(
        "P4",
        f"manifest, {name}, one core, 16 connections",
        f"{rate:.0f}/s",
        f"bare WSGI {best:.0f}/s",
        f"{ratio:.2f}",
        "≥ 0.6",
        ratio >= 0.6,
    )
    tail, bare_tail = (median(one.tail for one in runs) for runs in (ours, floor))
    yield Line(
        "P4",
        f"manifest, {name}, p99 / median",
        f"{tail:.1f}",
        f"bare WSGI {bare_tail:.1f}",
        "",
        "≤ 4",
        tail <= 4,
    )
    computed, bare_computed = (median(one.computed or 0 for one in runs) for runs in (ours, floor))
    if computed and bare_computed:
        yield Line(
            "P4",
            f"manifest, {name}, computing of the process for one answer",
            f"{computed:.2f} ms",
            f"bare WSGI {bare_computed:.2f} ms",
            f"{bare_computed / computed:.2f}",
            "",
            None,
        )


def _file(here: Site) -> NewFile:
    """Ada's own file, as every link of the crowd will hand it out."""
    plain, zipped = (_opened(here, zipped=zipped) for zipped in (False, True))
    return NewFile(
        content_type=plain.files[0].content_type,
        jwe=plain.files[0].jwe,
        jwe_zipped=zipped.files[0].jwe,
    )


def _opened(here: Site, *, zipped: bool) -> Opened:
    at = now()
    reader = Reader(None, "bench", at, today(at))
    token = here.token(Kind.FULL_PRINT)
    found = open_link(here.world, reader, token=token, again=None, zipped=zipped)
    if not isinstance(found, Opened):
        raise TypeError(f"the demonstration's link does not open: {found}")
    return found


def _answer(here: Site) -> str:
    token = here.token(Kind.FULL_PRINT)
    asked = {"recipient": "bench", "_zip": True}
    return here.app.test_client().post(f"/m/{token}", json=asked).get_data(as_text=True)


def _request(token: str) -> bytes:
    body = json.dumps({"recipient": "Emergency department", "_zip": True}).encode()
    head = (
        f"POST /m/{token} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
        f"Accept-Encoding: gzip\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body
