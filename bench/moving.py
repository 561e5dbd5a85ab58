"""A team's plans out to a file and in again: how many a second, and how much memory they take.

Out is measured beside reading and unsealing the same rows and nothing else; in beside the very same
rows put into an empty database, in a transaction for each person.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, replace
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import UUID

from flask import Flask
from sqlalchemy import insert, select

from bench.measure import Line, seconds, side_by_side
from bench.place import CHEAP, ROOT, databases, folder, postgres, settings_for, tidy
from careplan.acts.world import World
from careplan.audit.chain import GENESIS
from careplan.clock import now
from careplan.environment import from_environment
from careplan.fhir.bundle import to_bundle
from careplan.keys import envelope
from careplan.plan.codec import to_plain
from careplan.plan.dictionary import dictionary
from careplan.store import tables
from careplan.store.db import Transaction
from careplan.store.fences import EVERYBODY, within
from careplan.store.migrate import migrate
from careplan.store.owners import of_patient
from careplan.store.patients import Face, Standing
from careplan.store.teams import new_team
from careplan.web.app import create_app
from careplan.web.commands.moving_file import beside, digest_of
from tests.people.adult_ss import ada

FEW, MANY = 500, 20_000
FEW_IN = 100
MANY_IN = int(os.environ.get("BENCH_MOVING_IN", "1000"))
"""One plan takes as long to bring in as many to take out, so fewer are unless it is asked for."""
AT_ONCE = 1_000
TEAM = "Everybody"
DIV = '<div xmlns="http://www.w3.org/1999/xhtml"><p>A plan</p></div>'
Made = Callable[[str], str]


@dataclass(frozen=True)
class Install:
    """The application on one database, with a team and nobody in it."""

    url: str
    app: Flask
    world: World
    team: UUID

    def run(self, *words: object) -> None:
        """One of our commands, in this process."""
        told = self.app.test_cli_runner().invoke(args=[str(word) for word in words])
        if told.exit_code:
            raise RuntimeError(told.output)

    def peak(self, *words: object) -> float:
        """The most memory, in MB, that the same command takes as a process of its own.

        It says so itself: what the system keeps of a child's peak begins with its parent's.
        """
        told = subprocess.run(
            [sys.executable, "-c", _TELLS_ITS_PEAK, "--app", "wsgi", *map(str, words)],
            cwd=ROOT,
            env={**os.environ, **settings_for(self.url)},
            capture_output=True,
            text=True,
            check=False,
        )
        if told.returncode:
            raise RuntimeError(told.stderr)
        return int(told.stderr.rpartition("VmHWM:")[2].split()[0]) / 1024


_TELLS_ITS_PEAK = """
import atexit, pathlib, sys
from flask.cli import main
status = pathlib.Path("/proc/self/status")
atexit.register(lambda: print(status.read_text(), file=sys.stderr))
main()
"""


def measure() -> Iterator[Line]:
    with within(EVERYBODY), folder() as place:
        yield from _on("SQLite", place, lambda name: f"sqlite:///{place}/{name}.sqlite3")
    with within(EVERYBODY), folder() as place, postgres(place) as server:
        yield from _on("PostgreSQL", place, databases(server))


def _on(database: str, place: Path, url: Made) -> Iterator[Line]:
    few, many = install(url("few")), install(url("many"))
    fill(few, FEW)
    fill(many, MANY)
    yield _out(database, place, many)
    peaks = [
        one.peak("export-team", TEAM, "--out", place / f"{number}.ndjson")
        for number, one in enumerate((few, many))
    ]
    yield _memory(f"out, {database}", (FEW, MANY), peaks)
    yield from _in(database, place, url)


def install(url: str) -> Install:
    migrate(url)
    app = create_app(from_environment(settings_for(url)), strength=CHEAP)
    world: World = app.extensions["careplan"].world
    with world.store.begin() as tx:
        team = tx.new_id()
        new_team(tx, team, name=TEAM, organisation="Bench", ods="R9X01", phone=None, at=now())
    return Install(url, app, world, team)


def _memory(what: str, documents: tuple[int, int], peaks: list[float]) -> Line:
    few, many = peaks
    return Line(
        "bulk",
        f"{what}: peak memory, {documents[1]:,} documents",
        f"{many:.0f} MB",
        f"{documents[0]:,} documents {few:.0f} MB",
        f"{many / few:.2f}",
        "≤ 1.3",
        many / few <= 1.3,
    )


def _rate(what: str, people: int, took: float, floor: float, does: str) -> Line:
    said, of_floor = f"{people / took:,.0f}/s", f"{does} {people / floor:,.0f}/s"
    return Line("bulk", what, said, of_floor, f"{floor / took:.2f}", "", None)


# --- out -----------------------------------------------------------------------------------------


def _out(database: str, place: Path, many: Install) -> Line:
    runs = iter(range(99))

    def ours() -> None:
        out = place / f"out{next(runs)}.ndjson"
        many.run("export-team", TEAM, "--out", out)
        out.unlink()

    took, floor = side_by_side(ours, lambda: _only_read(many), rounds=1)
    what = f"out, {database}: {MANY:,} records, each written in its trail"
    return _rate(what, MANY, took, floor, "read and unsealed")


def _only_read(many: Install) -> None:
    _p, _v = tables.patient.c, tables.plan_version.c
    rows = select(_p.patient_id, _p.data_key, _v.number, _v.record).where(
        _p.team_id == many.team, _v.patient_id == _p.patient_id, _v.number == _p.current_version
    )
    with many.world.store.read() as tx:
        for row in tx.run(rows.execution_options(yield_per=1_000)):
            owner = of_patient(row.patient_id)
            tx.remember(owner, row.data_key)
            tx.unseal(owner, _v.record, str(row.number), row.record)
            tx.forget(owner)


def fill(into: Install, people: int) -> None:
    """Ada's record for everybody: packed once, which takes long, and sealed for each."""
    record, usual = _record(0), vars(envelope)["squeeze"]
    vars(envelope)["squeeze"] = cache(usual)
    try:
        _put(into, people, record)
    finally:
        vars(envelope)["squeeze"] = usual


def _put(into: Install, people: int, record: bytes) -> None:
    for start in range(0, people, AT_ONCE):
        with into.world.store.begin() as tx:
            made = [_rows(tx, into.team, one, record) for one in range(start, start + AT_ONCE)]
            made = made[: people - start]
            for position, table in enumerate(
                (tables.patient, tables.trail_head, tables.plan_version)
            ):
                tx.run(insert(table), [rows[position] for rows in made])
    if into.world.store.dialect == "postgresql":
        tidy(into.url)


def _rows(tx: Transaction, team: UUID, number: int, record: bytes) -> tuple[dict[str, Any], ...]:
    """One person as `new_patient` and `keep_version` keep them."""
    patient_id, at = tx.new_id(), now()
    owner, face = of_patient(patient_id), Face(legal_name="A B", plan_number=f"BENCH{number:06}")
    person = tx.new_key(owner) | asdict(Standing()) | {
        "patient_id": patient_id,
        "team_id": team,
        "created_at": at,
        "current_version": 1,
        "face": tx.seal_facts(owner, tables.patient.c.face, "", to_plain(face)),
    }  # fmt: skip
    head = {"patient_id": patient_id, "sequence": 0, "digest": GENESIS(str(patient_id))}
    _v = tables.plan_version.c
    version = {
        "patient_id": patient_id,
        "number": 1,
        "published_at": at,
        "record_id": tx.new_id(),
        "emergency_id": tx.new_id(),
        "signature_id": None,
        "record_sha256": sha256(record).digest(),
        "emergency_sha256": sha256(b"{}").digest(),
        "head": tx.seal_facts(owner, _v.head, "1", {}),
        "record": tx.seal(owner, _v.record, "1", record, dictionary=True),
        "emergency": tx.seal(owner, _v.emergency, "1", b"{}", dictionary=True),
    }
    tx.forget(owner)
    return person, head, version


# --- in ------------------------------------------------------------------------------------------


def _in(database: str, place: Path, url: Made) -> Iterator[Line]:
    files = [_file(place / f"in{people}.ndjson", people) for people in (FEW_IN, MANY_IN)]
    peaks = [
        install(url(f"peak{number}")).peak("import-team", file, "--team", TEAM)
        for number, file in enumerate(files)
    ]
    here = install(url("in"))
    took = seconds(lambda: here.run("import-team", files[1], "--team", TEAM))
    floor = _inserts(here, install(url("floor")))
    what = f"in, {database}: {MANY_IN:,} records, read, checked and kept as drafts"
    yield _rate(what, MANY_IN, took, floor, "the inserts alone")
    yield _memory(f"in, {database}", (FEW_IN, MANY_IN), peaks)


def _file(path: Path, people: int) -> Path:
    with path.open("wb") as file:
        for number in range(people):
            file.write(_record(number) + b"\n")
    beside(path, "sha256").write_text(f"{digest_of(path)}  {path.name}\n", "ascii")
    return path


def _record(number: int) -> bytes:
    """Ada's, of somebody else: nobody is here twice."""
    case = ada()
    version = replace(
        case.version(),
        patient_id=UUID(int=(0xADA << 116) + number, version=4),
        plan_number=f"SCP-{number // 10_000:04}-{number % 10_000:04}",
        plan=case.plan.with_section("identity", replace(case.plan.identity, nhs_number=None)),
    )
    return to_bundle(version, dictionary(), narrative=DIV)


_OF_PEOPLE = [one for one in tables.metadata.sorted_tables if "patient_id" in one.c]


def _inserts(came: Install, into: Install) -> float:
    """Seconds to put every row that the import made into another database, person by person."""
    with came.world.store.read() as tx:
        people = tx.run(select(tables.patient.c.patient_id)).scalars().all()
    with into.world.store.begin() as tx:
        team = {"team_id": came.team, "name": "-", "organisation": "-", "created_at": now()}
        tx.run(insert(tables.team), team)
    return sum(_one_person(came, into, one) for one in people)


def _one_person(came: Install, into: Install, patient_id: UUID) -> float:
    with came.world.store.read() as tx:
        rows = {
            table: [
                dict(row._mapping)  # noqa: SLF001 (SQLAlchemy's public way to a row's names)
                for row in tx.run(select(table).where(table.c.patient_id == patient_id))
            ]
            for table in _OF_PEOPLE
        }

    def put() -> None:
        with into.world.store.begin() as tx:
            for table, of_table in rows.items():
                if of_table:
                    tx.run(insert(table), of_table)

    return seconds(put)
