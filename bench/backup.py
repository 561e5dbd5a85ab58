"""A backup, a restore and a drill: how long each takes and how large the file is.

Beside what the databases' own tools do with the same rows: `pg_dump | zstd` and `pg_restore`, and
on SQLite its own online copy, packed with zstd. Those seal nothing, compare nothing and fit no
other database.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

from sqlalchemy import create_engine, make_url, text

from bench.measure import Line, side_by_side
from bench.moving import Install, Made, fill, install
from bench.place import ROOT, databases, folder, postgres
from careplan.acts.backing_up import back_up
from careplan.acts.restoring import drill, restore
from careplan.clock import now
from careplan.keys.envelope import DataKey
from careplan.store.dumping import unhurried
from careplan.store.fences import EVERYBODY, within
from careplan.web.commands.backup_file import ToFile

PLANS = int(os.environ.get("BENCH_BACKUP_PLANS", "2000"))
ROUNDS = 3
KEY = DataKey(bytes(range(32)))
_SQLITE_COPY = (
    'sqlite3 "$1" ".backup \'$2.copy\'" && zstd -q -3 -f "$2.copy" -o "$2" && rm "$2.copy"'
)
_PG_DUMP = '"$0" -Fc -Z0 "$1" | zstd -q -3 -o "$2"'
_PG_RESTORE = 'zstd -q -dc "$1" | "$0" -1 --no-owner -d "$2"'


@dataclass
class Bench:
    """One filled database, and what is made of it."""

    name: str
    place: Path
    url: Made
    here: Install
    numbers: Iterator[int] = field(default_factory=count)

    def file(self) -> Path:
        return self.place / f"{next(self.numbers)}.backup"

    def back_up(self) -> Path:
        out, world = self.file(), self.here.world
        sink = ToFile(out)
        source = unhurried(self.here.url, world.store.keyring, entropy=world.entropy)
        back_up(world, sink, key=KEY, source=source, clock=now)
        source.close()
        sink.close()
        return out

    def restore(self, file: Path) -> None:
        into = self.url(f"into{next(self.numbers)}")
        with file.open("rb") as opened:
            restore(self.here.world, opened, into=into, key=KEY, at=now())

    def drill(self, file: Path) -> None:
        scratch = f"sqlite:///{self.place}/scratch{next(self.numbers)}.sqlite3"
        with file.open("rb") as opened:
            drill(self.here.world, opened, into=scratch, key=KEY, at=now())


def measure() -> Iterator[Line]:
    with within(EVERYBODY), folder() as place:
        yield from _on_sqlite(place)
    with within(EVERYBODY), folder() as place, postgres(place) as server:
        yield from _on_postgres(place, databases(server))


def _filled(name: str, place: Path, url: Made) -> Bench:
    here = install(url("full"))
    fill(here, PLANS)
    return Bench(name, place, url, here)


def _on_sqlite(place: Path) -> Iterator[Line]:
    made = _filled("SQLite", place, lambda name: f"sqlite:///{place}/{name}.sqlite3")
    database = place / "full.sqlite3"

    def copied() -> Path:
        out = made.file()
        _run("sh", "-c", _SQLITE_COPY, "sh", str(database), str(out))
        return out

    whole, theirs = made.back_up(), copied()
    took, floor = side_by_side(made.back_up, copied, rounds=ROUNDS)
    yield _time("out, SQLite", took, floor, "sqlite3 .backup, zstd")
    size = _settled(database)
    yield _size("SQLite", whole.stat().st_size, size, theirs.stat().st_size)
    (into,) = side_by_side(lambda: made.restore(whole), rounds=ROUNDS)
    yield _time("in, SQLite: read through, filled, compared", into, None, "")
    (tried,) = side_by_side(lambda: made.drill(whole), rounds=ROUNDS)
    yield _time("drill of it", tried, None, "")


def _settled(database: Path) -> int:
    """Its size with what waits in the journal."""
    _run("sqlite3", str(database), "PRAGMA wal_checkpoint(TRUNCATE)")
    return database.stat().st_size


def _on_postgres(place: Path, url: Made) -> Iterator[Line]:
    made = _filled("PostgreSQL", place, url)
    plain = make_url(made.here.url).set(drivername="postgresql")
    address = plain.render_as_string(hide_password=False)
    programs = _said(str(ROOT / "bin" / "postgres"), "find")

    def dumped() -> Path:
        out = made.file()
        _run("sh", "-c", _PG_DUMP, f"{programs}/pg_dump", address, str(out))
        return out

    def brought_back(file: Path) -> None:
        into = make_url(url(f"theirs{next(made.numbers)}")).set(drivername="postgresql")
        target = into.render_as_string(hide_password=False)
        _run("sh", "-c", _PG_RESTORE, f"{programs}/pg_restore", str(file), target)

    whole, theirs = made.back_up(), dumped()
    took, floor = side_by_side(made.back_up, dumped, rounds=ROUNDS)
    yield _time("out, PostgreSQL", took, floor, "pg_dump, zstd")
    size = _database_size(made.here.url)
    yield _size("PostgreSQL", whole.stat().st_size, size, theirs.stat().st_size)
    into, floor = side_by_side(
        lambda: made.restore(whole), lambda: brought_back(theirs), rounds=ROUNDS
    )
    yield _time("in, PostgreSQL: read through, filled, compared", into, floor, "pg_restore")


def _database_size(url: str) -> int:
    engine = create_engine(make_url(url).set(drivername="postgresql+psycopg"))
    with engine.connect() as connection:
        size = connection.execute(text("SELECT pg_database_size(current_database())")).scalar_one()
    engine.dispose()
    return int(size)


def _time(what: str, took: float, floor: float | None, tool: str) -> Line:
    per, ratio = took / PLANS * 1000, "" if floor is None else f"{took / floor:.1f}"
    of_tool = "" if floor is None else f"{tool} {floor / PLANS * 1000:.2f} s"
    said = f"{what}: a thousand of {PLANS:,} plans"
    return Line("backup", said, f"{per:.2f} s", of_tool, ratio, "", None)


def _size(database: str, ours: int, size: int, theirs: int) -> Line:
    said = f"{ours / 1e6:.1f} MB"
    floor = f"database {size / 1e6:.1f} MB; their tool’s copy, packed, {theirs / 1e6:.1f} MB"
    return Line("backup", f"the file, {database}", said, floor, f"{ours / size:.2f}", "", None)


def _run(*command: str) -> None:
    subprocess.run(command, check=True, capture_output=True)


def _said(*command: str) -> str:
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return done.stdout.strip()
