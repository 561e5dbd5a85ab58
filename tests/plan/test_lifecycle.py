"""The life of a plan: one table, and what is worked out when somebody looks."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from careplan.plan.care_plan import AnswerKind, CarePlan, DoseStop, PatientAnswer, Version
from careplan.plan.lifecycle import (
    TRANSITIONS,
    Event,
    NotNow,
    State,
    Tone,
    after,
    diagram,
    in_words,
    month_in_words,
    standing,
    state_of,
)
from careplan.plan.people import Review
from tests.make import NOW, a_signature, a_version, ada, an_unsigned_version

STOP = DoseStop("Dr Helena Marsden", "Consultant", "St Anselm's Hospital", NOW, "020 7946 0100")
EXPIRES = date(2027, 9, 8)
DAY = timedelta(days=1)


def happen(version: Version | None, event: Event) -> Version:
    """The least that a version gains from an event."""
    if version is None or event is Event.SIGN:
        signature = a_signature(CarePlan()) if event is Event.SIGN else None
        return replace(an_unsigned_version(), signature=signature)
    if event is Event.ANSWER:
        return replace(version, answer=PatientAnswer(AnswerKind.AGREE, NOW))
    if event is Event.STOP_DOSE:
        return replace(version, stop=STOP)
    return replace(version, number=version.number + 1)


@given(st.lists(st.sampled_from(Event), max_size=12))
def test_no_walk_leaves_the_table(events):
    state, version = State.NOTHING, None
    for event in events:
        if (state, event) not in TRANSITIONS:
            with pytest.raises(NotNow, match=str(state)):
                after(state, event)
            continue
        state, version = after(state, event), happen(version, event)
        assert state_of(version) is state
        assert version.shows_dose is (state in (State.NOT_SEEN, State.ANSWERED))


def test_every_state_is_reached():
    assert {State.NOTHING, *TRANSITIONS.values()} == set(State)


def test_only_a_new_signature_brings_a_stopped_dose_back():
    ways = {event: to for (state, event), to in TRANSITIONS.items() if state is State.STOPPED}
    assert {event for event, to in ways.items() if to is not State.STOPPED} == {Event.SIGN}


def test_an_answer_needs_something_signed():
    for state in (State.NOTHING, State.WORDS_ONLY, State.STOPPED):
        with pytest.raises(NotNow):
            after(state, Event.ANSWER)


@pytest.mark.parametrize(
    ("version", "today", "label", "tone"),
    [
        (a_version(), date(2026, 11, 23), "CURRENT", Tone.OK),
        (a_version(), EXPIRES, "CURRENT", Tone.OK),
        (a_version(), EXPIRES + DAY, "REVIEW OVERDUE", Tone.WARN),
        (a_version(stop=STOP), date(2026, 11, 23), "DOSE STOPPED", Tone.STOP),
        (a_version(stop=STOP), EXPIRES + DAY, "DOSE STOPPED", Tone.STOP),
        (an_unsigned_version(), date(2026, 11, 23), "NOT SIGNED", Tone.WARN),
    ],
)
def test_standing(version, today, label, tone):
    found = standing(version, today)
    assert (found.label, found.tone) == (label, tone)


def test_review_may_be_due_before_the_signature_runs_out():
    due = date(2027, 3, 1)
    version = a_version(ada().with_section("review", Review(due)))
    assert standing(version, due).label == "CURRENT"
    assert standing(version, due + DAY).words == "Review was due on 1 March 2027."


def test_an_overdue_plan_still_shows_its_dose():
    assert a_version().shows_dose
    assert (
        standing(a_version(), EXPIRES + DAY).words == "The signature ran out on 8 September 2027."
    )


def test_a_stop_says_whom_to_ring():
    assert "Ring 020 7946 0100." in standing(a_version(stop=STOP), EXPIRES).words


def test_the_diagram_names_every_state_and_event():
    text = diagram()
    assert text.startswith("stateDiagram-v2\n")
    for state in State:
        assert f"{state.name.lower()} : {state}" in text
    for event in Event:
        assert f" : {event}\n" in text
    assert text.count("-->") == len(TRANSITIONS) + 1


def test_days_in_words():
    assert in_words(date(2026, 9, 8)) == "8 September 2026"
    said = [month_in_words(known) for known in ("2016", "2019-12", "2019-12-04", "soon")]
    assert said == ["2016", "December 2019", "4 December 2019", "soon"]
