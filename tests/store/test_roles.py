"""What the application's role may do on PostgreSQL, and what is seen through a fence."""

from __future__ import annotations

from typing import cast
from uuid import UUID

import pytest
from sqlalchemy import create_engine, func, make_url, select, text

from careplan.store import tables
from careplan.store.db import Store, Transaction
from careplan.store.directory import Found, Kind, enter, led_to
from careplan.store.errors import CannotKeep
from careplan.store.fences import (
    EVERYBODY,
    NOBODY,
    Door,
    Fence,
    NoFence,
    declare,
    declared,
    let_in,
    within,
)
from careplan.store.patients import patient_of
from careplan.store.policies import FINDS_THE_PERSON, PUBLISHED, fenced_tables, put_up
from careplan.store.roles import ADD_ONLY, CHANGED_IN, NoSuchRole, OwnRole, grant, role_problems
from careplan.store.trail import append
from tests.store.test_trail import opened
from tests.stores import APP_ROLE, NOW, a_keyring, a_patient, a_team, seeded

FENCED = fenced_tables()


@pytest.fixture
def postgres(postgres_url):
    store = Store(postgres_url, a_keyring(), entropy=seeded())
    yield store
    store.close()


@pytest.fixture
def server(postgres_database, postgres_url):
    """A connection of the owner's, whose changes are never kept."""
    engine = create_engine(postgres_database)
    with engine.connect() as connection:
        yield connection
        connection.rollback()
    engine.dispose()


# --- the role ----------------------------------------------------------------------------------


@pytest.mark.postgres
def test_the_application_may_do_what_it_needs_and_no_more(postgres):
    with postgres.read() as tx:
        assert tx.run(text("SELECT current_user")).scalar_one() == APP_ROLE
        assert role_problems(tx) == ()


@pytest.mark.postgres
@pytest.mark.parametrize("table", sorted(ADD_ONLY | CHANGED_IN.keys()))
def test_what_was_witnessed_it_cannot_take_away(postgres, table):
    for deed in ("DELETE FROM {}", "TRUNCATE {}", "ALTER TABLE {} DISABLE TRIGGER USER"):
        with pytest.raises(CannotKeep), postgres.begin() as tx:
            tx.run(text(deed.format(table)))


@pytest.mark.postgres
@pytest.mark.parametrize(
    "deed",
    [
        "CREATE TABLE careplan_more (x int)",
        "DROP POLICY careplan_fence ON patient",
        "ALTER TABLE patient DISABLE ROW LEVEL SECURITY",
        "UPDATE alembic_version SET version_num = ''",
        "ALTER FUNCTION careplan_frozen() RENAME TO careplan_thawed",
        "SET LOCAL session_replication_role = replica",
    ],
)
def test_it_cannot_change_what_guards_it(postgres, deed):
    with pytest.raises(CannotKeep), postgres.begin() as tx:
        tx.run(text(deed))


@pytest.mark.postgres
def test_the_owner_who_serves_is_told_why_not(owned_postgres):
    with owned_postgres.read() as tx:
        said = " ".join(role_problems(tx))
    assert "superuser" in said
    assert "owns patient" in said


@pytest.fixture
def owned_postgres(postgres_database, postgres_url):
    url = postgres_database.render_as_string(hide_password=False)
    store = Store(url, a_keyring(), entropy=seeded())
    yield store
    store.close()


@pytest.mark.postgres
@pytest.mark.parametrize(
    ("done", "said"),
    [
        ("GRANT UPDATE ON audit_event TO {}", "change or remove rows of audit_event"),
        ("GRANT DELETE ON plan_version TO {}", "change or remove rows of plan_version"),
        ("GRANT TRUNCATE ON link TO {}", "may empty link"),
        ("GRANT CREATE ON SCHEMA public TO {}", "may create tables"),
        ("ALTER TABLE photo DISABLE ROW LEVEL SECURITY", "photo has no fence"),
    ],
)
def test_each_right_too_many_is_told(server, postgres_database, done, said):
    """Asked as the application's role, in a transaction of the owner's that is undone."""
    server.execute(text(done.format(APP_ROLE)))
    server.execute(text(f"SET LOCAL ROLE {APP_ROLE}"))
    assert said in " ".join(role_problems(cast("Transaction", _asking(server))))


class _asking:  # noqa: N801
    """As much of a transaction as asks the catalogue."""

    dialect = "postgresql"

    def __init__(self, connection):
        self.run = connection.execute


@pytest.mark.postgres
def test_rights_are_given_exactly(server):
    server.execute(text(f"GRANT ALL ON ALL TABLES IN SCHEMA public TO {APP_ROLE}"))
    grant(server, APP_ROLE)
    server.execute(text(f"SET LOCAL ROLE {APP_ROLE}"))
    assert role_problems(cast("Transaction", _asking(server))) == ()


@pytest.mark.postgres
def test_a_role_that_cannot_be_is_refused(server):
    with pytest.raises(NoSuchRole):
        grant(server, "nobody-of-that-name")
    with pytest.raises(OwnRole):
        grant(server, server.execute(text("SELECT current_user")).scalar_one())


def test_sqlite_has_no_roles(store):
    if store.dialect == "sqlite":
        with store.read() as tx:
            assert role_problems(tx) == ()


# --- the fence ---------------------------------------------------------------------------------


@pytest.fixture
def two(postgres):
    """A person of each of two teams, with a deed in the trail of each."""
    with postgres.begin() as tx:
        teams = [a_team(tx, name) for name in ("One", "Other")]
        people = [a_patient(tx, team_id=team) for team in teams]
        for one in people:
            append(tx, opened(one))
    return teams, people


def seen(store, fence):
    """Whom a statement without any condition finds, in two tables."""
    with within(fence), store.read() as tx:
        people = set(tx.run(select(tables.patient.c.patient_id)).scalars())
        trail = set(tx.run(select(tables.audit_event.c.patient_id)).scalars())
    assert fence.door is not Door.INSIDE or people == trail
    return people


@pytest.mark.postgres
@pytest.mark.asvs("8.4.1")
def test_a_query_without_its_team_finds_the_team_alone(postgres, two):
    (one, other), (ada, ben) = two
    assert seen(postgres, Fence(Door.INSIDE, team=one)) == {ada}
    assert seen(postgres, Fence(Door.INSIDE, team=other)) == {ben}
    assert seen(postgres, Fence(Door.INSIDE, team=UUID(int=7))) == set()
    assert seen(postgres, Fence(Door.INSIDE, people=frozenset({ben}))) == {ben}
    assert seen(postgres, Fence(Door.INSIDE, team=one, people=frozenset({ben}))) == {ada, ben}
    assert seen(postgres, NOBODY) == set()
    assert seen(postgres, EVERYBODY) == {ada, ben}


@pytest.mark.postgres
def test_whom_a_team_takes_over_it_sees(postgres, two):
    (one, other), (ada, ben) = two
    with postgres.begin() as tx:
        tx.run(
            tables.patient.update()
            .where(tables.patient.c.patient_id == ada)
            .values(next_team_id=other)
        )
    assert seen(postgres, Fence(Door.INSIDE, team=other)) == {ada, ben}
    assert seen(postgres, Fence(Door.INSIDE, team=one)) == {ada}


@pytest.mark.postgres
def test_nobody_writes_over_the_fence(postgres, two):
    (one, other), (ada, ben) = two
    mine = within(Fence(Door.INSIDE, team=one))
    with mine, postgres.begin() as tx:
        changed = tx.run(tables.patient.update().values(dose_stopped=True))
        assert changed.rowcount == 1
        assert patient_of(tx, ben) is None
        assert tx.run(tables.search_word.delete()).rowcount >= 0
    moved = tables.patient.update().where(tables.patient.c.patient_id == ada)
    with (
        within(Fence(Door.INSIDE, team=one)),
        pytest.raises(CannotKeep),
        postgres.begin() as tx,
    ):
        tx.run(moved.values(team_id=other))
    with (
        within(Fence(Door.INSIDE, team=one)),
        pytest.raises(CannotKeep),
        postgres.begin() as tx,
    ):
        tx.run(tables.photo.insert().values(patient_id=ben, updated_at=NOW, body=b"x"))


@pytest.mark.postgres
def test_without_a_word_nothing_is_seen(postgres, two, postgres_url):
    """Whoever comes with the application's password and does not know of the fence."""
    engine = create_engine(make_url(postgres_url))
    with engine.connect() as connection:
        for table in FENCED:
            counted = select(func.count()).select_from(tables.metadata.tables[table])
            assert connection.execute(counted).scalar_one() == 0, table
    engine.dispose()


@pytest.mark.postgres
def test_the_fence_ends_with_its_transaction(postgres, two):
    (one, _), (ada, _) = two
    assert seen(postgres, Fence(Door.INSIDE, team=one)) == {ada}
    with within(NOBODY), postgres.read() as tx:  # on the same connection
        assert tx.run(text("SELECT current_setting('careplan.team', true)")).scalar() in ("", None)
        assert tx.run(select(func.count()).select_from(tables.patient)).scalar_one() == 0


@pytest.mark.postgres
@pytest.mark.asvs("8.4.1")
def test_a_secret_opens_its_own_person_alone(postgres, two):
    """Whoever comes is nobody; what they show leads to one person, and they stay with that one."""
    _, (ada, ben) = two
    everyone = select(tables.patient.c.patient_id)
    with postgres.begin() as tx:
        for one, token in ((ada, "a" * 43), (ben, "b" * 43)):
            enter(tx, Kind.PHONE_TOKEN, token, patient_id=one, target=one)
    with within(NOBODY), postgres.read() as tx:
        assert led_to(tx, Kind.PHONE_TOKEN, "c" * 43) is None
        assert tx.run(everyone).scalars().all() == []
        assert led_to(tx, Kind.PHONE_TOKEN, "b" * 43) == Found(ben, ben)
        assert tx.run(everyone).scalars().all() == [ben]
    with within(NOBODY):
        with postgres.begin() as tx:
            let_in(tx)
            assert tx.run(everyone).scalars().all() == []
            let_in(tx, ada)
            assert tx.run(everyone).scalars().all() == [ada]
        with postgres.read() as tx:  # the next one of the same request
            assert tx.run(everyone).scalars().all() == [ada]
            led_to(tx, Kind.PHONE_TOKEN, "b" * 43)
            assert set(tx.run(everyone).scalars()) == {ada, ben}
    assert declared() is None


@pytest.mark.postgres
def test_cards_taken_back_are_anybodys_to_read_and_nobodys_to_change(server):
    """A public list names them, and one that left somebody's out would call their card good."""
    card, ada, ben = tables.issued_card, UUID(int=1), UUID(int=2)
    server.execute(text("SET LOCAL session_replication_role = replica"))
    for one, gone in ((ada, NOW), (ben, None)):
        facts = {"kid": "k", "rid": str(one), "made_at": NOW, "good_until": NOW.date()}
        whose = {"patient_id": one, "link_id": one, "version": 1, "body": b"x"}
        server.execute(card.insert().values(**facts, **whose, revoked_at=gone))
    server.execute(text(f"SET LOCAL ROLE {APP_ROLE}"))
    assert server.execute(select(card.c.patient_id)).scalars().all() == [ada]
    assert server.execute(card.update().values(revoked_at=None)).rowcount == 0
    assert server.execute(card.delete()).rowcount == 0


@pytest.mark.postgres
def test_every_table_of_people_is_fenced(server):
    standing = text("SELECT relname FROM pg_class WHERE relrowsecurity")
    assert set(server.execute(standing).scalars()) == set(FENCED)
    keyed = {
        name
        for name, table in tables.metadata.tables.items()
        if next(iter(table.primary_key.columns)).name == "patient_id"
    }
    assert keyed - set(FENCED) == FINDS_THE_PERSON
    assert PUBLISHED.keys() <= set(FENCED)


@pytest.mark.postgres
def test_policies_are_put_up_once_and_put_right(server):
    assert not put_up(server)
    server.execute(text("ALTER TABLE photo DISABLE ROW LEVEL SECURITY"))
    assert put_up(server)
    server.execute(text("DROP POLICY careplan_fence ON visit"))
    assert put_up(server)
    assert not put_up(server)


def test_a_door_that_declares_nothing_opens_nothing(store_url):
    store = Store(store_url, a_keyring(), entropy=seeded(), fence=None)
    for way in (store.begin, store.read):
        with pytest.raises(NoFence), way():
            raise AssertionError("it opened")
    with within(NOBODY), store.read():
        assert declared() == NOBODY
    assert declared() is None
    declare(None)
    store.close()
