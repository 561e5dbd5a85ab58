"""Every test of this room may ask for people, or for a plan that is signed already."""

from __future__ import annotations

from tests.acts.worlds import clinic, people, people_once, signed_once

__all__ = ["clinic", "people", "people_once", "signed_once"]
