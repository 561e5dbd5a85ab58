"""Links, the wrong answers given at them, and the files they hand out."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.create_table(
        "link",
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("link_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("opening", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("replaced_by", sa.Uuid(), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("max_views", sa.Integer(), nullable=True),
        sa.Column("views", sa.Integer(), nullable=False),
        sa.Column("distinct_wrong", sa.Integer(), nullable=False),
        sa.Column("next_try_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("locked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("label", sa.LargeBinary(), nullable=False),
        sa.Column("secrets", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["patient_id"], ["patient.patient_id"], name=op.f("fk_link_patient_id")
        ),
        sa.PrimaryKeyConstraint("patient_id", "link_id", name=op.f("pk_link")),
    )
    op.create_table(
        "wrong_answer",
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("link_id", sa.Uuid(), nullable=False),
        sa.Column("answer_hash", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["patient_id", "link_id"],
            ["link.patient_id", "link.link_id"],
            name=op.f("fk_wrong_answer_patient_id_link_id"),
        ),
        sa.PrimaryKeyConstraint(
            "patient_id", "link_id", "answer_hash", name=op.f("pk_wrong_answer")
        ),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "link_file",
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("link_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("content_type", sa.Text(), nullable=False),
        sa.Column("last_updated", sa.DateTime(timezone=True), nullable=False),
        sa.Column("jwe", sa.Text(), nullable=False),
        sa.Column("jwe_zipped", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["patient_id", "link_id"],
            ["link.patient_id", "link.link_id"],
            name=op.f("fk_link_file_patient_id_link_id"),
        ),
        sa.PrimaryKeyConstraint("patient_id", "link_id", "position", name=op.f("pk_link_file")),
    )
