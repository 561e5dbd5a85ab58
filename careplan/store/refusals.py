"""Says what a database's refusal means, in words that rooms without SQL can act on."""

from __future__ import annotations

import sqlite3

import psycopg
from psycopg import errors as pg
from sqlalchemy.exc import DBAPIError, TimeoutError  # noqa: A004

from careplan.store.errors import Busy, CannotKeep, Collided, Full, ReadOnly, Unavailable

_WAITED = (pg.LockNotAvailable, pg.QueryCanceled)
_COLLIDED = (pg.DeadlockDetected, pg.SerializationFailure)
_LOST = (
    psycopg.OperationalError,
    psycopg.InterfaceError,
    pg.IdleInTransactionSessionTimeout,
    sqlite3.OperationalError,
    # Not migrated, or by another program than this one: SQLite says it with an OperationalError.
    pg.UndefinedTable,
    pg.UndefinedColumn,
)


DRIVER_REFUSALS = (psycopg.Error, sqlite3.Error)
"""As the drivers raise them where a statement goes past SQLAlchemy."""


def told(problem: Exception) -> Exception:
    """The store's own error for it; a mistake in a statement stays what it is."""
    if isinstance(problem, DRIVER_REFUSALS):
        return _told_by_driver(problem) or problem
    if isinstance(problem, TimeoutError):
        return Busy("every connection of this process is in use")
    cause = problem.orig if isinstance(problem, DBAPIError) else None
    if cause is None:
        return problem
    return _told_by_driver(cause) or problem


def _told_by_driver(cause: BaseException) -> Exception | None:
    # The statement and its values stay out of every message: they may speak of a person.
    if _is_read_only(cause):
        return ReadOnly("this transaction was opened for reading")
    if isinstance(cause, _COLLIDED):
        return Collided("others did something at the same moment")
    if isinstance(cause, _WAITED) or _is_locked(cause):
        return Busy("others held what was needed for too long")
    if isinstance(cause, psycopg.IntegrityError | sqlite3.IntegrityError):
        return CannotKeep(f"the database refused it: {type(cause).__name__}")
    if isinstance(cause, pg.InsufficientPrivilege):  # a role's right or a row's fence
        return CannotKeep("the database lets nobody who comes this way do that")
    if _is_full(cause):
        return Full("the database has no room left")
    if isinstance(cause, _LOST):
        return Unavailable(f"the database does not answer as it should: {type(cause).__name__}")
    return None


def _is_read_only(cause: BaseException) -> bool:
    if isinstance(cause, sqlite3.Error):
        return getattr(cause, "sqlite_errorcode", None) == sqlite3.SQLITE_READONLY
    return isinstance(cause, pg.ReadOnlySqlTransaction)


def _is_full(cause: BaseException) -> bool:
    code = getattr(cause, "sqlite_errorcode", 0)
    return isinstance(cause, pg.DiskFull) or code == sqlite3.SQLITE_FULL


def _is_locked(cause: BaseException) -> bool:
    code = getattr(cause, "sqlite_errorcode", 0)
    return isinstance(cause, sqlite3.Error) and code & 0xFF in {
        sqlite3.SQLITE_BUSY,
        sqlite3.SQLITE_LOCKED,
    }
