"""How a person wants to be told, and what has been sent."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    op.add_column(
        "patient",
        sa.Column("tell_opened", sa.Boolean(), nullable=False, server_default=sa.false()),
    )
    op.create_table(
        "notice_choice",
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["patient_id"], ["patient.patient_id"], name=op.f("fk_notice_choice_patient_id")
        ),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.account_id"], name=op.f("fk_notice_choice_account_id")
        ),
        sa.PrimaryKeyConstraint("patient_id", "account_id", name=op.f("pk_notice_choice")),
    )
    op.create_table(
        "notice_sent",
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("reference", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["patient_id"], ["patient.patient_id"], name=op.f("fk_notice_sent_patient_id")
        ),
        sa.PrimaryKeyConstraint("patient_id", "reference", name=op.f("pk_notice_sent")),
    )
    op.create_table(
        "notice_due",
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["patient_id"], ["patient.patient_id"], name=op.f("fk_notice_due_patient_id")
        ),
        sa.PrimaryKeyConstraint("patient_id", "due_on", name=op.f("pk_notice_due")),
    )
