"""`ops/run` hands a command to systemd as the units run theirs, word for word."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

SCRIPT = Path(__file__).resolve().parents[2] / "ops" / "run"


@pytest.fixture
def store_url(sqlite_url: str) -> str:
    return sqlite_url


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """The script where a program lies, with settings of its own and a systemd that only tells."""
    for folder in ("a place/ops", "etc", "bin"):
        (tmp_path / folder).mkdir(parents=True)
    script = tmp_path / "a place/ops/run"
    text = SCRIPT.read_text("utf-8")
    script.write_text(text.replace("/etc/careplan", f"{tmp_path}/etc"), "utf-8")
    (tmp_path / "etc/backup.env").write_text("", "utf-8")
    for name, said in (
        ("systemd-run", "printf '%s\\n' \"$@\"; exit 7"),
        ("id", 'echo "$SOMEBODY"'),
    ):
        program = tmp_path / "bin" / name
        program.write_text(f"#!/bin/sh\n{said}\n", "utf-8")
        program.chmod(0o755)
    return tmp_path


def ran(place: Path, *words: str, user: str = "0") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["/bin/sh", str(place / "a place/ops/run"), *words],
        env={"PATH": f"{place / 'bin'}:{os.environ['PATH']}", "SOMEBODY": user},
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_command_gets_the_settings_the_user_and_every_word_as_it_was(place: Path) -> None:
    done = ran(place, "--with", "backup.env", "drill", "a file", "$HOME", "", "*")
    there = f"{place}/a place"
    assert done.stdout.splitlines() == [
        *("--quiet", "--pipe", "--wait", "--collect", "--uid=careplan", "--gid=careplan"),
        *(
            "-p",
            f"EnvironmentFile={place}/etc/env",
            "-p",
            f"EnvironmentFile={place}/etc/backup.env",
        ),
        *("-p", f"WorkingDirectory={there}", "-p", "UMask=0077"),
        *(f"{there}/.venv/bin/flask", "--app", "wsgi"),
        *("drill", "a file", "$$HOME", "", "*"),  # systemd makes one $ of two
    ]
    assert done.returncode == 7, "it ends as the command did"


def test_without_more_files_it_gives_the_settings_alone(place: Path) -> None:
    said = ran(place, "doctor").stdout
    assert said.count("EnvironmentFile=") == 1
    assert said.endswith("wsgi\ndoctor\n")


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("--with", "../backup.env", "backup"), "takes the name of a file"),
        (("--with", "a b", "backup"), "takes the name of a file"),
        (("--with",), "takes the name of a file"),
        (("--with", "none.env", "backup"), "there is no file"),
        (("--with", "..", "backup"), "there is no file"),
        ((), "say which command"),
    ],
)
def test_what_cannot_be_is_refused_in_a_sentence(
    place: Path, words: tuple[str, ...], sentence: str
) -> None:
    done = ran(place, *words)
    assert (done.returncode, done.stdout) == (1, "")
    assert sentence in done.stderr
    assert done.stderr.count("\n") == 1


def test_only_root_may(place: Path) -> None:
    done = ran(place, "doctor", user="1000")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("ops/run: only root may read the settings")
