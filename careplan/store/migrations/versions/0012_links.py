"""Links for apps: those that hand out one file by themselves."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    op.add_column(
        "link", sa.Column("direct", sa.Boolean(), server_default=sa.false(), nullable=False)
    )
