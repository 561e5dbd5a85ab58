"""What the team's desk lists, and whom it has invited."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"

_LAST = "9999-12-31"
_LISTS = {
    "never_signed": ("signed_at IS NULL", "signed_at IS NULL"),
    "answer_pending": ("answer_pending IS 1", "answer_pending IS true"),
    "changed": ("changed_since_signed IS 1", "changed_since_signed IS true"),
    "dose_stopped": ("dose_stopped IS 1", "dose_stopped IS true"),
    "unlinked": ("unlinked IS 1", "unlinked IS true"),
    "disagreed": ("disagreed IS 1", "disagreed IS true"),
    "waiting": ("waiting_for_team IS 1", "waiting_for_team IS true"),
    "signer_left": ("signer_left_at IS NOT NULL", "signer_left_at IS NOT NULL"),
}
_UNLINKED = """
UPDATE patient SET unlinked = :yes WHERE NOT EXISTS
(SELECT 1 FROM account_patient WHERE account_patient.patient_id = patient.patient_id)
"""
_DUE = """
UPDATE patient SET due_on = CASE
WHEN valid_to IS NOT NULL AND (review_due = '0001-01-01' OR valid_to < review_due) THEN valid_to
ELSE review_due END
WHERE valid_to IS NOT NULL OR review_due > '0001-01-01'
"""


def upgrade() -> None:
    for name in ("due_on", "next_due"):
        op.add_column("patient", sa.Column(name, sa.Date(), server_default=_LAST, nullable=False))
    for name in ("unlinked", "disagreed", "waiting_for_team"):
        op.add_column(
            "patient",
            sa.Column(name, sa.Boolean(), server_default=sa.false(), nullable=False),
        )
    op.add_column("patient", sa.Column("signed_by", sa.Uuid(), nullable=True))
    left = sa.Column("signer_left_at", sa.DateTime(timezone=True), nullable=True)
    op.add_column("patient", left)
    op.execute(sa.text(_UNLINKED).bindparams(sa.bindparam("yes", value=True, type_=sa.Boolean())))
    op.execute(_DUE)
    op.drop_index("ix_patient_team_id_review_due_patient_id", table_name="patient")
    _indexes()
    _invitations()


def _indexes() -> None:
    op.create_index("ix_patient_due", "patient", ["team_id", "due_on", "patient_id"])
    op.create_index("ix_patient_next", "patient", ["team_id", "next_due", "patient_id"])
    for name, (sqlite, postgresql) in _LISTS.items():
        op.create_index(
            f"ix_patient_{name}",
            "patient",
            ["team_id", "due_on", "patient_id", sqlite.partition(" ")[0]],
            sqlite_where=sa.text(sqlite),
            postgresql_where=sa.text(postgresql),
        )
    signed = sa.text("signed_by IS NOT NULL")
    op.create_index(
        "ix_patient_signed_by",
        "patient",
        ["signed_by"],
        sqlite_where=signed,
        postgresql_where=signed,
    )


def _invitations() -> None:
    op.create_table(
        "invitation_batch",
        sa.Column("batch_id", sa.Uuid(), nullable=False),
        sa.Column("team_id", sa.Uuid(), nullable=False),
        sa.Column("made_by", sa.Uuid(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["team_id"], ["team.team_id"], name=op.f("fk_invitation_batch_team_id")
        ),
        sa.ForeignKeyConstraint(
            ["made_by"], ["account.account_id"], name=op.f("fk_invitation_batch_made_by")
        ),
        sa.PrimaryKeyConstraint("batch_id", name=op.f("pk_invitation_batch")),
    )
    op.create_index(
        op.f("ix_invitation_batch_team_id_made_at"), "invitation_batch", ["team_id", "made_at"]
    )
    op.create_table(
        "invitation_row",
        sa.Column("batch_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("made_patient", sa.Uuid(), nullable=True),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["batch_id"],
            ["invitation_batch.batch_id"],
            name=op.f("fk_invitation_row_batch_id"),
        ),
        sa.PrimaryKeyConstraint("batch_id", "number", name=op.f("pk_invitation_row")),
    )
    op.create_index(op.f("ix_invitation_row_made_patient"), "invitation_row", ["made_patient"])
    op.create_index(
        op.f("ix_invitation_row_batch_id_state_number"),
        "invitation_row",
        ["batch_id", "state", "number"],
    )
