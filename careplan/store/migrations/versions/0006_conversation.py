"""What the two sides say to each other about a plan, and what they propose."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from careplan.store.migrations.freezing import freeze

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.create_table(
        "thread",
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("thread_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("side", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("waiting_for", sa.Text(), nullable=True),
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("entries", sa.Integer(), nullable=False),
        sa.Column("stands", sa.Boolean(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["patient_id"], ["patient.patient_id"], name=op.f("fk_thread_patient_id")
        ),
        sa.PrimaryKeyConstraint("patient_id", "thread_id", name=op.f("pk_thread")),
    )
    op.create_table(
        "thread_entry",
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("thread_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("side", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["patient_id", "thread_id"],
            ["thread.patient_id", "thread.thread_id"],
            name=op.f("fk_thread_entry_patient_id_thread_id"),
        ),
        sa.PrimaryKeyConstraint("patient_id", "thread_id", "number", name=op.f("pk_thread_entry")),
    )
    op.create_table(
        "thread_seen",
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("thread_id", sa.Uuid(), nullable=False),
        sa.Column("side", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["patient_id", "thread_id"],
            ["thread.patient_id", "thread.thread_id"],
            name=op.f("fk_thread_seen_patient_id_thread_id"),
        ),
        sa.PrimaryKeyConstraint("patient_id", "thread_id", "side", name=op.f("pk_thread_seen")),
    )
    for statement in freeze("thread_entry", dialect=op.get_bind().dialect.name):
        op.execute(statement)
