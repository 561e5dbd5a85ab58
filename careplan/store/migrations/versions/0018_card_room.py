"""Whether the current version's signed card can be made: a link names it only then."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    """Of what was published before nobody knows, so it is named as it was until now."""
    op.add_column(
        "patient",
        sa.Column("card_has_room", sa.Boolean(), server_default=sa.true(), nullable=False),
    )
