"""Links: what the person has seen of warnings; what they asked their team to do for them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    for name in ("seen_at", "last_view_at", "pictured_at"):
        op.add_column("link", sa.Column(name, sa.DateTime(timezone=True), nullable=True))
    op.create_table(
        "errand",
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("errand_id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["patient_id"], ["patient.patient_id"], name=op.f("fk_errand_patient_id")
        ),
        sa.PrimaryKeyConstraint("patient_id", "errand_id", name=op.f("pk_errand")),
    )
