"""What is the person's alone: private words, consents, a photograph."""

from __future__ import annotations

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    """Filled in with the tables of this part."""
