"""Item 6, the stop flags: what must not be done to this person, whatever else the page says."""

from __future__ import annotations

from careplan.plan.care_plan import CarePlan
from careplan.plan.dictionary import Dictionary
from careplan.plan.sickle import Complication, Event, Refusal
from careplan.plan.values import Answer3
from careplan.summary import wording
from careplan.summary.blocks import Block, Fact, Kind, Look, Part, line
from careplan.summary.doses import adjunct_words
from careplan.summary.history import EVENT_PATHS, event_words
from careplan.summary.phrases import Phrases

_ADJUNCT_PATHS = tuple(
    f"pain_plan.adjuncts.{name}"
    for name in ("drug", "given", "reason", "dose", "routes", "every", "as_needed", "note")
)


def flags_block(plan: CarePlan, words: Dictionary, say: Phrases) -> Block:
    """None recorded is said small: it promises nothing."""
    facts = [
        *_hyperhaemolysis(plan, words, say),
        *_refusal(plan, say),
        *_over_sedation(plan, words, say),
        *_not_given(plan, say),
    ]
    if not facts:
        none = line(say.say("flags.none"), look=Look.SMALL)
        return Block("flags", 6, "noflags", None, (none,))
    return Block("flags", 6, "flags", say.say("headings.flags"), tuple(facts))


def _flag(text: str, brief: str, *paths: str) -> Fact:
    return Fact((Part(text),), None, paths, Look.ITEM, brief)


def _had(plan: CarePlan, kind: Complication) -> list[Event]:
    return [one for one in plan.complications.events if one.kind is kind and one.had is Answer3.YES]


def _hyperhaemolysis(plan: CarePlan, words: Dictionary, say: Phrases) -> list[Fact]:
    events = _had(plan, Complication.HYPERHAEMOLYSIS)
    if plan.transfusion.hyperhaemolysis is not Answer3.YES and not events:
        return []
    brief = say.say("flags.hyperhaemolysis")
    told = [wording.sentence(event_words(event, words, say)) for event in events]
    paths = ("transfusion.hyperhaemolysis", *(EVENT_PATHS if events else ()))
    return [_flag(" ".join([brief, *told]), brief, *paths)]


def _refusal(plan: CarePlan, say: Phrases) -> list[Fact]:
    """The person declines; nobody "refuses"."""
    blood = plan.transfusion
    if blood.refusal not in (Refusal.SOME, Refusal.ALL):
        return []
    brief = say.say("flags.refusal", what=str(blood.refusal))
    text = f"{brief} {blood.refusal_detail}" if blood.refusal_detail else brief
    return [_flag(text, brief, "transfusion.refusal", "transfusion.refusal_detail")]


def _over_sedation(plan: CarePlan, words: Dictionary, say: Phrases) -> list[Fact]:
    facts = []
    kind = words.words("complications", Complication.OPIOID_OVERSEDATION)
    brief = say.say("flags.over_sedation", what=kind)
    for event in _had(plan, Complication.OPIOID_OVERSEDATION):
        about = event_words(event, words, say, named=False)
        facts.append(_flag(f"{brief}: {about}" if about else brief, brief, *EVENT_PATHS))
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
            Fact(
                tuple(parts), None, _ADJUNCT_PATHS, Look.ITEM, f"{never} {adjunct_words(one, say)}"
            )
        )
    return facts
