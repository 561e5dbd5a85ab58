"""What the commands leave on the disk, and each refusal as one sentence: on one database, because
none of it asks which."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import pytest
from flask import Flask

from careplan.acts.backing_up import last_done
from careplan.acts.backup_file import read_through
from careplan.acts.world import World
from careplan.web.commands.backup_file import ToFile, ToPipe
from careplan.web.commands.moving_file import BadFile
from tests.backup.conftest import KEY, Kept, Run
from tests.stores import NOW


@pytest.fixture
def store_url(sqlite_url: str) -> str:
    return sqlite_url


def test_a_backup_is_its_owner_s_and_has_its_checksum(a_file: Path, tmp_path: Path) -> None:
    made = {one.name: one.stat().st_mode & 0o777 for one in tmp_path.glob("careplan.backup*")}
    assert made == {"careplan.backup": 0o600, "careplan.backup.sha256": 0o600}
    digest = hashlib.sha256(a_file.read_bytes()).hexdigest()
    assert (tmp_path / "careplan.backup.sha256").read_text() == f"{digest}  careplan.backup\n"


def test_a_drill_where_the_service_s_own_database_is_gone(
    make_app: Callable[..., Flask], of_everybody: Kept, tmp_path: Path
) -> None:
    """As on the day when it matters: the page is printed, and that it was not written down."""
    app = make_app(backup_key=KEY.secret, database_url=f"sqlite:///{tmp_path}/gone/careplan.db")
    file = tmp_path / "careplan.backup"
    file.write_bytes(of_everybody.file)
    told = app.test_cli_runner().invoke(args=["drill", str(file)])
    assert told.stdout.startswith("Drill of a backup: it comes back whole.\n")
    assert told.exit_code == 1
    assert "Cannot: the drill was passed, and could not be written down" in told.stderr


def test_a_file_that_is_there_is_left_alone(a_file: Path, run: Run) -> None:
    before = a_file.read_bytes()
    told = run("backup", "--out", a_file)
    assert (told.exit_code, told.stderr) == (
        1,
        f"Cannot: {a_file} is there already; name another file.\n",
    )
    assert a_file.read_bytes() == before


def test_a_standby_is_read_and_the_deed_written_down_here(
    run: Run, world: World, of_everybody: Kept, tmp_path: Path
) -> None:
    out = tmp_path / "standby.backup"
    told = run("backup", "--out", out, "--from", of_everybody.url)
    assert told.exit_code == 0, told.output
    with out.open("rb") as file:
        found = read_through(file, key=KEY, keyring=world.store.keyring)
    assert found.said["plan_version"][0] > 0
    assert last_done(world).backup == NOW


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
