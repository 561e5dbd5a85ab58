"""A screen handed over in clinic: it opens nothing else, and the audit names both."""

# mypy: disable-error-code="union-attr"
# What is not there fails the test that asks for it.

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest

from careplan.acts.publishing import ChangedMeanwhile, answer_plan
from careplan.acts.signing_in import demo_sign_in, recognise
from careplan.acts.standing import AccessEnded
from careplan.acts.together import (
    LONGEST_WORDS,
    Around,
    NothingHanded,
    NoWords,
    TooLate,
    Unkept,
    answer_together,
    hand_over,
    handed_in,
    meeting,
    shown_on_handed,
)
from careplan.acts.world import NotThere
from careplan.audit.events import Kind, sentence
from careplan.fhir.bundle import from_bundle
from careplan.plan.care_plan import AnswerKind
from careplan.plan.lifecycle import NotNow
from careplan.plan.surfaces import emergency
from careplan.store.sessions import note_second_factor
from careplan.store.teams import set_member_state
from careplan.summary.narrative import narrative, record_narrative
from tests.acts.worlds import Clinic
from tests.stores import NOW
from tests.visitors import sure

NURSE = "bola@example.org"
AROUND = Around("Nadia Farah (Somali)", "Ada’s sister", "Best interests, with her attorney.")


def at_the_desk(clinic: Clinic) -> str:
    """The nurse's session, with both steps given."""
    token = demo_sign_in(clinic.world, email=NURSE, at=NOW)
    with clinic.world.store.begin() as tx:
        note_second_factor(tx, token, at=NOW)
    return token


def hands_over(clinic: Clinic, token: str, *, by=None, version=2, around=AROUND):
    return hand_over(
        clinic.world,
        by=by or clinic.nurse,
        token=token,
        patient_id=clinic.patient_id,
        version_seen=version,
        around=around,
        at=NOW,
    )


def answers(clinic: Clinic, token: str, kind=AnswerKind.AGREE, words=None, at=NOW, by=None):
    by = by or replace(clinic.nurse, second_factor=False)
    return answer_together(clinic.world, by=by, token=token, kind=kind, words=words, at=at)


def number_of(clinic: Clinic) -> int:
    return from_bundle(clinic.current.record).number


def test_the_person_answers_and_the_record_says_how(clinic):
    token, signed = at_the_desk(clinic), from_bundle(clinic.current.record).signature
    hands_over(clinic, token)
    made = answers(clinic, token, AnswerKind.AGREE_EXCEPT, " Not the waiting. ")

    kept = from_bundle(clinic.current.record)
    assert kept == made
    assert kept.signature == signed
    answer = kept.answer
    assert (answer.kind, answer.words) == (AnswerKind.AGREE_EXCEPT, "Not the waiting.")
    assert answer.interpreter == "Nadia Farah (Somali)"
    assert answer.given_with.startswith(clinic.nurse.name)
    assert (answer.present, answer.basis) == (AROUND.present, AROUND.basis)
    event = clinic.events(1)[0]
    assert (event.kind, event.actor.name) == (Kind.ANSWERED_TOGETHER, clinic.nurse.name)
    assert "Ada answered" in sentence(event)
    assert clinic.nurse.name in sentence(event)


def test_an_emergency_department_is_told_the_answer_and_not_the_basis(clinic):
    token = at_the_desk(clinic)
    hands_over(clinic, token)
    made = answers(clinic, token)
    words = clinic.world.words
    assert emergency(made, words).answer.basis is None
    for secret in ("Best interests", "sister"):
        assert secret not in narrative(made, words)
        assert secret.encode() not in clinic.current.emergency
        assert secret in record_narrative(made, words)
    assert "Nadia Farah" in narrative(made, words)


def test_a_screen_that_was_handed_over_opens_no_desk(clinic):
    token = at_the_desk(clinic)
    assert recognise(clinic.world, token=token, at=NOW).who.second_factor
    hands_over(clinic, token)
    found = recognise(clinic.world, token=token, at=NOW)
    assert not found.who.second_factor
    given = sure(handed_in(found.session.data))
    assert (given.patient_id, given.version, given.name) == (clinic.patient_id, 2, "Ada")
    assert shown_on_handed(clinic.world, by=found.who, handed=given, at=NOW).number == 2


def test_it_takes_one_answer(clinic):
    token = at_the_desk(clinic)
    with pytest.raises(NothingHanded):
        answers(clinic, token)
    hands_over(clinic, token)
    answers(clinic, token)
    with pytest.raises(NothingHanded):
        answers(clinic, token)
    assert number_of(clinic) == 3


@pytest.mark.parametrize("kind", [AnswerKind.AGREE_EXCEPT, AnswerKind.DO_NOT_AGREE])
def test_what_is_not_agreed_needs_words(clinic, kind):
    token = at_the_desk(clinic)
    hands_over(clinic, token)
    with pytest.raises(NoWords):
        answers(clinic, token, kind, " ")
    with pytest.raises(Unkept):
        answers(clinic, token, kind, "x" * (LONGEST_WORDS + 1))
    assert number_of(clinic) == 2
    assert clinic.events(1)[0].kind is Kind.TOGETHER_REFUSED


def test_a_screen_left_about_takes_no_answer(clinic):
    token = at_the_desk(clinic)
    hands_over(clinic, token)
    with pytest.raises(TooLate):
        answers(clinic, token, at=NOW + timedelta(minutes=31))
    assert number_of(clinic) == 2


def test_an_answer_to_a_plan_that_changed_meanwhile_is_refused(clinic):
    token = at_the_desk(clinic)
    hands_over(clinic, token)
    clinic.publish()
    with pytest.raises(ChangedMeanwhile):
        answers(clinic, token)
    with pytest.raises(ChangedMeanwhile):
        hands_over(clinic, at_the_desk(clinic))
    assert number_of(clinic) == 3


def test_who_may_hand_over(clinic):
    token = at_the_desk(clinic)
    for by in (clinic.ada, clinic.elsewhere, replace(clinic.nurse, second_factor=False)):
        with pytest.raises(NotThere):
            hands_over(clinic, token, by=by)
    assert recognise(clinic.world, token=token, at=NOW).who.second_factor


def test_nothing_signed_is_nothing_to_answer(people):
    with pytest.raises(NotNow):
        hands_over(people, at_the_desk(people), version=1)


def test_a_nurse_suspended_meanwhile_keeps_no_answer(clinic):
    token = at_the_desk(clinic)
    hands_over(clinic, token)
    with clinic.world.store.begin() as tx:
        nurse, team = UUID(clinic.nurse.account_id), UUID(clinic.nurse.team_id)
        set_member_state(tx, nurse, team, "suspended")
    with pytest.raises((AccessEnded, NotThere)):
        answers(clinic, token)
    assert number_of(clinic) == 2
    with pytest.raises((AccessEnded, NotThere)):
        hands_over(clinic, token)


def test_what_is_new_is_told_since_the_last_answer(clinic):
    first = meeting(clinic.world, by=clinic.nurse, patient_id=clinic.patient_id)
    assert (first.answered, first.changes) == (None, ())
    answer_plan(
        clinic.world, by=clinic.ada, patient_id=clinic.patient_id, version_seen=2,
        kind=AnswerKind.AGREE, words=None, at=NOW,
    )  # fmt: skip
    clinic.save("what_matters", {"what_matters": "My sister’s wedding."})
    clinic.publish(at=NOW + timedelta(hours=1))
    found = meeting(clinic.world, by=clinic.nurse, patient_id=clinic.patient_id)
    assert (found.answered.number, found.current.number) == (3, 4)
    assert [one.after for one in found.changes] == ["My sister’s wedding."]
