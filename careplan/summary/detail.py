"""Items 9 to 13: what is read in the first minute, once the first dose is being drawn up."""

from __future__ import annotations

from collections.abc import Sequence

from careplan.plan.care_plan import CarePlan
from careplan.plan.dictionary import Dictionary
from careplan.plan.pain import PainPlan, PreviousResponse, Stage
from careplan.plan.sickle import AntibodyState, Refusal, Transfusion
from careplan.plan.values import Answer3
from careplan.summary import wording
from careplan.summary.allergies import checked_facts
from careplan.summary.blocks import Block, Fact, Kind, Look, Part, line, own
from careplan.summary.doses import adjunct_words, step_line
from careplan.summary.phrases import Phrases


def block(name: str, item: int, facts: Sequence[Fact], say: Phrases) -> list[Block]:
    """No heading over nothing."""
    if not facts:
        return []
    heading = say.say(f"headings.{name}")
    return [Block(name, item, f"more {name}", heading, tuple(facts))]


def next_block(plan: CarePlan, words: Dictionary, say: Phrases) -> list[Block]:
    pain = plan.pain_plan
    facts = [
        *_written(pain.reassess, "pain_plan.reassess", words),
        *_escalation(pain, say),
        *_written(pain.monitoring, "pain_plan.monitoring", words),
        *_oxygen(pain, say),
        *_written(pain.fluids_note, "pain_plan.fluids_note", words),
        *_opioids(pain, say),
        *_adjuncts(pain, say),
        *_elsewhere(pain, say),
    ]
    return block("next", 9, facts, say)


def _written(text: str | None, path: str, words: Dictionary) -> list[Fact]:
    return [line(text, path, label=words.field(path).label)] if text else []


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


def _adjuncts(pain: PainPlan, say: Phrases) -> list[Fact]:
    given = [one for one in pain.adjuncts if one.given]
    if not given:
        return []
    names = ("drug", "given", "reason", "dose", "routes", "every", "as_needed", "note")
    paths = tuple(f"pain_plan.adjuncts.{name}" for name in names)
    facts = [line(say.say("next.adjuncts"), look=Look.LEAD)]
    for one in given:
        text = "; ".join(filter(None, [adjunct_words(one, say), one.reason, one.note]))
        facts.append(line(text, *paths, look=Look.ITEM))
    return facts


def _elsewhere(pain: PainPlan, say: Phrases) -> list[Fact]:
    """Steps outside the emergency department: each place under its own words."""
    facts = []
    for stage in (Stage.AMBULANCE, Stage.WARD, Stage.HOME, Stage.DISCHARGE):
        steps = pain.stage(stage)
        if steps:
            facts.append(line(say.say(f"next.{stage}"), look=Look.LEAD))
            facts += [step_line(step, say) for step in steps]
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


def different_block(plan: CarePlan, words: Dictionary, say: Phrases) -> list[Block]:
    facts, pain = [], plan.usual_pain
    if plan.different_pain.not_my_usual_pain:
        path = "different_pain.not_my_usual_pain"
        facts.append(own(plan.different_pain.not_my_usual_pain, path))
    sites = [*wording.places(pain.sites, words, say), *filter(None, [pain.sites_other])]
    if sites:
        paths = ("usual_pain.sites", "usual_pain.sites_other")
        facts.append(line(", ".join(sites), *paths, label=say.say("different.sites")))
    facts.append(line(say.say("different.flags"), look=Look.LEAD))
    for sign, think in say.red_flags:
        facts.append(Fact((Part(f"{sign}:"), Part(think, Kind.STRONG)), look=Look.ITEM))
    return block("different", 11, facts, say)


def normal_block(plan: CarePlan, words: Dictionary, say: Phrases) -> list[Block]:
    """My normal when well: each value as typed, with its unit, under its date."""
    by_date: dict[str, list[Fact]] = {}
    for path in words.sections["baselines"].fields:
        value = getattr(plan.baselines, path.rpartition(".")[2])
        if value is not None:
            field = words.field(path)
            amount = wording.measured(value, say.unit(field.unit or ""))
            parts = (Part(field.label), Part(amount, Kind.STRONG))
            on = wording.day(value.on) if value.on else say.say("normal.undated")
            by_date.setdefault(on, []).append(Fact(parts, None, (path,), Look.ITEM))
    facts = []
    for on, values in by_date.items():
        facts += [line(on, look=Look.LEAD), *values]
    if plan.baselines.spo2_on_air:
        facts.append(line(say.say("normal.oximeter"), look=Look.SMALL))
    return block("normal", 12, facts, say)


def blood_block(plan: CarePlan, words: Dictionary, say: Phrases) -> list[Block]:
    blood = plan.transfusion
    facts = [
        *_antibodies(blood, words, say),
        *_blood_needs(blood, words),
        *_programme(blood, words, say),
    ]
    if blood.baseline_hb:
        unit = say.unit("g/L")
        text = f"{blood.baseline_hb} {unit}"
        facts.append(line(text, "transfusion.baseline_hb", label=say.say("blood.baseline")))
    if blood.hyperhaemolysis in (Answer3.NO, Answer3.UNKNOWN):
        text = str(blood.hyperhaemolysis)
        label = say.say("blood.hyperhaemolysis")
        facts.append(line(text, "transfusion.hyperhaemolysis", label=label))
    if blood.refusal in (Refusal.NONE, None) and (blood.refusal or blood.refusal_detail):
        none = say.say("blood.none_declined") if blood.refusal else say.say("blood.not_known")
        text = ", ".join(filter(None, [none, blood.refusal_detail]))
        paths = ("transfusion.refusal", "transfusion.refusal_detail")
        facts.append(line(text, *paths, label=say.say("blood.declined")))
    if blood.lab_phone:
        label = words.field("transfusion.lab_phone").label
        phone = (Part(blood.lab_phone, Kind.PHONE),)
        facts.append(Fact(phone, label, ("transfusion.lab_phone",)))
    return block("blood", 13, facts, say)


def _antibodies(blood: Transfusion, words: Dictionary, say: Phrases) -> list[Fact]:
    names = [
        say.say("blood.past", name=one.name) if one.historical else one.name
        for one in blood.antibodies
    ]
    state = {
        AntibodyState.NONE_FOUND: say.say("blood.none_found"),
        AntibodyState.NOT_KNOWN: say.say("blood.not_known"),
    }
    told = state.get(blood.antibody_state) if blood.antibody_state else None
    text = ", ".join([*filter(None, [told]), *names])
    if not text:
        return []
    paths = (
        "transfusion.antibody_state",
        "transfusion.antibodies.name",
        "transfusion.antibodies.historical",
    )
    return [Fact((Part(text, Kind.STRONG),), words.field("transfusion.antibodies").label, paths)]


def _blood_needs(blood: Transfusion, words: Dictionary) -> list[Fact]:
    facts = []
    needs = filter(
        None, [wording.listed(words, "special_blood", blood.special), blood.special_other]
    )
    text = ", ".join(needs)
    if text:
        paths = ("transfusion.special", "transfusion.special_other")
        facts.append(line(text, *paths, label=words.field("transfusion.special").label))
    if blood.group:
        label = words.field("transfusion.group").label
        group = words.words("blood_groups", blood.group)
        facts.append(line(group, "transfusion.group", label=label))
    return facts


def _programme(blood: Transfusion, words: Dictionary, say: Phrases) -> list[Fact]:
    texts = [
        words.words("programmes", blood.programme) if blood.programme else None,
        say.say("blood.every_weeks", weeks=blood.interval_weeks) if blood.interval_weeks else None,
        say.say("blood.last", on=wording.day(blood.last_on)) if blood.last_on else None,
        say.say("blood.target", value=blood.target_hbs) if blood.target_hbs else None,
    ]
    text = ", ".join(filter(None, texts))
    paths = tuple(
        f"transfusion.{name}" for name in ("programme", "interval_weeks", "last_on", "target_hbs")
    )
    return [line(text, *paths, label=say.say("blood.programme"))] if text else []
