"""Item 6, the stop flags: what must not be done to this person, whatever else the page says."""

from __future__ import annotations

from careplan.plan.care_plan import CarePlan
from careplan.plan.dictionary import Dictionary
from careplan.plan.sickle import Complication, Event, Refusal
from careplan.plan.values import Answer3
from careplan.summary import wording
from careplan.summary.blocks import Block, Fact, Kind, Look, Part, joined, line
from careplan.summary.blood import refusal_paths, refusal_words
from careplan.summary.doses import ADJUNCT_PATHS, adjunct_words
from careplan.summary.history import EVENT_PATHS, event_parts
from careplan.summary.phrases import Phrases

_PREGNANT = tuple(
    f"pregnancy.{name}" for name in ("pregnant", "weeks", "weeks_on", "due_on", "unit_phone")
)


def flags_block(plan: CarePlan, words: Dictionary, say: Phrases) -> Block:
    """None recorded is said small: it promises nothing."""
    facts = [
        *_hyperhaemolysis(plan, words, say),
        *_refusal(plan, say),
        *_pregnant(plan, say),
        *_over_sedation(plan, words, say),
        *_not_given(plan, say),
    ]
    if not facts:
        none = line(say.say("flags.none"), look=Look.SMALL)
        return Block("flags", 6, "noflags", None, (none,))
    return Block("flags", 6, "flags", say.say("headings.flags"), tuple(facts))


def _had(plan: CarePlan, kind: Complication) -> list[Event]:
    return [one for one in plan.complications.events if one.kind is kind and one.had is Answer3.YES]


def _hyperhaemolysis(plan: CarePlan, words: Dictionary, say: Phrases) -> list[Fact]:
    events = _had(plan, Complication.HYPERHAEMOLYSIS)
    if plan.transfusion.hyperhaemolysis is not Answer3.YES and not events:
        return []
    brief = say.say("flags.hyperhaemolysis_brief")
    parts = [Part(say.say("flags.hyperhaemolysis"))]
    for event in events:
        parts += [*event_parts(event, words, say), Part(".")]
    paths = ("transfusion.hyperhaemolysis", *(EVENT_PATHS if events else ()))
    return [Fact(tuple(parts), None, paths, Look.ITEM, brief)]


def _refusal(plan: CarePlan, say: Phrases) -> list[Fact]:
    """The person declines; nobody "refuses"."""
    blood = plan.transfusion
    if blood.refusal not in (Refusal.SOME, Refusal.ALL):
        return []
    brief = say.say("flags.refusal", what=str(blood.refusal))
    text = " ".join([brief, *refusal_words(blood, say)])
    return [Fact((Part(text),), None, refusal_paths(), Look.ITEM, brief)]


def _pregnant(plan: CarePlan, say: Phrases) -> list[Fact]:
    """The person has ticked that emergency staff may know; else this is not in the plan at all."""
    known = plan.pregnancy
    if known.pregnant is not Answer3.YES:
        return []
    told = []
    if known.weeks is not None:
        on = wording.day(known.weeks_on) if known.weeks_on else None
        key = "flags.weeks_on" if on else "flags.weeks"
        told.append(say.say(key, weeks=known.weeks, on=on))
    elif known.weeks_on:
        told.append(say.say("flags.counted_on", on=wording.day(known.weeks_on)))
    if known.due_on:
        told.append(say.say("flags.due", on=wording.day(known.due_on)))
    pregnant = say.say("flags.pregnant")
    text = f"{pregnant}: {', '.join(told)}." if told else f"{pregnant}."
    parts = [Part(text), Part(say.say("flags.call_both"))]
    if known.unit_phone:
        parts += [Part(":"), Part(known.unit_phone, Kind.PHONE)]
    due = f", {say.say('flags.due', on=wording.day(known.due_on))}" if known.due_on else ""
    brief = f"{pregnant}{due}. {joined(tuple(parts[1:]))}"
    return [Fact(tuple(parts), None, _PREGNANT, Look.ITEM, brief)]


def _over_sedation(plan: CarePlan, words: Dictionary, say: Phrases) -> list[Fact]:
    facts = []
    kind = words.words("complications", Complication.OPIOID_OVERSEDATION)
    brief = say.say("flags.over_sedation", what=kind)
    for event in _had(plan, Complication.OPIOID_OVERSEDATION):
        about = event_parts(event, words, say, named=False)
        parts = (Part(brief), Part(":"), *about) if about else (Part(brief),)
        facts.append(Fact(parts, None, EVENT_PATHS, Look.ITEM, brief))
    return facts


def _not_given(plan: CarePlan, say: Phrases) -> list[Fact]:
    """Medicines not to be given, with the reason: an NSAID above all."""
    facts = []
    for one in plan.pain_plan.adjuncts:
        if one.given:
            continue
        never = say.say("flags.not_given")
        parts = [Part(never), Part(adjunct_words(one, say), Kind.STRONG)]
        why = "; ".join(filter(None, [one.reason, one.note]))
        parts += [Part(f": {why}")] if why else []
        facts.append(
            Fact(tuple(parts), None, ADJUNCT_PATHS, Look.ITEM, f"{never} {adjunct_words(one, say)}")
        )
    return facts
