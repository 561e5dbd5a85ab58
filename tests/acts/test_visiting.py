"""Going in, tapped by the person or a carer: counted once, taken back, and said for a day."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from careplan.acts.taps import (
    MOST_TAPS,
    MOST_VISITS,
    BadTap,
    Press,
    TooLate,
    TooManyTaps,
    TooManyVisits,
)
from careplan.acts.visiting import begin, end, going, said_by_patient, take_back, tap
from careplan.acts.world import NotThere
from careplan.audit.events import Kind as Deed
from careplan.audit.events import sentence
from careplan.store.visits import every_tap, visit_of, visits_of
from careplan.visits.visit import Stage, Tap, Visit, When, Where
from tests.acts.worlds import Clinic
from tests.stores import NOW

MINUTES = timedelta(minutes=1)


def go(clinic: Clinic, at=NOW, **more: Any) -> Visit:
    facts: dict[str, Any] = {"by": clinic.ada, "patient_id": clinic.patient_id, "tap_id": uuid4()}
    return begin(clinic.world, **{**facts, **more}, at=at)


def tapped(clinic: Clinic, visit: Visit, what: Tap, at=NOW, by=None, **more: Any) -> Visit:
    press = Press(**{"tap_id": uuid4(), "tap": what, "at": at, **more})
    who = by or clinic.ada
    mine: dict[str, Any] = {"by": who, "patient_id": clinic.patient_id, "at": at}
    return tap(clinic.world, visit_id=visit.visit_id, press=press, **mine)


def said(clinic: Clinic, at=NOW) -> tuple[str, ...] | None:
    with clinic.world.store.read() as tx:
        found = said_by_patient(tx, clinic.patient_id, at)
    return found.lines if found else None


def kept(clinic: Clinic) -> tuple[Visit, ...]:
    with clinic.world.store.read() as tx:
        return visits_of(tx, clinic.patient_id)


def test_from_one_press_to_leaving_as_an_emergency_page_says_it(clinic: Clinic) -> None:
    assert said(clinic) is None
    visit = go(clinic)
    tapped(clinic, visit, Tap.WHERE, where=Where(words="St Anselm’s"))
    tapped(clinic, visit, Tap.TOOK, NOW + MINUTES, words="co-codamol", when=When.HOUR)
    tapped(clinic, visit, Tap.TOOK, NOW + 2 * MINUTES, words=None)
    tapped(clinic, visit, Tap.ARRIVED, NOW + 40 * MINUTES)
    tapped(clinic, visit, Tap.RELIEF_GIVEN, NOW + 75 * MINUTES)
    assert said(clinic, NOW + 80 * MINUTES) == (
        "Said by the patient at 09:00, not checked: on the way to St Anselm’s.",
        "Said by the patient at 09:01, not checked: took co-codamol, about 1 hour before.",
        "Said by the patient at 09:02, not checked: has taken nothing for the pain.",
        "Said by the patient at 09:40, not checked: has arrived.",
        "Said by the patient at 10:15, not checked: was given pain relief.",
    )
    mine: dict[str, Any] = {"by": clinic.ada, "patient_id": clinic.patient_id}
    left = end(clinic.world, **mine, visit_id=visit.visit_id, tap_id=uuid4(), at=NOW + 99 * MINUTES)
    assert left.stage is Stage.LEFT
    tomorrow = NOW + timedelta(hours=24) - MINUTES
    assert (said(clinic, tomorrow) or ())[0].startswith(
        "Said by the patient at 09:00 on 23 November 2026, not checked:"
    )
    assert said(clinic, NOW + timedelta(hours=24)) is None
    assert clinic.deeds(2) == [Deed.VISIT_TAPPED] * 2
    first = clinic.events(7)[-1]
    assert sentence(first) == "You pressed “I’m going in”: on the way to an emergency department."
    assert clinic.chains_hold()


def test_nothing_of_it_is_in_the_version_or_its_documents(clinic: Clinic) -> None:
    before = clinic.current
    tapped(clinic, go(clinic), Tap.TOOK, words="co-codamol zx81", when=When.JUST_NOW)
    assert clinic.current == before


def test_a_second_press_is_the_same_visit_unless_it_is_said_to_be_another(clinic: Clinic) -> None:
    first = go(clinic)
    assert go(clinic, NOW + timedelta(hours=3)).visit_id == first.visit_id
    other = go(clinic, NOW + timedelta(hours=4), another=True)
    assert [one.stage for one in kept(clinic)] == [Stage.GOING, Stage.LEFT]
    mine: dict[str, Any] = {"by": clinic.ada, "patient_id": clinic.patient_id}
    ended = NOW + timedelta(hours=5)
    end(clinic.world, **mine, visit_id=other.visit_id, tap_id=uuid4(), at=ended)
    assert go(clinic, ended).visit_id not in {first.visit_id, other.visit_id}
    for hours in range(24, 30):
        go(clinic, NOW + timedelta(days=3, hours=hours / 10), another=True)
    with pytest.raises(TooManyVisits):
        go(clinic, NOW + timedelta(days=3, hours=3), another=True)
    assert len(kept(clinic)) == 3 + MOST_VISITS
    assert clinic.chains_hold()


def test_one_button_pressed_by_many_at_once_begins_one_visit(clinic: Clinic) -> None:
    same = uuid4()
    with ThreadPoolExecutor(6) as pool:
        found = list(pool.map(lambda number: go(clinic, tap_id=same if number % 2 else uuid4()),
                              range(6)))  # fmt: skip
    assert len({one.visit_id for one in found}) == 1
    assert len(kept(clinic)) == 1
    again = uuid4()
    with ThreadPoolExecutor(6) as pool:
        list(pool.map(lambda _n: tapped(clinic, found[0], Tap.ARRIVED, tap_id=again), range(24)))
    with clinic.world.store.read() as tx:
        taps = every_tap(tx, clinic.patient_id, found[0].visit_id)
    assert [one.tap for one in taps].count(Tap.ARRIVED) == 1
    assert clinic.deeds(2)[0] is Deed.VISIT_TAPPED
    assert clinic.chains_hold()


def test_a_tap_is_taken_back_for_ten_minutes_and_then_stands(clinic: Clinic) -> None:
    visit = go(clinic)
    wrong = uuid4()
    tapped(clinic, visit, Tap.LEFT, tap_id=wrong)
    mine: dict[str, Any] = {"by": clinic.ada, "patient_id": clinic.patient_id}
    this = {**mine, "visit_id": visit.visit_id, "back": wrong}
    with pytest.raises(TooLate):
        take_back(clinic.world, **this, tap_id=uuid4(), at=NOW + 11 * MINUTES)
    again = take_back(clinic.world, **this, tap_id=uuid4(), at=NOW + 9 * MINUTES)
    assert again.stage is Stage.GOING
    tapped(clinic, visit, Tap.LEFT, tap_id=wrong)  # sent once more by a phone that saw no answer
    assert kept(clinic)[0].stage is Stage.GOING
    with pytest.raises(NotThere):
        take_back(clinic.world, **{**this, "back": uuid4()}, tap_id=uuid4(), at=NOW)


def test_a_press_by_mistake_leaves_nothing_on_any_page(clinic: Clinic) -> None:
    wrong = uuid4()
    visit = go(clinic, tap_id=wrong)
    mine: dict[str, Any] = {"by": clinic.ada, "patient_id": clinic.patient_id}
    take_back(
        clinic.world, **mine, visit_id=visit.visit_id, tap_id=uuid4(), back=wrong, at=NOW + MINUTES
    )
    assert kept(clinic) == ()
    assert said(clinic, NOW + MINUTES) is None
    assert going(clinic.world, **mine, at=NOW + MINUTES).visit is None


def test_the_bounds_are_said_and_what_was_kept_stays(clinic: Clinic) -> None:
    visit = go(clinic)
    for _more in range(MOST_TAPS - 1):
        tapped(clinic, visit, Tap.CHECKED_AGAIN)
    with pytest.raises(TooManyTaps):
        tapped(clinic, visit, Tap.CHECKED_AGAIN)
    assert len(kept(clinic)[0].taps) == MOST_TAPS


@pytest.mark.parametrize(
    "wrong",
    [
        {"what": Tap.TOOK, "words": "co-codamol"},
        {"what": Tap.TOOK, "words": "x" * 121, "when": When.HOUR},
        {"what": Tap.WHERE},
        {"what": Tap.WHERE, "where": Where(words="")},
        {"what": Tap.TELL_TEAM},
        {"what": Tap.TAKEN_BACK},
    ],
)
def test_a_tap_that_no_button_makes_is_refused(clinic: Clinic, wrong: dict[str, Any]) -> None:
    visit = go(clinic)
    before = clinic.everything()
    with pytest.raises(BadTap):
        tapped(clinic, visit, **wrong)
    assert clinic.everything() == before


def test_the_team_is_told_only_as_the_person_last_chose(clinic: Clinic) -> None:
    first = go(clinic)
    assert not first.tells_team
    assert tapped(clinic, first, Tap.TELL_TEAM, tells=True).tells_team
    later = go(clinic, NOW + timedelta(days=2))
    assert later.tells_team
    assert not go(clinic, NOW + timedelta(days=4), tells_team=False).tells_team


def test_an_answer_about_one_visit_is_none_about_the_one_it_ends(clinic: Clinic) -> None:
    first = go(clinic, tells_team=False)
    go(clinic, NOW + timedelta(minutes=5), tells_team=True, another=True)
    with clinic.world.store.read() as tx:
        before = visit_of(tx, clinic.patient_id, first.visit_id)
    assert before is not None
    assert (before.stage, before.tells_team) == (Stage.LEFT, False)


def test_nobody_else_may_tap_or_look(clinic: Clinic) -> None:
    visit = go(clinic)
    for somebody in (clinic.doctor, clinic.nurse, clinic.elsewhere):
        with pytest.raises(NotThere):
            go(clinic, by=somebody)
        with pytest.raises(NotThere):
            tapped(clinic, visit, Tap.ARRIVED, by=somebody)
        with pytest.raises(NotThere):
            going(clinic.world, by=somebody, patient_id=clinic.patient_id, at=NOW)
    with pytest.raises(NotThere):
        tapped(clinic, Visit(**{**_facts(visit), "visit_id": UUID(int=5)}), Tap.ARRIVED)


def _facts(visit: Visit) -> dict[str, Any]:
    return {name: getattr(visit, name) for name in Visit.__dataclass_fields__}


def test_the_names_to_tap_are_those_of_the_published_plan(clinic: Clinic) -> None:
    found = going(clinic.world, by=clinic.ada, patient_id=clinic.patient_id, at=NOW)
    steps = clinic.sign().plan.pain_plan.steps
    assert set(found.medicines) <= {step.drug for step in steps}
    assert found.medicines
    assert found.own_hospital is not None
