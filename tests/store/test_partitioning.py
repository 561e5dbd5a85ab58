"""People spread over partitions of PostgreSQL: while others read them, and from then on."""

# mypy: disable-error-code="union-attr"
# What is not there fails the test that asks for it.

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.operations import Operations
from sqlalchemy import Column, Connection, Engine, Integer, create_engine, inspect, text
from sqlalchemy.exc import IntegrityError

from careplan.store.db import Store
from careplan.store.fences import EVERYBODY, declare
from careplan.store.migrate import head_matches, migrate
from careplan.store.partitioning import (
    NoPartitions,
    OtherNumber,
    by_person,
    partitions_of,
)
from careplan.store.patients import face_of, patient_of
from careplan.store.roles import role_problems
from careplan.store.tables import NOT_BY_PERSON, metadata
from tests.stores import (
    PARTITIONS,
    POSTGRES,
    _fresh_database,
    a_face,
    a_keyring,
    a_patient,
    a_team,
    app_role_of,
    as_app,
    seeded,
)

pytestmark = pytest.mark.postgres


@contextmanager
def _filled() -> Iterator[tuple[str, str, list]]:
    """A database of its own with two hundred people, kept whole."""
    server = os.environ.get(POSTGRES)
    if not server:
        pytest.skip(f"{POSTGRES} is not set: no PostgreSQL to test on")
    with _fresh_database(server) as url:
        owner = url.render_as_string(hide_password=False)
        migrate(owner, app_role=app_role_of(url))
        app = as_app(url).render_as_string(hide_password=False)
        declare(EVERYBODY)
        store = Store(app, a_keyring(), entropy=seeded())
        with store.begin() as tx:
            team = a_team(tx)
            people = [a_patient(tx, team_id=team) for _ in range(200)]
        yield owner, app, people
        declare(None)
        store.close()


@pytest.fixture
def whole() -> Iterator[tuple[str, str, list]]:
    with _filled() as made:
        yield made


@pytest.fixture(scope="module")
def filled() -> Iterator[tuple[str, str, list]]:
    """The same, spread over its partitions."""
    with _filled() as made:
        migrate(made[0], partitions=PARTITIONS)
        yield made


def test_everything_of_people_is_spread_and_nothing_else():
    assert set(by_person()) >= {"patient", "audit_event", "plan_version", "trail_head"}
    left = {table.name for table in metadata.sorted_tables} - set(by_person())
    assert left == set(NOT_BY_PERSON)


def test_sqlite_says_that_it_has_none(tmp_path):
    with pytest.raises(NoPartitions):
        migrate(f"sqlite:///{tmp_path}/whole.db", partitions=PARTITIONS)


def test_a_filled_database_is_spread_while_others_read(whole):
    owner, app, people = whole
    store = Store(app, a_keyring(), entropy=seeded("reader"))
    read, over = [0], threading.Event()

    def reading() -> None:
        declare(EVERYBODY)
        while not over.is_set():
            with store.read() as tx:
                assert patient_of(tx, people[0])
            read[0] += 1

    others = threading.Thread(target=reading)
    others.start()
    with store.read() as tx:  # whoever began before sees nobody gone
        tx.run(text("SELECT 1"))
        done = migrate(owner, partitions=PARTITIONS)
        assert patient_of(tx, people[1])
    over.set()
    others.join()
    assert done is not None
    assert done.tables == len(by_person())
    assert done.rows >= 200
    assert 0 < done.nobody_read < done.nobody_wrote
    assert read[0] > 0
    with store.read() as tx:
        assert all(face_of(tx, one).legal_name == a_face().legal_name for one in people)
        assert role_problems(tx) == ()  # the rights and the fences came along
        assert tx.run(text("SELECT count(DISTINCT tableoid) FROM patient")).scalar() == PARTITIONS
    store.close()


def test_it_stays_so_and_is_the_schema_of_the_page(filled, owner_of):
    owner, _app, _people = filled
    assert migrate(owner).tables == 0
    assert head_matches(owner)
    with pytest.raises(OtherNumber):
        migrate(owner, partitions=PARTITIONS * 2)
    with owner_of.connect() as connection:
        assert partitions_of(connection) == PARTITIONS
        assert drift(connection) == []


def test_it_refuses_what_the_whole_tables_refused(filled, owner_of):
    _owner, _app, people = filled
    with owner_of.begin() as connection:
        one = {"id": people[0]}
        with pytest.raises(IntegrityError), connection.begin_nested():
            connection.execute(text("DELETE FROM trail_head WHERE patient_id = :id"), one)
        with pytest.raises(IntegrityError), connection.begin_nested():  # the directory finds them
            connection.execute(text("DELETE FROM patient WHERE patient_id = :id"), one)


def test_a_later_step_changes_every_partition(filled, owner_of):
    with owner_of.connect() as connection:
        step = Operations(MigrationContext.configure(connection))
        step.add_column("patient", Column("later", Integer))
        step.create_index("ix_patient_later", "patient", ["team_id", "later"])
        asked = inspect(connection)
        assert "later" in {one["name"] for one in asked.get_columns("patient_p07")}
        assert any("later" in one["column_names"] for one in asked.get_indexes("patient_p07"))
        connection.rollback()


def test_a_table_that_comes_later_is_spread_with_the_next_migration(filled, owner_of):
    owner, _app, _people = filled
    with owner_of.begin() as connection:  # as a later step would leave it: whole
        connection.execute(text("DROP TABLE quiet_note"))
        metadata.tables["quiet_note"].create(connection)
    done = migrate(owner)
    assert done is not None
    assert done.tables == 1
    with owner_of.connect() as connection:
        assert drift(connection) == []


@pytest.fixture
def owner_of(filled) -> Iterator[Engine]:
    engine = create_engine(filled[0])
    yield engine
    engine.dispose()


def drift(connection: Connection) -> list:
    parts = {f"{name}_p{number:02}" for name in by_person() for number in range(PARTITIONS)}

    def of_the_whole(one, name, kind, *_more) -> bool:
        """PostgreSQL keeps a key to each partition beside the one to their table."""
        if kind == "foreign_key_constraint":
            return not {key.target_fullname.split(".")[0] for key in one.elements} & parts
        return not (kind == "table" and name in parts)

    options = {"compare_type": True, "include_object": of_the_whole}
    return compare_metadata(MigrationContext.configure(connection, opts=options), metadata)
