"""Folders and files that are not there, or not this user's: one sentence, and what to do."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from flask import Flask

from careplan.environment import with_file
from careplan.variables import Unsafe

NOBODY = 65534


@pytest.fixture
def store_url(sqlite_url: str) -> str:
    return sqlite_url


@contextmanager
def as_nobody() -> Iterator[None]:
    """Root may read everything; whoever else runs the tests is held back already."""
    me = os.geteuid()
    if me == 0:
        os.seteuid(NOBODY)
    try:
        yield
    finally:
        if me == 0:
            os.seteuid(me)


def said(app: Flask, *words: str) -> str:
    told = app.test_cli_runner().invoke(args=list(words))
    assert told.exit_code == 1, told.output
    assert told.output.startswith("Cannot: ")
    assert "Traceback" not in told.output
    return str(told.output)


@pytest.mark.parametrize("command", ["migrate", "seed", "work", "purge"])
def test_a_folder_that_is_not_there_is_named(
    make_app: Callable[..., Flask], command: str, tmp_path: Path
) -> None:
    app = make_app(database_url=f"sqlite:///{tmp_path}/nowhere/careplan.db")
    assert "nowhere/careplan.db: make that folder first" in said(app, command)


def test_a_folder_that_is_not_ours_is_named(make_app: Callable[..., Flask]) -> None:
    # Not among pytest's own, whose folders nobody else may look into.
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        folder.chmod(0o555)
        app = make_app(database_url=f"sqlite:///{folder}/careplan.db")
        with as_nobody():
            told = said(app, "migrate")
        assert "must be able to write to it and its folder" in told
        assert not list(folder.iterdir())


def test_a_server_that_does_not_answer_is_named(make_app: Callable[..., Flask]) -> None:
    app = make_app(database_url="postgresql://nobody:secret@127.0.0.1:1/careplan")
    told = said(app, "migrate")
    assert "the server which DATABASE_URL names runs" in told
    assert "secret" not in told


def test_settings_that_cannot_be_read_stop_the_start_in_words(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_bytes(b"BRAND=\xff\xfe\n")
    with pytest.raises(Unsafe, match="not written in UTF-8"):
        with_file({}, file)
    file.chmod(0)
    with as_nobody(), pytest.raises(Unsafe, match="must belong to the user that runs this"):
        with_file({}, file)
