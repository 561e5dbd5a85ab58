"""The commands of whoever looks after the service: there and back."""

from __future__ import annotations

import hashlib
from io import BytesIO
from pathlib import Path

from careplan.acts.backing_up import last_done
from careplan.acts.backup_file import head_of
from careplan.acts.world import World
from careplan.store.db import Store
from tests.backup.conftest import Run
from tests.stores import NOW, a_keyring, a_team, seeded


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
