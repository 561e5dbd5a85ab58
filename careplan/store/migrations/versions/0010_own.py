"""What is the person's alone: private words, consents, a photograph."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    op.create_table(
        "private_note",
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("note_id", sa.Uuid(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["patient_id"], ["patient.patient_id"], name=op.f("fk_private_note_patient_id")
        ),
        sa.PrimaryKeyConstraint("patient_id", "note_id", name=op.f("pk_private_note")),
    )
    op.create_table(
        "photo",
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["patient_id"], ["patient.patient_id"], name=op.f("fk_photo_patient_id")
        ),
        sa.PrimaryKeyConstraint("patient_id", name=op.f("pk_photo")),
    )
    op.create_table(
        "consent",
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["patient_id"], ["patient.patient_id"], name=op.f("fk_consent_patient_id")
        ),
        sa.PrimaryKeyConstraint("patient_id", "sequence", name=op.f("pk_consent")),
    )
