"""Opens SQLite and PostgreSQL so that both keep the same promises: durable, checked, bounded.

SQLite's write transactions take the write lock when they begin, so two writers queue instead of
meeting half-way. Its readers have connections of their own that cannot write.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

import psycopg
from sqlalchemy import Connection, Engine, Pool, create_engine, event, make_url
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.pool import NullPool

from careplan.store.fences import Fence

_RESTED = 5.0
_USED = "careplan_last_used"
_VANISHED = (
    "-c tcp_keepalives_idle=1 -c tcp_keepalives_interval=1 -c tcp_keepalives_count=2"
    " -c tcp_user_timeout=3000"
)
"""A machine of ours that loses its power says nothing, and what it held stays locked until the
server has noticed: before anybody who waits for it gives up."""


class UnknownDatabase(ValueError):
    """The address of the database is not one of the two kinds that this service runs on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How many connections one process keeps, and how long it waits before it gives up."""

    connections: int = 5
    more_connections: int = 10
    wait_for_connection: float = 10.0
    wait_for_lock_ms: int = 5_000
    statement_ms: int = 15_000


@dataclass(frozen=True, slots=True)
class Engines:
    dialect: str
    writing: Engine
    reading: Engine

    def dispose(self) -> None:
        self.writing.dispose()
        self.reading.dispose()


def open_engines(url: str, patience: Patience) -> Engines:
    pool = {
        "pool_size": patience.connections,
        "max_overflow": patience.more_connections,
        "pool_timeout": patience.wait_for_connection,
        "pool_use_lifo": True,
    }
    if is_sqlite(url):
        writing = _sqlite(url, begin="BEGIN IMMEDIATE", patience=patience, pool=pool)
        reading = _sqlite(url, begin="BEGIN", patience=patience, pool=pool, query_only=True)
        return Engines("sqlite", writing, reading)
    # The driver must not begin transactions by itself: `begin_fenced` begins them.
    limits = _limits(patience) | {"autocommit": True}
    engine = create_engine(_psycopg(url), connect_args=limits, **pool)
    _try_when_rested(engine.pool)
    return Engines("postgresql", engine, engine)


def begin_fenced(connection: Connection, fence: Fence, *, reading: bool) -> None:
    """Begins PostgreSQL's transaction and says whom it is for, in one journey. A transaction that
    reads sees one moment and cannot write."""
    how = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY" if reading else "BEGIN"
    driver: Any = connection.connection.driver_connection
    driver.execute(f"{how}; {fence.spelt()}", prepare=False)


def engine_for_migration(url: str) -> Engine:
    """One connection at a time, that may take as long as it needs."""
    if is_sqlite(url):
        patience = Patience(wait_for_lock_ms=120_000)
        return _sqlite(
            url, begin="BEGIN EXCLUSIVE", patience=patience, pool={"poolclass": NullPool}
        )
    return create_engine(
        _psycopg(url), poolclass=NullPool, connect_args={"options": "-c timezone=UTC"}
    )


def is_sqlite(url: str) -> bool:
    parts = make_url(url)
    if parts.get_backend_name() == "sqlite":
        if parts.database in {None, "", ":memory:"}:
            raise UnknownDatabase("SQLite needs a file: sqlite:////path/to/the/file")
        return True
    if parts.get_backend_name() == "postgresql":
        return False
    raise UnknownDatabase(f"{parts.get_backend_name()!r}: use sqlite:// or postgresql://")


def _psycopg(url: str) -> Any:
    return make_url(url).set(drivername="postgresql+psycopg")


def _limits(patience: Patience) -> dict[str, Any]:
    return {
        "connect_timeout": 5,
        "options": (
            f"-c timezone=UTC -c lock_timeout={patience.wait_for_lock_ms}"
            f" -c statement_timeout={patience.statement_ms}"
            f" -c idle_in_transaction_session_timeout={patience.statement_ms * 2} {_VANISHED}"
            # Every statement here is short. Of partitions and fences the planner expects so much
            # that it would compile for seconds what runs in milliseconds.
            " -c jit=off"
        ),
    }


def _try_when_rested(pool: Pool) -> None:
    """A connection that lay unused is tried before it is trusted: the server may have restarted.

    One in constant use is not, which would cost every request a round trip.
    """

    @event.listens_for(pool, "checkin")
    def used(connection: Any, record: Any) -> None:  # noqa: ARG001
        record.info[_USED] = time.monotonic()

    @event.listens_for(pool, "checkout")
    def trusted(connection: Any, record: Any, proxy: Any) -> None:  # noqa: ARG001
        if time.monotonic() - record.info.get(_USED, time.monotonic()) < _RESTED:
            return
        try:
            connection.execute("SELECT 1")
            connection.rollback()
        except psycopg.Error as problem:
            raise DisconnectionError("the connection was lost while it lay unused") from problem


def _sqlite(
    url: str, *, begin: str, patience: Patience, pool: dict[str, Any], query_only: bool = False
) -> Engine:
    engine = create_engine(
        make_url(url), connect_args={"timeout": patience.wait_for_lock_ms / 1000}, **pool
    )

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, record: Any) -> None:  # noqa: ARG001
        # The driver must not begin transactions by itself: it would begin them without the lock.
        connection.isolation_level = None
        for pragma in (
            f"busy_timeout = {patience.wait_for_lock_ms}",
            "journal_mode = WAL",
            "synchronous = FULL",
            "foreign_keys = ON",
            "secure_delete = ON",  # a destroyed key must not lie about in free pages
            "trusted_schema = OFF",
            f"query_only = {'ON' if query_only else 'OFF'}",
        ):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def take_lock(connection: Any) -> None:
        connection.exec_driver_sql(begin)

    return engine
