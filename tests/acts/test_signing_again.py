"""The same words under another name: the same bytes, the same answer, the same last day."""

# mypy: disable-error-code="union-attr,misc,arg-type"
# What is not there fails the test that asks for it.

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from careplan.accounts.people import Role
from careplan.acts.publishing import ChangedMeanwhile, answer_plan, stop_dose
from careplan.acts.signing_again import CannotSignAgain, sign_again, signing_again_page
from careplan.acts.world import NotThere
from careplan.audit.events import Kind
from careplan.fhir.bundle import from_bundle
from careplan.plan.care_plan import AnswerKind
from careplan.plan.lifecycle import State, state_of
from careplan.store.patients import note_standing, patient_of
from careplan.store.signatures import live_signature
from tests.acts.worlds import ADA, REVIEW
from tests.stores import NOW, TODAY
from tests.visitors import a_clinician


@pytest.fixture
def colleague(clinic):
    from uuid import UUID  # noqa: PLC0415

    return a_clinician(
        clinic.world,
        team_id=UUID(clinic.doctor.team_id),
        email="kwame@example.org",
        role=Role.CLINICIAN,
    ).who


def page(clinic, by, today=TODAY):
    return signing_again_page(clinic.world, by=by, patient_id=clinic.patient_id, today=today)


def again(clinic, by, **changes):
    shown = page(clinic, by)
    asked = {
        "fingerprint": shown.fingerprint,
        "version_seen": shown.version.number,
        "at": NOW + timedelta(hours=1),
        "today": TODAY,
    } | changes
    return sign_again(clinic.world, by=by, patient_id=clinic.patient_id, **asked)


def version(clinic):
    return from_bundle(clinic.current.record)


def kept_bytes(clinic):
    with clinic.world.store.read() as tx:
        return live_signature(tx, clinic.patient_id)


def test_it_works(clinic, colleague):
    answer_plan(
        clinic.world, by=clinic.ada, patient_id=clinic.patient_id, version_seen=2,
        kind=AnswerKind.AGREE, words=None, at=NOW,
    )  # fmt: skip
    with clinic.world.store.begin() as tx:
        note_standing(tx, clinic.patient_id, signer_left_at=NOW)
    before, signed = version(clinic), kept_bytes(clinic)
    made = again(clinic, colleague)
    assert made == version(clinic)
    assert kept_bytes(clinic).clinical == signed.clinical
    assert made.signature.clinical_sha256 == before.signature.clinical_sha256
    assert made.signature.expires_on == before.signature.expires_on
    assert made.signature.id != before.signature.id
    assert (made.plan, made.answer) == (before.plan, before.answer)
    assert state_of(made) is State.ANSWERED
    assert clinic.deeds()[0] is Kind.PLAN_SIGNED_AGAIN
    with clinic.world.store.read() as tx:
        standing = patient_of(tx, clinic.patient_id).standing
    assert standing.signer_left_at is None
    assert str(standing.signed_by) == colleague.account_id
    assert clinic.chains_hold()


def test_drafts_begun_since_stay_drafts(clinic, colleague):
    changed = replace(ADA.care_team, phone_24h="020 7946 0999")
    clinic.save("care_team", changed)
    made = again(clinic, colleague)
    assert made.plan.care_team == ADA.care_team


def test_a_changed_plan_is_not_what_was_read(clinic, colleague):
    shown = page(clinic, colleague)
    clinic.publish()
    with pytest.raises(ChangedMeanwhile):
        again(clinic, colleague, version_seen=shown.version.number)
    with pytest.raises(ChangedMeanwhile):
        again(clinic, colleague, fingerprint="0" * 64)


def test_a_stopped_or_overdue_plan_is_gone_through_instead(clinic, colleague):
    with pytest.raises(CannotSignAgain, match="review is due"):
        page(clinic, colleague, today=REVIEW)
    stop_dose(clinic.world, by=clinic.doctor, patient_id=clinic.patient_id, version_seen=2, at=NOW)
    with pytest.raises(CannotSignAgain, match="stopped"):
        page(clinic, colleague)


def test_only_a_clinician_of_the_team_who_may_sign_may(clinic):
    for by in (clinic.elsewhere, clinic.ada, replace(clinic.doctor, registration=None)):
        with pytest.raises(NotThere):
            page(clinic, by)
