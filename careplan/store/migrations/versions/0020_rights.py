"""What people may ask of us: a note beside what they say is wrong, and to be erased; and what was
written down elsewhere while the database did not answer."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"

_WHEN = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.add_column("patient", sa.Column("erased_at", _WHEN))
    op.create_table(
        "annotation",
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("annotation_id", sa.Uuid(), nullable=False),
        sa.Column("at", _WHEN, nullable=False),
        sa.Column("withdrawn_at", _WHEN, nullable=True),
        sa.Column("answered_at", _WHEN, nullable=True),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["patient_id"], ["patient.patient_id"], name=op.f("fk_annotation_patient_id")
        ),
        sa.PrimaryKeyConstraint("patient_id", "annotation_id", name=op.f("pk_annotation")),
    )
    op.create_table(
        "replayed",
        sa.Column("entry_hash", sa.LargeBinary(), nullable=False),
        sa.Column("at", _WHEN, nullable=False),
        sa.PrimaryKeyConstraint("entry_hash", name=op.f("pk_replayed")),
    )
