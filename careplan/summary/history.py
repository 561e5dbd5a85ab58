"""What has happened to the person before, in words; what has not happened is said too."""

from __future__ import annotations

from careplan.plan.care_plan import CarePlan
from careplan.plan.dictionary import Dictionary
from careplan.plan.sickle import Complication, Event
from careplan.plan.values import Answer3
from careplan.summary import wording
from careplan.summary.blocks import Block, Fact, Look, line
from careplan.summary.phrases import Phrases

C = Complication
_FIRST = (C.ACUTE_CHEST_SYNDROME, C.STROKE_OR_TIA, C.ICU_ADMISSION, C.SPLENECTOMY, C.PRIAPISM)
_STOP = (C.HYPERHAEMOLYSIS, C.OPIOID_OVERSEDATION)
EVENT_PATHS = tuple(
    f"complications.events.{name}"
    for name in ("kind", "had", "last", "count", "worst_care", "exchange", "detail")
)


def event_words(event: Event, words: Dictionary, say: Phrases, *, named: bool = True) -> str:
    """ "Acute chest syndrome: 1 time, last December 2019, most care HDU"."""
    about = []
    if event.count is not None:
        once = event.count == 1
        about.append(
            say.say("history.once") if once else say.say("history.times", number=event.count)
        )
    if event.last:
        about.append(say.say("history.last", on=wording.partial_day(event.last)))
    if event.worst_care:
        care = words.words("worst_care", event.worst_care)
        about.append(say.say("history.care", what=care))
    if event.exchange:
        about.append(say.say("history.exchange", answer=str(event.exchange)))
    if event.detail:
        about.append(event.detail)
    told = ", ".join(about)
    if not named:
        return told
    name = words.words("complications", event.kind)
    return f"{name}: {told}" if told else name


def history_block(plan: CarePlan, words: Dictionary, say: Phrases) -> Block | None:
    """Most grave first. The stop flags stand on the front and are not said twice."""
    events = plan.complications.events
    had = [one for one in events if one.had is Answer3.YES and one.kind not in _STOP]
    had.sort(key=lambda one: _FIRST.index(one.kind) if one.kind in _FIRST else len(_FIRST))
    facts = [line(event_words(one, words, say), *EVENT_PATHS, look=Look.ITEM) for one in had]
    facts += _named(events, Answer3.NO, "history.not_had", words, say)
    facts += _named(events, Answer3.UNKNOWN, "history.not_known", words, say)
    if plan.diagnosis.g6pd:
        text = words.words("g6pd", plan.diagnosis.g6pd)
        label = words.field("diagnosis.g6pd").label
        facts.append(line(text, "diagnosis.g6pd", label=label))
    if not facts:
        return None
    return Block("history", 14, "more history", say.say("headings.history"), tuple(facts))


def _named(
    events: tuple[Event, ...], had: Answer3, label: str, words: Dictionary, say: Phrases
) -> list[Fact]:
    """What has not happened, and what nobody knows, each on one line."""
    named = [event_words(one, words, say) for one in events if one.had is had]
    return [line("; ".join(named), *EVENT_PATHS, label=say.say(label))] if named else []
