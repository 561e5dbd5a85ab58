"""Item 13: transfusion, what has to be known before blood is ordered; and where decisions lie."""

from __future__ import annotations

from careplan.plan.ahead import AdvanceDecision
from careplan.plan.care_plan import CarePlan
from careplan.plan.dictionary import Dictionary
from careplan.plan.sickle import AntibodyState, Refusal, Transfusion
from careplan.plan.values import Answer3
from careplan.summary import wording
from careplan.summary.blocks import Block, Fact, Kind, Look, Part, line
from careplan.summary.detail import block, written
from careplan.summary.phrases import Phrases

REFUSAL = ("refusal", "refusal_detail", "accepts.text", "advance_decision")
_DECISION = tuple(
    f"advance_decisions.entries.{name}" for name in ("kind", "exists", "on", "where", "who")
)


def blood_block(plan: CarePlan, words: Dictionary, say: Phrases) -> list[Block]:
    blood = plan.transfusion
    facts = [
        *_antibodies(blood, words, say),
        *_blood_needs(blood, words),
        *_programme(blood, words, say),
        *_targets(blood, say),
    ]
    if blood.hyperhaemolysis in (Answer3.NO, Answer3.UNKNOWN):
        text = str(blood.hyperhaemolysis)
        label = say.say("blood.hyperhaemolysis")
        facts.append(line(text, "transfusion.hyperhaemolysis", label=label))
    told = refusal_words(blood, say)
    if blood.refusal in (Refusal.NONE, None) and (blood.refusal or told):
        none = say.say("blood.none_declined") if blood.refusal else say.say("blood.not_known")
        text = ". ".join([none, *told])
        label = say.say("blood.declined")
        facts.append(line(text, *refusal_paths(), label=label))
    facts += _red_cells(blood, words)
    facts += written(blood.iron_status, "transfusion.iron_status", words)
    if blood.lab_phone:
        label = words.field("transfusion.lab_phone").label
        phone = (Part(blood.lab_phone, Kind.PHONE),)
        facts.append(Fact(phone, label, ("transfusion.lab_phone",)))
    return block("blood", 13, facts, say)


def refusal_paths() -> tuple[str, ...]:
    return tuple(f"transfusion.{name}" for name in REFUSAL)


def refusal_words(blood: Transfusion, say: Phrases) -> list[str]:
    """What is declined, what is accepted, and where the signed decision is; each a sentence."""
    accepts = "; ".join(one.text for one in blood.accepts)
    told = [
        blood.refusal_detail,
        say.say("flags.accepts", what=accepts) if accepts else None,
        say.say("flags.advance_decision", where=blood.advance_decision)
        if blood.advance_decision
        else None,
    ]
    return [wording.sentence(one) for one in told if one]


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
    if blood.antibody_state is AntibodyState.LIST and not names:
        told = say.say("blood.list_empty")
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


def _targets(blood: Transfusion, say: Phrases) -> list[Fact]:
    facts, unit = [], say.unit("g/L")
    if blood.baseline_hb:
        text, label = f"{blood.baseline_hb} {unit}", say.say("blood.baseline")
        facts.append(line(text, "transfusion.baseline_hb", label=label))
    aims = [f"{blood.target_hb} {unit}" if blood.target_hb else None, blood.target_note]
    if text := ", ".join(filter(None, aims)):
        paths = ("transfusion.target_hb", "transfusion.target_note")
        facts.append(line(text, *paths, label=say.say("blood.target_hb")))
    return facts


def _red_cells(blood: Transfusion, words: Dictionary) -> list[Fact]:
    """Whether the extended red cell type is known, and who has it."""
    on = wording.partial_day(blood.phenotype_on) if blood.phenotype_on else None
    done = str(blood.phenotype_done) if blood.phenotype_done else None
    text = ", ".join(filter(None, [done, blood.phenotype_lab, on]))
    paths = tuple(f"transfusion.phenotype_{name}" for name in ("done", "lab", "on"))
    return [line(text, *paths, label=words.field(paths[0]).label)] if text else []


def decisions_block(plan: CarePlan, say: Phrases) -> list[Block]:
    """Only what there is, and where the signed original is: never what it says (domain 2.16)."""
    facts = []
    for one in plan.advance_decisions.entries:
        about = [
            say.say("decisions.on", on=wording.day(one.on)) if one.on else None,
            one.who,
            say.say("decisions.where", where=one.where) if one.where else None,
        ]
        told = [*filter(None, about)]
        if is_made(one):
            doubt = "" if one.exists is Answer3.YES else f" ({say.say('decisions.not_known')})"
            parts = [Part(f"{one.kind}{doubt}", Kind.STRONG)]
            parts += [Part(f": {', '.join(told)}")] if told else []
            facts.append(Fact(tuple(parts), None, _DECISION, Look.ITEM))
    return block("decisions", 13, facts, say)


def is_made(one: AdvanceDecision) -> bool:
    """Nobody is prompted about a decision that was never made; "no" and blank say nothing."""
    if one.exists is Answer3.YES:
        return True
    return one.exists is not Answer3.NO and any((one.on, one.where, one.who))
