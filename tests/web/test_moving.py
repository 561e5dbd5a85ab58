"""The commands that move a team: killed in the middle, cut on the way, brought in twice."""

from __future__ import annotations

import base64
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from uuid import UUID

import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy import select

from careplan.acts.world import World
from careplan.settings import Settings
from careplan.store.tables import patient
from careplan.web.commands.moving_file import Line, Lines
from tests.acts.test_moving import record
from tests.stores import a_keyring, a_team
from tests.teams import a_document, many_people

ROOT = Path(__file__).resolve().parents[2]
TEAM = "Red cell team"
Run = Callable[..., Result]


@pytest.fixture
def run(app: Flask) -> Run:
    runner = app.test_cli_runner()
    return lambda *words: runner.invoke(args=[str(word) for word in words])


@pytest.fixture
def team(world: World) -> UUID:
    with world.store.begin() as tx:
        return a_team(tx, TEAM)


def sum_of(file: Path) -> Path:
    return file.with_name(f"{file.name}.sha256")


def state_of(file: Path) -> Path:
    return file.with_name(f"{file.name}.state")


def write(file: Path, *lines: bytes) -> None:
    """As export-team leaves it."""
    file.write_bytes(b"".join(line + b"\n" for line in lines))
    sum_of(file).write_text(f"{sha256(file.read_bytes()).hexdigest()}  {file.name}\n")


def lines_of(people: dict[UUID, bytes]) -> bytes:
    return b"".join(line + b"\n" for line in people.values())


# --- out -----------------------------------------------------------------------------------------


def test_a_team_goes_to_a_file_of_its_owner_s_with_its_checksum(
    run: Run, world: World, team: UUID, tmp_path: Path
) -> None:
    people = many_people(world.store, team, 5)
    out = tmp_path / "team.ndjson"
    told = run("export-team", TEAM, "--out", out, "--at-once", 2)
    assert told.exit_code == 0, told.output
    assert out.read_bytes() == lines_of(people)
    assert f"5 plans written to {out}." in told.stdout
    assert "in clear" in told.stderr
    assert sum_of(out).read_text() == f"{sha256(out.read_bytes()).hexdigest()}  team.ndjson\n"
    assert {one.name: one.stat().st_mode & 0o777 for one in tmp_path.glob("team.*")} == {
        "team.ndjson": 0o600,
        "team.ndjson.sha256": 0o600,
    }
    told = run("export-team", TEAM, "--out", out)
    assert (told.exit_code, told.stderr) == (
        1,
        f"Cannot: {out} is there already; name another file.\n",
    )
    told = run("export-team", "No such team", "--out", tmp_path / "none")
    assert "no team has the name" in told.stderr
    other = tmp_path / "emergency.ndjson"
    assert run("export-team", TEAM, "--out", other, "--emergency").exit_code == 0
    assert other.read_bytes().count(b'"emergency"') == 5


def test_killed_in_the_middle_it_goes_on_to_the_very_same_file(
    run: Run, world: World, team: UUID, settings: Settings, tmp_path: Path
) -> None:
    people = many_people(world.store, team, 120)
    out = tmp_path / "team.ndjson"
    written = _killed_at(out, settings.database_url, lines=10)
    assert 10 <= written < 120
    with out.open("ab") as file:
        file.write(a_document(7)[:25])  # and a line that was cut
    told = run("export-team", TEAM, "--out", out)
    assert told.exit_code == 0, told.output
    assert "Going on after" in told.stderr
    assert out.read_bytes() == lines_of(people)
    again = tmp_path / "uncut.ndjson"
    assert run("export-team", TEAM, "--out", again).exit_code == 0
    assert again.read_bytes() == out.read_bytes()
    assert not state_of(out).exists()
    assert sum_of(out).read_text().split()[0] == sum_of(again).read_text().split()[0]


def _killed_at(out: Path, url: str, *, lines: int) -> int:
    """SIGKILL as soon as so many lines are said to be there; how many were."""
    keyring = a_keyring()
    secrets = {name: base64.b64encode(key).decode() for name, key in keyring.masters.items()}
    environment = {
        **os.environ,
        "CAREPLAN_ENV": "test",
        "DATABASE_URL": url,
        "MASTER_KEYS": ",".join(f"{name}:{key}" for name, key in secrets.items()),
        "MASTER_KEY_CURRENT": keyring.current,
        "PEPPER": base64.b64encode(keyring.pepper).decode(),
        "BASE_URL": "https://plan.example.org",
    }
    command = [sys.executable, "-m", "flask", "--app", "wsgi", "export-team", TEAM]
    command += ["--out", str(out), "--at-once", "1"]
    with subprocess.Popen(command, cwd=ROOT, env=environment, stderr=subprocess.DEVNULL) as running:
        until = time.monotonic() + 60
        while _written(out) < lines and running.poll() is None and time.monotonic() < until:
            time.sleep(0.002)
        running.send_signal(signal.SIGKILL)
    assert running.returncode == -signal.SIGKILL
    return _written(out)


def _written(out: Path) -> int:
    state = state_of(out)
    return int(json.loads(state.read_bytes())["lines"]) if state.exists() else 0


def test_a_run_for_another_team_or_a_lost_file_is_not_gone_on_with(
    run: Run, world: World, team: UUID, tmp_path: Path
) -> None:
    many_people(world.store, team, 2)
    out = tmp_path / "team.ndjson"
    state = {"team": str(team), "part": "record", "last": str(UUID(int=5)), "offset": 90}
    state_of(out).write_text(json.dumps(state))
    assert "is shorter than was written" in run("export-team", TEAM, "--out", out).stderr
    told = run("export-team", TEAM, "--out", out, "--emergency")
    assert "another team or another kind of document" in told.stderr
    for nonsense in ("{", "[]", '{"a":1}'):
        state_of(out).write_text(nonsense)
        assert "is not one that this program wrote" in run("export-team", TEAM, "--out", out).stderr
    assert run("export-team", TEAM, "--out", tmp_path / "no" / "where").exit_code == 1


# --- in ------------------------------------------------------------------------------------------


def test_a_file_comes_in_line_by_line_and_what_cannot_is_told(
    run: Run, world: World, team: UUID, tmp_path: Path
) -> None:
    file = tmp_path / "team.ndjson"
    ada, kofi = record("ada"), record("kofi")
    write(file, ada, b'{"resourceType":"Bundle"}', kofi, ada.replace(b"morphine", b"m\0rphine"))
    told = run("import-team", file, "--team", TEAM)
    assert told.exit_code == 1
    rows = told.stdout.splitlines()
    assert [row.partition(":")[0] for row in rows[:2]] == ["line 2", "line 4"]
    assert rows[2] == f"2 people are in, as drafts: clinicians of {TEAM} can sign them."
    assert "2 lines could not come in" in told.stderr
    with world.store.read() as tx:
        assert len(tx.run(select(patient.c.patient_id)).all()) == 2
    told = run("import-team", file, "--team", TEAM)
    assert "0 people are in" in told.stdout
    assert "2 had come in from this file before." in told.stdout


def test_an_import_that_was_cut_goes_on_where_it_was(
    run: Run,
    team: UUID,
    tmp_path: Path,
) -> None:
    file = tmp_path / "team.ndjson"
    write(file, b"nonsense", record("ada"))
    progress = {
        "digest": sum_of(file).read_text().split()[0],
        "team": str(team),
        "offset": 9,
        "lines": 1,
        "refused": 1,
    }
    kept = file.with_name("team.ndjson.imported")
    kept.write_text(json.dumps(progress))
    told = run("import-team", file, "--team", TEAM)
    assert "Going on after 1 lines." in told.stderr
    assert "line 1" not in told.stdout
    assert "1 people are in" in told.stdout
    assert not kept.exists()


def broken_files(file: Path) -> Iterator[tuple[str, str]]:
    """Each broken file in turn, and what is said of it."""
    write(file, b"one", b"two")
    whole = file.read_bytes()
    file.write_bytes(whole[:-2])
    yield "cut in a line", "ends in the middle of a line"
    file.write_bytes(whole[:4])
    yield "cut between lines", "its checksum is another"
    file.write_bytes(b"")
    yield "empty", "its checksum is another"
    file.write_bytes(whole.replace(b"two", b"twp"))
    yield "changed", "its checksum is another"
    file.write_bytes(whole)
    sum_of(file).write_text("")
    yield "a checksum file that is empty", "its checksum is another"
    sum_of(file).unlink()
    yield "no checksum", "is not beside it"
    write(file, b"one", b"two")
    state_of(file).write_text("{}")
    yield "not finished", "is not finished"


def test_a_file_that_is_not_whole_is_refused_with_the_reason(
    run: Run,
    world: World,
    team: UUID,
    tmp_path: Path,
) -> None:
    file = tmp_path / "team.ndjson"
    for what, said in broken_files(file):
        told = run("import-team", file, "--team", TEAM)
        assert (told.exit_code, told.stdout) == (1, ""), what
        assert said in told.stderr, what
    with world.store.read() as tx:
        assert tx.run(select(patient.c.patient_id)).all() == []


def test_a_line_longer_than_any_plan_is_passed_over_in_pieces() -> None:
    file = BytesIO(b"ab\n" + b"c" * 35 + b"\n" + b"0123456789\n\nlast\n")
    assert list(Lines(file, longest=10)) == [
        Line(1, b"ab", 3),
        Line(2, None, 39),
        Line(3, b"0123456789", 50),
        Line(4, b"", 51),
        Line(5, b"last", 56),
    ]
