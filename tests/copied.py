"""Puts a filled SQLite file into PostgreSQL, for pages and journeys that are to run there."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import create_engine, insert, make_url, select, text
from sqlalchemy.engine import URL

from careplan.store.tables import metadata
from tests.stores import as_app


def copied_to_postgres(filled: Path, owned: URL) -> str:
    """Every row, as the owner who is asked by no trigger; and the address for the application."""
    source = create_engine(f"sqlite:///{filled}")
    target = create_engine(make_url(owned).set(drivername="postgresql+psycopg"))
    with source.connect() as old, target.begin() as new:
        new.execute(text("SET LOCAL session_replication_role = replica"))
        for table in metadata.sorted_tables:
            rows = [dict(row._mapping) for row in old.execute(select(table))]
            if rows:
                new.execute(insert(table), rows)
    source.dispose()
    target.dispose()
    return as_app(owned).render_as_string(hide_password=False)
