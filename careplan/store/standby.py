"""Whether the database that takes writes answers, found out once and not anew at each door.

When one connection fails, the database is asked on a fresh one. If it does not answer there either,
everything that needs it fails at once instead of waiting, emergency reads go to the standby, and a
thread asks every second until it is back.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import psycopg
from sqlalchemy import create_engine, make_url, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.pool import NullPool

from careplan.keys.keyring import Keyring
from careplan.store.db import Store, Transaction
from careplan.store.engines import is_sqlite
from careplan.store.errors import ReadOnly, Unavailable
from careplan.store.spool import Spool

log = logging.getLogger("careplan.store")

EVERY = 1.0
_NOTICED = {"tcp_user_timeout": "3000", "keepalives_idle": "5", "keepalives_interval": "2"}
"""A machine that is gone sends no refusal: then its silence has to do, and soon."""
_ASK = {"connect_timeout": 2, "options": "-c statement_timeout=2000"}
_TAKES_WRITES = text(
    "SELECT NOT pg_is_in_recovery() AND current_setting('transaction_read_only') = 'off'"
)


class Spare(Store):
    """A store that may be known to be away, or be kept from writing: then it says so at once."""

    def __init__(self, url: str, keyring: Keyring, *, read_only: bool = False, **more: Any) -> None:
        super().__init__(_impatient(url), keyring, **more)
        self.read_only = read_only
        self.away = False

    @contextmanager
    def begin(self) -> Iterator[Transaction]:
        self._must_answer()
        if self.read_only:
            raise ReadOnly("nothing may be written here now")
        with super().begin() as tx:
            yield tx

    @contextmanager
    def read(self) -> Iterator[Transaction]:
        self._must_answer()
        with super().read() as tx:
            yield tx

    def drop_connections(self) -> None:
        """Those that nobody uses: the next one is made anew."""
        self._engines.dispose()

    def _must_answer(self) -> None:
        if self.away:
            raise Unavailable("no database that takes writes answers")


class Watch:
    """Whether the database that takes writes answers. `back` is called once it does again, in the
    thread that found it out, until it says that all is done."""

    def __init__(self, store: Spare, url: str, *, back: Callable[[], bool]) -> None:
        self._store = store
        self._url = url
        self._back = back
        self._asking = threading.Lock()

    def lost(self) -> bool:
        """Whether it is really away, for whoever just lost a connection. One asks, and the others
        take its word."""
        with self._asking:
            if self._store.away:
                return True
            self._store.drop_connections()
            if takes_writes(self._url):
                return False
            self._store.away = True
        log.warning("The database does not answer: emergency reads go on without it.")
        threading.Thread(target=self._until_back, name="ask the database", daemon=True).start()
        return True

    def _until_back(self) -> None:
        asleep = threading.Event()
        while not takes_writes(self._url):
            asleep.wait(EVERY)
        self._store.drop_connections()
        self._store.away = False
        log.warning("The database answers again.")
        while not self._back() and not self._store.away:
            asleep.wait(EVERY)


@dataclass(frozen=True, slots=True)
class Fallback:
    """What emergency reads go on with while nothing can be written where it belongs. Without a
    standby that is only while the database answers and takes no writes. `wrong_answers` may be
    given at one link on all the `nodes` together, none of which knows of the others' then."""

    spool: Spool
    store: Spare
    standby: Store | None
    watch: Watch
    wrong_answers: int = 3
    nodes: int = 1

    def share_of(self, remaining: int) -> int:
        """Of what a link may still take in its life, how much this node may take of it."""
        return min(self.wrong_answers, remaining) // self.nodes


def takes_writes(url: str) -> bool:
    """Asked on a connection of its own, which waits two seconds for each address at most."""
    if is_sqlite(url):
        return True  # a file on our own disk: what is wrong with it, the statement itself says
    engine = create_engine(_psycopg(url), poolclass=NullPool, connect_args=_ASK)
    try:
        with engine.connect() as connection:
            return bool(connection.execute(_TAKES_WRITES).scalar_one())
    except (SQLAlchemyError, psycopg.Error):
        return False
    finally:
        engine.dispose()


def _psycopg(url: str) -> Any:
    return make_url(url).set(drivername="postgresql+psycopg")


def _impatient(url: str) -> str:
    parts = make_url(url)
    if parts.get_backend_name() != "postgresql":
        return url
    missing = {name: value for name, value in _NOTICED.items() if name not in parts.query}
    return parts.update_query_dict(missing).render_as_string(hide_password=False)
