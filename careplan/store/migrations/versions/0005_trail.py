"""What was done, what is to be sent, and what is counted."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from careplan.store.migrations.freezing import freeze

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.create_table(
        "trail_head",
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["patient_id"], ["patient.patient_id"], name=op.f("fk_trail_head_patient_id")
        ),
        sa.PrimaryKeyConstraint("patient_id", name=op.f("pk_trail_head")),
    )
    op.create_table(
        "audit_event",
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["patient_id"], ["trail_head.patient_id"], name=op.f("fk_audit_event_patient_id")
        ),
        sa.PrimaryKeyConstraint("patient_id", "sequence", name=op.f("pk_audit_event")),
    )
    op.create_table(
        "service_head",
        sa.Column("chain", sa.Text(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("chain", name=op.f("pk_service_head")),
    )
    op.create_table(
        "service_event",
        sa.Column("chain", sa.Text(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["chain"], ["service_head.chain"], name=op.f("fk_service_event_chain")
        ),
        sa.PrimaryKeyConstraint("chain", "sequence", name=op.f("pk_service_event")),
    )
    op.create_table(
        "outbox",
        sa.Column("message_id", sa.Uuid(), nullable=False),
        sa.Column("patient_id", sa.Uuid(), nullable=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["patient_id"], ["patient.patient_id"], name=op.f("fk_outbox_patient_id")
        ),
        sa.PrimaryKeyConstraint("message_id", name=op.f("pk_outbox")),
    )
    op.create_index(op.f("ix_outbox_patient_id"), "outbox", ["patient_id"], unique=False)
    op.create_index(op.f("ix_outbox_sent_at_due_at"), "outbox", ["sent_at", "due_at"], unique=False)
    op.create_table(
        "counter",
        sa.Column("scope_hash", sa.LargeBinary(), nullable=False),
        sa.Column("window_start", sa.DateTime(timezone=True), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("scope_hash", "window_start", name=op.f("pk_counter")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_counter_window_start"), "counter", ["window_start"], unique=False)

    for table in ("audit_event", "service_event"):
        for statement in freeze(table, dialect=op.get_bind().dialect.name):
            op.execute(statement)
