"""How a person wants to be told, and what has been sent."""

from __future__ import annotations

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Filled in with the tables of this part."""
