"""The commands of whoever looks after the service: what they write, print, and refuse in words."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import pytest
from click.testing import Result
from flask import Flask

from careplan.acts.backing_up import last_done
from careplan.acts.backup_file import head_of
from careplan.acts.world import World
from careplan.store.db import Store
from careplan.web.commands.backup_file import ToFile, ToPipe
from careplan.web.commands.moving_file import BadFile
from tests.backup.conftest import KEY, Kept
from tests.stores import NOW, a_keyring, a_team, seeded

Run = Callable[..., Result]


@pytest.fixture
def run(make_app: Callable[..., Flask]) -> Run:
    runner = make_app(backup_key=KEY.secret).test_cli_runner()
    return lambda *words: runner.invoke(args=[str(word) for word in words])


@pytest.fixture
def a_file(run: Run, world: World, tmp_path: Path) -> Path:
    with world.store.begin() as tx:
        a_team(tx, "Red cell team")
    out = tmp_path / "careplan.backup"
    told = run("backup", "--out", out)
    assert told.exit_code == 0, told.output
    return out


def test_a_backup_is_its_owner_s_and_has_its_checksum(a_file: Path, tmp_path: Path) -> None:
    made = {one.name: one.stat().st_mode & 0o777 for one in tmp_path.glob("careplan.backup*")}
    assert made == {"careplan.backup": 0o600, "careplan.backup.sha256": 0o600}
    digest = hashlib.sha256(a_file.read_bytes()).hexdigest()
    assert (tmp_path / "careplan.backup.sha256").read_text() == f"{digest}  careplan.backup\n"


def test_there_and_back_by_command(
    a_file: Path, run: Run, world: World, tmp_path: Path, store_url: str
) -> None:
    told = run("drill", a_file)
    assert told.exit_code == 0, told.output
    page = told.stdout.splitlines()
    assert page[0] == "Drill of a backup: it comes back whole."
    assert "A plan, opened       nobody has published one" in page
    assert "  team                                1" in page
    assert len(page) < 60
    assert last_done(world).drill == NOW
    assert not list(tmp_path.glob("careplan-drill-*"))
    new = f"sqlite:///{tmp_path}/new.db"
    told = run("restore", a_file, "--into", new)
    assert told.exit_code == 0, told.output
    assert "Everything is back as it was on 23 November 2026 at 09:00 UTC" in told.stdout
    assert "put back team: 1 rows" in told.stderr
    assert "Nobody is signed in." in told.stdout
    restored = Store(new, a_keyring(), entropy=seeded())
    assert restored.head_matches()
    restored.close()
    again = run("restore", a_file, "--into", new)
    assert again.exit_code == 1
    assert "Cannot: the database to restore into is not empty" in again.stderr
    if store_url.startswith("sqlite"):
        assert "not empty" in run("drill", a_file, "--into", new).stderr


def test_to_a_program_that_carries_it_away(run: Run, world: World) -> None:
    with world.store.begin() as tx:
        a_team(tx)
    told = run("backup", "--out", "-")
    assert told.exit_code == 0, told.stderr
    head = head_of(BytesIO(told.stdout_bytes))
    assert f"Backup {head.backup_id}" in told.stderr
    assert hashlib.sha256(told.stdout_bytes).hexdigest() in told.stderr
    assert "team: 1 rows" in told.stderr


def test_a_file_that_is_there_is_left_alone(a_file: Path, run: Run) -> None:
    before = a_file.read_bytes()
    told = run("backup", "--out", a_file)
    assert (told.exit_code, told.stderr) == (
        1,
        f"Cannot: {a_file} is there already; name another file.\n",
    )
    assert a_file.read_bytes() == before


def test_what_a_cut_off_run_left_is_written_over(a_file: Path, tmp_path: Path) -> None:
    out = tmp_path / "next.backup"
    part = tmp_path / "next.backup.part"
    part.write_bytes(b"half of one " * 999)
    sink = ToFile(out)
    with pytest.raises(BadFile, match="another run is writing"):
        ToFile(out)
    sink.write(b"whole")
    sink.finish()
    sink.close()
    assert out.read_bytes() == b"whole"
    assert not part.exists()


def test_one_that_cannot_be_finished_leaves_no_file(tmp_path: Path) -> None:
    sink = ToFile(tmp_path / "never.backup")
    sink.write(b"half")
    sink.close()
    assert list(tmp_path.glob("never*")) == []


def test_a_place_that_takes_no_file_is_said_in_words(
    run: Run, world: World, tmp_path: Path
) -> None:
    told = run("backup", "--out", tmp_path / "nowhere" / "new.backup")
    part = tmp_path / "nowhere" / "new.backup.part"
    wanted = f"Cannot: {part} could not be read or written: No such file or directory.\n"
    assert (told.exit_code, told.stderr) == (1, wanted)
    assert last_done(world).backup is None


def test_a_backup_is_not_for_a_screen() -> None:
    class Screen(BytesIO):
        def isatty(self) -> bool:
            return True

    with pytest.raises(BadFile, match="no text for a screen"):
        ToPipe(Screen())


def test_without_its_key_each_says_how_to_make_one(app: Flask, of_everybody: Kept, tmp_path: Path):
    file = tmp_path / "some.backup"
    file.write_bytes(of_everybody.file)
    runner = app.test_cli_runner()
    for words in (
        ["backup", "--out", str(tmp_path / "new")],
        ["restore", str(file), "--into", f"sqlite:///{tmp_path}/new.db"],
        ["drill", str(file)],
    ):
        told = runner.invoke(args=words)
        assert told.exit_code == 1
        assert "BACKUP_KEY is not set. It is 32 random bytes in base64" in told.stderr
    assert sorted(one.name for one in tmp_path.glob("new*")) == []


def test_a_damaged_file_is_one_sentence(run: Run, of_everybody: Kept, tmp_path: Path) -> None:
    file, into = tmp_path / "cut.backup", f"sqlite:///{tmp_path}/new.db"
    file.write_bytes(of_everybody.file[:-1000])
    for words in (("restore", file, "--into", into), ("drill", file)):
        told = run(*words)
        assert told.exit_code == 1
        assert told.stderr.splitlines()[-1].startswith("Cannot: the file was cut short: it ends")
        assert "Traceback" not in told.output
    assert not (tmp_path / "new.db").exists()


def test_a_restore_must_be_told_where(run: Run, a_file: Path, tmp_path: Path) -> None:
    assert "say into which empty database: --into URL" in run("restore", a_file).stderr
    told = run("restore", a_file, "--into", "mysql://theirs/careplan")
    assert told.exit_code == 1
    assert "use sqlite:// or postgresql://" in told.stderr
    told = run("restore", a_file, "--dictionaries", tmp_path / "words")
    assert told.exit_code == 0, told.output
    assert [one.name for one in (tmp_path / "words").iterdir()] == ["1.txt"]


def test_the_key_is_nowhere_on_the_command_line(run: Run) -> None:
    """Other people of the same machine read a command line."""
    for name in ("backup", "restore", "drill"):
        assert "--key" not in run(name, "--help").output


def test_reading_a_backup_does_not_load_the_migrations() -> None:
    """`backup` runs every night beside the service, and needs none of them."""
    asked = "import careplan.acts.backing_up, sys; print('alembic' in sys.modules)"
    ended = subprocess.run(
        [sys.executable, "-c", asked], capture_output=True, text=True, check=True
    )
    assert ended.stdout.strip() == "False"
