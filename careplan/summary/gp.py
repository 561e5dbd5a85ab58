"""The copy for the GP practice (domain 2.19): what it keeps, prescribes and must not prescribe."""

from __future__ import annotations

from dataclasses import replace

from careplan.plan.care_plan import CarePlan, Version
from careplan.plan.dictionary import Dictionary
from careplan.plan.pain import Stage
from careplan.plan.surfaces import as_the_person_allows, emergency
from careplan.summary import wording
from careplan.summary.blocks import Block, EmergencySummary, Fact, Look, line
from careplan.summary.copies import Copy, CopyWords, carried, chosen, copy_words
from careplan.summary.doses import step_line
from careplan.summary.emergency import summarise
from careplan.summary.phrases import phrases

_NO_DOSE = ("unsigned", "stopped")
_FIRST = ("medicines", "allergies")
_IN_PART = ("foot", "next", "different", "helps")


def gp_copy(version: Version, words: Dictionary) -> Copy:
    say, summary = copy_words(words), summarise(version, words)
    plan = as_the_person_allows(version.plan)
    front = [_signature_only(one) for one in summary.blocks if one.front and _for_gp(one)]
    rest = [
        *_at_home(version, words, say),
        *_kept(summary, words, say),
        *_vaccines(plan, words, say),
    ]
    lead = (_to(plan, say), say.say("gp.agreed"), say.say("gp.avoid"))
    return Copy(say.say("gp.title"), (*front, *rest), lead, (say.say("gp.left_out"),))


def _to(plan: CarePlan, say: CopyWords) -> str:
    me = plan.about_me
    practice = me.gp_name or say.say("gp.to_unknown")
    code = f" ({me.gp_ods})" if me.gp_ods else ""
    return f"{say.say('gp.to')}: {practice}{code}"


def _for_gp(block: Block) -> bool:
    """No dose for hospital; that one was stopped, or never signed, is said."""
    return not block.look.startswith("dose") or block.id in _NO_DOSE


def _signature_only(block: Block) -> Block:
    """Without the advice lines, which are for whoever has just scanned a code."""
    if block.id != "signed":
        return block
    return replace(block, facts=tuple(one for one in block.facts if one.look is not Look.SMALL))


def _kept(summary: EmergencySummary, words: Dictionary, say: CopyWords) -> list[Block]:
    """Whole blocks of what a practice keeps; of the foot only who knows the person, for the rest
    of it is for an emergency department. The medicines come first."""
    blocks = [block for block in summary.blocks if not block.front]
    kept = [block for block in blocks if any(carried(one, "gp", words) for one in block.facts)]
    named = {block.id: block for block in kept}
    for name in _IN_PART:
        if name in named:
            named[name] = chosen(named[name], "gp", words) or named[name]
    for name in _IN_PART[1:]:
        if name in named:
            named[name] = replace(named[name], heading=say.say("gp.also"))
    order = sorted(named, key=lambda name: name not in _FIRST)
    return [named[name] for name in order]


def _at_home(version: Version, words: Dictionary, say: CopyWords) -> list[Block]:
    plan, blocks = emergency(version, words).plan, []
    for stage, name in ((Stage.HOME, "home"), (Stage.DISCHARGE, "discharge")):
        facts = [
            step_line(step, plan, words, phrases(words)) for step in plan.pain_plan.stage(stage)
        ]
        if facts:
            blocks.append(Block(name, 9, f"more {name}", say.say(f"gp.{name}"), tuple(facts)))
    return blocks


def _vaccines(plan: CarePlan, words: Dictionary, say: CopyWords) -> list[Block]:
    paths = tuple(f"infection.vaccines.{name}" for name in ("name", "product", "on"))
    facts: list[Fact] = []
    for one in plan.infection.vaccines:
        on = wording.partial_day(one.on) if one.on else None
        named = words.words("vaccines", one.name)
        text = ", ".join(filter(None, [named, one.product, on]))
        facts.append(line(text, *paths, look=Look.ITEM))
    reason = plan.infection.no_antibiotic_reason
    if reason:
        path = "infection.no_antibiotic_reason"
        facts.append(line(reason, path, label=words.field(path).label))
    if not facts:
        return []
    return [Block("vaccines", 17, "more vaccines", say.say("gp.vaccines"), tuple(facts))]
