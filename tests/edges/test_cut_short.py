"""Setting up, killed part of the way and begun again; `bin/prove setups` tries every step."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from tests.edges.cutting import Half, there
from tests.stores import POSTGRES, _fresh_database

ROOT = Path(__file__).resolve().parents[2]


def cut_short(*asked: str) -> list[int]:
    """How often each was killed before it was left alone."""
    words = (sys.executable, "-m", "tests.edges.cutting", *asked)
    told = subprocess.run(words, cwd=ROOT, check=False, capture_output=True, text=True)
    assert told.returncode == 0, told.stderr
    return [json.loads(line)["killed"] for line in told.stdout.splitlines()]


def test_a_schema_or_a_team_is_made_whole_or_not_at_all(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/new.db"
    schema, team = cut_short("migrate", url, "80", "--", "make-team", url, "3")
    assert schema >= 2
    assert team >= 2


@pytest.mark.postgres
def test_a_schema_on_postgresql_is_made_whole_or_not_at_all() -> None:
    server = os.environ.get(POSTGRES)
    if not server:
        pytest.skip(f"{POSTGRES} is not set: no PostgreSQL to test on")
    with _fresh_database(server) as made:
        url = made.render_as_string(hide_password=False)
        assert cut_short("migrate", url, "150") >= [2]


def test_what_is_left_half_done_is_found(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/half.db"
    assert there(url)["rows"] == {}
    with closing(sqlite3.connect(tmp_path / "half.db")) as file, file:
        file.execute("CREATE TABLE alembic_version (version_num TEXT)")
        file.execute("INSERT INTO alembic_version VALUES ('0001')")
    with pytest.raises(Half, match="not those of this program"):
        there(url)
