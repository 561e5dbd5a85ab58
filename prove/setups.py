"""Setting up, cut off part of the way and begun again: each statement of it, and the scripts."""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.request import urlopen

from sqlalchemy import create_engine, make_url, text

from careplan.acts.seeding import seed
from careplan.acts.world import World
from careplan.store.db import Store
from careplan.store.migrate import migrate
from prove.evidence import ROOT, here_and_now, keep, kept
from prove.postgres import postgres
from tests.backup.conftest import backed_up
from tests.conftest import BASE_URL, CHEAP
from tests.ports import free_port
from tests.stores import NOW, TODAY, a_keyring, seeded

NAME = "setups"
SEED = "setups 1"
STEPS = {"migrate": 7, "make-team": 1, "restore": 41, "partitions": 151}
"""Killed at every so-manieth statement."""
SCRIPT_KILLS = 6
LONGEST = 600
Found = dict[str, dict[str, Any]]


def prove(asked: list[str]) -> int:
    if asked not in ([], ["--all"]):
        print("bin/prove setups takes nothing more than --all", file=sys.stderr)
        return 2
    found: Found = {} if asked else dict(kept(NAME).get("found", {}))
    with tempfile.TemporaryDirectory(prefix="careplan-prove-") as made:
        place = Path(made)
        place.chmod(0o711)  # PostgreSQL's own user goes through it
        for title, tried in _all(place):
            if title not in found:
                found[title] = tried()
                write(found)
                print(f"  {title}: {found[title]}", flush=True)
    print(f"{len(found)} ways of setting up: docs/evidence/{NAME}.md")
    return 0


def _all(place: Path) -> Iterator[tuple[str, Any]]:
    yield "schema and first team, SQLite", lambda: _on_sqlite(place)
    yield "schema, first team and partitions, PostgreSQL", lambda: _on_postgres(place)
    yield "restore, SQLite", lambda: _restored(place, f"sqlite:///{place}/restored.db")
    yield "restore, PostgreSQL", lambda: _restored_on_postgres(place)
    yield "bin/setup", lambda: _script_of_setup(place)
    yield "bin/run, its first start", lambda: _script_of_run(place)


# --- a statement at a time ----------------------------------------------------------------------


def cut(deed: str, url: str, *more: str) -> int:
    """How often it was killed before it was left alone. Stops at the first half-done thing."""
    words = (sys.executable, "-m", "tests.edges.cutting", deed, url, str(STEPS[deed]), *more)
    told = subprocess.run(words, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True)
    return int(json.loads(told.stdout)["killed"])


def _on_sqlite(place: Path) -> dict[str, int]:
    url = f"sqlite:///{place}/new.db"
    return {deed: cut(deed, url) for deed in ("migrate", "make-team")}


def _on_postgres(place: Path) -> dict[str, int]:
    with postgres(place / "postgres") as server:
        found = {deed: cut(deed, _database(server, "new")) for deed in ("migrate", "make-team")}
        _people(server)
        return found | {"partitions": cut("partitions", server)}


def _people(url: str) -> None:
    migrate(url)
    with closing(Store(url, a_keyring(), entropy=seeded(SEED))) as store:
        world = World(store, seeded(f"{SEED} people"), BASE_URL, strength=CHEAP)
        seed(world, at=NOW, today=TODAY, done=lambda _section: [])


def _database(server: str, name: str) -> str:
    engine = create_engine(server, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        there = text("SELECT 1 FROM pg_database WHERE datname = :name")
        if connection.execute(there, {"name": name}).scalar() is None:
            connection.execute(text(f'CREATE DATABASE "{name}"'))
    engine.dispose()
    return make_url(server).set(database=name).render_as_string(hide_password=False)


def _restored(place: Path, url: str) -> dict[str, int]:
    return {"restore": cut("restore", url, str(_backup(place)))}


def _restored_on_postgres(place: Path) -> dict[str, int]:
    with postgres(place / "postgres-restored") as server:
        return _restored(place, _database(server, "restored"))


def _backup(place: Path) -> Path:
    """Of the demonstration's people, sealed with the key that the tests' own backups have."""
    file = place / "people.backup"
    if not file.exists():
        url = f"sqlite:///{place}/people.db"
        _people(url)
        with closing(Store(url, a_keyring(), entropy=seeded("backup"))) as store:
            world = World(store, seeded("backing up"), BASE_URL, strength=CHEAP)
            file.write_bytes(backed_up(world, url)[0])
    return file


# --- the scripts --------------------------------------------------------------------------------


def _clone(place: Path) -> Path:
    where = place / "clone"
    if not where.exists():
        subprocess.run(["git", "clone", "-q", "--local", str(ROOT), str(where)], check=True)
    return where


def _script_of_setup(place: Path) -> dict[str, Any]:
    """Killed at random moments, each time later into it; then left alone, and looked at."""
    clone, chance = _clone(place), random.Random(SEED)
    began = time.monotonic()
    _left_alone(clone, "bin/setup")
    whole = time.monotonic() - began
    shutil.rmtree(clone)
    clone, killed = _clone(place), 0
    for number in range(SCRIPT_KILLS):
        after = whole * (number + chance.random()) / SCRIPT_KILLS
        killed += _killed(clone, ["bin/setup"], after=after)
    _left_alone(clone, "bin/setup")
    _left_alone(clone, ".venv/bin/python", "-c", "import weasyprint, careplan.web.app")
    return {"killed": killed, "seconds of a whole one": round(whole)}


def _script_of_run(place: Path) -> dict[str, Any]:
    """Killed while it fills the first database; the last one serves, with everybody in it."""
    clone, chance, killed = _clone(place), random.Random(SEED), 0
    _left_alone(clone, "bin/setup")
    port = free_port()
    for _ in range(SCRIPT_KILLS):
        killed += _killed(clone, ["bin/run", "--port", str(port)], after=chance.uniform(1, 9))
        if (clone / "var" / "careplan.sqlite3").exists():
            for file in (clone / "var").glob("careplan.sqlite3*"):
                file.unlink()  # it was done already: the next begins at the beginning again
    with _serving(clone, port):
        told = _left_alone(clone, ".venv/bin/flask", "--app", "wsgi", "seed")
    if "were in already" not in told:
        raise AssertionError(f"the invented people are not all in: {told}")
    return {"killed": killed}


def _killed(clone: Path, words: list[str], *, after: float) -> bool:
    """It and everything that it began. Whether it was still at it."""
    process = _begin(clone, words)
    try:
        process.wait(timeout=after)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        return True
    return False


@contextmanager
def _serving(clone: Path, port: int) -> Iterator[None]:
    process = _begin(clone, ["bin/run", "--port", str(port)])
    try:
        until = time.monotonic() + LONGEST
        while not _ready(port):
            if process.poll() is not None or time.monotonic() > until:
                raise AssertionError("bin/run does not serve")
            time.sleep(0.5)
        yield
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait()


def _ready(port: int) -> bool:
    try:
        with urlopen(f"http://127.0.0.1:{port}/readyz", timeout=5) as answer:
            return bool(answer.status == 200)
    except (URLError, OSError):
        return False


def _begin(clone: Path, words: list[str]) -> subprocess.Popen[bytes]:
    quiet = subprocess.DEVNULL
    return subprocess.Popen(
        words, cwd=clone, stdin=quiet, stdout=quiet, stderr=quiet, start_new_session=True
    )


def _left_alone(clone: Path, *words: str) -> str:
    told = subprocess.run(
        words, cwd=clone, check=False, capture_output=True, text=True, timeout=LONGEST
    )
    if told.returncode:
        raise AssertionError(f"{words[0]} did not come right: {told.stdout}{told.stderr}")
    return told.stdout


def write(found: Found) -> None:
    about = here_and_now("bin", "careplan", "prove/setups.py", "tests/edges/cutting.py")
    rows = "\n".join(f"| {title} | {_said(one)} |" for title, one in found.items())
    page = (
        "# Setting up, cut off part of the way\n\n"
        f"Written by `bin/prove setups`, commit {about['commit']}, {about['day']}, "
        f"{about['machine']}, seed “{SEED}”. What changes a database was killed (SIGKILL) at one "
        "statement after the other, a COMMIT included (every 7th of a schema, every one of a team, "
        "every 41st of a restore, every 151st of the partitions): each time the database was as "
        "before, and begun once more without a kill it came right; doing it again changed nothing. "
        "The scripts were killed at random moments with all they had begun, and then left "
        "alone.\n\n"
        f"| What | Killed |\n|---|---|\n{rows}\n"
    )
    keep(NAME, {"found": found, **about}, page)


def _said(one: dict[str, Any]) -> str:
    return ", ".join(f"{name} {number}" for name, number in one.items())
