"""Allergies as a union (domain 2.4): the team's list, then what the person reports, unchecked."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from datetime import date

from careplan.plan.care_plan import CarePlan
from careplan.plan.medicines import Allergy, AllergyState, ReportedAllergy, ReportedState
from careplan.summary import wording
from careplan.summary.blocks import Block, Fact, Kind, Look, Part, line
from careplan.summary.phrases import Phrases

TEAM, MINE = "allergies.entries", "my_allergies.entries"
_OWN = ("substance", "reaction", "severity")


def allergy_block(plan: CarePlan, say: Phrases) -> Block:
    """Blank never means none: listed, none confirmed, or not asked; then what is reported.

    An entry is shown whatever state stands beside it.
    """
    listed = plan.allergies.entries
    reported = unchecked(plan)
    if listed:
        look, facts = "listed", [_entry(one, plan, say) for one in listed]
    elif plan.allergies.state is AllergyState.NONE_CONFIRMED:
        look, facts = "none", [] if reported else [_none(plan.allergies.confirmed_on, say)]
    else:
        empty = plan.allergies.state is AllergyState.LIST
        text = say.say("allergies.list_empty" if empty else "allergies.not_asked")
        look, facts = "notasked", [line(text, "allergies.state")]
    facts += _reports(reported, say)
    facts += _says(plan, say)
    if look == "none" and reported:
        look = "listed"
    heading = say.say(f"headings.{'allergies' if look == 'listed' else look}")
    return Block("allergies", 4, f"allergies {look}", heading, tuple(facts))


def unchecked(plan: CarePlan) -> list[ReportedAllergy]:
    """What the person reports and the team's list does not hold."""
    known = {_folded(one.substance) for one in plan.allergies.entries}
    return [one for one in plan.my_allergies.entries if _folded(one.substance) not in known]


def _folded(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def _none(on: date | None, say: Phrases) -> Fact:
    text = (
        say.say("allergies.none", on=wording.day(on)) if on else say.say("allergies.none_undated")
    )
    return line(text, "allergies.state", "allergies.confirmed_on", "my_allergies.state")


def _entry(one: Allergy, plan: CarePlan, say: Phrases) -> Fact:
    """An entry both sides have is shown once; what only the person says about it is kept."""
    parts = [Part(one.substance, Kind.STRONG), *_reaction(one.reaction, one.severity)]
    paths = [f"{TEAM}.{name}" for name in _OWN] + ["allergies.state"]
    same = [
        mine
        for mine in plan.my_allergies.entries
        if _folded(mine.substance) == _folded(one.substance)
    ]
    for mine in same:
        paths += [f"{MINE}.{name}" for name in (*_OWN, "reported_on")] + ["my_allergies.state"]
        other = (mine.severity or one.severity) != one.severity
        if other or _folded(mine.reaction or "") not in _folded(one.reaction or ""):
            parts.append(
                Part(f"({say.say('allergies.adds')} {_told(mine.reaction, mine.severity)})")
            )
    return Fact(tuple(parts), None, tuple(paths), Look.ITEM, one.substance)


def _reaction(reaction: str | None, severity: str | None) -> list[Part]:
    text = _told(reaction, severity)
    return [Part(f": {text}")] if text else []


def _told(reaction: str | None, severity: str | None) -> str:
    return " ".join(filter(None, [reaction, f"({severity})" if severity else None]))


def _reports(reported: list[ReportedAllergy], say: Phrases) -> Iterable[Fact]:
    """In groups by date: "Reported by patient, 30 August 2026, not yet checked: …"."""
    for on in dict.fromkeys(one.reported_on for one in reported):
        key = "allergies.reported" if on else "allergies.reported_undated"
        text = say.say(key, on=wording.day(on)) if on else say.say(key)
        state = ("my_allergies.state", "allergies.state")
        yield Fact((Part(text),), None, (f"{MINE}.reported_on", *state), Look.LEAD)
        for one in reported:
            if one.reported_on == on:
                parts = [Part(one.substance, Kind.STRONG), *_reaction(one.reaction, one.severity)]
                paths = tuple(f"{MINE}.{name}" for name in _OWN)
                yield Fact(tuple(parts), None, paths, Look.ITEM, one.substance)


def _says(plan: CarePlan, say: Phrases) -> Iterable[Fact]:
    """What the person says where they list nothing; "none" said twice is said once."""
    state = plan.my_allergies.state
    if state is ReportedState.LIST and not plan.my_allergies.entries:
        yield line(say.say("allergies.says_list"), "my_allergies.state", look=Look.SMALL)
    elif state is ReportedState.NOT_SURE:
        yield line(say.say("allergies.says_not_sure"), "my_allergies.state", look=Look.SMALL)
    elif state is ReportedState.NONE_KNOWN:
        if plan.allergies.state is AllergyState.NONE_CONFIRMED:
            return
        yield line(say.say("allergies.says_none"), "my_allergies.state", look=Look.SMALL)


def checked_facts(plan: CarePlan, say: Phrases) -> list[Fact]:
    """Who checked each entry, and when: with the details, not in the first ten seconds."""
    texts = []
    for one in plan.allergies.entries:
        on = wording.day(one.on) if one.on else None
        if one.verified_by and on:
            key, values = "checked_by_on", {"name": one.verified_by, "on": on}
        elif one.verified_by:
            key, values = "checked_by", {"name": one.verified_by}
        elif on:
            key, values = "checked_on", {"on": on}
        else:
            continue
        texts.append(say.say(f"allergies.{key}", what=one.substance, **values))
    paths = (f"{TEAM}.verified_by", f"{TEAM}.on")
    label = say.say("allergies.checked").rstrip(":")
    return [line("; ".join(texts), *paths, label=label)] if texts else []
