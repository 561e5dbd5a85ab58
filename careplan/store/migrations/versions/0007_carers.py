"""Who else may act for a person, and for how long."""

from __future__ import annotations

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Filled in with the tables of this part."""
