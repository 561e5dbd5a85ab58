"""Brings a database up to the newest schema, however many processes start at the same moment.

On PostgreSQL a step that must change a table waits for its readers a third of a second at most:
whoever reads next would queue behind it. Then everything is undone, and tried again a little later.
"""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, Engine, inspect, text
from sqlalchemy.exc import SQLAlchemyError

from careplan.store.engines import engine_for_migration
from careplan.store.errors import Busy
from careplan.store.migrations.head import HEAD
from careplan.store.partitioning import Spread, partitions_of, spread
from careplan.store.policies import put_up
from careplan.store.refusals import told
from careplan.store.roles import grant

if TYPE_CHECKING:
    from alembic.config import Config

_LOCK = text("SELECT pg_advisory_xact_lock(:number)")
_LOCK_NUMBER = int.from_bytes(b"careplan")
_A_MOMENT = text("SET LOCAL lock_timeout = '300ms'")
_REVISION = text("SELECT version_num FROM alembic_version")
_TRIES = 200
_BETWEEN_TRIES = 0.5


def migrate(url: str, *, app_role: str = "", partitions: int = 0) -> Spread | None:
    """Up to the head, in one transaction: a failed step leaves the database as it was.

    `app_role`: the role that the application connects as, to be granted what it needs and no more.
    `partitions`: spread people over as many; who is spread already stays so without it.
    """
    engine = engine_for_migration(url)
    try:
        return _with_patience(engine, app_role=app_role, partitions=partitions)
    except SQLAlchemyError as problem:
        raise told(problem) from problem
    finally:
        engine.dispose()


def _with_patience(engine: Engine, *, app_role: str, partitions: int) -> Spread | None:
    for left in reversed(range(_TRIES)):
        try:
            with engine.begin() as connection:
                lock_schema(connection)
                return up_to_head(connection, app_role=app_role, partitions=partitions)
        except SQLAlchemyError as problem:
            if engine.dialect.name != "postgresql" or not isinstance(told(problem), Busy):
                raise
            if not left:
                raise
        time.sleep(_BETWEEN_TRIES)
    return None


def lock_schema(connection: Connection) -> None:
    """Until the transaction ends nobody else brings this database anywhere."""
    if connection.dialect.name == "postgresql":
        connection.execute(_LOCK, {"number": _LOCK_NUMBER})
        connection.execute(_A_MOMENT)  # from here on: the turn itself may take as long as it needs


def up_to_head(connection: Connection, *, app_role: str = "", partitions: int = 0) -> Spread | None:
    """Schema, partitions, fences and rights, in the caller's transaction."""
    if _revision(connection) != (HEAD,):
        up_to(connection, "head")
    # What is new since people were spread is spread with the rest.
    partitions = partitions or partitions_of(connection)
    done = spread(connection, partitions=partitions) if partitions else None
    put_up(connection)
    if app_role and connection.dialect.name == "postgresql":
        grant(connection, app_role)
    return done


def head_matches(url: str) -> bool:
    """Whether this program and this database speak of the same schema."""
    engine: Engine = engine_for_migration(url)
    try:
        with engine.begin() as connection:
            return _revision(connection) == (HEAD,)
    except SQLAlchemyError as problem:
        raise told(problem) from problem
    finally:
        engine.dispose()


def config_for(connection: Connection | None = None) -> Config:
    from alembic.config import Config  # noqa: PLC0415 (see up_to)

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config


def up_to(connection: Connection, revision: str) -> None:
    """The steps that lead to it, in the caller's transaction."""
    # Alembic takes a third of a second to import; most starts find nothing to do.
    from alembic import command  # noqa: PLC0415

    command.upgrade(config_for(connection), revision)


def _revision(connection: Connection) -> tuple[str, ...]:
    if not inspect(connection).has_table("alembic_version"):
        return ()
    return tuple(connection.execute(_REVISION).scalars())
