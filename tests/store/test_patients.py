"""People, whose team has them, in what order a list shows them and what finds them."""

# mypy: disable-error-code="union-attr"
# What is not there fails the test that asks for it.

from __future__ import annotations

from datetime import date
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as some

from careplan.store.directory import Kind
from careplan.store.errors import NotFound, Taken
from careplan.store.lists import Days, search_team, team_list
from careplan.store.patients import (
    Standing,
    erase_patient,
    face_of,
    find_patient,
    give_team,
    know_nhs_number,
    lock_patient,
    note_standing,
    patient_of,
    set_face,
)
from careplan.store.search import LONGEST, beginnings, words_of
from tests.stores import NOW, TODAY, a_face, a_patient, a_team

NOBODY = UUID(int=404)


def test_it_works(store):
    with store.begin() as tx:
        team_id = a_team(tx)
        patient_id = a_patient(tx, team_id=team_id, plan_number="SCP-AB12-CD34")
    with store.read() as tx:
        found = patient_of(tx, patient_id)
        assert (found.team_id, found.created_at, found.current_version) == (team_id, NOW, None)
        assert found.standing == Standing()
        assert face_of(tx, patient_id) == a_face()
        assert find_patient(tx, Kind.PLAN_NUMBER, "scp ab12 cd34") == patient_id
        assert find_patient(tx, Kind.PLAN_NUMBER, "SCP-AB12-CD35") is None
        assert patient_of(tx, NOBODY) is None
        assert face_of(tx, NOBODY) is None


def test_every_fact_of_a_standing_is_kept(store, patient_id):
    facts = Standing(
        state="signed",
        review_due=date(2027, 1, 2),
        valid_to=date(2027, 11, 23),
        signed_at=NOW,
        answer_pending=True,
        changed_since_signed=True,
        dose_stopped=True,
        next_due=date(2026, 12, 1),
        unlinked=False,
        disagreed=True,
        waiting_for_team=True,
        signed_by=NOBODY,
        signer_left_at=NOW,
    )
    with store.begin() as tx:
        note_standing(
            tx,
            patient_id,
            state="signed",
            review_due=facts.review_due,
            valid_to=facts.valid_to,
            signed_at=NOW,
            answer_pending=True,
            changed_since_signed=True,
            dose_stopped=True,
            next_due=date(2026, 12, 1),
            unlinked=False,
            disagreed=True,
            waiting_for_team=True,
            signed_by=NOBODY,
            signer_left_at=NOW,
        )
        assert patient_of(tx, patient_id).standing == facts
        note_standing(tx, patient_id, dose_stopped=False, review_due=None)
        assert not patient_of(tx, patient_id).standing.dose_stopped
        assert patient_of(tx, patient_id).standing.review_due is None


def test_a_standing_has_no_other_facts(store, patient_id):
    with store.begin() as tx:
        for changes in ({}, {"current_version": 9}):
            with pytest.raises(TypeError):
                note_standing(tx, patient_id, **changes)
        with pytest.raises(NotFound):
            note_standing(tx, NOBODY, state="signed")


def test_a_number_finds_one_person_only(store, patient_id):
    with store.begin() as tx:
        other = a_patient(tx)
        know_nhs_number(tx, patient_id, "999 011 0212")
        know_nhs_number(tx, patient_id, "9990110212")
        assert find_patient(tx, Kind.NHS_NUMBER, "9990110212") == patient_id
        with pytest.raises(Taken):
            know_nhs_number(tx, other, "9990110212")


def test_a_corrected_number_leaves_the_old_one_free(store, patient_id):
    with store.begin() as tx:
        know_nhs_number(tx, patient_id, "9990110212")
        know_nhs_number(tx, patient_id, "9990110220")
        assert find_patient(tx, Kind.NHS_NUMBER, "9990110212") is None
        know_nhs_number(tx, patient_id, None)
        assert find_patient(tx, Kind.NHS_NUMBER, "9990110220") is None


def test_a_number_that_was_only_typed_finds_nobody(store, patient_id):
    """Whoever makes an account types a number; that must not take it from its owner."""
    with store.read() as tx:
        assert face_of(tx, patient_id).nhs_number == "9990110212"
        assert find_patient(tx, Kind.NHS_NUMBER, "9990110212") is None


def test_locking_nobody(store):
    with store.begin() as tx, pytest.raises(NotFound):
        lock_patient(tx, NOBODY)


def test_an_erased_person_is_found_by_nothing(store):
    with store.begin() as tx:
        team_id = a_team(tx)
        patient_id = a_patient(tx, team_id=team_id, plan_number="SCP-AB12-CD34")
        know_nhs_number(tx, patient_id, "9990110212")
        erase_patient(tx, patient_id)
        assert patient_of(tx, patient_id).erased
        assert find_patient(tx, Kind.PLAN_NUMBER, "SCP-AB12-CD34") is None
        assert find_patient(tx, Kind.NHS_NUMBER, "9990110212") is None
        assert search_team(tx, team_id, "Ada", today=TODAY) == ()
        (line,) = team_list(tx, team_id, limit=5, days=Days(TODAY, TODAY))
        assert line.face is None


# --- search ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "typed",
    [
        "Ada", "ada", "ADAEZE", "ok", "okonkwo bright", "Bright Ada", "Okonkwo-Bright, Adaeze",
        "14/03/1997", "1997-03-14", "14 March 1997", "999 011 0212", "9990110212",
        "ada 14/03/1997", "Adaeze 9990110212", "SCP-AB12-CD34", "scpab12cd34",
        "bright SCP-AB12-CD34",
    ],
)  # fmt: skip
def test_a_person_is_found_by(store, typed):
    with store.begin() as tx:
        team_id = a_team(tx)
        patient_id = a_patient(tx, team_id=team_id, plan_number="SCP-AB12-CD34")
        a_patient(tx, team_id=team_id, legal_name="Sam Other", known_as="Sam",
                  date_of_birth=date(2001, 1, 1), nhs_number="9990110220")  # fmt: skip
        found = search_team(tx, team_id, typed, today=TODAY)
        assert [(one.patient.patient_id, one.face.known_as) for one in found] == [
            (patient_id, "Ada")
        ]


@pytest.mark.parametrize(
    "typed",
    ["", "  ", "?", "Adam", "daeze", "Ada Sam", "15/03/1997", "9990110221", "Ada 2001-01-01"],
)
def test_nobody_is_found_by(store, typed):
    with store.begin() as tx:
        team_id = a_team(tx)
        a_patient(tx, team_id=team_id)
        a_patient(tx, team_id=team_id, legal_name="Sam Other", known_as="Sam",
                  date_of_birth=date(2001, 1, 1), nhs_number="9990110220")  # fmt: skip
        assert search_team(tx, team_id, typed, today=TODAY) == ()


def test_another_teams_people_are_not_found(store):
    with store.begin() as tx:
        team_id, other = a_team(tx), a_team(tx)
        a_patient(tx, team_id=other)
        a_patient(tx)
        assert search_team(tx, team_id, "Ada", today=TODAY) == ()


def test_a_person_given_to_a_team_is_found_there_and_no_longer_elsewhere(store):
    with store.begin() as tx:
        first, second = a_team(tx), a_team(tx)
        patient_id = a_patient(tx, team_id=first)
        give_team(tx, patient_id, second)
        assert search_team(tx, first, "Ada", today=TODAY) == ()
        assert len(search_team(tx, second, "Ada", today=TODAY)) == 1
        give_team(tx, patient_id, None)
        assert search_team(tx, second, "Ada", today=TODAY) == ()


def test_a_new_name_is_found_and_the_old_one_is_not(store):
    with store.begin() as tx:
        team_id = a_team(tx)
        patient_id = a_patient(tx, team_id=team_id)
        set_face(tx, patient_id, a_face(legal_name="Zoë O'Brien", known_as="李"))
        assert face_of(tx, patient_id).legal_name == "Zoë O'Brien"
        for typed in ("zoe", "OBRIEN", "O’Brien", "李"):
            assert len(search_team(tx, team_id, typed, today=TODAY)) == 1, typed
        assert search_team(tx, team_id, "Adaeze", today=TODAY) == ()


@given(some.text(max_size=40))
def test_every_word_of_a_name_is_found_by_its_beginnings(name):
    for word in words_of(name):
        assert word[:LONGEST] in beginnings(word)
        assert all(word.startswith(part) for part in beginnings(word))


@given(some.text(max_size=40))
def test_folding_twice_changes_nothing(name):
    once = words_of(name)
    assert words_of(" ".join(once)) == once
