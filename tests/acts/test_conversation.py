"""What two sides say about a plan: where an accepted change goes, and what is refused."""

# mypy: disable-error-code="union-attr"
# What is not there fails the test that asks for it.

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

import pytest

from careplan.accounts.people import Role
from careplan.acts.conversation import go_on, start_remark, suggest
from careplan.acts.drafting import section_draft
from careplan.acts.publishing import stop_dose
from careplan.acts.talks import counts, spot, standing_lines, talk, talks
from careplan.acts.world import NotThere
from careplan.audit.events import Kind
from careplan.plan.conversation import LONGEST, Deed, Refused, Side, State, Why
from careplan.plan.places import NoSuchPlace, Place
from careplan.store.patients import patient_of
from careplan.store.teams import set_member_state
from tests import make
from tests.acts.worlds import ADA, Clinic
from tests.stores import NOW

MATTERS = Place("what_matters.what_matters")
PHONE = Place("care_team.phone_24h")
STEP = Place("pain_plan.steps.dose", str(ADA.pain_plan.steps[0].id))


def suggests(clinic: Clinic, by, place, words="Other words", value=None, reason="Because.", at=NOW):
    return suggest(
        clinic.world,
        by=by,
        patient_id=clinic.patient_id,
        place=place,
        words=words,
        reason=reason,
        value=value,
        at=at,
    )


def presses(clinic: Clinic, by, thread_id, deed, words="", seal=None, at=NOW):
    mine = {"by": by, "patient_id": clinic.patient_id, "thread_id": thread_id, "at": at}
    seal = talk(clinic.world, **mine).seal if seal is None else seal
    return go_on(clinic.world, **mine, deed=deed, words=words, seal=seal)


def draft(clinic: Clinic, section: str, by=None):
    return section_draft(
        clinic.world, by=by or clinic.ada, patient_id=clinic.patient_id, section=section
    )


def refused(why: Why):
    return pytest.raises(Refused, match=str(why))


def test_an_accepted_change_goes_into_the_owners_draft_and_nowhere_else(clinic):
    before, published = draft(clinic, "what_matters"), clinic.current
    made = suggests(clinic, clinic.nurse, MATTERS, value="My sister’s wedding.")
    shown = presses(clinic, clinic.ada, made, Deed.ACCEPTED)

    after = draft(clinic, "what_matters")
    assert shown.thread.state is State.ACCEPTED
    assert after.body["plain"]["what_matters"] == "My sister’s wedding."
    assert (after.revision, after.by_name) == (before.revision + 1, clinic.ada.name)
    assert clinic.current == published
    assert Kind.SUGGESTION_SETTLED in clinic.deeds(3)


def test_the_team_accepts_into_its_own_draft(clinic):
    made = suggests(clinic, clinic.ada, PHONE, value="020 7946 0199", reason="It has changed.")
    presses(clinic, clinic.nurse, made, Deed.ACCEPTED)
    kept = draft(clinic, "care_team", clinic.nurse)
    assert kept.body["plain"]["phone_24h"] == "020 7946 0199"
    assert kept.body["role"] == clinic.nurse.title


def test_a_persons_words_about_a_dose_stay_words(clinic):
    before = draft(clinic, "pain_plan", clinic.nurse)
    made = suggests(
        clinic, clinic.ada, STEP, words="Start with 15 mg", value={"amount": "15", "unit": "mg"}
    )
    shown = talk(
        clinic.world, by=clinic.nurse, patient_id=clinic.patient_id, thread_id=made, at=NOW
    )
    assert shown.thread.suggested.words == "Start with 15 mg"
    assert not shown.thread.suggested.fills
    presses(clinic, clinic.nurse, made, Deed.ACCEPTED)
    assert draft(clinic, "pain_plan", clinic.nurse) == before


def test_a_dose_hidden_in_another_field_is_not_filled_in_either(clinic):
    place = Place("infection.sepsis_antibiotic")
    made = suggests(clinic, clinic.ada, place, words="ceftriaxone 2 g", value="ceftriaxone 2 g")
    presses(clinic, clinic.nurse, made, Deed.ACCEPTED)
    kept = draft(clinic, "infection", clinic.nurse)
    assert kept is None or "2 g" not in str(kept.body)


def test_declining_needs_a_reason_and_keeps_both_sides_words(clinic):
    before = draft(clinic, "what_matters")
    made = suggests(clinic, clinic.nurse, MATTERS, value="Rest.")
    with refused(Why.NO_WORDS):
        presses(clinic, clinic.ada, made, Deed.DECLINED, "  ")
    shown = presses(clinic, clinic.ada, made, Deed.DECLINED, "That is not me.")
    assert [one.words for one in shown.thread.entries] == ["Because.", "That is not me."]
    assert draft(clinic, "what_matters") == before
    with refused(Why.SETTLED):
        presses(clinic, clinic.ada, made, Deed.ACCEPTED)


def test_nobody_answers_their_own_suggestion_or_changes_the_others_words(clinic):
    made = suggests(clinic, clinic.nurse, MATTERS, value="Rest.")
    for staff in (clinic.nurse, clinic.doctor):
        with refused(Why.NOT_YOURS):
            presses(clinic, staff, made, Deed.ACCEPTED)
    with refused(Why.NOT_YOURS):
        suggests(clinic, clinic.ada, MATTERS, value="Rest.")
    with refused(Why.NOT_YOURS):
        suggests(clinic, clinic.doctor, PHONE, value="020 7946 0199")


def test_what_changed_meanwhile_is_shown_beside_what_was(clinic):
    made = suggests(clinic, clinic.nurse, MATTERS, value="Rest.")
    seen = talk(clinic.world, by=clinic.ada, patient_id=clinic.patient_id, thread_id=made, at=NOW)
    clinic.save("what_matters", {"what_matters": "Something new."})

    with refused(Why.CHANGED):
        presses(clinic, clinic.ada, made, Deed.ACCEPTED, seal=seen.seal)
    assert draft(clinic, "what_matters").body["plain"]["what_matters"] == "Something new."
    now = talk(clinic.world, by=clinic.ada, patient_id=clinic.patient_id, thread_id=made, at=NOW)
    assert now.changed
    assert (now.thread.suggested.was, now.now) == (ADA.what_matters.what_matters, "Something new.")
    assert presses(clinic, clinic.ada, made, Deed.OVERTOOK).thread.state is State.OVERTAKEN


def test_what_was_taken_out_meanwhile_cannot_be_accepted_but_closed(clinic):
    helps = ADA.what_helps.helps
    place = Place("what_helps.helps.text", str(helps[0].id))
    made = suggests(clinic, clinic.nurse, place, value="Heat")
    plain = draft(clinic, "what_helps").body["plain"]
    clinic.save("what_helps", plain | {"helps": plain["helps"][1:]})

    with refused(Why.GONE):
        presses(clinic, clinic.ada, made, Deed.ACCEPTED)
    assert presses(clinic, clinic.ada, made, Deed.OVERTOOK).gone
    with refused(Why.GONE):
        spot(clinic.world, by=clinic.ada, patient_id=clinic.patient_id, place=place)


def test_what_is_half_typed_is_not_overwritten(clinic):
    made = suggests(clinic, clinic.nurse, MATTERS, value="Rest.")
    clinic.save("what_matters", {}, typed={"what_matters": ["half a word"]})
    with refused(Why.UNFINISHED):
        presses(clinic, clinic.ada, made, Deed.ACCEPTED)
    assert draft(clinic, "what_matters").body["typed"] == {"what_matters": ["half a word"]}


@pytest.mark.parametrize(
    ("words", "why"),
    [("x" * (LONGEST + 1), Why.TOO_LONG), ("", Why.NO_WORDS), ("a\x00b", Why.UNREADABLE)],
)
def test_words_that_cannot_be_kept_are_refused_and_written_down(clinic, words, why):
    with refused(why):
        start_remark(
            clinic.world,
            by=clinic.ada,
            patient_id=clinic.patient_id,
            place=PHONE,
            words=words,
            at=NOW,
        )
    event = clinic.events(1)[0]
    assert (event.kind, event.what["why"]) == (Kind.TALK_REFUSED, str(why))
    assert talks(clinic.world, by=clinic.ada, patient_id=clinic.patient_id, at=NOW) == ()


def test_a_clinician_suspended_meanwhile_changes_nothing(clinic):
    made = suggests(clinic, clinic.ada, PHONE, value="020 7946 0199")
    seal = talk(
        clinic.world, by=clinic.nurse, patient_id=clinic.patient_id, thread_id=made, at=NOW
    ).seal
    with clinic.world.store.begin() as tx:
        nurse = UUID(clinic.nurse.account_id)
        set_member_state(tx, nurse, UUID(clinic.nurse.team_id), "suspended")
    before = draft(clinic, "care_team", clinic.doctor)
    with refused(Why.SUSPENDED):
        presses(clinic, clinic.nurse, made, Deed.ACCEPTED, seal=seal)
    assert draft(clinic, "care_team", clinic.doctor) == before
    assert clinic.events(1)[0].what["why"] == "suspended"


def test_unread_and_waiting_are_counted_for_each_side(clinic):
    def told(by):
        found = counts(clinic.world, by=by, patient_id=clinic.patient_id)
        return found.unread, found.waiting

    made = start_remark(
        clinic.world, by=clinic.ada, patient_id=clinic.patient_id, place=STEP, words="Too much.",
        at=NOW,
    )  # fmt: skip
    assert told(clinic.nurse) == (1, 1)
    assert counts(clinic.world, by=clinic.nurse, patient_id=clinic.patient_id).by_section == {
        "pain_plan": 1
    }
    with clinic.world.store.read() as tx:
        assert patient_of(tx, clinic.patient_id).standing.waiting_for_team
    talks(clinic.world, by=clinic.doctor, patient_id=clinic.patient_id, at=NOW)
    assert told(clinic.nurse) == (1, 1)  # a list is not reading
    presses(clinic, clinic.nurse, made, Deed.REPLIED, "Tell us more.")
    assert told(clinic.nurse) == (0, 0)
    assert told(clinic.ada) == (1, 1)
    presses(clinic, clinic.ada, made, Deed.NOTED)
    assert told(clinic.ada) == (0, 0)


def test_the_persons_line_stands_beside_the_teams_entry(clinic):
    made = suggests(clinic, clinic.ada, STEP, words="Start lower")
    presses(clinic, clinic.doctor, made, Deed.DECLINED, "We tried that in May.")
    with refused(Why.NOT_NOW):
        presses(clinic, clinic.doctor, made, Deed.LET_STAND, "No.")
    presses(clinic, clinic.ada, made, Deed.LET_STAND, "It makes me sick.")
    for by in (clinic.ada, clinic.nurse):
        ((label, line),) = standing_lines(clinic.world, by=by, patient_id=clinic.patient_id)
        assert line.words == "It makes me sick."
        assert label
    presses(clinic, clinic.ada, made, Deed.TOOK_AWAY)
    assert standing_lines(clinic.world, by=clinic.ada, patient_id=clinic.patient_id) == ()


def test_it_is_between_the_person_and_their_team(clinic):
    made = suggests(clinic, clinic.nurse, MATTERS, value="Rest.")
    carer = replace(clinic.ada, roles=frozenset({Role.CARER}))
    for other in (clinic.elsewhere, carer):
        with pytest.raises(NotThere):
            talks(clinic.world, by=other, patient_id=clinic.patient_id, at=NOW)
        with pytest.raises(NotThere):
            talk(clinic.world, by=other, patient_id=clinic.patient_id, thread_id=made, at=NOW)
        with pytest.raises(NotThere):
            counts(clinic.world, by=other, patient_id=clinic.patient_id)
        with pytest.raises(NotThere):
            suggests(clinic, other, MATTERS)
    with pytest.raises(NotThere):
        presses(clinic, clinic.ada, clinic.world.new_id(), Deed.ACCEPTED)


def test_a_drafted_change_of_the_team_is_not_shown_to_the_person(clinic):
    clinic.save("care_team", {"phone_24h": "020 7946 0777"}, by=clinic.doctor)
    found = spot(clinic.world, by=clinic.ada, patient_id=clinic.patient_id, place=PHONE)
    assert found.now == ADA.care_team.phone_24h
    mine = spot(clinic.world, by=clinic.doctor, patient_id=clinic.patient_id, place=PHONE)
    assert mine.now == "020 7946 0777"


def test_no_words_of_a_conversation_reach_a_published_version_or_a_message(clinic):
    suggests(clinic, clinic.ada, STEP, words="quite other words", reason="a private reason")
    version = clinic.publish()
    stop_dose(
        clinic.world, by=clinic.doctor, patient_id=clinic.patient_id,
        version_seen=version.number, at=NOW,
    )  # fmt: skip
    kept = clinic.current
    for words in (b"quite other words", b"a private reason"):
        assert words not in kept.record
        assert words not in kept.emergency
    assert "private reason" not in str(clinic.events(50))
    assert clinic.chains_hold()


def test_a_place_the_plan_does_not_have_is_no_place(clinic):
    for place in (Place("pain_plan.steps.dose"), Place("identity.legal_name"), Place("x.y")):
        with pytest.raises(NoSuchPlace):
            spot(clinic.world, by=clinic.ada, patient_id=clinic.patient_id, place=place)
    assert make.ada().pain_plan.steps
    assert Side.TEAM.other is Side.PATIENT
