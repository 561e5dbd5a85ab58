"""Alembic's door: runs the migrations on the one connection that `migrate` holds the lock on."""

from __future__ import annotations

from alembic import context

from careplan.store.tables import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
with context.begin_transaction():
    context.run_migrations()
