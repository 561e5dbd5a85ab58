"""What the second fence costs: links, pages and a list with the row-level policies of PostgreSQL,
beside the same as the owner of the tables, whom no policy holds back."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import cycle

from flask import Flask
from sqlalchemy import URL, create_engine, make_url, text

from bench.measure import Line, side_by_side
from bench.pages import get, signed_in
from bench.place import Site, crowd, databases, folder, postgres, settings_for, site, tidy
from careplan.acts.seeding import DEMO_CLINICIAN, DEMO_PATIENT
from careplan.environment import from_environment
from careplan.store.link_files import NewFile
from careplan.store.migrate import migrate
from careplan.web.app import create_app

FILE = NewFile(content_type="application/fhir+json", jwe="x" * 6_000, jwe_zipped="x" * 3_000)
ROLE, PEOPLE, ROUNDS, AT_A_TIME = "bench_app", 2_000, 40, 10


def measure() -> Iterator[Line]:
    with folder() as place, postgres(place) as server:
        url = databases(server)("fences")
        free = site(url)
        tokens = crowd(free.world, FILE, people=PEOPLE)
        fenced = _fenced(free, make_url(url))
        tidy(url)
        yield _line("openings of links", *(_openings(one.app, tokens) for one in (free, fenced)))
        for what, address, email in (
            ("the patient's task list", "/plan", DEMO_PATIENT),
            ("the team's list", "/team", DEMO_CLINICIAN),
            ("one person, at the desk", f"/team/{free.patient_id}", DEMO_CLINICIAN),
        ):
            asks = [_pages(one, address, email) for one in (free, fenced)]
            yield _line(what, *asks)


def _fenced(free: Site, owned: URL) -> Site:
    """The same database by the application's own role."""
    engine = create_engine(owned.set(drivername="postgresql+psycopg"))
    with engine.begin() as connection:
        connection.execute(text(f"CREATE ROLE {ROLE} LOGIN"))
    engine.dispose()
    migrate(owned.render_as_string(hide_password=False), app_role=ROLE)
    ours = owned.set(username=ROLE, password=None).render_as_string(hide_password=False)
    environment = settings_for(ours)
    app = create_app(from_environment(environment))
    world = app.extensions["careplan"].world
    return replace(free, environment=environment, app=app, world=world)


def _openings(app: Flask, tokens: list[str]) -> Callable[[], object]:
    client, turn = app.test_client(), cycle(tokens)

    def ask() -> None:
        for _ in range(AT_A_TIME):
            answer = client.post(f"/m/{next(turn)}", json={"recipient": "Ward 9"})
            if answer.status_code != 200:
                raise RuntimeError(f"an opening was answered {answer.status}")

    return ask


def _pages(here: Site, address: str, email: str) -> Callable[[], object]:
    one = get(here, address, signed_in(here, email))

    def ask() -> None:
        for _ in range(AT_A_TIME):
            one()

    return ask


def _line(what: str, free: Callable[[], object], fenced: Callable[[], object]) -> Line:
    floor, took = side_by_side(free, fenced, rounds=ROUNDS)
    return Line(
        "",
        f"row-level policies, {PEOPLE:,} people: {what}",
        f"{took * 1000 / AT_A_TIME:.2f} ms",
        f"as the owner of the tables {floor * 1000 / AT_A_TIME:.2f} ms",
        f"{took / floor:.2f}",
        "",
        None,
    )
