"""Which condition a request's plan is for, asked once, and the words that belong to it."""

from __future__ import annotations

from uuid import UUID

from flask import g

from careplan.acts.reading import condition_of_plan
from careplan.plan.content import condition_facts, installed
from careplan.plan.dictionary import Dictionary
from careplan.web.here import here
from careplan.web.session import who


def condition_of(patient_id: UUID) -> str:
    known: dict[UUID, str] = g.setdefault("conditions", {})
    if patient_id not in known:
        known[patient_id] = condition_of_plan(here().world, by=who(), patient_id=patient_id)
    return known[patient_id]


def words_for(patient_id: UUID) -> Dictionary:
    """The field dictionary of this person's plan."""
    return here().world.words_for(condition_of(patient_id))


def choices() -> tuple[tuple[str, str], ...]:
    """The plans somebody may start: each condition, and what its plan is called."""
    return tuple((name, condition_facts(name)["plan_title"]) for name in installed())
