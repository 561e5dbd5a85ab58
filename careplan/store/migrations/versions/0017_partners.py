"""Other people's systems: who was let in, what they brought, and what they search by."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"

_OPEN_TO = ("open_to_ambulance", "open_to_gp", "open_to_emergency")


def upgrade() -> None:
    _searched_by()
    _partner()
    _partner_token()
    _partner_assertion()
    _received()
    _unplaced()
    _received_key()


def _searched_by() -> None:
    """When a plan was published stands in its versions; what its person lets others read is
    sealed, so everybody's is closed until they publish or say so anew."""
    op.add_column("patient", sa.Column("published_at", sa.DateTime(timezone=True), nullable=True))
    for name in _OPEN_TO:
        op.add_column(
            "patient",
            sa.Column(name, sa.Boolean(), server_default=sa.false(), nullable=False),
        )
    op.execute(
        "UPDATE patient SET published_at = (SELECT v.published_at FROM plan_version v "
        "WHERE v.patient_id = patient.patient_id AND v.number = patient.current_version) "
        "WHERE current_version IS NOT NULL"
    )
    op.create_index(
        op.f("ix_patient_published"), "patient", ["team_id", "published_at", "patient_id"]
    )


def _partner() -> None:
    op.create_table(
        "partner",
        sa.Column("partner_id", sa.Uuid(), nullable=False),
        sa.Column("team_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("organisation", sa.Text(), nullable=False),
        sa.Column("ods", sa.Text(), nullable=True),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("scopes", sa.Text(), nullable=False),
        sa.Column("jwks_url", sa.Text(), nullable=True),
        sa.Column("jwks", sa.Text(), nullable=True),
        sa.Column("jwks_fetched_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by", sa.Uuid(), nullable=False),
        sa.Column("last_used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["team_id"], ["team.team_id"], name=op.f("fk_partner_team_id")),
        sa.PrimaryKeyConstraint("partner_id", name=op.f("pk_partner")),
    )
    op.create_index(op.f("ix_partner_team_id"), "partner", ["team_id"])


def _partner_token() -> None:
    op.create_table(
        "partner_token",
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("partner_id", sa.Uuid(), nullable=False),
        sa.Column("scopes", sa.Text(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["partner_id"], ["partner.partner_id"], name=op.f("fk_partner_token_partner_id")
        ),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_partner_token")),
    )
    op.create_index(op.f("ix_partner_token_partner_id"), "partner_token", ["partner_id"])
    op.create_index(op.f("ix_partner_token_expires_at"), "partner_token", ["expires_at"])


def _partner_assertion() -> None:
    op.create_table(
        "partner_assertion",
        sa.Column("partner_id", sa.Uuid(), nullable=False),
        sa.Column("jti_hash", sa.LargeBinary(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["partner_id"], ["partner.partner_id"], name=op.f("fk_partner_assertion_partner_id")
        ),
        sa.PrimaryKeyConstraint("partner_id", "jti_hash", name=op.f("pk_partner_assertion")),
    )
    op.create_index(op.f("ix_partner_assertion_expires_at"), "partner_assertion", ["expires_at"])


def _received() -> None:
    op.create_table(
        "received",
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("received_id", sa.Uuid(), nullable=False),
        sa.Column("partner_id", sa.Uuid(), nullable=True),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("settled_by", sa.Uuid(), nullable=True),
        sa.Column("facts", sa.LargeBinary(), nullable=False),
        sa.Column("document", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["patient_id"], ["patient.patient_id"], name=op.f("fk_received_patient_id")
        ),
        sa.PrimaryKeyConstraint("patient_id", "received_id", name=op.f("pk_received")),
    )
    op.create_index(
        op.f("ix_received_waiting"),
        "received",
        ["patient_id"],
        sqlite_where=sa.text("state = 'waiting'"),
        postgresql_where=sa.text("state = 'waiting'"),
    )


def _unplaced() -> None:
    op.create_table(
        "unplaced",
        sa.Column("received_id", sa.Uuid(), nullable=False),
        sa.Column("team_id", sa.Uuid(), nullable=False),
        sa.Column("partner_id", sa.Uuid(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("facts", sa.LargeBinary(), nullable=False),
        sa.Column("document", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["team_id"], ["team.team_id"], name=op.f("fk_unplaced_team_id")),
        sa.PrimaryKeyConstraint("received_id", name=op.f("pk_unplaced")),
    )
    op.create_index(op.f("ix_unplaced_team_id"), "unplaced", ["team_id"])


def _received_key() -> None:
    op.create_table(
        "received_key",
        sa.Column("partner_id", sa.Uuid(), nullable=False),
        sa.Column("identifier_hash", sa.LargeBinary(), nullable=False),
        sa.Column("received_id", sa.Uuid(), nullable=False),
        sa.Column("sha256", sa.LargeBinary(), nullable=False),
        sa.Column("patient_id", sa.Uuid(), nullable=True),
        sa.PrimaryKeyConstraint("partner_id", "identifier_hash", name=op.f("pk_received_key")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_received_key_received_id"), "received_key", ["received_id"])
