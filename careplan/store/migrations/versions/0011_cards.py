"""Signed cards: the service's keys, and every card that was given out."""

from __future__ import annotations

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    pass
