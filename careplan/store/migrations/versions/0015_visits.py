"""Going in: what is tapped on the way and there, and what the department says back."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    _visit()
    _visit_tap()
    _tapping_phone()
    _department_reply()


def _visit() -> None:
    op.create_table(
        "visit",
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("visit_id", sa.Uuid(), nullable=False),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("shown_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("stage", sa.Text(), nullable=False),
        sa.Column("tells_team", sa.Boolean(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["patient_id"], ["patient.patient_id"], name=op.f("fk_visit_patient_id")
        ),
        sa.PrimaryKeyConstraint("patient_id", "visit_id", name=op.f("pk_visit")),
    )
    op.create_index(op.f("ix_visit_shown_until"), "visit", ["shown_until"])


def _visit_tap() -> None:
    op.create_table(
        "visit_tap",
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("tap_id", sa.Uuid(), nullable=False),
        sa.Column("visit_id", sa.Uuid(), nullable=False),
        sa.Column("heard_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["patient_id"], ["patient.patient_id"], name=op.f("fk_visit_tap_patient_id")
        ),
        sa.ForeignKeyConstraint(
            ["patient_id", "visit_id"],
            ["visit.patient_id", "visit.visit_id"],
            name=op.f("fk_visit_tap_patient_id_visit_id"),
        ),
        sa.PrimaryKeyConstraint("patient_id", "tap_id", name=op.f("pk_visit_tap")),
    )


def _tapping_phone() -> None:
    op.create_table(
        "tapping_phone",
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("phone_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("forgotten_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("name", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["patient_id"], ["patient.patient_id"], name=op.f("fk_tapping_phone_patient_id")
        ),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.account_id"], name=op.f("fk_tapping_phone_account_id")
        ),
        sa.PrimaryKeyConstraint("patient_id", "phone_id", name=op.f("pk_tapping_phone")),
    )


def _department_reply() -> None:
    op.create_table(
        "department_reply",
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("opening_id", sa.Uuid(), nullable=False),
        sa.Column("link_id", sa.Uuid(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("seen_by_team_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["patient_id"], ["patient.patient_id"], name=op.f("fk_department_reply_patient_id")
        ),
        sa.PrimaryKeyConstraint("patient_id", "opening_id", name=op.f("pk_department_reply")),
    )
    op.create_index(
        op.f("ix_department_reply_news"),
        "department_reply",
        ["patient_id"],
        sqlite_where=sa.text("seen_by_team_at IS NULL"),
        postgresql_where=sa.text("seen_by_team_at IS NULL"),
    )
