"""What happened at a visit, to whom, and what is published of it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    _visit_report()
    _equality()
    _hospital()
    _deprivation()
    _measure_sheet()
    _measure_promise()


def _visit_report() -> None:
    op.create_table(
        "visit_report",
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("report_id", sa.Uuid(), nullable=False),
        sa.Column("visit_id", sa.Uuid(), nullable=True),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("entered_by", sa.Uuid(), nullable=True),
        sa.Column("for_team", sa.Boolean(), nullable=False),
        sa.Column("read_by_team_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("document", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(
            ["patient_id"], ["patient.patient_id"], name=op.f("fk_visit_report_patient_id")
        ),
        sa.PrimaryKeyConstraint("patient_id", "report_id", name=op.f("pk_visit_report")),
    )
    op.create_index(op.f("ix_visit_report_given_at"), "visit_report", ["given_at"])
    op.create_index(
        op.f("ix_visit_report_one_a_visit"),
        "visit_report",
        ["patient_id", "visit_id"],
        unique=True,
        sqlite_where=sa.text("withdrawn_at IS NULL"),
        postgresql_where=sa.text("withdrawn_at IS NULL"),
    )


def _equality() -> None:
    op.create_table(
        "equality",
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["patient_id"], ["patient.patient_id"], name=op.f("fk_equality_patient_id")
        ),
        sa.PrimaryKeyConstraint("patient_id", name=op.f("pk_equality")),
    )


def _hospital() -> None:
    op.create_table(
        "hospital",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("town", sa.Text(), nullable=True),
        sa.Column("closed_on", sa.Date(), nullable=True),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_hospital")),
    )


def _deprivation() -> None:
    op.create_table(
        "deprivation",
        sa.Column("postcode", sa.Text(), nullable=False),
        sa.Column("quintile", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("postcode", name=op.f("pk_deprivation")),
    )


def _measure_sheet() -> None:
    op.create_table(
        "measure_sheet",
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("worked_out_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("scope", name=op.f("pk_measure_sheet")),
    )


def _measure_promise() -> None:
    op.create_table(
        "measure_promise",
        sa.Column("promise_id", sa.Uuid(), nullable=False),
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("public", sa.Boolean(), nullable=False),
        sa.Column("measure", sa.Text(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("done_on", sa.Date(), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("promise_id", name=op.f("pk_measure_promise")),
    )
    op.create_index(op.f("ix_measure_promise_scope"), "measure_promise", ["scope"])
