"""`bin/setup --production` makes no secrets, and takes none of a demonstration's."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

SCRIPT = Path(__file__).resolve().parents[2] / "bin" / "setup"
DONE = """cd "$1"
mark() { { cat "$2"; printf '%s' "$1"; } | cksum; }
echo "$1" >var/stamps/venv
echo "run $(mark "$1" requirements/run.txt)" >var/stamps/packages
echo "run $(mark "$1" package-lock.json)" >var/stamps/npm"""


@pytest.fixture
def store_url(sqlite_url: str) -> str:
    return sqlite_url


def program(path: Path, said: str) -> None:
    path.write_text(f"#!/bin/sh\n{said}\n", "utf-8")
    path.chmod(0o755)


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A folder in which every step of an installation has been done, so that none asks anybody."""
    for folder in ("bin", "path", ".venv/bin", "requirements", "node_modules/nhsuk-frontend"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "var/stamps").mkdir(parents=True)
    shutil.copy2(SCRIPT, tmp_path / "bin/setup")
    for lock in ("requirements/run.txt", "package-lock.json"):
        (tmp_path / lock).write_text("x", "utf-8")
    program(tmp_path / ".venv/bin/python", f'echo "python $*" >>{tmp_path}/asked')
    program(tmp_path / "path/apt-get", "exit 9")
    program(tmp_path / "path/dpkg-query", 'shift 2; for one; do echo "$one installed"; done')
    subprocess.run(["/bin/sh", "-c", DONE, "sh", str(tmp_path)], check=True)
    return tmp_path


def setup(place: Path, *words: str) -> subprocess.CompletedProcess[str]:
    path = f"{place / 'path'}:{os.environ['PATH']}"
    return subprocess.run(
        [str(place / "bin/setup"), *words],
        env={"PATH": path},
        capture_output=True,
        text=True,
        check=False,
        timeout=20,
    )


def test_it_installs_what_plain_setup_does_and_writes_no_settings(place: Path) -> None:
    done = setup(place, "--production")
    assert (done.returncode, done.stderr) == (0, "")
    assert not (place / ".env").exists()
    asked = (place / "asked").read_text("utf-8")
    (place / "asked").unlink()
    plain = setup(place)
    assert (plain.returncode, plain.stderr) == (0, "")
    assert (place / "asked").read_text("utf-8") == asked
    assert "\nDEMO_SECRETS=1\n" in (place / ".env").read_text("utf-8")


@pytest.mark.parametrize("line", ["DEMO_SECRETS=1", "  DEMO_SECRETS = 1 "])
def test_the_settings_of_a_demonstration_stop_it_before_anything(place: Path, line: str) -> None:
    (place / ".env").write_text(f"CAREPLAN_ENV=demo\n{line}\n", "utf-8")
    done = setup(place, "--production")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("bin/setup: delete .env first: ")
    assert done.stderr.count("\n") == 1
    assert not (place / "asked").exists()


def test_settings_of_its_own_are_let_be(place: Path) -> None:
    (place / ".env").write_text("# DEMO_SECRETS=1\nPORT=9000\n", "utf-8")
    assert setup(place, "--production").returncode == 0
    assert "PORT=9000" in (place / ".env").read_text("utf-8")


def test_an_option_it_does_not_know_is_told_which_there_are(place: Path) -> None:
    done = setup(place, "--prod")
    assert done.returncode == 1
    assert "(use --production, --test, --audit or --npm)" in done.stderr
