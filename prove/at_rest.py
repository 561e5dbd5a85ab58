"""Everybody of the demonstration, invented people and a year of deeds, on both databases; then
every file there is (the database's own folder, its log, dumps, the server's log and temporary
files) is searched for all that anybody wrote."""

from __future__ import annotations

import inspect
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from shutil import copytree, rmtree
from typing import Any

from sqlalchemy import create_engine, make_url, text

from careplan.acts.seeding import DEMO_PASSWORD, DEMO_PATIENT, seed
from careplan.acts.signing_in import who_is
from careplan.acts.simulating import simulate
from careplan.acts.world import World
from careplan.keys import envelope
from careplan.store.db import Store, Transaction
from careplan.store.migrate import migrate
from careplan.store.tables import CLEAR
from careplan.web.commands.running import page_ids
from prove.evidence import here_and_now, keep, kept
from prove.postgres import postgres
from tests.acts.worlds import Clinic, token_of
from tests.at_rest import scanner
from tests.at_rest.facts import facts_in
from tests.at_rest.scanner import Scanner
from tests.at_rest.year import WARD, live_a_year
from tests.attacks.server import running
from tests.conftest import BASE_URL, CHEAP
from tests.stores import NOW, TODAY, a_keyring, seeded

NAME = "at_rest"
SEED = 7
PEOPLE, VISITS = 10, 2
DATABASES = ("SQLite", "PostgreSQL")
COVERS = ("careplan/keys/envelope.py", "careplan/store/tables.py", "careplan/store/db.py")


def covers() -> str:
    """A digest of what seals, of the list of what is kept in clear, and of what searches."""
    clear = sorted((table, *sorted(columns)) for table, columns in CLEAR.items())
    sealing = "".join(inspect.getsource(one) for one in (envelope, Transaction.seal))
    searching = inspect.getsource(scanner)
    return sha256(f"{clear}{sealing}{searching}".encode()).hexdigest()[:16]


def prove(asked: list[str]) -> int:
    if asked not in ([], ["--all"]):
        print("bin/prove at_rest takes nothing more than --all", file=sys.stderr)
        return 2
    before = {} if asked else kept(NAME)
    found = dict(before.get("found", {})) if before.get("covers") == covers() else {}
    for name in DATABASES:
        if name not in found:
            with tempfile.TemporaryDirectory(prefix="careplan-prove-") as made:
                place = Path(made)
                place.chmod(0o711)  # PostgreSQL's own user goes through it
                found[name] = _on_sqlite(place) if name == "SQLite" else _on_postgres(place)
            print(f"  {name}: {found[name]}", flush=True)
            write(found)
    told = [one for said in found.values() for one in said["told"]]
    print(f"{len(told)} facts found: docs/evidence/{NAME}.md")
    return 1 if told else 0


def write(found: dict[str, dict[str, Any]]) -> None:
    about = here_and_now(*COVERS)
    rows = "\n".join(
        f"| {name} | {said['people']} | {said['facts']:,} | {said['files']} "
        f"| {said['megabytes']} | {len(said['told'])} |"
        for name, said in found.items()
    )
    page = (
        "# What the files tell\n\n"
        f"Written by `bin/prove at_rest`, commit {about['commit']}, {about['day']}, "
        f"{about['machine']}, seed {SEED}. Everybody of the demonstration, {PEOPLE} invented "
        "people with visits, and a year of writing, publishing, opening, wrong answers, exports "
        "and sign-ins; then a server that is asked for pages. Every file of it — the database’s "
        "folder with its journals and log, a plain and a packed dump, the server’s log and its "
        "temporary files — was searched for every name, number, dose, address, birth date and "
        "word that anybody wrote, however spelt and packed; not for words that a database says of "
        "itself before anybody is in it.\n\n"
        "| Database | People | Facts looked for | Files | Megabytes | Found |\n"
        f"|---|---|---|---|---|---|\n{rows}\n"
    )
    keep(NAME, {"covers": covers(), "seed": SEED, "found": found, **about}, page)


def _on_sqlite(place: Path) -> dict[str, Any]:
    return _searched(f"sqlite:///{place}/careplan.db", place)


def _on_postgres(place: Path) -> dict[str, Any]:
    with postgres(place / "postgres") as url:
        return _searched(url, place)


def _searched(url: str, place: Path) -> dict[str, Any]:
    migrate(url)
    empty = _copied(url, place)
    store = Store(url, a_keyring(), entropy=seeded("at rest"))
    world = World(store, seeded("at rest world"), BASE_URL, strength=CHEAP)
    said = _lived_in(world, url, place)
    facts = facts_in(store) | said
    with store.read() as tx:
        people = tx.run(text("SELECT count(*) FROM patient")).scalar_one()
    # Not closed yet: the journal stands beside the file, as it does while people are served.
    dumped(url, place)
    files = [one for one in sorted(place.rglob("*")) if one.is_file()]
    whole = sum(one.stat().st_size for one in files)
    # A database explains itself in English; what it says before anybody is in it is of nobody.
    search = Scanner(facts)
    words = {one.fact for found in search.look_in(empty).values() for one in found}
    told = Scanner(facts - words).look_in(*files)
    store.close()
    rmtree(empty)
    return {
        "people": people,
        "facts": len(facts - words),
        "in_an_empty_one_too": len(words),
        "files": len(files),
        "megabytes": round(whole / 1_000_000),
        "told": sorted(f"{name}: {one.spelt} {one.packed}" for name in told for one in told[name]),
    }


def _copied(url: str, place: Path) -> Path:
    """Its files as they are while nobody is in it."""
    _checkpoint(url)
    empty = place.with_name(f"{place.name}-empty")
    copytree(place, empty, ignore=_sockets)
    return empty


def _sockets(folder: str, names: list[str]) -> list[str]:
    return [name for name in names if (Path(folder) / name).is_socket()]


def _lived_in(world: World, url: str, place: Path) -> set[str]:
    seed(world, at=NOW, today=TODAY, done=page_ids, everybody=True)
    simulate(world, people_count=PEOPLE, visits_each=VISITS, seed=SEED, today=TODAY, done=page_ids)
    ada = who_is(world, email=DEMO_PATIENT)
    clinic = Clinic(world, ada, ada, ada, ada)
    said = live_a_year(clinic, password=DEMO_PASSWORD)
    link = clinic.share(at=NOW + timedelta(days=400))
    with _own_folders(place), running(url, place, workers=2) as server:
        for path in ("/", "/s", "/account/sign-in", "/code", f"/m/{token_of(link)}", "/plan"):
            server.ask("GET", path)
        body = f'{{"recipient": "{WARD}"}}'.encode()
        opened = server.ask("POST", f"/m/{token_of(link)}", body, Content_Type="application/json")
        if opened.status != 200:
            raise AssertionError(f"the link did not open: {opened.status}")
    return said


@contextmanager
def _own_folders(place: Path) -> Iterator[None]:
    """Whatever the server writes down for itself lies where it is searched."""
    names = ("TMPDIR", "HOME", "XDG_CACHE_HOME")
    before = {name: os.environ.get(name) for name in names}
    own = place / "own"
    own.mkdir()
    os.environ.update(dict.fromkeys(names, str(own)))
    try:
        yield
    finally:
        for name, value in before.items():
            os.environ.pop(name, None)
            if value is not None:
                os.environ[name] = value


def dumped(url: str, place: Path) -> None:
    """As whoever runs the database would take it away."""
    _checkpoint(url)
    if url.startswith("sqlite"):
        return
    plain = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    for form in ("plain", "custom"):
        out = f"--file={place / f'dump.{form}'}"
        subprocess.run(["pg_dump", f"--format={form}", out, plain], check=True)


def _checkpoint(url: str) -> None:
    if url.startswith("sqlite"):
        return
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text("CHECKPOINT"))
    engine.dispose()
