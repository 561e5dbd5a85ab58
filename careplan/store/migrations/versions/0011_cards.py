"""Signed cards: the service's keys, and every card that was given out."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    op.create_table(
        "card_key",
        sa.Column("kid", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("public_jwk", sa.Text(), nullable=False),
        sa.Column("secret", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("kid", name=op.f("pk_card_key")),
    )
    op.create_index(
        "ix_card_key_one_signs",
        "card_key",
        ["state"],
        unique=True,
        sqlite_where=sa.text("state = 'signs'"),
        postgresql_where=sa.text("state = 'signs'"),
    )
    op.create_table(
        "issued_card",
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("link_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("kid", sa.Text(), nullable=False),
        sa.Column("rid", sa.Text(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("good_until", sa.Date(), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["patient_id", "link_id"],
            ["link.patient_id", "link.link_id"],
            name=op.f("fk_issued_card_patient_id_link_id"),
        ),
        sa.ForeignKeyConstraint(
            ["patient_id", "version"],
            ["plan_version.patient_id", "plan_version.number"],
            name=op.f("fk_issued_card_patient_id_version"),
        ),
        sa.ForeignKeyConstraint(["kid"], ["card_key.kid"], name=op.f("fk_issued_card_kid")),
        sa.PrimaryKeyConstraint(
            "patient_id", "link_id", "version", "kid", name=op.f("pk_issued_card")
        ),
    )
    op.create_index(
        "ix_issued_card_revoked",
        "issued_card",
        ["kid", "rid"],
        sqlite_where=sa.text("revoked_at IS NOT NULL"),
        postgresql_where=sa.text("revoked_at IS NOT NULL"),
    )
