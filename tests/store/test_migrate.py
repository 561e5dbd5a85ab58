"""The schema: reached from nothing by numbered steps, by many at once, and equal to `tables.py`."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from time import sleep

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import inspect, text

from careplan.store import migrations
from careplan.store.db import Store
from careplan.store.engines import engine_for_migration
from careplan.store.migrate import config_for, head_matches, migrate, up_to
from careplan.store.migrations.head import HEAD
from careplan.store.tables import metadata
from tests.empty import empty_url
from tests.stores import POSTGRES, _fresh_database, a_keyring, a_team, seeded

__all__ = ["empty_url"]


def test_it_works(empty_url):
    assert not head_matches(empty_url)
    migrate(empty_url)
    assert head_matches(empty_url)
    migrate(empty_url)
    store = Store(empty_url, a_keyring(), entropy=seeded())
    with store.begin() as tx:
        a_team(tx)
    assert store.head_matches()
    store.close()


def test_the_steps_lead_to_the_tables_on_the_page(empty_url):
    migrate(empty_url)
    engine = engine_for_migration(empty_url)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []


def test_the_foreign_keys_are_those_on_the_page(empty_url):
    migrate(empty_url)
    engine = engine_for_migration(empty_url)
    found = inspect(engine)
    for table in metadata.sorted_tables:
        wanted = {
            (tuple(key.column_keys), key.referred_table.name)
            for key in table.foreign_key_constraints
        }
        kept = {
            (tuple(key["constrained_columns"]), key["referred_table"])
            for key in found.get_foreign_keys(table.name)
        }
        assert kept == wanted, table.name
    engine.dispose()


def test_there_is_one_head_and_it_is_the_one_named():
    scripts = ScriptDirectory.from_config(config_for())
    assert scripts.get_heads() == [HEAD]
    numbers = [script.revision for script in scripts.walk_revisions()]
    assert numbers == [f"{number:04}" for number in range(len(numbers), 0, -1)]


def test_an_old_schema_is_not_the_head(empty_url):
    migrate(empty_url)
    engine = engine_for_migration(empty_url)
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '0001'"))
    assert not head_matches(empty_url)
    store = Store(empty_url, a_keyring(), entropy=seeded())
    assert not store.head_matches()
    store.close()


def test_many_processes_may_start_at_once(empty_url):
    start = "import sys; from careplan.store.migrate import migrate; migrate(sys.argv[1])"

    def process(_):
        return subprocess.run(
            [sys.executable, "-c", start, empty_url], capture_output=True, text=True, check=False
        )

    with ThreadPoolExecutor(8) as pool:
        ended = list(pool.map(process, range(8)))
    assert [one.stderr for one in ended if one.returncode] == []
    assert head_matches(empty_url)


@pytest.mark.postgres
def test_nobody_queues_behind_a_step_that_waits_for_a_reader(postgres_server):
    """One reads for long, the schema must change, and others read on in the meantime."""
    with _fresh_database(postgres_server) as url:
        address = url.render_as_string(hide_password=False)
        engine = engine_for_migration(address)
        with engine.begin() as connection:
            up_to(connection, "0020")  # what follows also fences every table, which locks it
        with ThreadPoolExecutor(1) as pool:
            with engine.begin() as long:
                long.execute(text("SELECT FROM patient"))
                migrating = pool.submit(migrate, address)
                for _ in range(8):
                    with engine.begin() as another:
                        another.execute(text("SET LOCAL statement_timeout = '3s'"))
                        another.execute(text("SELECT FROM patient"))
                    sleep(0.2)
                assert not migrating.done()
            migrating.result(timeout=60)
        engine.dispose()
        assert head_matches(address)


@pytest.fixture
def postgres_server() -> str:
    server = os.environ.get(POSTGRES)
    if not server:
        pytest.skip(f"{POSTGRES} is not set: no PostgreSQL to test on")
    return server


STEPS = sorted((Path(migrations.__file__).parent / "versions").glob("0*.py"))


FILLS = {"0017_partners": "published_at is searched by: it must hold when people published before"}
"""Steps that write to every row, with the reason."""


@pytest.mark.parametrize("step", STEPS, ids=lambda path: path.stem)
def test_no_step_rewrites_a_table(step):
    """A column that must not be empty needs what stands in the rows there are, and a type stays."""
    for call in (one for one in ast.walk(ast.parse(step.read_text())) if isinstance(one, ast.Call)):
        name = ast.unparse(call.func).rpartition(".")[2]
        said = ast.unparse(call)
        if name == "add_column" and "nullable=False" in said:
            assert "server_default=" in said, said
        if name == "alter_column":
            assert "type_=" not in said, said
        if name == "execute" and step.stem not in FILLS:
            assert not re.search(r"(?i)SET DATA TYPE|\bUPDATE \w+ SET\b|VACUUM FULL|CLUSTER", said)


def test_opening_a_store_does_not_load_the_migrations():
    """Alembic alone would cost every start a third of a second."""
    asked = "import careplan.store.db, sys; print('alembic' in sys.modules)"
    ended = subprocess.run(
        [sys.executable, "-c", asked], capture_output=True, text=True, check=True
    )
    assert ended.stdout.strip() == "False"
