"""A place to measure in: a folder, databases, invented people, and servers on one core."""

from __future__ import annotations

import base64
import hashlib
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from uuid import UUID

from flask import Flask
from sqlalchemy import create_engine, make_url, text, update

from careplan.accounts.passwords import Strength
from careplan.acts.seeding import DEMO_PATIENT, seed
from careplan.acts.sharing import Shared, links
from careplan.acts.signing_in import who_is
from careplan.acts.world import World, no_pause
from careplan.clock import now, today
from careplan.environment import from_environment
from careplan.keys.tokens import new_token
from careplan.sharing.links import Kind, Link, Opening, read_payload
from careplan.store import tables
from careplan.store.db import Transaction
from careplan.store.fences import EVERYBODY, declare
from careplan.store.link_files import NewFile, put_files
from careplan.store.links import LinkSecrets, keep_link
from careplan.store.migrate import migrate
from careplan.store.patients import Face, new_patient, note_standing
from careplan.web.app import create_app

ROOT = Path(__file__).resolve().parent.parent
SEED = "bench 1"
PEOPLE = 100
BASE_URL = "http://127.0.0.1:8000"
CHEAP = Strength(time_cost=1, memory_cost=8, parallelism=1)


@dataclass(frozen=True)
class Site:
    """The application on one database, with the demonstration's people in it."""

    environment: Mapping[str, str]
    app: Flask
    world: World
    patient_id: UUID
    links: tuple[Shared, ...]

    def link(self, kind: Kind) -> Shared:
        return next(one for one in self.links if one.link.kind is kind)

    def token(self, kind: Kind) -> str:
        return read_payload(self.link(kind).address).url.rsplit("/m/", 1)[1]


@contextmanager
def folder() -> Iterator[Path]:
    """On a real disk where there is one: what is measured waits for it."""
    with tempfile.TemporaryDirectory(prefix="careplan-bench-") as made:
        Path(made).chmod(0o711)  # the server's own user goes through it
        yield Path(made)


@contextmanager
def postgres(place: Path) -> Iterator[str]:
    """A server of our own that keeps its promises (fsync on). Yields its address."""
    command, where = str(ROOT / "bin" / "postgres"), str(place / "postgres")
    durable = {**os.environ, "POSTGRES_DURABLE": "1"}
    try:
        started = subprocess.run(
            [command, "start", where], env=durable, check=True, capture_output=True, text=True
        )
        yield started.stdout.strip()
    finally:
        subprocess.run([command, "stop", where], check=False)


def databases(server: str) -> Callable[[str], str]:
    """Makes an empty database on that server under a name, and gives its address."""

    def made(name: str) -> str:
        engine = create_engine(server, isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.execute(text(f'CREATE DATABASE "bench_{name}"'))
        engine.dispose()
        url = make_url(server).set(database=f"bench_{name}")
        return url.render_as_string(hide_password=False)

    return made


def tidy(url: str) -> None:
    """What PostgreSQL does by itself within a minute, done before measuring."""
    engine = create_engine(
        make_url(url).set(drivername="postgresql+psycopg"), isolation_level="AUTOCOMMIT"
    )
    with engine.connect() as connection:
        connection.execute(text("VACUUM ANALYZE"))
    engine.dispose()


def site(url: str, *, strength: Strength = CHEAP, base_url: str = BASE_URL) -> Site:
    """Ada and her team, put in through the same acts as ever."""
    environment = settings_for(url, base_url=base_url)
    migrate(url)
    # Nobody knocks at the code door as often as a measurement does, and its pause is no work.
    app = create_app(from_environment(environment), strength=strength, pause=no_pause)
    world: World = app.extensions["careplan"].world
    declare(EVERYBODY)  # what is put in here; a request says for itself whom it is about
    at = now()
    seed(world, at=at, today=today(at), done=lambda _: [])
    ada = who_is(world, email=DEMO_PATIENT)
    if ada is None:
        raise LookupError("the demonstration has no patient")
    patient_id = UUID(ada.patient_id)
    return Site(
        environment,
        app,
        world,
        patient_id,
        tuple(links(world, by=ada, patient_id=patient_id, at=at)),
    )


def settings_for(url: str, *, base_url: str = BASE_URL) -> dict[str, str]:
    def secret(name: str) -> str:
        return base64.b64encode(hashlib.sha256(f"{SEED} {name}".encode()).digest()).decode()

    return {
        "CAREPLAN_ENV": "demo",
        "DATABASE_URL": url,
        "MASTER_KEYS": f"k1:{secret('master')}",
        "PEPPER": secret("pepper"),
        "BASE_URL": base_url,
    }


def crowd(world: World, file: NewFile, *, people: int = PEOPLE) -> list[str]:
    """People with a card link each, and the link's addresses: scans seldom meet on one person."""
    with world.store.begin() as tx:
        return [_somebody(tx, world, file, number) for number in range(people)]


def _somebody(tx: Transaction, world: World, file: NewFile, number: int) -> str:
    patient_id, link_id, token, at = world.new_id(), world.new_id(), new_token(world.entropy), now()
    new_patient(tx, patient_id, Face(legal_name="A B", plan_number=f"BENCH{number:05}"), at=at)
    note_standing(tx, patient_id, state="signed", signed_at=at, valid_to=today(at) + timedelta(200))
    this = tables.patient.c.patient_id == patient_id
    tx.run(update(tables.patient).where(this).values(current_version=3))
    link = Link(
        id=str(link_id), kind=Kind.FULL_PRINT, opening=Opening.CARD, created_at=at, label=""
    )
    keep_link(tx, patient_id, link, LinkSecrets(token=token, key=world.entropy(32)))
    put_files(tx, patient_id, link_id, [file], version=3, at=at)
    return token


# --- servers ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class Server:
    """A server of ours. Its own computing says more than its rate where others compute as well."""

    port: int
    process: int

    def cpu_seconds(self) -> float | None:
        """What its worker has computed until now; None where the system does not tell."""
        workers = Path(f"/proc/{self.process}/task/{self.process}/children")
        if not workers.exists():
            return None
        ticks = 0
        for worker in workers.read_text("utf-8").split():
            facts = Path(f"/proc/{worker}/stat").read_text("utf-8").rpartition(")")[2].split()
            ticks += int(facts[11]) + int(facts[12])
        return ticks / os.sysconf("SC_CLK_TCK")


@contextmanager
def serving(app: str, environment: Mapping[str, str], *, threads: int = 4) -> Iterator[Server]:
    """`app` under gunicorn as bin/run starts it, but one worker on one core."""
    port = free_port()
    command = [
        *(sys.executable, "-m", "gunicorn", app, "--bind", f"127.0.0.1:{port}"),
        *("--worker-class", "gthread", "--workers", "1", "--threads", str(threads)),
        *("--no-control-socket", "--keep-alive", "30", "--log-level", "warning"),
    ]
    server = subprocess.Popen(
        command,
        cwd=ROOT,
        env={**os.environ, **environment, "PORT": str(port)},
        preexec_fn=on_core_0,  # noqa: PLW1509 (no thread of ours is running)
    )
    try:
        _wait_for(port)
        yield Server(port, server.pid)
    finally:
        server.terminate()
        server.wait(timeout=20)


def on_core_0() -> None:
    _pin(0)


@contextmanager
def on_the_other_core() -> Iterator[None]:
    """Whoever asks does not take the server's core."""
    if not hasattr(os, "sched_setaffinity"):
        yield
        return
    usual = os.sched_getaffinity(0)
    _pin(1)
    try:
        yield
    finally:
        os.sched_setaffinity(0, usual)


def _pin(core: int) -> None:
    if hasattr(os, "sched_setaffinity") and (os.cpu_count() or 1) > core:
        os.sched_setaffinity(0, {core})


def free_port() -> int:
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        return int(door.getsockname()[1])


def _wait_for(port: int) -> None:
    for _ in range(300):
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=1):
                return
        except OSError:
            time.sleep(0.1)
    raise TimeoutError(f"nothing answers on port {port}")
