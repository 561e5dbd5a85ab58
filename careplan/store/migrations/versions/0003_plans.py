"""Drafts, signatures, published versions and what was rendered of them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from careplan.store.migrations.freezing import freeze

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.create_table(
        "section_draft",
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("section", sa.Text(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_by", sa.Uuid(), nullable=True),
        sa.Column("by_name", sa.LargeBinary(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["patient_id"], ["patient.patient_id"], name=op.f("fk_section_draft_patient_id")
        ),
        sa.PrimaryKeyConstraint("patient_id", "section", name=op.f("pk_section_draft")),
    )
    op.create_table(
        "signature",
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("signature_id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("signed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_on", sa.Date(), nullable=False),
        sa.Column("stopped_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("clinical_sha256", sa.LargeBinary(), nullable=False),
        sa.Column("clinical", sa.LargeBinary(), nullable=False),
        sa.Column("signer", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["patient_id"], ["patient.patient_id"], name=op.f("fk_signature_patient_id")
        ),
        sa.PrimaryKeyConstraint("patient_id", "signature_id", name=op.f("pk_signature")),
    )
    op.create_index(
        "ix_signature_one_live",
        "signature",
        ["patient_id"],
        unique=True,
        sqlite_where=sa.text("state = 'live'"),
        postgresql_where=sa.text("state = 'live'"),
    )
    op.create_table(
        "plan_version",
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("record_id", sa.Uuid(), nullable=False),
        sa.Column("emergency_id", sa.Uuid(), nullable=False),
        sa.Column("signature_id", sa.Uuid(), nullable=True),
        sa.Column("record_sha256", sa.LargeBinary(), nullable=False),
        sa.Column("emergency_sha256", sa.LargeBinary(), nullable=False),
        sa.Column("head", sa.LargeBinary(), nullable=False),
        sa.Column("record", sa.LargeBinary(), nullable=False),
        sa.Column("emergency", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["patient_id", "signature_id"],
            ["signature.patient_id", "signature.signature_id"],
            name=op.f("fk_plan_version_patient_id_signature_id"),
        ),
        sa.ForeignKeyConstraint(
            ["patient_id"], ["patient.patient_id"], name=op.f("fk_plan_version_patient_id")
        ),
        sa.PrimaryKeyConstraint("patient_id", "number", name=op.f("pk_plan_version")),
    )
    op.create_table(
        "rendition",
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("link_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("layout", sa.Text(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sha256", sa.LargeBinary(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["patient_id", "version"],
            ["plan_version.patient_id", "plan_version.number"],
            name=op.f("fk_rendition_patient_id_version"),
        ),
        sa.PrimaryKeyConstraint(
            "patient_id", "version", "link_id", "kind", "layout", name=op.f("pk_rendition")
        ),
    )

    for statement in (
        *freeze("plan_version", dialect=op.get_bind().dialect.name),
        *freeze(
            "signature",
            dialect=op.get_bind().dialect.name,
            columns=("signature_id", "signed_at", "clinical_sha256", "clinical", "signer"),
        ),
    ):
        op.execute(statement)
