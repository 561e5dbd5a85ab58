"""Phones that keep a copy of the plan for when there is no signal."""

from __future__ import annotations

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    pass
