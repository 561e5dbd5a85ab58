"""Triggers with which the database itself refuses to change what was published or witnessed."""

from __future__ import annotations

from collections.abc import Iterator

_FUNCTION = """
CREATE OR REPLACE FUNCTION careplan_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION '% never changes', TG_TABLE_NAME USING ERRCODE = 'restrict_violation'; END
$$
"""


def freeze(table: str, *, dialect: str, columns: tuple[str, ...] = ()) -> Iterator[str]:
    """Statements that refuse UPDATE (of these columns; of any without) and DELETE of a row."""
    of = f" OF {', '.join(columns)}" if columns else ""
    if dialect == "postgresql":
        yield _FUNCTION
    for name, deed in (("update", f"UPDATE{of}"), ("delete", "DELETE")):
        trigger = f"CREATE TRIGGER {table}_no_{name} BEFORE {deed} ON {table} FOR EACH ROW"
        if dialect == "postgresql":
            yield f"{trigger} EXECUTE FUNCTION careplan_frozen()"
        else:
            yield f"{trigger} BEGIN SELECT RAISE(ABORT, '{table} never changes'); END"


def forward_only(table: str, column: str, *, dialect: str) -> Iterator[str]:
    """Statements that refuse UPDATE of a row unless this number of it grows, and DELETE."""
    back = f"CREATE TRIGGER {table}_only_on BEFORE UPDATE ON {table} FOR EACH ROW"
    gone = f"CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table} FOR EACH ROW"
    grows = f"WHEN (NEW.{column} <= OLD.{column})"
    if dialect == "postgresql":
        yield _FUNCTION
        yield f"{back} {grows} EXECUTE FUNCTION careplan_frozen()"
        yield f"{gone} EXECUTE FUNCTION careplan_frozen()"
    else:
        yield f"{back} {grows} BEGIN SELECT RAISE(ABORT, '{table} only goes on'); END"
        yield f"{gone} BEGIN SELECT RAISE(ABORT, '{table} never changes'); END"
