"""Two published versions side by side, for the person and for their team alike."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from careplan.acts.world import NotThere
from careplan.plan.changes import Change
from careplan.plan.content import FIRST
from careplan.store.versions import VersionHead
from careplan.web.here import here


def two_of(heads: Sequence[VersionHead], asked: Mapping[str, str]) -> tuple[int, int]:
    """The two asked for; what cannot be read is the newest and the one before it."""
    numbers = [head.number for head in heads]
    if not numbers:
        raise NotThere
    newest = numbers[0]
    first = _number(asked.get("from", "")) or max(newest - 1, numbers[-1])
    return first, _number(asked.get("to", "")) or newest


def changes_by_section(
    changes: Sequence[Change], condition: str = FIRST
) -> list[tuple[str, list[Change]]]:
    """In the order of the plan, under the titles of its sections."""
    titles = here().world.words_for(condition).sections
    found: dict[str, list[Change]] = {}
    for one in changes:
        found.setdefault(titles[one.section].title, []).append(one)
    return list(found.items())


def _number(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) < 10 else 0
