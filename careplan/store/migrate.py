"""Brings a database up to the newest schema, however many processes start at the same moment."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import SQLAlchemyError

from careplan.store.engines import engine_for_migration
from careplan.store.migrations.head import HEAD
from careplan.store.refusals import told

_LOCK = text("SELECT pg_advisory_xact_lock(:number)")
_LOCK_NUMBER = int.from_bytes(b"careplan")


def migrate(url: str) -> None:
    """Up to the head, in one transaction: a failed step leaves the database as it was."""
    engine = engine_for_migration(url)
    try:
        with engine.begin() as connection:
            if connection.dialect.name == "postgresql":
                connection.execute(_LOCK, {"number": _LOCK_NUMBER})
            if _revision(connection) != (HEAD,):
                command.upgrade(config_for(connection), "head")
    except SQLAlchemyError as problem:
        raise told(problem) from problem
    finally:
        engine.dispose()


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
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config


def _revision(connection: Connection) -> tuple[str, ...]:
    return MigrationContext.configure(connection).get_current_heads()
