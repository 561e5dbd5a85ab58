"""Facts of a plan in words, read-only: what the person wrote, what is signed, who wrote what."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from careplan.acts.desk import Desk
from careplan.plan.care_plan import CLINICAL, OWN_WORDS, CarePlan
from careplan.plan.codec import to_plain
from careplan.plan.content import FIRST
from careplan.store.drafts import Draft
from careplan.summary.wording import day
from careplan.web.forms.check import Row, check_of
from careplan.web.forms.pages import Body, patient_pages, section_pages, team_pages
from careplan.web.words import _

BESIDE = {
    "diagnosis": ("my_sickle",),
    "pain_plan": ("what_helps", "different_pain", "usual_pain"),
    "allergies": ("my_allergies",),
    "medicines": ("my_medicines",),
    "transfusion": ("my_veins",),
    "care_team": ("my_people",),
}
"""Which of the person's words a clinician wants in sight while writing a section."""


@dataclass(frozen=True, slots=True)
class Facts:
    """`answered` rows have words; `blank` names the rest: blank never means none."""

    title: str
    by: str
    answered: tuple[Row, ...]
    blank: tuple[str, ...]


def clinical_facts(plan: CarePlan, condition: str = FIRST) -> tuple[Facts, ...]:
    """Everything a signature is put to, on the emergency page or not."""
    asked = [section.id for section in team_pages(condition) if section.id in CLINICAL]
    bodies = ((name, {"plain": to_plain(plan.section(name))}) for name in asked)
    return tuple(
        _facts(desk_title(name, condition), "", name, body, condition) for name, body in bodies
    )


def facts_of_section(section: str, by: str, plain: Mapping[str, Any], condition: str) -> Facts:
    """Some section's plain values in words, whoever's they are."""
    body = {"plain": plain}
    return _facts(desk_title(section, condition), by, section, body, condition)


def desk_title(section: str, condition: str = FIRST) -> str:
    """What the team calls a section; the person has words of their own for it."""
    return section_pages(section, condition).pages[0].heading


def own_words(desk: Desk, *, called: str) -> tuple[Facts, ...]:
    asked = {section.id for section in patient_pages(desk.condition)}
    return tuple(_one(desk, name, called) for name in OWN_WORDS if name in asked)


def words_beside(desk: Desk, section: str, *, called: str) -> tuple[Facts, ...]:
    asked = {one.id for one in patient_pages(desk.condition)}
    return tuple(_one(desk, name, called) for name in BESIDE.get(section, ()) if name in asked)


def _one(desk: Desk, section: str, called: str) -> Facts:
    found = _facts(
        section_pages(section, desk.condition).title,
        _("%(name)s wrote this", name=called),
        section,
        desk.own_words(section),
        desk.condition,
    )
    return found if found.answered else replace(found, by=_("Nothing written yet"))


def _facts(title: str, by: str, section: str, body: Body, condition: str) -> Facts:
    view = check_of(section, body, href=_nowhere, condition=condition)
    nothing = (_("Not answered"),)
    answered = tuple(row for row in view.rows if row.lines != nothing)
    blank = tuple(row.label for row in view.rows if row.lines == nothing)
    return Facts(title, by, answered, blank)


def _nowhere(_section: str, _page: str) -> str:
    """The team reads the person's words and changes none."""
    return ""


def wrote(draft: Draft | None, account_id: str) -> str:
    """ "You wrote this, 23 November 2026"."""
    if draft is None:
        return ""
    if str(draft.updated_by) == account_id:
        return _("You wrote this, %(day)s", day=day(draft.updated_at))
    return _("%(name)s wrote this, %(day)s", name=draft.by_name, day=day(draft.updated_at))


def is_brought(desk: Desk, section: str) -> bool:
    """Whether a section stands as it came from elsewhere, and nobody here has saved it since."""
    draft = desk.drafts.get(section)
    return draft is not None and bool(draft.body.get("brought"))


def last_written(desk: Desk, sections: tuple[str, ...]) -> datetime | None:
    """When the team last changed anything of these sections."""
    found = (draft.updated_at for name, draft in desk.drafts.items() if name in sections)
    return max(found, default=None)
