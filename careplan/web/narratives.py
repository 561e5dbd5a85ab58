"""The one place where a narrative becomes part of a page without being escaped again."""

from __future__ import annotations

from functools import lru_cache

from markupsafe import Markup

from careplan.plan.care_plan import Version
from careplan.summary.narrative import narrative, record_narrative
from careplan.web.here import here


def framed(xhtml: str) -> Markup:
    """The summary room's XHTML: its own autoescaping environment has escaped people's text."""
    return Markup(xhtml)  # noqa: S704


def emergency_page(version: Version) -> Markup:
    return framed(_emergency(version))


@lru_cache(maxsize=64)
def _emergency(version: Version) -> str:
    """A version never changes, and the same one is looked at again and again at the desk."""
    return narrative(version, here().world.words_of(version))


def record_page(version: Version) -> Markup:
    return framed(record_narrative(version, here().world.words_of(version)))
