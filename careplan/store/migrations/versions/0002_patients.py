"""The person, what finds them, and who is linked to them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.create_table(
        "patient",
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("team_id", sa.Uuid(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("data_key", sa.LargeBinary(), nullable=True),
        sa.Column("master_id", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("current_version", sa.Integer(), nullable=True),
        sa.Column("review_due", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("signed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answer_pending", sa.Boolean(), nullable=False),
        sa.Column("changed_since_signed", sa.Boolean(), nullable=False),
        sa.Column("dose_stopped", sa.Boolean(), nullable=False),
        sa.Column("face", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(["team_id"], ["team.team_id"], name=op.f("fk_patient_team_id")),
        sa.PrimaryKeyConstraint("patient_id", name=op.f("pk_patient")),
    )
    op.create_index(op.f("ix_patient_master_id"), "patient", ["master_id"], unique=False)
    op.create_index(
        op.f("ix_patient_team_id_review_due_patient_id"),
        "patient",
        ["team_id", "review_due", "patient_id"],
        unique=False,
    )
    op.create_table(
        "directory",
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("target", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(
            ["patient_id"], ["patient.patient_id"], name=op.f("fk_directory_patient_id")
        ),
        sa.PrimaryKeyConstraint("kind", "hash", name=op.f("pk_directory")),
        sqlite_with_rowid=False,
    )
    op.create_index(
        op.f("ix_directory_patient_id_kind"), "directory", ["patient_id", "kind"], unique=False
    )
    op.create_table(
        "search_word",
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("team_id", sa.Uuid(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["patient_id"], ["patient.patient_id"], name=op.f("fk_search_word_patient_id")
        ),
        sa.ForeignKeyConstraint(["team_id"], ["team.team_id"], name=op.f("fk_search_word_team_id")),
        sa.PrimaryKeyConstraint("patient_id", "team_id", "hash", name=op.f("pk_search_word")),
        sqlite_with_rowid=False,
    )
    op.create_index(
        op.f("ix_search_word_team_id_hash_patient_id"),
        "search_word",
        ["team_id", "hash", "patient_id"],
        unique=False,
    )
    op.create_table(
        "account_patient",
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("relation", sa.Text(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.account_id"], name=op.f("fk_account_patient_account_id")
        ),
        sa.ForeignKeyConstraint(
            ["patient_id"], ["patient.patient_id"], name=op.f("fk_account_patient_patient_id")
        ),
        sa.PrimaryKeyConstraint("patient_id", "account_id", name=op.f("pk_account_patient")),
    )
    op.create_index(
        op.f("ix_account_patient_account_id"), "account_patient", ["account_id"], unique=False
    )
    op.create_table(
        "clinic_code",
        sa.Column("code_hash", sa.LargeBinary(), nullable=False),
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("made_by", sa.Uuid(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_by", sa.Uuid(), nullable=True),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["made_by"], ["account.account_id"], name=op.f("fk_clinic_code_made_by")
        ),
        sa.ForeignKeyConstraint(
            ["patient_id"], ["patient.patient_id"], name=op.f("fk_clinic_code_patient_id")
        ),
        sa.ForeignKeyConstraint(
            ["used_by"], ["account.account_id"], name=op.f("fk_clinic_code_used_by")
        ),
        sa.PrimaryKeyConstraint("code_hash", name=op.f("pk_clinic_code")),
    )
    op.create_index(op.f("ix_clinic_code_expires_at"), "clinic_code", ["expires_at"], unique=False)
    op.create_index(op.f("ix_clinic_code_patient_id"), "clinic_code", ["patient_id"], unique=False)
