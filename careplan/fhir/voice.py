"""What matters to me, as a Goal in the person's own words; their other words are answers."""

from __future__ import annotations

from typing import Any

from careplan.fhir.frame import Found, Frame
from careplan.fhir.tree import Tree, some

HOMES = frozenset({"what_matters.what_matters"})


def out(frame: Frame) -> list[Tree]:
    words = frame.plain["what_matters"].get("what_matters")
    if not words:
        return []
    place = "what_matters.what_matters"
    goal = frame.resource("Goal", frame.identity(place), place) | some(
        lifecycleStatus="active",
        description={"text": words},
        subject=frame.patient,
        expressedBy=frame.patient,
    )
    return [goal]


def back(found: Found) -> dict[str, dict[str, Any]]:
    goal = found.one("what_matters.what_matters")
    return {"what_matters": some(what_matters=goal.text("description", "text") if goal else None)}
