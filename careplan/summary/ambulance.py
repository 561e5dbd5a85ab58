"""The ambulance view: the first ten seconds, where to go, and what a crew would otherwise ask.

Made from the same emergency summary, in another order, so that the two cannot disagree.
"""

from __future__ import annotations

from dataclasses import replace

from careplan.plan.care_plan import Version
from careplan.plan.dictionary import Dictionary
from careplan.plan.pain import Stage
from careplan.plan.surfaces import emergency
from careplan.summary.blocks import Block, EmergencySummary, Fact, Look, line
from careplan.summary.copies import CopyWords, copy_words, gathered
from careplan.summary.doses import step_line
from careplan.summary.emergency import summarise
from careplan.summary.phrases import phrases

_PLACE = ("care_team.ambulance_destination", "care_team.bypass_", "care_team.hospital_")
_AFTER_FRONT = 9


def ambulance(version: Version, words: Dictionary) -> EmergencySummary:
    """Items 1 to 8, where to take the person, and the questions already answered."""
    summary, say = summarise(version, words), copy_words(words)
    front = tuple(block for block in summary.blocks if block.front)
    rest = [block for block in summary.blocks if not block.front]
    facts = gathered(rest, "ambulance", words)
    place = [fact for fact in facts if _of_place(fact)]
    answers = [fact for fact in facts if not _of_place(fact)]
    blocks = (*front, _where(place, say), _answered(answers, version, words, say))
    return replace(summary, blocks=blocks)


def _of_place(fact: Fact) -> bool:
    return _starts(fact, _PLACE)


def _starts(fact: Fact, places: tuple[str, ...]) -> bool:
    return any(path.startswith(places) for path in fact.paths)


def _where(facts: list[Fact], say: CopyWords) -> Block:
    """The destination first, for it is what the crew was asked to respect."""
    first = sorted(facts, key=lambda fact: not _starts(fact, _PLACE[:2]))
    shown = first or [line(say.say("ambulance.where_none"))]
    heading = say.say("ambulance.where")
    return Block("where", _AFTER_FRONT, "more where", heading, tuple(shown))


def _answered(facts: list[Fact], version: Version, words: Dictionary, say: CopyWords) -> Block:
    steps = _steps(version, words, say)
    # How to talk with somebody in pain comes before what they would have to say.
    order = sorted(facts, key=lambda fact: not _starts(fact, ("about_me.",)))
    shown = (line(say.say("ambulance.ask"), look=Look.BIG), *steps, *order)
    heading = say.say("ambulance.answered")
    return Block("answered", _AFTER_FRONT + 1, "more answered", heading, shown)


def _steps(version: Version, words: Dictionary, say: CopyWords) -> list[Fact]:
    """What the signed plan says for home and for the ambulance; nothing once it was stopped."""
    plan, facts = emergency(version, words).plan, []
    for stage in (Stage.HOME, Stage.AMBULANCE):
        steps = plan.pain_plan.stage(stage)
        if steps:
            facts.append(line(say.say(f"ambulance.{stage}"), look=Look.LEAD))
            facts += [step_line(step, plan, words, phrases(words)) for step in steps]
    return facts
