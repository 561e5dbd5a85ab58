"""P5: pages beside a bare route with the same read and event, and the statements each page asks."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Engine, event

from bench.measure import Line, side_by_side
from bench.place import Site, folder, site
from careplan.accounts.passwords import STRONG, Strength, check_password
from careplan.acts.seeding import DEMO_CLINICIAN, DEMO_PATIENT
from careplan.acts.signing_in import demo_sign_in
from careplan.clock import now
from careplan.sharing.links import Kind
from careplan.store.ready import Ready
from careplan.store.versions import emergency_of

MOST = 10
ROUNDS = 30


def measure() -> Iterator[Line]:
    with folder() as place:
        here = site(f"sqlite:///{place}/careplan.sqlite3", strength=STRONG)
        yield from _page(here, place, "emergency page by short code", _by_code(here), STRONG)
        patient = signed_in(here, DEMO_PATIENT)
        yield from _page(here, place, "the patient's task list", get(here, "/plan", patient))
        yield from _page(here, place, "who looked", get(here, "/plan/who-looked", patient))
        yield from _page(here, place, "links and sharing", get(here, "/plan/share", patient))
        team = signed_in(here, DEMO_CLINICIAN)
        yield from _page(here, place, "the team's list", get(here, "/team", team))
        one = f"/team/{here.patient_id}"
        yield from _page(here, place, "one person, at the desk", get(here, one, team))


def _page(
    here: Site, place: Path, what: str, ask: Callable[[], object], check: Strength | None = None
) -> Iterator[Line]:
    with statements() as asked:
        ask()
    took, floor = side_by_side(ask, _bare(here, place, check), rounds=ROUNDS)
    same = "the same read and event" + (", password hash" if check else "")
    yield Line(
        "P5",
        what,
        f"{took * 1000:.1f} ms",
        f"{same} {floor * 1000:.1f} ms",
        f"{took / floor:.1f}",
        "≤ 3",
        took / floor <= 3,
    )
    yield Line("P5", f"{what}: statements", str(len(asked)), "", "", f"< {MOST}", len(asked) < MOST)


def _bare(here: Site, place: Path, check: Strength | None) -> Callable[[], object]:
    """Plain driver: one read of a sealed document's size, one event kept, as durable as ours."""
    with here.world.store.read() as tx:
        document = emergency_of(tx, here.patient_id, 3) or b""
    connection = sqlite3.connect(place / "bare.sqlite3", isolation_level=None)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("CREATE TABLE IF NOT EXISTS page (id INTEGER PRIMARY KEY, text BLOB)")
    connection.execute("CREATE TABLE IF NOT EXISTS event (id INTEGER PRIMARY KEY, body BLOB)")
    connection.execute("INSERT OR REPLACE INTO page VALUES (1, ?)", (document,))

    def ask() -> object:
        if check is not None:
            check_password(None, "x", strength=check)
        connection.execute("BEGIN IMMEDIATE")
        found = connection.execute("SELECT text FROM page WHERE id = 1").fetchone()
        connection.execute("INSERT INTO event (body) VALUES (?)", (b"x" * 300,))
        connection.execute("COMMIT")
        return found

    return ask


def _by_code(here: Site) -> Callable[[], object]:
    client = here.app.test_client()
    page = client.get("/code").get_data(as_text=True)
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
    form = {
        "csrf_token": token[1] if token else "",
        "code": here.link(Kind.FULL_PRINT).short_code,
        "birth_date": "14 March 1997",
    }

    def ask() -> object:
        answer = client.post("/code", data=form)
        if answer.status_code != 200:
            raise RuntimeError(answer.status)
        return answer

    return ask


def signed_in(here: Site, email: str) -> str:
    return demo_sign_in(here.world, email=email, at=now())


def get(here: Site, address: str, session: str) -> Callable[[], object]:
    client = here.app.test_client()
    client.set_cookie("careplan", session)

    def ask() -> object:
        answer = client.get(address)
        if answer.status_code != 200:
            raise RuntimeError(f"{address}: {answer.status}")
        return answer

    return ask


@contextmanager
def statements() -> Iterator[list[str]]:
    """What is asked of the database meanwhile, BEGIN and COMMIT aside."""
    asked: list[str] = []

    def note(_c: object, _k: object, statement: str, *_more: object) -> None:
        if not statement.startswith("BEGIN"):
            asked.append(statement)

    run = Ready.run

    def noted(ready: Ready, *more: object) -> list[object]:
        asked.append("ready")
        return run(ready, *more)  # type: ignore[arg-type]

    event.listen(Engine, "before_cursor_execute", note)
    Ready.run = noted  # type: ignore[method-assign, assignment]
    try:
        yield asked
    finally:
        Ready.run = run  # type: ignore[method-assign]
        event.remove(Engine, "before_cursor_execute", note)
