"""What the team's desk lists, and whom it has invited."""

from __future__ import annotations

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Filled in with the tables of this part."""
