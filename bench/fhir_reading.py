"""P13: a partner reads a CarePlan, beside bare routes; and searches among many as among few."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from itertools import cycle
from statistics import median

from sqlalchemy import create_engine, text

from bench import fhir_bare
from bench.fhir_people import BLOCK, Somebody, bearer, others, people, spread, tokens
from bench.load import drive
from bench.manifest import _Run, _run
from bench.measure import Line, side_by_side
from bench.pages import statements
from bench.place import Site, databases, folder, on_the_other_core, postgres, serving, site

READERS = 100
FEW, MANY = 1_000, 100_000
ROUNDS = 5
SEARCH_ROUNDS = 40
LIMIT = 1.3
WANTED = 0.6


def measure() -> Iterator[Line]:
    with ExitStack() as stack:
        place = stack.enter_context(folder())
        lite = f"sqlite:///{place}/careplan.sqlite3", f"sqlite:///{place}/bare.sqlite3"
        yield from _read("SQLite", *lite)
        server = stack.enter_context(postgres(place))
        with create_engine(server, isolation_level="AUTOCOMMIT").connect() as connection:
            for name in ("careplan_bench", "bare"):
                connection.execute(text(f"CREATE DATABASE {name}"))
        ours, plain = (
            server.replace("/postgres", f"/{name}") for name in ("careplan_bench", "bare")
        )
        yield from _read("PostgreSQL", ours, plain)
        yield from _among_many(databases(server))


# --- reading one, as fast as it goes -----------------------------------------------------------


def _read(name: str, url: str, bare_url: str) -> Iterator[Line]:
    here = site(url)
    known, somebody = tokens(here), people(here, READERS)
    client = here.app.test_client()
    plans = []
    for one in somebody:
        answer = client.get(f"/fhir/CarePlan/{one.plan}", headers=bearer(known[0]))
        plans.append((one.plan, answer.get_data()))
        if answer.status_code != 200:
            raise RuntimeError(answer.get_data(as_text=True))
    fhir_bare.fill(bare_url, known, plans)
    here.world.store.close()
    requests = [_request(one, token) for one, token in zip(cycle(somebody), known, strict=False)]
    with (
        serving("wsgi:app", here.environment) as ours,
        serving("bench.fhir_bare:flask_app", {"BARE_URL": bare_url}) as route,
        serving("bench.fhir_bare:application", {"BARE_URL": bare_url}) as wsgi,
        on_the_other_core(),
    ):
        for server in (ours, route, wsgi):
            drive(server.port, requests, lasting=1.0)
        runs = [tuple(_run(one, requests) for one in (ours, route, wsgi)) for _ in range(ROUNDS)]
    mine, routes, bares = zip(*runs, strict=True)
    yield from _lines(name, "a bare Flask route", mine, routes, wanted=WANTED)
    yield from _lines(name, "bare WSGI", mine, bares, wanted=None)


def _request(one: Somebody, token: str) -> bytes:
    head = (
        f"GET /fhir/CarePlan/{one.plan} HTTP/1.1\r\nHost: 127.0.0.1\r\n"
        f"Accept: application/fhir+json\r\nAuthorization: Bearer {token}\r\n\r\n"
    )
    return head.encode()


def _lines(
    name: str, floor: str, ours: tuple[_Run, ...], theirs: tuple[_Run, ...], *, wanted: float | None
) -> Iterator[Line]:
    refused = sum(one.answered.refused for one in (*ours, *theirs))
    if refused:
        raise RuntimeError(f"{refused} answers were not 200")
    rate, best = (median(one.rate for one in runs) for runs in (ours, theirs))
    ratio = median(one.rate / other.rate for one, other in zip(ours, theirs, strict=True))
    yield Line(
        "P13",
        f"read of a CarePlan, {name}, one core, 16 connections",
        f"{rate:.0f}/s",
        f"{floor} {best:.0f}/s",
        f"{ratio:.2f}",
        f"≥ {wanted}" if wanted else "",
        ratio >= wanted if wanted else None,
    )
    computed, bare = (median(one.computed or 0 for one in runs) for runs in (ours, theirs))
    if computed and bare:
        yield Line(
            "P13",
            f"read of a CarePlan, {name}, computing of the process for one answer",
            f"{computed:.2f} ms",
            f"{floor} {bare:.2f} ms",
            f"{bare / computed:.2f}",
            "",
            None,
        )


# --- among many as among few -------------------------------------------------------------------

_QUERIES = {
    "a page from the middle": f"/fhir/CarePlan?_lastUpdated=ge{BLOCK:%Y-%m-%d}&status=active",
    "a page with what it refers to": (
        f"/fhir/CarePlan?_lastUpdated=ge{BLOCK:%Y-%m-%d}&_include=CarePlan:patient"
        "&_include=CarePlan:care-team"
    ),
    "one patient": "/fhir/CarePlan?patient={person}",
    "an NHS number": "/fhir/CarePlan?patient.identifier=https://fhir.nhs.uk/Id/nhs-number|{nhs}",
    "a read": "/fhir/CarePlan/{plan}",
    "$document": "/fhir/CarePlan/{plan}/$document",
}


def _among_many(url: Callable[[str], str]) -> Iterator[Line]:
    sites = []
    for name, number in (("fhir_few", FEW), ("fhir_many", MANY)):
        where = url(name)
        here = site(where)
        known, somebody = tokens(here), people(here, FEW)
        others(where, here, number - FEW)
        sites.append((here, known, spread(somebody, 100)))
    for what, address in _QUERIES.items():
        asks = [_ask(*one, address) for one in sites]
        with statements() as asked:
            asks[1]()
        small, large = side_by_side(*asks, rounds=SEARCH_ROUNDS)
        yield Line(
            "P8",
            f"{what}, {MANY:,} people, PostgreSQL",
            f"{large * 1000:.1f} ms, {len(asked)} statements",
            f"{FEW:,} people {small * 1000:.1f} ms",
            f"{large / small:.2f}",
            f"≤ {LIMIT}",
            large / small <= LIMIT,
        )


def _ask(
    here: Site, known: list[str], somebody: list[Somebody], address: str
) -> Callable[[], object]:
    client, token, whom = here.app.test_client(), cycle(known), cycle(somebody)

    def ask() -> object:
        one = next(whom)
        where = address.format(plan=one.plan, person=one.patient_id, nhs=one.nhs_number)
        answer = client.get(where, headers=bearer(next(token)))
        if answer.status_code != 200 or b'"CarePlan"' not in answer.get_data():
            raise RuntimeError(f"{where}: {answer.status} {answer.get_data()[:200]!r}")
        return answer

    return ask
