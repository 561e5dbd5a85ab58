"""What goes where (design 1.2): the plan as one surface may see it; what an emergency may see."""

from __future__ import annotations

from dataclasses import fields, is_dataclass, replace
from typing import Any

from careplan.plan.care_plan import SECTIONS, CarePlan, Version
from careplan.plan.dictionary import Carry, Dictionary
from careplan.plan.life import Pregnancy
from careplan.plan.values import Answer3


def seen_on(plan: CarePlan, surface: str, words: Dictionary) -> CarePlan:
    """The plan with every field that `surface` must never hold left blank."""
    for name in SECTIONS:
        plan = plan.with_section(name, _without_hidden(plan.section(name), name, surface, words))
    return plan


def emergency(version: Version, words: Dictionary) -> Version:
    """What an emergency department may see; without a live signature no dose (design 1.7)."""
    plan = seen_on(as_the_person_allows(version.plan), "emergency", words)
    if not version.shows_dose:
        plan = without_doses(plan)
    shown = tuple(one for one in version.contributions if _shown(one.section, plan))
    answer = version.answer and replace(version.answer, given_with=None, present=None, basis=None)
    return replace(version, plan=plan, answer=answer, contributions=shown)


def as_the_person_allows(plan: CarePlan) -> CarePlan:
    """Without what the person keeps from emergency pages, and what needs a tick they have not set.

    Allergies, antibodies, refusals and doses cannot be kept back while a link lives (domain 2.19).
    """
    for name in plan.visibility.team_only:
        if name in MAY_BE_KEPT_BACK:
            plan = plan.with_section(name, SECTIONS[name]())
    times, pregnancy = plan.hard_times, plan.pregnancy
    if times.show_in_ed is not True:
        plan = plan.with_section("hard_times", replace(times, past_trauma=None))
    if pregnancy.show_in_ed is not True or pregnancy.pregnant is not Answer3.YES:
        plan = plan.with_section("pregnancy", Pregnancy())
    shown = tuple(one for one in plan.medicines.entries if one.keep_private is not True)
    return plan.with_section("medicines", replace(plan.medicines, entries=shown))


MAY_BE_KEPT_BACK = frozenset(
    {
        *("my_sickle", "usual_pain", "what_helps", "what_matters", "my_people", "my_veins"),
        *("adjustments", "child_words"),
    }
)
"""Own-words sections a person may keep for their team: the code list `may_be_team_only`."""


def without_doses(plan: CarePlan) -> CarePlan:
    """Every dose gone, every other fact kept: what must not be given still stands."""
    kept = tuple(
        replace(adjunct, dose=None, every=None)
        for adjunct in plan.pain_plan.adjuncts
        if not adjunct.given
    )
    pain = replace(
        plan.pain_plan, steps=(), adjuncts=kept, previous_response=(), escalation_action=None
    )
    return plan.with_section("pain_plan", pain)


def _shown(section: str, plan: CarePlan) -> bool:
    return bool(plan.section(section) != SECTIONS[section]())


def _may_show(path: str, surface: str, words: Dictionary) -> bool:
    """What no dictionary knows is shown on the record only."""
    if path not in words.fields:
        return surface == "record"
    return words.carries(path, surface) is not Carry.NEVER


def _without_hidden(value: Any, path: str, surface: str, words: Dictionary) -> Any:
    """Blank is the field's own default. Items that may not be seen go whole."""
    changes: dict[str, Any] = {}
    for f in fields(value):
        inner = f"{path}.{f.name}"
        if f.name == "unsure":
            changes["unsure"] = tuple(
                name for name in value.unsure if _may_show(f"{path}.{name}", surface, words)
            )
        if inner not in words.fields:
            continue
        here, now = words.carries(inner, surface), getattr(value, f.name)
        if here is Carry.NEVER and not words.fields[inner].children:
            changes[f.name] = f.default
        elif isinstance(now, tuple) and now and is_dataclass(now[0]):
            changes[f.name] = (
                ()
                if here is Carry.NEVER
                else tuple(_without_hidden(item, inner, surface, words) for item in now)
            )
        elif is_dataclass(now) and words.fields[inner].children:
            changes[f.name] = (
                None if here is Carry.NEVER else _without_hidden(now, inner, surface, words)
            )
    return replace(value, **changes)
