"""Doses in words, as signed: nothing computed, nothing left to be guessed between two doses."""

from __future__ import annotations

from careplan.plan.care_plan import CarePlan
from careplan.plan.dictionary import Dictionary
from careplan.plan.pain import Adjunct, Relation, Stage, Step
from careplan.summary import wording
from careplan.summary.blocks import Block, Fact, Kind, Look, Part, line
from careplan.summary.phrases import Phrases
from careplan.summary.weight import WEIGHT, weighed

STEP = "pain_plan.steps"
ADJUNCT_PATHS = tuple(
    f"pain_plan.adjuncts.{name}"
    for name in ("drug", "given", "reason", "dose", "routes", "every", "as_needed", "note")
)
_RELATIONS = {
    Relation.INSTEAD: "dose.instead",
    Relation.TOGETHER: "dose.together",
    Relation.AFTER: "dose.after_first",
}
_NEEDED = {True: "next.as_needed", False: "next.not_as_needed"}
_JOINS_ITSELF = ("when", "if", "where", "only", "unless", "instead", "after", "before", "as soon")


def dose_blocks(plan: CarePlan, words: Dictionary, say: Phrases) -> list[Block]:
    """The first dose and the second choice, each alone in its box."""
    steps = plan.pain_plan.steps
    first = [step for step in steps if step.stage is Stage.FIRST_DOSE]
    second = [step for step in steps if step.stage is Stage.SECOND_CHOICE]
    boxes = [
        ("first", "headings.first", first[:1]),
        ("first", "headings.also_first", first[1:]),
        ("second", "headings.second", second),
    ]
    made: list[Block] = []
    if not first:
        none = line(say.say("dose.none"), look=Look.BIG)
        made = [Block("first", 5, "dose first", say.say("headings.first"), (none,))]
    for name, heading, found in boxes:
        for number, step in enumerate(found, start=2 if heading == "headings.also_first" else 1):
            called = name if number == 1 else f"{name}-{number}"
            made.append(_block(called, heading, step, say, _weight(step, plan, words, say)))
    return made


def _weight(step: Step, plan: CarePlan, words: Dictionary, say: Phrases) -> list[Fact]:
    """A dose per kilogram is never shown without the weight, nor hidden by an old one."""
    if step.dose is None or not step.dose.per_kilogram:
        return []
    text = wording.sentence(weighed(plan, words, say))
    return [Fact((Part(text, Kind.STRONG),), None, WEIGHT)]


def _block(name: str, heading: str, step: Step, say: Phrases, weight: list[Fact]) -> Block:
    look = "dose first" if name == "first" else "dose second"
    facts = [*_relation(step, say, must=name != "first")]
    facts.append(
        Fact(
            _medicine(step, say),
            None,
            _paths("drug", "formulation", "dose", "routes", "stage"),
            Look.BIG,
        )
    )
    facts += weight
    facts.append(_limits(step, say, counts=name.startswith("second")))
    if step.note:
        facts.append(line(step.note, *_paths("note")))
    return Block(name, 5, look, say.say(heading), tuple(facts))


def _limits(step: Step, say: Phrases, *, counts: bool) -> Fact:
    """How soon again, how often at most, up to what, and whether it counts with the first dose."""
    parts = [Part(wording.sentence(_again(step, say)))]
    if step.ceiling:
        parts.append(Part(say.say("dose.ceiling"), Kind.STRONG))
        parts.append(Part(wording.sentence(step.ceiling)))
    if counts or step.counts_towards_max is not None:
        parts.append(Part(_counts(step, say)))
    names = ("repeat", "max_doses", "max_within", "ceiling", "counts_towards_max")
    return Fact(tuple(parts), None, _paths(*names))


def _paths(*names: str) -> tuple[str, ...]:
    return tuple(f"{STEP}.{name}" for name in names)


def _relation(step: Step, say: Phrases, *, must: bool) -> list[Fact]:
    """INSTEAD, TOGETHER or AFTER, and when: a reader must never guess whether two doses stack."""
    bare = step.relation is None and step.relation_when is None
    if bare and step.relation_instead_when is None and not must:
        return []
    text = say.say(_RELATIONS[step.relation]) if step.relation else say.say("dose.no_relation")
    if step.relation_minutes is not None:
        minutes = step.relation_minutes
        if step.relation is Relation.AFTER:
            text = say.say("dose.minutes_after_first", minutes=minutes)
        else:
            text = f"{text} {say.say('dose.minutes', minutes=minutes)}"
    parts = [Part(text, Kind.STRONG)]
    if step.relation_when:
        parts.append(Part(_when(step.relation_when, say)))
    if step.relation_instead_when:
        parts += [Part(";"), Part(say.say("dose.instead_of_it"), Kind.STRONG)]
        parts.append(Part(_when(step.relation_instead_when, say)))
    paths = _paths("relation", "relation_minutes", "relation_when", "relation_instead_when")
    return [Fact(tuple(parts), None, paths)]


def _when(text: str, say: Phrases) -> str:
    starts = text.casefold().startswith(_JOINS_ITSELF)
    return f", {text}" if starts else f"{say.say('dose.when')} {text}"


def _medicine(step: Step, say: Phrases) -> tuple[Part, ...]:
    routes = " or ".join(step.routes) or say.say("dose.no_route")
    dose = step.dose.words if step.dose else say.say("dose.no_dose")
    form = [Part(str(step.formulation))] if step.formulation else []
    return (Part(step.drug, Kind.STRONG), *form, Part(dose, Kind.STRONG), Part(routes))


def _again(step: Step, say: Phrases) -> str:
    """ "Repeat after 30 minutes, at most 3 doses"."""
    text = wording.repeat(step.repeat, say)
    if step.max_doses is None:
        return f"{text}, {step.max_within}" if step.max_within else text
    one = step.max_doses == 1
    count = say.say("dose.one_dose") if one else say.say("dose.doses", number=step.max_doses)
    if step.max_within:
        return f"{text}, {say.say('dose.most_within', count=count, within=step.max_within)}"
    return f"{text}, {say.say('dose.most', count=count)}"


def _counts(step: Step, say: Phrases) -> str:
    answer = {True: "helps.yes", False: "helps.no", None: "dose.not_said"}[step.counts_towards_max]
    return say.say("dose.counts", answer=say.say(answer))


def step_line(step: Step, plan: CarePlan, words: Dictionary, say: Phrases) -> Fact:
    """A step outside the emergency department, on one line."""
    text = " ".join(part.text for part in _medicine(step, say))
    again = wording.frequency(step.repeat) if step.repeat else say.say("dose.no_repeat")
    most = _again(step, say).removeprefix(wording.repeat(step.repeat, say)).removeprefix(", ")
    pieces = [f"{text} {again}", most]
    if step.dose and step.dose.per_kilogram:
        pieces.insert(1, weighed(plan, words, say))
    if step.ceiling:
        pieces.append(f"{say.say('dose.ceiling')} {step.ceiling}")
    relation = _relation(step, say, must=False)
    pieces += [fact.text for fact in relation]
    if step.counts_towards_max is not None:
        pieces.append(_counts(step, say).rstrip("."))
    pieces.append(step.note or "")
    shown = "stage drug formulation dose routes repeat max_doses max_within ceiling relation"
    more = "relation_minutes relation_when relation_instead_when counts_towards_max note"
    return line(
        ", ".join(filter(None, pieces)), *_paths(*f"{shown} {more}".split()), look=Look.ITEM
    )


def adjunct_words(adjunct: Adjunct, say: Phrases) -> str:
    """ "paracetamol 1 g IV or oral every 6 hours"."""
    words = [
        adjunct.drug,
        adjunct.dose.words if adjunct.dose else "",
        " or ".join(adjunct.routes),
        wording.frequency(adjunct.every) if adjunct.every else "",
        say.say(_NEEDED[adjunct.as_needed]) if adjunct.as_needed is not None else "",
    ]
    return " ".join(filter(None, words))
