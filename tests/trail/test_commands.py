"""The commands: what they say, and with which exit code."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result
from flask import Flask

from careplan.store.trail import append
from tests.trail.conftest import Kept, a_file, cut_off, looked

ON_SQLITE = pytest.mark.parametrize("store_url", ["sqlite"], indirect=True)


@pytest.fixture
def run(make_app: Callable[..., Flask]) -> Callable[..., Result]:
    runner = make_app().test_cli_runner()
    return lambda *words: runner.invoke(args=[str(word) for word in words])


def test_there_and_back(run, kept: Kept, tmp_path: Path):
    out = tmp_path / "carried-away"
    made = run("export-audit-heads", "--out", out)
    assert made.exit_code == 0, made.output
    assert "4 chains, 14 events" in made.stdout
    assert out.stat().st_mode & 0o077 == 0
    well = run("verify-audit", "--against", out)
    assert (well.exit_code, well.stdout) == (0, "Chains: 4 unchanged. Events read: 14.\n")

    ada, ben, _ = kept.people
    with kept.world.store.begin() as tx:
        append(tx, looked(ada, 9))
    kept.as_owner(lambda tx: cut_off(tx, ben, to=2))
    bad = run("verify-audit", "--since", out)
    assert bad.exit_code == 1
    assert f"{ben}: CUT_SHORT: events are gone from its end, from number 3 on" in bad.stdout
    assert "Chains: 2 unchanged, 1 grown, 1 CUT_SHORT." in bad.stdout
    assert "keep this database" in bad.stderr
    named = run("verify-audit", "--against", out, "--each")
    assert f"{ada}: grown\n" in named.stdout
    assert run("verify-audit", "--against", out, "--person", ada).exit_code == 0
    assert run("verify-audit", "--against", out, "--person", ben).exit_code == 1
    assert run("verify-audit").exit_code == 0, "what is left holds by itself"


@ON_SQLITE
def test_what_cannot_be_used_is_told_apart_from_a_broken_trail(run, kept: Kept, tmp_path: Path):
    heads = a_file(tmp_path, kept)
    again = run("export-audit-heads", "--out", heads)
    assert (again.exit_code, "is there already" in again.stderr) == (2, True)
    nowhere = run("export-audit-heads", "--out", tmp_path / "no" / "such" / "folder")
    assert (nowhere.exit_code, "could not be read or written" in nowhere.stderr) == (2, True)
    heads.write_bytes(heads.read_bytes()[:-20])
    cut = run("verify-audit", "--against", heads)
    assert (cut.exit_code, cut.stdout) == (2, "")
    assert "Nothing was compared." in cut.stderr
    both = run("verify-audit", "--against", heads, "--since", heads)
    assert both.exit_code == 2
    nobody = run("verify-audit", "--person", "9990110212")
    assert (nobody.exit_code, "nobody has this number" in nobody.stderr) == (2, True)


@ON_SQLITE
def test_while_nothing_may_be_written_no_heads_leave(make_app, kept: Kept, tmp_path: Path):
    runner = make_app(read_only=True).test_cli_runner()
    out = tmp_path / "late"
    told = runner.invoke(args=["export-audit-heads", "--out", str(out)])
    assert told.exit_code == 1
    assert "Cannot: " in told.stderr
    assert not out.exists()
    heads = a_file(tmp_path, kept)
    assert runner.invoke(args=["verify-audit", "--against", str(heads)]).exit_code == 0
