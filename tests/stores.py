"""A fresh store for a test, on SQLite and on PostgreSQL: import the fixtures from here.

`TEST_POSTGRES_URL` names a server, as its superuser; without it those tests are skipped. Each
test worker makes one database and empties it before every test.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, date, datetime
from hashlib import sha256
from itertools import count
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
import pytest
from psycopg import sql
from sqlalchemy import Engine, create_engine, make_url, text
from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError

from careplan.accounts.people import Role, Who
from careplan.keys.keyring import Keyring
from careplan.store.accounts import new_account
from careplan.store.db import Store, Transaction
from careplan.store.migrate import migrate
from careplan.store.patients import Face, new_patient
from careplan.store.tables import metadata
from careplan.store.teams import new_team

__all__ = [
    "APP_ROLE",
    "NOW",
    "TODAY",
    "a_face",
    "a_keyring",
    "a_patient",
    "a_team",
    "an_account",
    "app_role_of",
    "as_app",
    "asked_of",
    "owned",
    "owner_url",
    "postgres_broom",
    "postgres_database",
    "postgres_url",
    "seeded",
    "sqlite_template",
    "sqlite_url",
    "store",
    "store_url",
    "the_patient",
]

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
TODAY = date(2026, 11, 23)
POSTGRES = "TEST_POSTGRES_URL"
SPREAD = "TEST_SPREAD"
"""Set, every test on PostgreSQL meets people spread over this many partitions."""
PARTITIONS = 16
PAGES_ON = "TEST_PAGES_ON"
"""Set to postgresql, pages and journeys that one database is enough for run on that one."""
APP_ROLE = "careplan_test_app"


def seeded(seed: str = "store") -> Callable[[int], bytes]:
    """Bytes that look random and are the same in every run; `count` is safe among threads."""
    numbers = count()

    def entropy(size: int) -> bytes:
        number = next(numbers)
        blocks = (sha256(f"{seed}:{number}:{at}".encode()).digest() for at in range(size // 32 + 1))
        return b"".join(blocks)[:size]

    return entropy


def a_keyring(*, current: str = "m1", also: tuple[str, ...] = ()) -> Keyring:
    masters = {name: sha256(f"master {name}".encode()).digest() for name in (current, *also)}
    return Keyring(masters=masters, current=current, pepper=sha256(b"pepper").digest())


# --- databases -------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("sqlite") / "template.db"
    migrate(f"sqlite:///{path}")
    return path


@pytest.fixture
def sqlite_url(sqlite_template: Path, tmp_path: Path, request: pytest.FixtureRequest) -> str:
    if os.environ.get(PAGES_ON) == "postgresql":
        return str(request.getfixturevalue("postgres_url"))
    path = tmp_path / "careplan.db"
    shutil.copy(sqlite_template, path)
    return f"sqlite:///{path}"


@pytest.fixture(scope="session")
def postgres_database() -> Iterator[URL]:
    """A database of this worker's own, up to the head, its people spread as in production."""
    server = os.environ.get(POSTGRES)
    if not server:
        pytest.skip(f"{POSTGRES} is not set: no PostgreSQL to test on")
    with _fresh_database(server) as url:
        migrate(
            url.render_as_string(hide_password=False),
            app_role=app_role_of(url),
            partitions=PARTITIONS if os.environ.get(SPREAD) else 0,
        )
        yield url


@pytest.fixture(scope="session")
def postgres_broom(postgres_database: URL) -> Iterator[Callable[[], None]]:
    """Empties it. Deleting the little that a test leaves is twenty times as fast as truncating
    every table, and asking first where anything lies three times as fast as deleting everywhere:
    that question is prepared once, and one connection does it for all tests. A replica asks
    neither the triggers that guard the frozen tables nor the foreign keys."""
    filled = sql.SQL(" UNION ALL ").join(
        sql.SQL("SELECT tableoid::regclass::text FROM {}").format(sql.Identifier(one.name))
        for one in metadata.sorted_tables
    )
    address = postgres_database.set(drivername="postgresql").render_as_string(hide_password=False)
    connection = psycopg.connect(address, autocommit=True)
    connection.execute("SET session_replication_role = replica")
    ask = filled.as_bytes(connection)

    def sweep() -> None:
        left = set(connection.execute(ask, prepare=True).fetchall())
        if left:
            each = (sql.SQL("DELETE FROM {}").format(sql.Identifier(name)) for (name,) in left)
            connection.execute(sql.SQL("; ").join(each))

    yield sweep
    connection.close()


@pytest.fixture
def postgres_url(postgres_database: URL, postgres_broom: Callable[[], None]) -> str:
    """As the application connects: what its role may not do, no test does by mistake."""
    postgres_broom()
    return as_app(postgres_database).render_as_string(hide_password=False)


@pytest.fixture
def owner_url(store_url: str) -> str:
    """The same database as its owner, for a test that breaks what the application cannot."""
    if store_url.startswith("sqlite"):
        return store_url
    server = make_url(os.environ[POSTGRES])
    owned = make_url(store_url).set(username=server.username, password=server.password)
    return owned.render_as_string(hide_password=False)


def app_role_of(owned: URL) -> str:
    """The application's role on this server, made by whichever worker comes first."""
    password = f" PASSWORD '{owned.password}'" if owned.password else ""
    engine = create_engine(owned)
    known = text("SELECT 1 FROM pg_roles WHERE rolname = :role")
    with suppress(DBAPIError), engine.begin() as connection:  # another worker made it meanwhile
        if connection.execute(known, {"role": APP_ROLE}).scalar() is None:
            connection.execute(text(f"CREATE ROLE {APP_ROLE} LOGIN{password}"))
    engine.dispose()
    return APP_ROLE


def as_app(owned: URL) -> URL:
    return owned.set(username=APP_ROLE)


class _fresh_database:  # noqa: N801
    """Made when entered and dropped when left, so that workers never meet."""

    def __init__(self, server: str) -> None:
        worker = os.environ.get("PYTEST_XDIST_WORKER", "main")
        self.name = f"careplan_test_{worker}_{os.getpid()}_{os.urandom(3).hex()}"
        self.server = make_url(server).set(drivername="postgresql+psycopg")

    def __enter__(self) -> URL:
        self._do(f'CREATE DATABASE "{self.name}"')
        return self.server.set(database=self.name)

    def __exit__(self, *problem: object) -> None:
        self._do(f'DROP DATABASE IF EXISTS "{self.name}" WITH (FORCE)')

    def _do(self, statement: str) -> None:
        engine: Engine = create_engine(self.server, isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.execute(text(statement))
        engine.dispose()


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def store_url(request: pytest.FixtureRequest) -> str:
    return str(
        request.getfixturevalue(f"{'sqlite' if request.param == 'sqlite' else 'postgres'}_url")
    )


@pytest.fixture
def store(store_url: str) -> Iterator[Store]:
    opened = Store(store_url, a_keyring(), entropy=seeded())
    yield opened
    opened.close()


@pytest.fixture
def owned(owner_url: str) -> Iterator[Store]:
    """The store as its owner has it, who may break what guards it."""
    opened = Store(owner_url, a_keyring(), entropy=seeded("owner"))
    yield opened
    opened.close()


# --- people ----------------------------------------------------------------------------------


def a_face(**changes: object) -> Face:
    facts: dict[str, object] = {
        "legal_name": "Adaeze Grace Okonkwo-Bright",
        "known_as": "Ada",
        "date_of_birth": date(1997, 3, 14),
        "nhs_number": "9990110212",
        "plan_number": "SCP-AB12-CD34",
    }
    return Face(**facts | changes)  # type: ignore[arg-type]


def a_patient(tx: Transaction, *, team_id: UUID | None = None, **face: object) -> UUID:
    patient_id = tx.new_id()
    if "plan_number" not in face:
        face["plan_number"] = f"SCP-{patient_id.hex[:8]}"
    new_patient(tx, patient_id, a_face(**face), at=NOW, team_id=team_id)
    return patient_id


def a_team(tx: Transaction, name: str = "Red cell team") -> UUID:
    team_id = tx.new_id()
    new_team(
        tx,
        team_id,
        name=name,
        organisation="St Anselm's Hospital",
        ods="R9X01",
        phone="020 7946 0100",
        at=NOW,
    )
    return team_id


def an_account(tx: Transaction, email: str = "ada@example.com", name: str = "Ada") -> UUID:
    account_id = tx.new_id()
    new_account(
        tx,
        account_id,
        kind="person",
        email=email,
        name=name,
        title=None,
        password_hash="$argon2id$x",
        at=NOW,
    )
    return account_id


def the_patient(patient_id: UUID, account_id: UUID) -> Who:
    return Who(
        account_id=str(account_id),
        name="Ada",
        roles=frozenset({Role.PATIENT}),
        patient_id=str(patient_id),
    )


def asked_of(tx: Transaction) -> list[object]:
    """Every statement that the transaction runs from now on."""
    statements: list[object] = []
    run = tx.run

    def noted(statement: Any, parameters: Any = None) -> Any:
        statements.append(statement)
        return run(statement, parameters)

    ready = tx.run_ready

    def noted_ready(statement: Any, parameters: Any) -> Any:
        statements.append(statement)
        return ready(statement, parameters)

    tx.run = noted  # type: ignore[method-assign]
    tx.run_ready = noted_ready  # type: ignore[method-assign]
    return statements
