"""Attackers find a signed plan, whichever database it lies in."""

from __future__ import annotations

from tests.acts.worlds import clinic, people, people_once, signed_once
from tests.journeys.conftest import chromium

__all__ = ["chromium", "clinic", "people", "people_once", "signed_once"]
