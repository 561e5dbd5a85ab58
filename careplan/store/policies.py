"""What PostgreSQL holds back row by row, made of the schema: a new table of people's is fenced too.

The words are asked of the transaction once in a statement (each stands in a subquery of its own),
and never of every row. Policies stand on the table that is asked; a partition of it has none and
needs none, because the application's role may not ask a partition.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from hashlib import sha256
from types import MappingProxyType

from sqlalchemy import Connection, text

from careplan.store.fences import Door
from careplan.store.tables import NOT_BY_PERSON, metadata

FINDS_THE_PERSON = frozenset({"account_patient", "carer_grant"})
"""Asked before it is known whom a request is about: they are what says it."""

PUBLISHED: Mapping[str, str] = MappingProxyType({"issued_card": "revoked_at IS NOT NULL"})
"""What any door may read, whoever it is of, and change nothing: the names of cards taken back stand
in a public list, and one that left somebody's out would call their card good."""

_DOOR = "(SELECT current_setting('careplan.door', true))"
_TEAM = "(SELECT NULLIF(current_setting('careplan.team', true), '')::uuid)"
_PEOPLE = "((SELECT NULLIF(current_setting('careplan.people', true), ''))::uuid[])"
# The few whom a team is about to take over come from a function that asks as the owner: a policy
# on `patient` cannot ask `patient`, and one that named `next_team_id` would take every list of the
# desk away from its index.
_COMING = "((SELECT careplan_coming())::uuid[])"
_FUNCTION = """
CREATE OR REPLACE FUNCTION careplan_coming() RETURNS uuid[]
LANGUAGE sql STABLE SECURITY DEFINER PARALLEL SAFE SET search_path = {schema}, pg_temp AS $$
SELECT array_agg(patient_id) FROM patient
WHERE next_team_id = NULLIF(current_setting('careplan.team', true), '')::uuid
$$
"""
_KEPT = text("SELECT obj_description(to_regprocedure('careplan_coming()'), 'pg_proc')")
_STANDING = text(
    "SELECT c.relname FROM pg_class c JOIN pg_policy p ON p.polrelid = c.oid "
    "WHERE c.relnamespace = current_schema()::regnamespace AND c.relrowsecurity "
    "AND p.polname = 'careplan_fence'"
)


def fenced_tables() -> tuple[str, ...]:
    """Every table of people's records, in the order of the schema."""
    left_out = NOT_BY_PERSON | FINDS_THE_PERSON
    return tuple(one.name for one in metadata.sorted_tables if one.name not in left_out)


def inside(table: str) -> str:
    """What a row of this table must fulfil to be seen, changed or added."""
    known = f"{_DOOR} = '{Door.EVERYBODY.value}' OR {table}.patient_id = ANY ({_PEOPLE})"
    if table == "patient":
        return f"{known} OR team_id = {_TEAM} OR patient_id = ANY ({_COMING})"
    # Whom the transaction may see is said once, by the policy on `patient`, which holds here too.
    return (
        f"{known} OR EXISTS (SELECT FROM patient AS whose"
        f" WHERE whose.patient_id = {table}.patient_id)"
    )


def put_up(connection: Connection) -> bool:
    """Brings the policies to what stands here; whether there was anything to do. As the owner."""
    if connection.dialect.name != "postgresql":
        return False
    statements = tuple(_statements())
    digest = sha256("\n".join((_FUNCTION, *statements)).encode()).hexdigest()
    standing = set(connection.execute(_STANDING).scalars())
    if connection.execute(_KEPT).scalar() == digest and standing >= set(fenced_tables()):
        return False
    schema = connection.execute(text("SELECT quote_ident(current_schema())")).scalar_one()
    connection.exec_driver_sql(_FUNCTION.format(schema=schema))
    for statement in statements:
        connection.exec_driver_sql(statement)
    connection.exec_driver_sql(f"COMMENT ON FUNCTION careplan_coming() IS '{digest}'")
    return True


def _statements() -> Iterator[str]:
    for table in fenced_tables():
        yield f"DROP POLICY IF EXISTS careplan_fence ON {table}"
        yield f"CREATE POLICY careplan_fence ON {table} USING ({inside(table)})"
        yield f"DROP POLICY IF EXISTS careplan_published ON {table}"
        if table in PUBLISHED:
            shown = PUBLISHED[table]
            yield f"CREATE POLICY careplan_published ON {table} FOR SELECT USING ({shown})"
        yield f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY"
