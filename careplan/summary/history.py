"""What has happened to the person before, in words; what has not happened is said too."""

from __future__ import annotations

from careplan.plan.care_plan import CarePlan
from careplan.plan.dictionary import Dictionary
from careplan.plan.sickle import Complication, Event
from careplan.plan.values import Answer3
from careplan.summary import wording
from careplan.summary.banners import no_cure
from careplan.summary.blocks import Block, Fact, Kind, Look, Part, line
from careplan.summary.phrases import Phrases

C = Complication
_FIRST = (
    *(C.ACUTE_CHEST_SYNDROME, C.STROKE_OR_TIA, C.ICU_ADMISSION, C.SPLENECTOMY, C.PRIAPISM),
    *(C.SEPSIS, C.SPLENIC_SEQUESTRATION, C.RENAL_DISEASE, C.PULMONARY_HYPERTENSION, C.VTE),
)
_STOP = (C.HYPERHAEMOLYSIS, C.OPIOID_OVERSEDATION)
EVENT_PATHS = tuple(
    f"complications.events.{name}"
    for name in (
        *("kind", "had", "last", "count", "worst_care", "exchange", "detail", "side", "stage"),
        *("last_check", "what_works", "phone", "drug", "naloxone"),
    )
)
_TCD = tuple(f"complications.tcd_{name}" for name in ("result", "velocity", "on"))
_A_NUMBER = 3
"""A stage this short ("3", "IIb") needs the word "stage" before it; "CKD 3b" does not."""


def event_words(event: Event, words: Dictionary, say: Phrases, *, named: bool = True) -> str:
    """ "Acute chest syndrome: 1 time, last December 2019, most care HDU"; its number apart."""
    about = [*_where(event, say)]
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
    about += filter(None, [event.drug, _naloxone(event, say), event.detail])
    if event.last_check:
        about.append(say.say("history.checked", on=wording.partial_day(event.last_check)))
    if event.what_works:
        about.append(say.say("history.works", what=event.what_works))
    told = ", ".join(about)
    if not named:
        return told
    name = words.words("complications", event.kind)
    return f"{name}: {told}" if told else name


def _where(event: Event, say: Phrases) -> list[str]:
    """The stage or kind, and the side."""
    stage = event.stage
    if stage and len(stage) <= _A_NUMBER:
        stage = say.say("history.stage", stage=stage)
    return [*filter(None, [stage, event.side])]


def _naloxone(event: Event, say: Phrases) -> str | None:
    if event.naloxone is None:
        return None
    return say.say(f"history.naloxone_{event.naloxone.name.casefold()}")


def event_parts(
    event: Event, words: Dictionary, say: Phrases, *, named: bool = True
) -> tuple[Part, ...]:
    """With the number to ring, which can be pressed."""
    text = event_words(event, words, say, named=named)
    parts = (Part(text),) if text else ()
    if event.phone is None:
        return parts
    ring = say.say("history.ring")
    return (*parts, Part(f", {ring}" if parts else ring), Part(event.phone, Kind.PHONE))


def history_block(plan: CarePlan, words: Dictionary, say: Phrases) -> Block | None:
    """Most grave first. The stop flags stand on the front and are not said twice."""
    events = plan.complications.events
    had = [one for one in events if one.had is Answer3.YES and one.kind not in _STOP]
    had.sort(key=lambda one: _FIRST.index(one.kind) if one.kind in _FIRST else len(_FIRST))
    facts = [Fact(event_parts(one, words, say), None, EVENT_PATHS, Look.ITEM) for one in had]
    facts += _named(events, Answer3.NO, "history.not_had", words, say)
    facts += _named(events, Answer3.UNKNOWN, "history.not_known", words, say)
    facts += _brain_scan(plan, words)
    if plan.diagnosis.g6pd:
        text = words.words("g6pd", plan.diagnosis.g6pd)
        label = words.field("diagnosis.g6pd").label
        facts.append(line(text, "diagnosis.g6pd", label=label))
    facts += no_cure(plan, words)
    if not facts:
        return None
    return Block("history", 14, "more history", say.say("headings.history"), tuple(facts))


def _brain_scan(plan: CarePlan, words: Dictionary) -> list[Fact]:
    """The transcranial Doppler of a child: its band, its speed, its day."""
    past = plan.complications
    texts = [
        words.words("tcd_results", past.tcd_result) if past.tcd_result else None,
        f"{past.tcd_velocity} cm/s" if past.tcd_velocity is not None else None,
        wording.day(past.tcd_on) if past.tcd_on else None,
    ]
    text = ", ".join(filter(None, texts))
    return [line(text, *_TCD, label=words.field(_TCD[0]).label)] if text else []


def _named(
    events: tuple[Event, ...], had: Answer3, label: str, words: Dictionary, say: Phrases
) -> list[Fact]:
    """What has not happened, and what nobody knows, each on one line."""
    parts: list[Part] = []
    for one in events:
        if one.had is had:
            parts += [Part(";")] if parts else []
            parts += event_parts(one, words, say)
    return [Fact(tuple(parts), say.say(label), EVENT_PATHS)] if parts else []
