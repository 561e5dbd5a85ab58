"""Saying that something in the signed part is wrong: it stands beside it and changes nothing."""

from __future__ import annotations

from typing import Any

import pytest

from careplan.acts.annotating import (
    LONGEST,
    MOST,
    NotKept,
    Settled,
    TooMany,
    annotate,
    answer,
    called_wrong,
    withdraw,
)
from careplan.acts.world import NotThere
from careplan.audit.events import Kind as Deed
from careplan.store.patients import patient_of
from tests.acts.worlds import Clinic, decrypted
from tests.stores import NOW

WORDS = "I have never had this antibiotic"


def mine(clinic: Clinic) -> dict[str, Any]:
    return {"by": clinic.ada, "patient_id": clinic.patient_id, "at": NOW}


def said(clinic: Clinic, section: str = "pain_plan", words: str = WORDS):
    return annotate(clinic.world, section=section, words=words, **mine(clinic))


def stand(clinic: Clinic):
    return called_wrong(clinic.world, by=clinic.ada, patient_id=clinic.patient_id)


def waits(clinic: Clinic) -> bool:
    with clinic.world.store.read() as tx:
        kept = patient_of(tx, clinic.patient_id)
    assert kept is not None
    return kept.standing.waiting_for_team


def test_it_stands_beside_the_section_and_changes_nothing(clinic: Clinic):
    before, link = clinic.current, clinic.share()
    note_id = said(clinic)
    (kept,) = called_wrong(clinic.world, by=clinic.doctor, patient_id=clinic.patient_id)
    assert (kept.annotation_id, kept.section, kept.words) == (note_id, "pain_plan", WORDS)
    assert waits(clinic)
    assert clinic.current == before
    assert not any(WORDS.encode() in file for file in decrypted(clinic.world, link))
    assert clinic.deeds(1) == [Deed.CALLED_WRONG]


def test_the_team_answers_once(clinic: Clinic):
    note_id = said(clinic)
    team = mine(clinic) | {"by": clinic.nurse, "note_id": note_id}
    answer(clinic.world, words="You are right, we change it in clinic", **team)
    with pytest.raises(Settled):
        answer(clinic.world, words="No", **team)
    (kept,) = stand(clinic)
    assert kept.answer == "You are right, we change it in clinic"
    assert (kept.answered_by, kept.answered_at) == (clinic.nurse.name, NOW)
    assert not waits(clinic)
    assert clinic.deeds(2) == [Deed.CALLED_WRONG_ANSWERED, Deed.CALLED_WRONG]


def test_the_person_takes_it_back(clinic: Clinic):
    note_id = said(clinic)
    for _ in range(2):
        withdraw(clinic.world, note_id=note_id, **mine(clinic))
    assert stand(clinic) == ()
    assert not waits(clinic)
    assert clinic.deeds(2) == [Deed.CALLED_WRONG_WITHDRAWN, Deed.CALLED_WRONG]
    team = mine(clinic) | {"by": clinic.doctor, "note_id": note_id}
    with pytest.raises(Settled):
        answer(clinic.world, words="Too late", **team)


def test_nobody_else_may(clinic: Clinic):
    note_id = said(clinic)
    before = clinic.everything()
    for by in (clinic.doctor, clinic.elsewhere):
        other = mine(clinic) | {"by": by}
        with pytest.raises(NotThere):
            annotate(clinic.world, section="pain_plan", words=WORDS, **other)
        with pytest.raises(NotThere):
            withdraw(clinic.world, note_id=note_id, **other)
    for by in (clinic.ada, clinic.elsewhere):
        with pytest.raises(NotThere):
            answer(clinic.world, note_id=note_id, words="Yes", **mine(clinic) | {"by": by})
    with pytest.raises(NotThere):
        called_wrong(clinic.world, by=clinic.elsewhere, patient_id=clinic.patient_id)
    assert clinic.everything() == before


@pytest.mark.parametrize("words", ["", "  ", "x" * (LONGEST + 1), "a\x00b"])
def test_words_that_cannot_be_kept_are_refused_whole(clinic: Clinic, words):
    with pytest.raises(NotKept):
        said(clinic, words=words)


def test_only_of_what_is_published_and_only_so_many(clinic: Clinic):
    for section in ("about_me", "no_such_section"):
        with pytest.raises(NotThere):
            said(clinic, section)
    for _ in range(MOST):
        said(clinic)
    with pytest.raises(TooMany):
        said(clinic)


def test_before_anything_is_published_there_is_nothing_to_call_wrong(people: Clinic):
    with pytest.raises(NotThere):
        said(people)
