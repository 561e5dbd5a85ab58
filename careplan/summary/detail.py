"""Items 9 and 10: what is read in the first minute, once the first dose is being drawn up."""

from __future__ import annotations

from collections.abc import Sequence

from careplan.plan.care_plan import CarePlan
from careplan.plan.dictionary import Dictionary
from careplan.plan.pain import PainPlan, PreviousResponse, Stage
from careplan.summary import wording
from careplan.summary.allergies import checked_facts
from careplan.summary.blocks import Block, Fact, Kind, Look, Part, line, own
from careplan.summary.doses import ADJUNCT_PATHS, adjunct_words, step_line
from careplan.summary.phrases import Phrases
from careplan.summary.weight import weighed


def block(name: str, item: int, facts: Sequence[Fact], say: Phrases) -> list[Block]:
    """No heading over nothing."""
    if not facts:
        return []
    heading = say.say(f"headings.{name}")
    return [Block(name, item, f"more {name}", heading, tuple(facts))]


def next_block(plan: CarePlan, words: Dictionary, say: Phrases) -> list[Block]:
    pain = plan.pain_plan
    facts = [
        *_prescription(pain, words, say),
        *written(pain.reassess, "pain_plan.reassess", words),
        *_escalation(pain, say),
        *written(pain.monitoring, "pain_plan.monitoring", words),
        *_oxygen(pain, say),
        *written(pain.fluids_note, "pain_plan.fluids_note", words),
        *_opioids(pain, say),
        *_adjuncts(plan, words, say),
        *_elsewhere(plan, words, say),
        *written(pain.home_stop, "pain_plan.home_stop", words),
    ]
    return block("next", 9, facts, say)


def written(text: str | None, path: str, words: Dictionary) -> list[Fact]:
    return [line(text, path, label=words.field(path).label)] if text else []


def _prescription(pain: PainPlan, words: Dictionary, say: Phrases) -> list[Fact]:
    """Where the dose may already be prescribed, and until when."""
    at, until = pain.local_prescription_at, pain.local_prescription_expires
    told = [at, say.say("next.until", on=wording.day(until)) if until else None]
    text = ", ".join(filter(None, told))
    paths = ("pain_plan.local_prescription_at", "pain_plan.local_prescription_expires")
    return [line(text, *paths, label=words.field(paths[0]).label)] if text else []


def _escalation(pain: PainPlan, say: Phrases) -> list[Fact]:
    parts = [Part(pain.escalation_trigger)] if pain.escalation_trigger else []
    if pain.escalation_action:
        parts.append(Part(f", {say.say('next.then')}" if parts else say.say("next.then")))
        parts.append(Part(pain.escalation_action, Kind.STRONG))
    if pain.escalation_phone:
        parts.append(Part(f", {say.say('next.ring')}" if parts else say.say("next.ring")))
        parts.append(Part(pain.escalation_phone, Kind.PHONE))
    names = ("escalation_trigger", "escalation_action", "escalation_phone")
    paths = tuple(f"pain_plan.{name}" for name in names)
    return [Fact(tuple(parts), say.say("next.escalate"), paths)] if parts else []


def _oxygen(pain: PainPlan, say: Phrases) -> list[Fact]:
    low, high = pain.oxygen_low, pain.oxygen_high
    if low is None and high is None:
        return []
    if low is None:
        text = say.say("next.oxygen_to", high=high)
    elif high is None:
        text = say.say("next.oxygen_from", low=low)
    else:
        text = say.say("next.oxygen_range", low=low, high=high)
    paths = ("pain_plan.oxygen_low", "pain_plan.oxygen_high")
    return [line(text, *paths, label=say.say("next.oxygen"))]


def _opioids(pain: PainPlan, say: Phrases) -> list[Fact]:
    texts = [
        str(pain.opioid_exposure) if pain.opioid_exposure else "",
        pain.opioid_drug or "",
        say.say("next.reviewed", on=wording.day(pain.opioid_reviewed))
        if pain.opioid_reviewed
        else "",
    ]
    text = ", ".join(filter(None, texts))
    paths = tuple(f"pain_plan.opioid_{name}" for name in ("exposure", "drug", "reviewed"))
    return [line(text, *paths, label=say.say("next.opioids"))] if text else []


def _adjuncts(plan: CarePlan, words: Dictionary, say: Phrases) -> list[Fact]:
    given = [one for one in plan.pain_plan.adjuncts if one.given]
    if not given:
        return []
    facts = [line(say.say("next.adjuncts"), look=Look.LEAD)]
    for one in given:
        texts = [adjunct_words(one, say), one.reason, one.note]
        if one.dose and one.dose.per_kilogram:
            texts.insert(1, weighed(plan, words, say))
        facts.append(line("; ".join(filter(None, texts)), *ADJUNCT_PATHS, look=Look.ITEM))
    return facts


def _elsewhere(plan: CarePlan, words: Dictionary, say: Phrases) -> list[Fact]:
    """Steps outside the emergency department: each place under its own words."""
    facts = []
    for stage in (Stage.AMBULANCE, Stage.WARD, Stage.HOME, Stage.DISCHARGE):
        steps = plan.pain_plan.stage(stage)
        if steps:
            facts.append(line(say.say(f"next.{stage}"), look=Look.LEAD))
            facts += [step_line(step, plan, words, say) for step in steps]
    return facts


def before_block(plan: CarePlan, say: Phrases) -> list[Block]:
    pain, facts = plan.pain_plan, []
    for bad in pain.did_not_work:
        text = _dashed(bad.what, bad.why, bad.evidence)
        paths = tuple(f"pain_plan.did_not_work.{name}" for name in ("what", "why", "evidence"))
        facts.append(line(text, *paths, label=say.say("before.documented")))
    for mine in plan.what_helps.does_not_work:
        paths = tuple(f"what_helps.does_not_work.{name}" for name in ("what", "why"))
        facts.append(own(_dashed(mine.what, mine.why), *paths, label=say.say("before.own")))
    facts += [_previous(one, say) for one in pain.previous_response]
    facts += _effects(plan, say)
    facts += checked_facts(plan, say)
    return block("before", 10, facts, say)


def _dashed(what: str, *more: str | None) -> str:
    about = ", ".join(filter(None, more))
    return f"{what}: {about}" if about else what


def _previous(one: PreviousResponse, say: Phrases) -> Fact:
    texts = [
        wording.day(one.on),
        one.place,
        one.given,
        say.say("before.relief", what=one.relief) if one.relief else None,
        say.say("before.side_effects", what=one.side_effects) if one.side_effects else None,
    ]
    names = ("on", "place", "given", "relief", "side_effects")
    paths = tuple(f"pain_plan.previous_response.{name}" for name in names)
    return line(", ".join(filter(None, texts)), *paths, label=say.say("before.previous"))


def _effects(plan: CarePlan, say: Phrases) -> list[Fact]:
    facts = []
    for path, label, effects in (
        ("allergies.side_effects", "before.effects", plan.allergies.side_effects),
        ("my_allergies.side_effects", "before.own_effects", plan.my_allergies.side_effects),
    ):
        paths = tuple(f"{path}.{name}" for name in ("substance", "effect", "note"))
        for one in effects:
            text = "; ".join(filter(None, [_dashed(one.substance, one.effect), one.note]))
            facts.append(line(text, *paths, label=say.say(label)))
    return facts
