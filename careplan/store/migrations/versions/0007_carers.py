"""Who else may act for a person, and for how long."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    op.add_column("patient", sa.Column("next_team_id", sa.Uuid(), nullable=True))
    next_team = sa.text("next_team_id IS NOT NULL")
    op.create_index(
        "ix_patient_next_team",
        "patient",
        ["next_team_id", "patient_id"],
        sqlite_where=next_team,
        postgresql_where=next_team,
    )
    _grants()
    _codes()
    _quiet_notes()
    op.create_table(
        "handover",
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("move_on", sa.Date(), nullable=False),
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["patient_id"], ["patient.patient_id"], name=op.f("fk_handover_patient_id")
        ),
        sa.PrimaryKeyConstraint("patient_id", name=op.f("pk_handover")),
    )


def _grants() -> None:
    op.create_table(
        "carer_grant",
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("grant_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["patient_id"], ["patient.patient_id"], name=op.f("fk_carer_grant_patient_id")
        ),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.account_id"], name=op.f("fk_carer_grant_account_id")
        ),
        sa.PrimaryKeyConstraint("patient_id", "grant_id", name=op.f("pk_carer_grant")),
    )
    op.create_index(op.f("ix_carer_grant_account_id"), "carer_grant", ["account_id"])


def _codes() -> None:
    op.create_table(
        "carer_code",
        sa.Column("code_hash", sa.LargeBinary(), nullable=False),
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("made_by", sa.Uuid(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_by", sa.Uuid(), nullable=True),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("terms", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["patient_id"], ["patient.patient_id"], name=op.f("fk_carer_code_patient_id")
        ),
        sa.ForeignKeyConstraint(
            ["made_by"], ["account.account_id"], name=op.f("fk_carer_code_made_by")
        ),
        sa.ForeignKeyConstraint(
            ["used_by"], ["account.account_id"], name=op.f("fk_carer_code_used_by")
        ),
        sa.PrimaryKeyConstraint("code_hash", name=op.f("pk_carer_code")),
    )
    op.create_index(op.f("ix_carer_code_patient_id"), "carer_code", ["patient_id"])
    op.create_index(op.f("ix_carer_code_expires_at"), "carer_code", ["expires_at"])


def _quiet_notes() -> None:
    op.create_table(
        "quiet_note",
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("note_id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["patient_id"], ["patient.patient_id"], name=op.f("fk_quiet_note_patient_id")
        ),
        sa.PrimaryKeyConstraint("patient_id", "note_id", name=op.f("pk_quiet_note")),
    )
