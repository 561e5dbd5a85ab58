"""What the application's role may do in PostgreSQL, granted exactly, and asked of the catalogue.

The owner migrates and owns every table; the application connects as somebody else, who can add to
what was witnessed but neither change nor remove it, nor drop a table, a trigger or a policy.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType

from sqlalchemy import Connection, RowMapping, text

from careplan.store.db import Transaction
from careplan.store.policies import fenced_tables
from careplan.store.tables import metadata

ADD_ONLY = frozenset({"audit_event", "service_event", "plan_version", "thread_entry"})
"""Published or witnessed: read and added to, and nothing else."""
CHANGED_IN: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "signature": ("state", "stopped_at"),
        "trail_head": ("sequence", "digest"),
        "service_head": ("sequence", "digest"),
    }
)
"""Never removed, and changed in these columns alone."""
KEPT = frozenset({"patient", "team", "account"})
"""Never removed: whoever goes loses the key, and the row says so."""

_ROLE = text("SELECT quote_ident(rolname) FROM pg_roles WHERE rolname = :role")
_SCHEMA = text("SELECT quote_ident(current_schema())")


class NoSuchRole(ValueError):
    """APP_ROLE names a role that the server does not know."""


class OwnRole(ValueError):
    """APP_ROLE is the role that migrates: then nothing would be held back from it."""


def rights(table: str) -> str:
    """What the application may do with a table, as GRANT says it."""
    if table in ADD_ONLY:
        return "SELECT, INSERT"
    if table in CHANGED_IN:
        return f"SELECT, INSERT, UPDATE ({', '.join(CHANGED_IN[table])})"
    if table in KEPT:
        return "SELECT, INSERT, UPDATE"
    return "SELECT, INSERT, UPDATE, DELETE"


def grant(connection: Connection, role: str) -> None:
    """Exactly these rights, whatever the role had before. As the owner, in its transaction."""
    name = connection.execute(_ROLE, {"role": role}).scalar()
    if name is None:
        raise NoSuchRole(f"there is no role {role!r}: CREATE ROLE {role} LOGIN PASSWORD '…'")
    if connection.execute(text("SELECT current_user")).scalar() == role:
        raise OwnRole(f"{role!r} is the role that migrates: name the application's own")
    schema = connection.execute(_SCHEMA).scalar_one()
    for statement in _granting(name, schema):
        connection.exec_driver_sql(statement)


def _granting(role: str, schema: str) -> Iterator[str]:
    yield f"REVOKE CREATE ON SCHEMA {schema} FROM PUBLIC"
    yield f"REVOKE ALL ON SCHEMA {schema} FROM {role}"
    yield f"REVOKE ALL ON ALL TABLES IN SCHEMA {schema} FROM {role}"
    yield f"GRANT USAGE ON SCHEMA {schema} TO {role}"
    yield f"GRANT SELECT ON alembic_version TO {role}"
    for table in metadata.sorted_tables:
        yield f"GRANT {rights(table.name)} ON {table.name} TO {role}"


# --- what the catalogue says --------------------------------------------------------------------

_WHO = text(
    "SELECT current_user AS name, rolsuper, rolbypassrls, rolcreaterole, "
    "has_schema_privilege(current_schema(), 'CREATE') AS creates "
    "FROM pg_roles WHERE rolname = current_user"
)
_TABLES = text(
    "SELECT c.relname AS name, c.relrowsecurity AS fenced, c.relispartition AS part, "
    "pg_has_role(c.relowner, 'USAGE') AS owned, "
    "has_table_privilege(c.oid, 'TRUNCATE') AS empties, "
    "has_table_privilege(c.oid, 'UPDATE') AS changes, "
    "has_table_privilege(c.oid, 'DELETE') AS removes, "
    "has_table_privilege(c.oid, 'TRIGGER') AS triggers, "
    "has_any_column_privilege(c.oid, 'SELECT') AS reads "
    "FROM pg_class c WHERE c.relnamespace = current_schema()::regnamespace "
    "AND c.relkind IN ('r', 'p') ORDER BY c.relname"
)


def role_problems(tx: Transaction) -> tuple[str, ...]:
    """What the role that asks may do and should not, one sentence each; nothing on SQLite."""
    if tx.dialect != "postgresql":
        return ()
    who = tx.run(_WHO).mappings().one()
    found = [f"The role {who['name']} {means}." for right, means in _TOO_MUCH.items() if who[right]]
    for row in tx.run(_TABLES).mappings():
        found += _of_table(row)
    return tuple(found)


_TOO_MUCH: Mapping[str, str] = MappingProxyType(
    {
        "rolsuper": "is a superuser: no right and no fence holds it back",
        "rolbypassrls": "has BYPASSRLS: no fence holds it back",
        "rolcreaterole": "has CREATEROLE: it could make itself another role",
        "creates": "may create tables in the schema",
    }
)


def _of_table(row: RowMapping) -> Iterator[str]:
    name = row["name"]
    if row["part"]:
        if row["reads"]:
            yield f"The role may read the partition {name}, past the fence of its table."
        return
    if row["owned"]:
        yield f"The role owns {name}, or belongs to the role that does."
        return
    if row["empties"] or row["triggers"]:
        yield f"The role may empty {name}, or put triggers on it."
    if name in ADD_ONLY | CHANGED_IN.keys() and (row["changes"] or row["removes"]):
        yield f"The role may change or remove rows of {name}, which nobody ever may."
    if name in fenced_tables() and not row["fenced"]:
        yield f"{name} has no fence: run migrate as its owner."
