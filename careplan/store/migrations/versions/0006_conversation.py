"""What the two sides say to each other about a plan, and what they propose."""

from __future__ import annotations

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Filled in with the tables of this part."""
