"""Sentences that hold on some days only, in the emergency document: each with its days.

A frozen document cannot know when it is looked at. Whoever shows it compares dates, and no rule
has to be known to them.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import date

from careplan.fhir import codes
from careplan.fhir.tree import Node, Tree, details, some
from careplan.plan.codec import Unreadable
from careplan.summary.today import DayNotice

NOTICE = f"{codes.EXTENSION}/day-notice"


def out(notices: Iterable[DayNotice]) -> list[Tree]:
    """Extensions of the Composition."""
    made: list[Tree] = []
    for one in notices:
        made += details(NOTICE, some(text=one.text, since=one.since, until=one.until))
    return made


def back(composition: Node) -> tuple[DayNotice, ...]:
    """What `out` wrote. Raises Unreadable."""
    found = []
    for node in composition.each("extension"):
        if node.text("url") == NOTICE:
            facts = node.facts()
            days = {name: _day(node, facts.get(name)) for name in ("since", "until")}
            found.append(DayNotice(str(facts.get("text", "")), **days))
    return tuple(found)


def said_on(document: bytes, day: date) -> tuple[str, ...]:
    """What a kept emergency document says on this day; documents from before say nothing."""
    return tuple(one.text for one in notices_of(document) if one.holds(day))


def notices_of(document: bytes) -> tuple[DayNotice, ...]:
    """Every such sentence of a kept emergency document, for whoever will compare the days."""
    return back(Node(json.loads(document)["entry"][0]["resource"], "Composition"))


def _day(node: Node, text: str | None) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError as problem:
        raise Unreadable(node.path, f"{text!r} is not a day") from problem
