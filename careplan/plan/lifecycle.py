"""The life of a plan as one table, and what is worked out only when somebody looks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from careplan.plan.care_plan import Version
from careplan.plan.values import is_partial_date


class State(StrEnum):
    """Where the newest version of a plan stands."""

    NOTHING = "nothing published"
    WORDS_ONLY = "own words, no signed plan"
    NOT_SEEN = "signed, not yet seen by the patient"
    ANSWERED = "signed and answered"
    STOPPED = "dose stopped"


class Event(StrEnum):
    PUBLISH_WORDS = "the person publishes their words"
    SIGN = "a clinician signs"
    SIGN_AGAIN = "a colleague signs the same words again"
    ANSWER = "the person answers"
    STOP_DOSE = "a clinician stops the dose"
    CHECK_IDENTITY = "the team puts right who this is"


TRANSITIONS: Mapping[tuple[State, Event], State] = {
    (State.NOTHING, Event.PUBLISH_WORDS): State.WORDS_ONLY,
    (State.NOTHING, Event.SIGN): State.NOT_SEEN,
    (State.WORDS_ONLY, Event.PUBLISH_WORDS): State.WORDS_ONLY,
    (State.WORDS_ONLY, Event.SIGN): State.NOT_SEEN,
    (State.NOT_SEEN, Event.ANSWER): State.ANSWERED,
    (State.NOT_SEEN, Event.PUBLISH_WORDS): State.NOT_SEEN,
    (State.NOT_SEEN, Event.SIGN): State.NOT_SEEN,
    (State.NOT_SEEN, Event.SIGN_AGAIN): State.NOT_SEEN,
    (State.NOT_SEEN, Event.STOP_DOSE): State.STOPPED,
    (State.ANSWERED, Event.ANSWER): State.ANSWERED,
    (State.ANSWERED, Event.PUBLISH_WORDS): State.ANSWERED,
    (State.ANSWERED, Event.SIGN): State.NOT_SEEN,
    (State.ANSWERED, Event.SIGN_AGAIN): State.ANSWERED,
    (State.ANSWERED, Event.STOP_DOSE): State.STOPPED,
    (State.STOPPED, Event.PUBLISH_WORDS): State.STOPPED,
    **{(state, Event.CHECK_IDENTITY): state for state in State if state is not State.NOTHING},
    (State.STOPPED, Event.SIGN): State.NOT_SEEN,
}


class NotNow(ValueError):
    """This cannot happen to the plan as it stands."""


def after(state: State, event: Event) -> State:
    """The next state. Raises NotNow where the table has no row."""
    try:
        return TRANSITIONS[state, event]
    except KeyError:
        raise NotNow(f"{event} is not possible while the plan is: {state}") from None


def state_of(version: Version | None) -> State:
    if version is None:
        return State.NOTHING
    if version.signature is None:
        return State.WORDS_ONLY
    if version.stop is not None:
        return State.STOPPED
    return State.ANSWERED if version.answered else State.NOT_SEEN


class Tone(StrEnum):
    OK = "ok"
    WARN = "warn"
    STOP = "stop"


@dataclass(frozen=True, slots=True)
class Standing:
    """What the state chip says, today. An overdue plan still shows, with a warning."""

    label: str
    tone: Tone
    words: str


def standing(version: Version, today: date) -> Standing:
    """Worked out when looked at, outside the document (design 1.8)."""
    signature, due = version.signature, version.plan.review.review_due
    if signature is None:
        return Standing("NOT SIGNED", Tone.WARN, "No signed pain plan yet. Written by the person.")
    if version.stop is not None:
        return Standing(
            "DOSE STOPPED",
            Tone.STOP,
            f"Do not use the dose on earlier copies. Ring {version.stop.ring}.",
        )
    if today > signature.expires_on:
        return Standing(
            "REVIEW OVERDUE",
            Tone.WARN,
            f"The signature ran out on {in_words(signature.expires_on)}.",
        )
    if due is not None and today > due:
        return Standing("REVIEW OVERDUE", Tone.WARN, f"Review was due on {in_words(due)}.")
    return Standing("CURRENT", Tone.OK, f"Valid to {in_words(signature.expires_on)}.")


_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)


def in_words(day: date) -> str:
    """8 September 2026"""
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"


def month_in_words(known: str) -> str:
    """A date as far as it is known: "2016", "December 2019", "4 December 2019"."""
    if not is_partial_date(known):
        return known
    year, *rest = known.split("-")
    words = [
        year,
        *(_MONTHS[int(month) - 1] for month in rest[:1]),
        *(str(int(day)) for day in rest[1:]),
    ]
    return " ".join(reversed(words))


def diagram() -> str:
    """The table as a Mermaid state diagram, for docs/flow.md."""
    names = {state: state.name.lower() for state in State}
    lines = ["stateDiagram-v2", f"    [*] --> {names[State.NOTHING]}"]
    lines += [f"    {names[state]} : {state}" for state in State]
    lines += [f"    {names[a]} --> {names[b]} : {event}" for (a, event), b in TRANSITIONS.items()]
    return "\n".join(lines) + "\n"
