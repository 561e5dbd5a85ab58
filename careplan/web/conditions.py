"""Which condition a request's plan is for, asked once, and the words that belong to it."""

from __future__ import annotations

from contextlib import suppress
from uuid import UUID

from flask import g

from careplan.acts.reading import condition_of_plan
from careplan.acts.world import NotThere
from careplan.plan.content import FIRST, condition_facts, installed
from careplan.plan.dictionary import Dictionary, dictionary
from careplan.plan.drugs import drugs
from careplan.plan.due import due_rows
from careplan.plan.rules.tables import lines, rule_table
from careplan.plan.rules.wording import stigma_terms
from careplan.summary.copies import copy_words
from careplan.summary.phrases import phrases
from careplan.web.forms.pages import patient_pages, team_pages
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


def brand() -> str:
    """What the top of a page calls the service: to a person by the name of their own plan, unless
    the deployment has a name of its own."""
    given, mine = here().settings.brand, who().patient_id
    if not mine or given != condition_facts(FIRST)["plan_title"]:
        return given
    with suppress(NotThere):
        return str(condition_facts(condition_of(UUID(mine)))["plan_title"])
    return given


def choices() -> tuple[tuple[str, str], ...]:
    """The plans somebody may start: each condition, and what its plan is called."""
    return tuple((name, condition_facts(name)["plan_title"]) for name in installed())


def read_all() -> None:
    """Every condition's content, read and checked while nobody waits. Raises BadContent."""
    for name in installed():
        words = dictionary(name)
        for read in (drugs, rule_table, lines, stigma_terms, due_rows, patient_pages, team_pages):
            read(name)
        phrases(words)
        copy_words(words)
