"""Threads come back as they were kept, in order; each side's unread entries are counted."""

# mypy: disable-error-code="union-attr"
# What is not there fails the test that asks for it.

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import text

from careplan.plan.conversation import Deed, Entry, Side, Suggested, add, begun
from careplan.plan.places import Place
from careplan.store.conversation import (
    keep_entry,
    keep_thread,
    mark_seen,
    thread_of,
    threads_of,
    unread_of,
    waiting_for,
)
from careplan.store.errors import CannotKeep, Stale
from careplan.store.patients import patient_of
from tests.stores import NOW, a_patient, asked_of

PLACE = Place("pain_plan.steps.dose", "2b0b6d3c-1111-4222-8333-444455556666")
SUGGESTED = Suggested("5 mg", None, "10 mg", {"amount": "10", "unit": "mg"})


def entry(side: Side, deed: Deed = Deed.SAID, words: str = "Too much for me.", minutes: int = 0):
    at = NOW + timedelta(minutes=minutes)
    return Entry(
        number=0, side=side, deed=deed, at=at, by="Ada", by_id="1", title="Nurse", words=words
    )


def a_thread(tx, patient_id, *, suggested=SUGGESTED, minutes=0, side=Side.PATIENT):
    first = entry(side, minutes=minutes)
    made = begun(tx.new_id(), PLACE, "Pain plan: Dose", first, suggested)
    keep_thread(tx, patient_id, made)
    return made


def test_a_thread_comes_back_as_it_was_kept(store, patient_id):
    with store.begin() as tx:
        made = a_thread(tx, patient_id)
        longer = add(made, entry(Side.TEAM, Deed.DECLINED, "The consultant says 10.", 1))
        keep_entry(tx, patient_id, longer)
    with store.read() as tx:
        assert thread_of(tx, patient_id, made.id) == longer
        assert threads_of(tx, patient_id) == (longer,)
        assert thread_of(tx, patient_id, tx.new_id()) is None


def test_the_last_spoken_in_comes_first_in_two_queries(store, patient_id):
    with store.begin() as tx:
        a = a_thread(tx, patient_id)
        b = a_thread(tx, patient_id, minutes=5)
        other = a_patient(tx)
        a_thread(tx, other)
        keep_entry(tx, patient_id, add(a, entry(Side.TEAM, Deed.REPLIED, "Why?", 9)))
    with store.read() as tx:
        asked = asked_of(tx)
        assert [one.id for one in threads_of(tx, patient_id)] == [a.id, b.id]
        assert len(asked) <= 3  # the two, and the person's key


def test_each_side_has_its_own_unread_and_only_the_others_words_count(store, patient_id):
    with store.begin() as tx:
        made = a_thread(tx, patient_id, suggested=None)
        assert unread_of(tx, patient_id, Side.TEAM) == {made.id: 1}
        assert unread_of(tx, patient_id, Side.PATIENT) == {}
        made = add(made, entry(Side.PATIENT, Deed.REPLIED, "And another thing.", 1))
        keep_entry(tx, patient_id, made)
        assert unread_of(tx, patient_id, Side.TEAM) == {made.id: 2}
        mark_seen(tx, patient_id, made.id, side=Side.TEAM, number=2)
        mark_seen(tx, patient_id, made.id, side=Side.TEAM, number=1)
        assert unread_of(tx, patient_id, Side.TEAM) == {}
        keep_entry(tx, patient_id, add(made, entry(Side.TEAM, Deed.REPLIED, "Yes.", 2)))
        assert unread_of(tx, patient_id, Side.PATIENT) == {made.id: 1}


def test_the_list_knows_whether_the_team_is_waited_for(store, patient_id):
    def waits(tx):
        return patient_of(tx, patient_id).standing.waiting_for_team

    with store.begin() as tx:
        assert not waits(tx)
        made = a_thread(tx, patient_id)
        other = a_thread(tx, patient_id, suggested=None)
        assert waits(tx)
        assert waiting_for(tx, patient_id, Side.TEAM) == 2
        keep_entry(tx, patient_id, add(made, entry(Side.TEAM, Deed.ACCEPTED, "", 1)))
        assert waits(tx)
        keep_entry(tx, patient_id, add(other, entry(Side.TEAM, Deed.NOTED, "", 2)))
        assert not waits(tx)


def test_the_second_of_two_at_once_is_told(store, patient_id):
    with store.begin() as tx:
        made = a_thread(tx, patient_id)
    with store.begin() as tx:
        keep_entry(tx, patient_id, add(made, entry(Side.TEAM, Deed.ACCEPTED, "", 1)))
    with pytest.raises(Stale), store.begin() as tx:
        keep_entry(tx, patient_id, add(made, entry(Side.TEAM, Deed.DECLINED, "No.", 1)))
    with store.read() as tx:
        assert thread_of(tx, patient_id, made.id).last.deed is Deed.ACCEPTED


@pytest.mark.parametrize("deed", ["UPDATE thread_entry SET at = at", "DELETE FROM thread_entry"])
def test_the_database_refuses_to_change_what_was_said(store, patient_id, deed):
    with store.begin() as tx:
        a_thread(tx, patient_id)
    with pytest.raises(CannotKeep), store.begin() as tx:
        tx.run(text(deed))
