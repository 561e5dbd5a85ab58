"""A parent talks with the team too; the child's own threads are not for them."""

# mypy: disable-error-code="union-attr"
# What is not there fails the test that asks for it.

from __future__ import annotations

import pytest

from careplan.acts.conversation import go_on, start_remark, suggest
from careplan.acts.talks import counts, spot, talk, talks
from careplan.acts.world import NotThere
from careplan.plan.conversation import Deed, Refused
from careplan.plan.places import NoSuchPlace, Place
from tests.acts.families import Family, a_family
from tests.stores import NOW

PHONE = Place("care_team.phone_24h")
MATTERS = Place("what_matters.what_matters")


@pytest.fixture
def family(world) -> Family:
    made = a_family(world)
    made.save("what_matters", {"what_matters": "Football"}, by=made.kofi)
    made.publish(by=made.kofi)
    return made


def says(family: Family, by, place=PHONE, words="A word."):
    return start_remark(
        family.world, by=by, patient_id=family.patient_id, place=place, words=words, at=NOW
    )


def seen_by(family: Family, by):
    found = talks(family.world, by=by, patient_id=family.patient_id, at=NOW)
    return {one.thread.id for one in found}


def opens(family: Family, by, thread_id):
    return talk(family.world, by=by, patient_id=family.patient_id, thread_id=thread_id, at=NOW)


def presses(family: Family, by, thread_id, deed, words=""):
    return go_on(
        family.world,
        by=by,
        patient_id=family.patient_id,
        thread_id=thread_id,
        deed=deed,
        words=words,
        at=NOW,
    )


def test_a_parent_has_threads_of_their_own_and_no_one_elses(family):
    mother, father = family.here("Abena"), family.here("Samuel")
    childs, hers = says(family, family.kofi), says(family, mother)
    teams = says(family, family.doctor.who, MATTERS)

    assert seen_by(family, mother) == {hers}
    assert seen_by(family, father) == set()
    assert seen_by(family, family.kofi) == seen_by(family, family.doctor.who)
    assert seen_by(family, family.kofi) == {childs, hers, teams}
    for hidden in (childs, teams):
        with pytest.raises(NotThere):
            opens(family, mother, hidden)
        with pytest.raises(NotThere):
            presses(family, mother, hidden, Deed.REPLIED, "Mine.")
    assert opens(family, family.doctor.who, hers).thread.last.by == "Abena Mensah, mother"


def test_a_parent_counts_only_what_is_said_to_them(family):
    mother = family.here("Abena")
    hers = says(family, mother)
    for thread in (says(family, family.kofi), hers):
        presses(family, family.doctor.who, thread, Deed.REPLIED, "Yes.")
    found = counts(family.world, by=mother, patient_id=family.patient_id)
    assert (found.unread, found.waiting) == (1, 1)


def test_whoever_may_only_read_does_not_talk(family):
    for deed in (seen_by, says):
        with pytest.raises(NotThere):
            deed(family, family.here("Grace"))


def test_no_line_of_a_parents_stands_as_the_childs(family):
    mother = family.here("Abena")
    hers = says(family, mother)
    assert Deed.LET_STAND not in opens(family, mother, hers).deeds
    with pytest.raises(Refused):
        presses(family, mother, hers, Deed.LET_STAND, "Mine.")


@pytest.mark.parametrize(
    "path",
    ["about_me.phone", "hard_times.past_trauma", "pregnancy.contraception", "child_words.words"],
)
def test_what_is_kept_from_helpers_cannot_be_talked_about_by_them(family, path):
    mother = family.here("Abena")
    with pytest.raises(NoSuchPlace):
        spot(family.world, by=mother, patient_id=family.patient_id, place=Place(path))
    with pytest.raises(NoSuchPlace):
        says(family, mother, Place(path))


def test_a_parent_suggests_to_the_team_and_not_to_the_child(family):
    mother = family.here("Abena")
    asked = {"by": mother, "patient_id": family.patient_id, "words": "x", "reason": "y", "at": NOW}
    with pytest.raises(Refused):
        suggest(family.world, **asked, place=MATTERS)
    assert suggest(family.world, **asked, place=PHONE)
