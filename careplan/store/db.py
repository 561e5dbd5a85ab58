"""The way to the database: one store a process, one transaction for each thing somebody does.

A transaction also seals and unseals, because what is kept and the key it is kept under must never
be thought of apart. A person's key is unwrapped once in a transaction and forgotten with it.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cached_property
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import Column, Connection, CursorResult, Engine, Executable, bindparam, select, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import SQLAlchemyError

from careplan.keys.envelope import DataKey, Where, seal, unseal
from careplan.keys.keyring import Keyring
from careplan.keys.tokens import Entropy, draw
from careplan.plan.codec import canonical
from careplan.store import tables
from careplan.store.engines import Engines, Patience, begin_fenced, open_engines
from careplan.store.errors import Busy, Collided, Erased, NotFound
from careplan.store.fences import EVERYBODY, Fence, NoFence, declared
from careplan.store.listening import NOBODY_LISTENS, Listener
from careplan.store.migrations.head import HEAD
from careplan.store.owners import Owner, OwnerKind
from careplan.store.ready import Ready
from careplan.store.refusals import DRIVER_REFUSALS, told

OnBoth = Mapping[str, Executable]
"""One statement for each database, where their spellings differ."""

Parameters = Mapping[str, Any] | Sequence[Mapping[str, Any]]

T = TypeVar("T")
_TIMES = 3
_VERSION = text("SELECT version_num FROM alembic_version")
_DATA_KEY = {
    OwnerKind.PATIENT: select(tables.patient.c.data_key).where(
        tables.patient.c.patient_id == bindparam("owner_id")
    ),
    OwnerKind.ACCOUNT: select(tables.account.c.data_key).where(
        tables.account.c.account_id == bindparam("owner_id")
    ),
}


def on_both(build: Callable[[Any], Executable]) -> OnBoth:
    """For INSERT … ON CONFLICT, which each dialect of SQLAlchemy has for itself."""
    return {"sqlite": build(sqlite.insert), "postgresql": build(postgresql.insert)}


class Store:
    """The database of one process. Safe to share among threads; open it after forking."""

    def __init__(
        self,
        url: str,
        keyring: Keyring,
        *,
        entropy: Entropy,
        patience: Patience | None = None,
        fence: Fence | None = EVERYBODY,
    ) -> None:
        """`fence` holds where nothing was declared; with None such a transaction is refused."""
        patience = patience or Patience()
        self._fence = fence
        self._engines: Engines = open_engines(url, patience)
        self._writer = threading.Lock()
        self._longest_wait = patience.wait_for_lock_ms / 1000
        self.keyring = keyring
        self._entropy = entropy
        self.listener: Listener = NOBODY_LISTENS

    @property
    def dialect(self) -> str:
        return self._engines.dialect

    @contextmanager
    def begin(self) -> Iterator[Transaction]:
        """A transaction that writes: kept whole when the block ends, or not at all."""
        with self._turn(), self._transaction(self._engines.writing, reading=False) as tx:
            yield tx

    def whole(self, act: Callable[[Transaction], T]) -> T:
        """What `act` gives back, in a transaction of its own; again, three times at most, when the
        database undid it because another came at the same moment.

        Only for what does nothing outside the transaction. A lost connection is never tried again:
        then nobody knows whether it was kept.
        """
        for _ in range(_TIMES - 1):
            try:
                with self.begin() as tx:
                    return act(tx)
            except Collided as problem:
                self.listener.retried(type(problem).__name__)
        with self.begin() as tx:
            return act(tx)

    @contextmanager
    def read(self) -> Iterator[Transaction]:
        """A transaction that sees one moment of the database and cannot change it."""
        with self._transaction(self._engines.reading, reading=True) as tx:
            yield tx

    def head_matches(self) -> bool:
        """Whether the schema is the one this program was written for; for `/readyz`."""
        with self.read() as tx:
            return tx.run(_VERSION).scalars().all() == [HEAD]

    def close(self) -> None:
        self._engines.dispose()

    @contextmanager
    def _turn(self) -> Iterator[None]:
        """SQLite has one writer at a time, and those who find it busy sleep and look again.

        Among the threads of one process a queue wakes the next one at once. Other processes still
        meet at SQLite's own lock.
        """
        if self._engines.dialect != "sqlite":
            yield
            return
        if not self._writer.acquire(timeout=self._longest_wait):
            raise Busy("others held what was needed for too long")
        try:
            yield
        finally:
            self._writer.release()

    @contextmanager
    def _transaction(self, engine: Engine, *, reading: bool) -> Iterator[Transaction]:
        fence = declared() or self._fence
        if fence is None:
            raise NoFence("nothing was declared of whom this is about: see store/fences.py")
        began, deeds = time.perf_counter(), list[str]()
        self.listener.began()
        try:
            with engine.begin() as connection:
                if self._engines.dialect == "postgresql":
                    begin_fenced(connection, fence, reading=reading)
                tx = Transaction(connection, self.keyring, self._entropy, self.service_key)
                tx.deeds = deeds
                yield tx
        except (SQLAlchemyError, *DRIVER_REFUSALS) as problem:
            refusal = told(problem)
            self.listener.refused(type(refusal).__name__)
            raise refusal from problem
        finally:
            self.listener.transaction(time.perf_counter() - began, writes=not reading)
        if deeds:
            self.listener.kept(deeds)

    @cached_property
    def service_key(self) -> DataKey:
        """Seals what belongs to no person: the service's own trail, sessions, plain messages."""
        return self.keyring.service_key("store")


class Transaction:
    """What the query functions are handed: statements, sealing, hashing and new ids."""

    def __init__(
        self,
        connection: Connection,
        keyring: Keyring,
        entropy: Entropy,
        service_key: DataKey,
    ) -> None:
        self._connection = connection
        self.dialect = connection.dialect.name
        self.keyring = keyring
        self.entropy = entropy
        self.deeds: list[str] = []  # written down in it, for whoever listens to the store
        self._wrapped: dict[Owner, bytes | None] = {}
        self._keys: dict[Owner, DataKey] = {Owner(OwnerKind.SERVICE): service_key}

    # --- statements ------------------------------------------------------------------------

    def run(
        self, statement: Executable | OnBoth, parameters: Parameters | None = None
    ) -> CursorResult[Any]:
        if isinstance(statement, Mapping):
            statement = statement[self.dialect]
        return self._connection.execute(statement, parameters)

    def run_ready(self, statement: Ready, parameters: Mapping[str, Any]) -> list[Any]:
        """For scans: past SQLAlchemy, on the same connection and in the same transaction."""
        return statement.run(self._connection.connection, self._connection.dialect, parameters)

    # --- ids, hashes, keys -----------------------------------------------------------------

    def new_id(self) -> UUID:
        return UUID(bytes=draw(self.entropy, 16), version=4)

    def hash(self, kind: str, value: str) -> bytes:
        """What a value is found by. The caller folds it first, or two spellings are two values."""
        return self.keyring.keyed_hash(kind, value)

    def new_key(self, owner: Owner) -> dict[str, Any]:
        """A fresh data key for somebody new: the columns it is kept in."""
        key = self.keyring.new_data_key(self.entropy)
        wrapped = self.keyring.wrap(key, str(owner.id))
        self._keys[owner] = key
        return {"data_key": wrapped, "master_id": self.keyring.wrapped_with(wrapped)}

    def remember(self, owner: Owner, wrapped: bytes | None) -> None:
        """A wrapped key that a query brought along, so that no second query asks for it."""
        self._wrapped.setdefault(owner, wrapped)

    def forget(self, owner: Owner) -> None:
        self._wrapped.pop(owner, None)
        self._keys.pop(owner, None)

    def key(self, owner: Owner) -> DataKey:
        known = self._keys.get(owner)
        if known is not None:
            return known
        if owner not in self._wrapped:
            self._wrapped[owner] = self._ask_for_key(owner)
        wrapped = self._wrapped[owner]
        if wrapped is None:
            raise Erased(f"the data key of this {owner.kind} has been destroyed")
        key = self.keyring.unwrap(wrapped, str(owner.id))
        self._keys[owner] = key
        return key

    def _ask_for_key(self, owner: Owner) -> bytes | None:
        row = self.run(_DATA_KEY[owner.kind], {"owner_id": owner.id}).one_or_none()
        if row is None:
            raise NotFound(f"there is no such {owner.kind}")
        wrapped: bytes | None = row.data_key
        return wrapped

    # --- sealing ---------------------------------------------------------------------------

    def seal(
        self,
        owner: Owner,
        column: Column[Any],
        row: str,
        plain: bytes,
        *,
        dictionary: bool = False,
    ) -> bytes:
        """Sealed for this one place. `row` is the row's key; the owner's id is added to it."""
        return seal(
            plain,
            key=self.key(owner),
            where=_place(owner, column, row),
            entropy=self.entropy,
            dictionary=dictionary,
        )

    def unseal(self, owner: Owner, column: Column[Any], row: str, blob: bytes) -> bytes:
        return unseal(blob, key=self.key(owner), where=_place(owner, column, row))

    def seal_facts(self, owner: Owner, column: Column[Any], row: str, facts: Any) -> bytes:
        """Plain JSON values, in their one spelling."""
        return self.seal(owner, column, row, canonical(facts))

    def unseal_facts(self, owner: Owner, column: Column[Any], row: str, blob: bytes) -> Any:
        return json.loads(self.unseal(owner, column, row, blob))


def _place(owner: Owner, column: Column[Any], row: str) -> Where:
    if not isinstance(column.type, tables.Sealed):
        raise TypeError(f"{column} is not a sealed column")
    return Where(table=column.table.name, row=f"{owner.id or ''}/{row}", column=column.name)
