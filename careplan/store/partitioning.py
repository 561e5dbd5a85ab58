"""Spreads what belongs to people over hash partitions of PostgreSQL, by the person's id.

Every key and foreign key of those tables begins with that id, so whatever is asked of one person
looks at one partition. A filled database is copied beside itself while it goes on being read;
writing waits until the copy is in place, and reading waits only while the two change names.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from tempfile import TemporaryFile
from typing import Any

from sqlalchemy import Connection, text
from sqlalchemy.exc import OperationalError

from careplan.store.tables import metadata

USUAL = 16
_BESIDE = "__spread"
_SWAP_TRIES = 100
_BETWEEN_TRIES = 0.2
_BLOCK = 1 << 20

_KINDS = text(
    "SELECT relname, relkind FROM pg_class "
    "WHERE relnamespace = current_schema()::regnamespace AND relname = ANY(:names)"
)
_PARTS = text("SELECT count(*) FROM pg_inherits WHERE inhparent = to_regclass('patient')")
_KEYS = text(
    "SELECT oid, conname, pg_get_constraintdef(oid) AS said FROM pg_constraint "
    "WHERE conrelid = to_regclass(:name) AND contype IN ('p', 'u')"
)
_INDEXES = text(
    "SELECT indexrelid AS oid, relname, pg_get_indexdef(indexrelid) AS said FROM pg_index "
    "JOIN pg_class ON pg_class.oid = indexrelid WHERE indrelid = to_regclass(:name) "
    "AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid "
    "AND conrelid = indrelid AND contype IN ('p', 'u'))"
)
_TRIGGERS = text(
    "SELECT pg_get_triggerdef(oid) AS said FROM pg_trigger "
    "WHERE tgrelid = to_regclass(:name) AND NOT tgisinternal"
)
_FOREIGN = text(
    "SELECT con.oid, conname, quote_ident(own.relname) AS own, "
    "quote_ident(other.relname) AS other, pg_get_constraintdef(con.oid) AS said "
    "FROM pg_constraint con JOIN pg_class own ON own.oid = conrelid "
    "JOIN pg_class other ON other.oid = confrelid "
    "WHERE contype = 'f' AND conparentid = 0 AND own.relnamespace = current_schema()::regnamespace "
    "AND (own.relname = ANY(:names) OR other.relname = ANY(:names))"
)
_RIGHTS = text(
    "SELECT quote_ident(relname) AS own, quote_ident(rolname) AS role, privilege_type AS deed, "
    "NULL AS of FROM pg_class, aclexplode(relacl) JOIN pg_roles ON pg_roles.oid = grantee "
    "WHERE relnamespace = current_schema()::regnamespace AND relname = ANY(:names) "
    "AND grantee <> relowner UNION ALL "
    "SELECT quote_ident(relname), quote_ident(rolname), privilege_type, quote_ident(attname) "
    "FROM pg_class JOIN pg_attribute ON attrelid = pg_class.oid, aclexplode(attacl) "
    "JOIN pg_roles ON pg_roles.oid = grantee "
    "WHERE relnamespace = current_schema()::regnamespace AND relname = ANY(:names) "
    "AND grantee <> relowner"
)
# A plan names the index of each partition: by the index's own name, like ix_patient_due_p03.
_NAME_PARTS = """
DO $$ DECLARE one record; BEGIN
FOR one IN
    SELECT part.oid::regclass AS part, whole.relname || right(own.relname, 4) AS name
    FROM pg_inherits JOIN pg_class part ON part.oid = inhrelid
    JOIN pg_class whole ON whole.oid = inhparent
    JOIN pg_index ON indexrelid = part.oid JOIN pg_class own ON own.oid = indrelid
    WHERE whole.relkind = 'I' AND whole.relnamespace = current_schema()::regnamespace
    AND part.relname <> whole.relname || right(own.relname, 4) AND own.relname ~ '_p[0-9][0-9]$'
LOOP EXECUTE 'ALTER INDEX ' || one.part || ' RENAME TO ' || quote_ident(one.name); END LOOP;
END $$
"""


class OtherNumber(ValueError):
    """The tables are spread already, over another number of partitions."""


class NoPartitions(ValueError):
    """SQLite keeps each table whole."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Spread:
    """What was done, and for how many seconds nobody could write, and nobody could read."""

    tables: int
    rows: int
    nobody_wrote: float
    nobody_read: float


def by_person() -> tuple[str, ...]:
    """The tables that are spread, in the order of the schema."""
    return tuple(
        table.name
        for table in metadata.sorted_tables
        if next(iter(table.primary_key)).name == "patient_id"
    )


def partitions_of(connection: Connection) -> int:
    """Over how many the people are spread; 0 where each table is whole."""
    if connection.dialect.name != "postgresql":
        return 0
    return int(connection.execute(_PARTS).scalar_one())


def spread(connection: Connection, *, partitions: int = USUAL) -> Spread:
    """Every table of people's that is still whole, in the caller's transaction, as the owner."""
    if connection.dialect.name != "postgresql":
        raise NoPartitions("SQLite keeps each table whole: partitions need PostgreSQL")
    there = partitions_of(connection)
    if there not in {0, partitions}:
        raise OtherNumber(f"people are spread over {there} partitions already, not {partitions}")
    found = connection.execute(_KINDS, {"names": list(by_person())})
    kinds = {row.relname: row.relkind for row in found}
    whole = [name for name in by_person() if _letter(kinds.get(name)) == "r"]
    if not whole:
        return Spread(tables=0, rows=0, nobody_wrote=0.0, nobody_read=0.0)
    return _Spreading(connection, whole, partitions).run()


class _Spreading:
    def __init__(self, connection: Connection, whole: Sequence[str], partitions: int) -> None:
        self.connection = connection
        self.whole = whole
        self.partitions = partitions
        self.foreign = self._ask(_FOREIGN, names=list(whole))
        self.rights = self._ask(_RIGHTS, names=list(whole))
        self.names: list[tuple[str, str]] = []

    def run(self) -> Spread:
        began = time.monotonic()
        self._do(f"LOCK TABLE {', '.join(self.whole)} IN SHARE MODE")
        rows = sum(self._copied(name) for name in self.whole)
        for name in self.whole:
            self._keyed(name)
        self._tied()
        for name in self.whole:
            self._do(f"ANALYZE {name}{_BESIDE}")
        self._locked()
        stopped = time.monotonic()
        for statement in self._swapping():
            self._do(statement)
        now = time.monotonic()
        return Spread(
            tables=len(self.whole),
            rows=rows,
            nobody_wrote=now - began,
            nobody_read=now - stopped,
        )

    def _copied(self, name: str) -> int:
        beside = name + _BESIDE
        self._do(
            f"CREATE TABLE {beside} (LIKE {name} INCLUDING DEFAULTS INCLUDING CONSTRAINTS "
            "INCLUDING GENERATED INCLUDING STORAGE INCLUDING COMMENTS) "
            "PARTITION BY HASH (patient_id)"
        )
        for number in range(self.partitions):
            self._do(
                f"CREATE TABLE {name}_p{number:02} PARTITION OF {beside} "
                f"FOR VALUES WITH (MODULUS {self.partitions}, REMAINDER {number})"
            )
        if self._do(f"SELECT FROM {name} LIMIT 1"):
            return sum(self._part_copied(name, number) for number in range(self.partitions))
        return 0

    def _part_copied(self, name: str, number: int) -> int:
        """Frozen: seen also by who began to read before the copy took the table's place.

        Such a reader would find an empty table otherwise, and say that there is no such plan.
        """
        mine = (
            f"SELECT * FROM {name} WHERE satisfies_hash_partition("  # noqa: S608
            f"'{name}{_BESIDE}'::regclass, {self.partitions}, {number}, patient_id)"
        )
        into = f"COPY {name}_p{number:02} FROM STDIN (FORMAT binary, FREEZE)"
        driver: Any = self.connection.connection.driver_connection
        with TemporaryFile() as kept, driver.cursor() as cursor:
            with cursor.copy(f"COPY ({mine}) TO STDOUT (FORMAT binary)") as rows:
                for block in rows:
                    kept.write(block)
            kept.seek(0)
            with cursor.copy(into) as rows:
                while block := kept.read(_BLOCK):
                    rows.write(block)
            return int(cursor.rowcount)

    def _keyed(self, name: str) -> None:
        """Keys, indexes and triggers as the whole table has them, as the catalogue spells them."""
        beside = name + _BESIDE
        for key in self._ask(_KEYS, name=name):
            self._do(f"ALTER TABLE {beside} ADD CONSTRAINT spread_{key.oid} {key.said}")
            self.names.append(
                (f"ALTER TABLE {name} RENAME CONSTRAINT spread_{key.oid}", key.conname)
            )
        for index in self._ask(_INDEXES, name=name):
            said = re.sub(
                r"INDEX \S+ ON \S+ ", f"INDEX spread_{index.oid} ON {beside} ", index.said, count=1
            )
            self._do(said)
            self.names.append((f"ALTER INDEX spread_{index.oid} RENAME", index.relname))
        for trigger in self._ask(_TRIGGERS, name=name):
            self._do(re.sub(rf" ON (\w+\.)?{name} ", f" ON {beside} ", trigger.said, count=1))

    def _tied(self) -> None:
        """Foreign keys from and to the copies, checked while everybody still reads."""
        for key in self.foreign:
            of = key.own + _BESIDE if key.own in self.whole else key.own
            said = re.sub(
                r"REFERENCES (?:\w+\.)?(\w+)\(",
                lambda found: f"REFERENCES {self._beside(found[1])}(",
                key.said,
                count=1,
            )
            self._do(f"ALTER TABLE {of} ADD CONSTRAINT spread_{key.oid} {said}")
            self.names.append(
                (f"ALTER TABLE {key.own} RENAME CONSTRAINT spread_{key.oid}", key.conname)
            )

    def _beside(self, name: str) -> str:
        return name + _BESIDE if name in self.whole else name

    def _locked(self) -> None:
        """Waits for readers a moment at a time, so that nobody new queues behind the waiting."""
        # A foreign key that goes takes its triggers from the table at its other end.
        ends = {name for key in self.foreign for name in (key.own, key.other)}
        tables = [*self.whole, *sorted(ends.difference(self.whole))]
        statement = f"LOCK TABLE {', '.join(tables)} IN ACCESS EXCLUSIVE MODE"
        for left in reversed(range(_SWAP_TRIES)):
            try:
                with self.connection.begin_nested():
                    self._do("SET LOCAL lock_timeout = '300ms'")
                    self._do(statement)
            except OperationalError:
                if not left:
                    raise
                time.sleep(_BETWEEN_TRIES)
            else:
                return

    def _swapping(self) -> Iterator[str]:
        for key in self.foreign:
            if key.own not in self.whole:
                yield f"ALTER TABLE {key.own} DROP CONSTRAINT {key.conname}"
        # A policy of one asks another: all go at once, and `put_up` makes the policies anew.
        yield f"DROP TABLE {', '.join(self.whole)}"
        for name in self.whole:
            yield f"ALTER TABLE {name}{_BESIDE} RENAME TO {name}"
        for statement, name in self.names:
            yield f"{statement} TO {name}"
        yield _NAME_PARTS
        for right in self.rights:
            columns = f" ({right.of})" if right.of else ""
            yield f"GRANT {right.deed}{columns} ON {right.own} TO {right.role}"

    def _ask(self, statement: Any, **about: Any) -> Sequence[Any]:
        return self.connection.execute(statement, about).all()

    def _do(self, statement: str) -> int:
        return self.connection.exec_driver_sql(statement).rowcount


def _letter(kind: str | bytes | None) -> str | None:
    return kind.decode() if isinstance(kind, bytes) else kind
