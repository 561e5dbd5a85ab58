"""Asking the clinic for a card on paper: they see it until it is done, and the person is told."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from careplan.acts.conversation import go_on, start_remark
from careplan.acts.errands import NoTeam, ask_for_card, call_off, card_posted, errands
from careplan.acts.sharing import NothingToShare
from careplan.acts.world import NotThere
from careplan.audit.events import Kind as Deed
from careplan.plan.conversation import Deed as Said
from careplan.plan.places import Place
from careplan.sharing.links import Kind
from careplan.store.errands import Errand, Progress, Way
from careplan.store.patients import patient_of
from tests.acts.worlds import Clinic
from tests.stores import NOW
from tests.visitors import a_person, sure

LATER = NOW + timedelta(days=1)
WORDS = "Not to my home, please. Ring first."


def ask(clinic: Clinic, **changes: Any) -> Errand:
    asked: dict[str, Any] = {"kind": Kind.FULL_PRINT, "way": Way.POST, "words": WORDS}
    asked |= {"by": clinic.ada, **changes}
    return ask_for_card(clinic.world, patient_id=clinic.patient_id, at=NOW, **asked)


def post(clinic: Clinic, one: Errand, *, by: Any = None) -> Errand:
    mine: dict[str, Any] = {
        "patient_id": clinic.patient_id,
        "errand_id": one.id,
        "at": LATER,
    }
    return card_posted(clinic.world, by=by or clinic.nurse, **mine)


def waiting(clinic: Clinic) -> bool:
    with clinic.world.store.read() as tx:
        return sure(patient_of(tx, clinic.patient_id)).standing.waiting_for_team


def asked_for(clinic: Clinic, *, by: Any = None) -> tuple[Errand, ...]:
    return errands(clinic.world, by=by or clinic.ada, patient_id=clinic.patient_id)


def test_the_team_sees_it_until_it_is_posted_and_the_person_is_told(clinic: Clinic) -> None:
    assert not waiting(clinic)
    one = ask(clinic)
    assert waiting(clinic)
    assert asked_for(clinic, by=clinic.nurse) == asked_for(clinic) == (one,)
    assert (one.words, one.way, one.progress) == (WORDS, Way.POST, Progress.OPEN)
    assert clinic.deeds()[0] is Deed.CARD_ASKED_FOR

    done = post(clinic, one)
    assert asked_for(clinic) == (done,)
    assert (done.progress, done.done_at, done.done_by) == (
        Progress.DONE,
        LATER,
        clinic.nurse.name,
    )
    assert not waiting(clinic)
    assert clinic.deeds()[0] is Deed.CARD_POSTED
    assert "card-posted" in clinic.told()


def test_the_same_card_is_asked_for_once_and_posted_once(clinic: Clinic) -> None:
    one = ask(clinic)
    before = clinic.everything()
    assert ask(clinic, words="again") == one
    assert clinic.everything() == before

    post(clinic, one)
    before = clinic.everything()
    assert post(clinic, one, by=clinic.doctor).done_by == clinic.nurse.name
    assert clinic.everything() == before
    assert ask(clinic).id != one.id, "a card posted months ago may be lost too"


def test_two_kinds_are_two_cards_and_the_last_one_ends_the_waiting(clinic: Clinic) -> None:
    full, private = ask(clinic), ask(clinic, kind=Kind.PRIVATE_PRINT, way=Way.COLLECT)
    post(clinic, full)
    assert waiting(clinic)
    post(clinic, private)
    assert not waiting(clinic)


def test_words_that_wait_for_the_team_go_on_waiting(clinic: Clinic) -> None:
    """The desk's list is for both: neither ends the other."""
    mine: dict[str, Any] = {"by": clinic.ada, "patient_id": clinic.patient_id, "at": NOW}
    place = Place("care_team.phone_24h")
    thread = start_remark(clinic.world, **mine, place=place, words="Is it right?")
    one = ask(clinic)
    post(clinic, one)
    assert waiting(clinic)
    again = ask(clinic)
    theirs = {**mine, "by": clinic.nurse, "thread_id": thread}
    go_on(clinic.world, **theirs, deed=Said.REPLIED, words="Yes.")
    assert waiting(clinic)
    post(clinic, again)
    assert not waiting(clinic)


def test_the_person_may_call_it_off(clinic: Clinic) -> None:
    one = ask(clinic)
    mine: dict[str, Any] = {"patient_id": clinic.patient_id, "at": LATER, "errand_id": one.id}
    with pytest.raises(NotThere):
        call_off(clinic.world, by=clinic.nurse, **mine)
    call_off(clinic.world, by=clinic.ada, **mine)
    assert not waiting(clinic)
    assert asked_for(clinic)[0].progress is Progress.CALLED_OFF
    assert post(clinic, one).progress is Progress.CALLED_OFF
    assert "card-posted" not in clinic.told()


def test_only_the_person_asks_and_only_their_team_posts(clinic: Clinic) -> None:
    one = ask(clinic)
    before = clinic.everything()
    for by in (clinic.nurse, clinic.elsewhere):
        with pytest.raises(NotThere):
            ask(clinic, by=by)
    for by in (clinic.ada, clinic.elsewhere):
        with pytest.raises(NotThere):
            post(clinic, one, by=by)
    for act in (card_posted, call_off):
        by = clinic.nurse if act is card_posted else clinic.ada
        with pytest.raises(NotThere):
            act(clinic.world, by=by, patient_id=clinic.patient_id, errand_id=uuid4(), at=NOW)
    with pytest.raises(NotThere):
        asked_for(clinic, by=clinic.elsewhere)
    assert clinic.everything() == before


def test_there_must_be_a_team_and_something_to_print(people: Clinic) -> None:
    with pytest.raises(NothingToShare):
        ask(people)
    alone = a_person(people.world, email="alone@example.org")
    with pytest.raises(NoTeam):
        ask_for_card(
            people.world,
            by=alone,
            patient_id=UUID(alone.patient_id),
            kind=Kind.FULL_PRINT,
            way=Way.POST,
            at=NOW,
        )
