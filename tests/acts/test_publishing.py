"""Publication: what is signed stays what was signed, and an act happens whole or not at all."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, timedelta
from hashlib import sha256
from uuid import UUID

import pytest
from sqlalchemy import text

from careplan.accounts.permissions import may_write_own_words
from careplan.acts.publishing import (
    ChangedMeanwhile,
    Deed,
    answer_plan,
    publish,
    stop_dose,
    words_page,
)
from careplan.acts.signing import (
    BadDate,
    Blocked,
    IdentityNotChecked,
    NeedsReasons,
    clinical_bytes,
    findings_of,
    signing_page,
)
from careplan.acts.world import NotThere
from careplan.audit.events import BadEvent, Kind
from careplan.fhir.bundle import from_bundle
from careplan.keys.errors import Tampered
from careplan.plan.care_plan import CLINICAL, OWN_WORDS, AnswerKind, Version
from careplan.plan.lifecycle import Event, NotNow
from careplan.plan.medicines import (
    AllergyState,
    MyAllergies,
    ReportedAllergy,
    ReportedState,
)
from careplan.plan.pain import Stage
from careplan.plan.values import DoseUnit
from careplan.plan.voice import WhatMatters
from careplan.render.paper import DoesNotFit
from careplan.store.errors import CannotKeep
from careplan.store.patients import face_of, give_team, patient_of
from careplan.store.signatures import KeptSignature, State, signature_of
from careplan.store.versions import history_of, version_of
from tests import make
from tests.acts.worlds import ADA, REVIEW, Clinic, decrypted
from tests.stores import NOW, TODAY
from tests.visitors import a_person

LATER = NOW + timedelta(hours=1)
DOSES = ("morphine 10 mg", "doseQuantity", "doseAndRate", "10 mg", "30 mg in first 2 hours")


def answer(clinic: Clinic, kind=AnswerKind.AGREE, words=None, *, seen=2, **more):
    return answer_plan(
        clinic.world,
        by=more.get("by", clinic.ada),
        patient_id=clinic.patient_id,
        version_seen=seen,
        kind=kind,
        words=words,
        at=more.get("at", LATER),
    )


def stop(clinic: Clinic, *, seen=2, by=None, at=LATER):
    return stop_dose(
        clinic.world,
        by=by or clinic.doctor,
        patient_id=clinic.patient_id,
        version_seen=seen,
        at=at,
    )


def emergency(clinic: Clinic) -> str:
    return clinic.current.emergency.decode()


def signed(clinic: Clinic, version: Version) -> KeptSignature:
    assert version.signature is not None
    with clinic.world.store.read() as tx:
        kept = signature_of(tx, clinic.patient_id, version.signature.id)
    assert kept is not None
    return kept


def standing(clinic: Clinic):
    with clinic.world.store.read() as tx:
        patient = patient_of(tx, clinic.patient_id)
    assert patient is not None
    return patient.standing


# --- before any signature ------------------------------------------------------------------------


def test_words_are_shared_before_anybody_signs_and_hold_no_dose(people: Clinic) -> None:
    people.save_all(ADA, OWN_WORDS)
    people.save_all(ADA, CLINICAL)

    version = people.publish()

    document = emergency(people)
    assert (version.number, version.signature, version.replaces) == (1, None, None)
    assert version.plan.pain_plan == type(version.plan.pain_plan)()
    assert not [dose for dose in DOSES if dose in document]
    assert "No signed pain plan yet" in document
    assert "co-amoxiclav" in document
    assert from_bundle(people.current.record) == version
    assert people.deeds()[0] is Kind.OWN_WORDS_PUBLISHED
    assert people.told() == ["plan-changed"]
    assert standing(people).signed_at is None


def test_a_signature_does_not_wait_for_the_persons_words(people: Clinic) -> None:
    people.save_all(ADA, CLINICAL)
    version = people.sign()
    assert version.number == 1
    assert "morphine" in emergency(people)


# --- signing -------------------------------------------------------------------------------------


def test_a_signature_publishes_at_once_and_says_the_person_has_not_seen_it(clinic: Clinic) -> None:
    version = from_bundle(clinic.current.record)
    kept = signed(clinic, version).clinical

    assert version.number == 2
    assert version.signature is not None
    assert version.signature.clinical_sha256 == sha256(kept).hexdigest()
    assert kept == clinical_bytes(version.plan)
    assert (version.signature.name, version.signature.role, version.signature.organisation) == (
        "Dr Helena Marsden",
        "Consultant haematologist",
        "St Anselm's Hospital",
    )
    assert "GMC 7012345" in version.signature.registration
    assert "not yet seen" in emergency(clinic).lower()
    assert "morphine" in emergency(clinic)
    assert standing(clinic).answer_pending
    assert standing(clinic).valid_to == REVIEW
    deed = next(one for one in clinic.events() if one.kind is Kind.PLAN_SIGNED)
    assert deed.what["version"] == "2"
    assert deed.what["digest"] == version.signature.clinical_sha256


def test_who_may_not_sign(clinic: Clinic) -> None:
    unchecked = replace(clinic.doctor, registration=None)
    half = replace(clinic.doctor, second_factor=False)
    before = clinic.everything()
    fingerprint = signing_page(
        clinic.world, by=clinic.doctor, patient_id=clinic.patient_id, at=LATER, today=TODAY
    ).fingerprint
    for who in (clinic.ada, clinic.elsewhere, unchecked, half):
        with pytest.raises(NotThere):
            clinic.sign(by=who, fingerprint=fingerprint)
    assert clinic.everything() == before


def test_nobody_signs_for_somebody_whom_nobody_checked(people: Clinic) -> None:
    stranger = a_person(people.world, email="bo@example.org", legal_name="Bo Nwosu")
    other = replace(people, ada=stranger)
    with pytest.raises(NotThere):
        other.sign()
    with people.world.store.begin() as tx:
        give_team(tx, other.patient_id, UUID(people.doctor.team_id))
    with pytest.raises(IdentityNotChecked):
        other.sign()


def test_a_page_that_is_no_longer_so_cannot_be_signed(clinic: Clinic) -> None:
    shown = signing_page(
        clinic.world, by=clinic.doctor, patient_id=clinic.patient_id, at=LATER, today=TODAY
    )
    changed = replace(ADA.pain_plan, escalation_phone="020 7946 0199")
    clinic.save("pain_plan", changed, by=clinic.nurse, at=LATER)
    before = clinic.everything()

    with pytest.raises(ChangedMeanwhile):
        clinic.sign(fingerprint=shown.fingerprint)

    assert clinic.everything() == before


def test_two_signatures_at_once_make_one_version(clinic: Clinic) -> None:
    """What `publish` was given stands on version 2, which is no longer the newest."""
    found, version = words_page(clinic.world, by=clinic.ada, patient_id=clinic.patient_id, at=LATER)
    clinic.publish(at=LATER)
    before = clinic.everything()
    deed = Deed(clinic.ada, may_write_own_words, Event.PUBLISH_WORDS, Kind.OWN_WORDS_PUBLISHED, {})
    with pytest.raises(ChangedMeanwhile):
        publish(clinic.world, found, version, deed)
    assert clinic.everything() == before


def test_a_rule_that_blocks_says_which_facts_conflict(clinic: Clinic) -> None:
    first, *_ = ADA.pain_plan.stage(Stage.FIRST_DOSE)
    steps = tuple(
        replace(one, drug="pethidine") if one is first else one for one in ADA.pain_plan.steps
    )
    clinic.save("pain_plan", replace(ADA.pain_plan, steps=steps))
    clinic.save("allergies", replace(ADA.allergies, state=AllergyState.NOT_ASKED, entries=()))
    before = clinic.everything()

    with pytest.raises(Blocked) as told:
        clinic.sign()

    assert not isinstance(told.value, NeedsReasons)
    assert {one.rule for one in told.value.findings} == {"R3", "R4"}
    assert clinic.everything() == before
    found = findings_of(clinic.world, by=clinic.nurse, patient_id=clinic.patient_id, today=TODAY)
    assert {"R3", "R4", "R20"} <= {one.rule for one in found}


def a_warning(clinic: Clinic) -> None:
    """A dose by weight, and a weight that was taken long ago: for an adult a warning."""
    first, *_ = ADA.pain_plan.stage(Stage.FIRST_DOSE)
    dose = make.mg("0.1", DoseUnit.MG_PER_KG)
    steps = tuple(replace(one, dose=dose) if one is first else one for one in ADA.pain_plan.steps)
    clinic.save("pain_plan", replace(ADA.pain_plan, steps=steps))
    old = make.reading("61.5", date(2024, 1, 1))
    clinic.save("baselines", replace(ADA.baselines, weight=old))


def test_a_warning_wants_a_reason_and_the_reason_is_kept(clinic: Clinic) -> None:
    a_warning(clinic)
    before = clinic.everything()

    with pytest.raises(NeedsReasons) as told:
        clinic.sign(reasons={})
    (finding,) = told.value.findings
    for reasons in ({finding.key: "  \n"}, {"R7:something else": "yes"}):
        with pytest.raises(NeedsReasons):
            clinic.sign(reasons=reasons)
    assert clinic.everything() == before

    version = clinic.sign(reasons={finding.key: "weighed at home last week"})

    assert signed(clinic, version).signer["reasons"] == {finding.key: "weighed at home last week"}


@pytest.mark.parametrize(
    ("expires_on", "says"),
    [
        (TODAY, "The last valid day must be after today."),
        (TODAY - timedelta(days=1), "The last valid day must be after today."),
        (date(2027, 11, 24), "The last valid day must be no later than 23 November 2027."),
    ],
)
def test_the_last_valid_day_has_limits(clinic: Clinic, expires_on: date, says: str) -> None:
    before = clinic.everything()
    with pytest.raises(BadDate, match=says):
        clinic.sign(expires_on=expires_on)
    assert clinic.everything() == before
    version = clinic.sign(expires_on=date(2027, 11, 23))
    assert signed(clinic, version).expires_on == date(2027, 11, 23)


@pytest.mark.parametrize(
    ("due", "says"),
    [
        (None, "Say when the plan must be reviewed"),
        (TODAY, "The review date must be after today."),
        (date(2027, 11, 24), "The review date must be no later than 23 November 2027."),
    ],
)
def test_the_review_date_has_limits(clinic: Clinic, due: date | None, says: str) -> None:
    clinic.save("review", replace(ADA.review, review_due=due))
    with pytest.raises(BadDate, match=says):
        clinic.sign()


def test_a_new_signature_asks_the_person_again(clinic: Clinic) -> None:
    first = answer(clinic)
    version = clinic.sign(at=LATER)
    assert (version.number, version.answer) == (4, None)
    assert "again" in version.reason
    assert standing(clinic).answer_pending
    assert (signed(clinic, first).state, signed(clinic, version).state) == (
        State.REPLACED,
        State.LIVE,
    )


# --- the person's answer -------------------------------------------------------------------------


@pytest.mark.parametrize("kind", AnswerKind)
def test_an_answer_is_the_next_version_and_changes_nothing_signed(
    clinic: Clinic, kind: AnswerKind
) -> None:
    before = from_bundle(clinic.current.record)
    version = answer(clinic, kind, "Only with a drink first.")

    assert version.number == 3
    assert version.answer.kind is kind
    assert version.signature == before.signature
    assert signed(clinic, version).clinical == clinical_bytes(version.plan)
    assert "Only with a drink first." in emergency(clinic)
    assert "not yet seen" not in emergency(clinic).lower()
    assert not standing(clinic).answer_pending
    assert clinic.events()[0].kind is Kind.PATIENT_ANSWERED


def test_disagreement_is_printed_where_everybody_reads_it(clinic: Clinic) -> None:
    link = clinic.share()
    answer(clinic, AnswerKind.DO_NOT_AGREE, "Morphine makes me itch too much.")
    for document in decrypted(clinic.world, link):
        assert b"Morphine makes me itch too much." in document
        assert b"do not agree" in document


def test_only_the_person_answers_and_only_what_they_saw(clinic: Clinic) -> None:
    before = clinic.everything()
    for who in (clinic.doctor, clinic.nurse, clinic.elsewhere):
        with pytest.raises(NotThere):
            answer(clinic, by=who)
    for seen in (1, 3):
        with pytest.raises(ChangedMeanwhile):
            answer(clinic, seen=seen)
    assert clinic.everything() == before


def test_nothing_to_answer_before_a_signature(people: Clinic) -> None:
    with pytest.raises(ChangedMeanwhile):
        answer(people, seen=1)
    people.publish()
    with pytest.raises(NotNow):
        answer(people, seen=1)


# --- own words after a signature -----------------------------------------------------------------


def test_own_words_keep_the_very_same_signed_bytes(clinic: Clinic) -> None:
    before = from_bundle(clinic.current.record)
    name_was_put_to = signed(clinic, before).clinical
    clinic.save("what_matters", WhatMatters("Back at the nursery by Friday."))

    version = clinic.publish(at=LATER)

    assert version.number == 3
    assert version.signature == before.signature
    assert signed(clinic, version).clinical == name_was_put_to
    assert name_was_put_to == clinical_bytes(version.plan)
    assert version.plan.what_matters.what_matters == "Back at the nursery by Friday."
    assert standing(clinic).changed_since_signed
    assert "morphine" in emergency(clinic)


def test_the_team_is_shown_a_change_until_somebody_signs_again(clinic: Clinic) -> None:
    clinic.publish(at=LATER)
    answer(clinic, seen=3)
    assert standing(clinic).changed_since_signed
    clinic.sign(at=LATER)
    assert not standing(clinic).changed_since_signed


def test_what_the_team_is_drafting_is_not_published_with_the_persons_words(clinic: Clinic) -> None:
    clinic.save("care_team", replace(ADA.care_team, phone_24h="020 7946 0777"))
    version = clinic.publish(at=LATER)
    assert version.plan.care_team == ADA.care_team
    assert "0777" not in emergency(clinic)


def test_what_the_person_is_drafting_is_not_published_with_a_signature(clinic: Clinic) -> None:
    clinic.save("what_matters", WhatMatters("not ready to say this"))
    version = clinic.sign(at=LATER)
    assert version.plan.what_matters == ADA.what_matters
    assert "not ready" not in clinic.current.record.decode()


def test_unfinished_words_do_not_keep_the_clinician_from_signing_again(clinic: Clinic) -> None:
    clinic.save("about_me", {}, typed={"phone": "???"})
    assert clinic.sign(at=LATER).number == 3


# --- stopping a dose -----------------------------------------------------------------------------


def test_a_stopped_dose_is_gone_and_everything_else_stays(clinic: Clinic) -> None:
    link = clinic.share()
    version = stop(clinic, by=clinic.nurse)

    assert version.stop.ring == ADA.care_team.phone_24h
    for document in (emergency(clinic), *map(bytes.decode, decrypted(clinic.world, link))):
        assert not [dose for dose in DOSES if dose in document]
        assert "Do not use the dose on earlier copies" in document
        for kept in ("co-amoxiclav", "HbSS", "020 7946 0100", "Heat pads"):
            assert kept in document
    assert standing(clinic).dose_stopped
    assert signed(clinic, version).state is State.STOPPED
    assert clinic.deeds()[0] is Kind.DOSE_STOPPED


def test_after_a_stop_only_a_signature_gives_a_dose_back(clinic: Clinic) -> None:
    stop(clinic)
    with pytest.raises(NotNow):
        answer(clinic, seen=3)
    with pytest.raises(NotNow):
        stop(clinic, seen=3)
    clinic.publish(at=LATER)
    assert not [dose for dose in DOSES if dose in emergency(clinic)]
    assert standing(clinic).dose_stopped

    version = clinic.sign(at=LATER)

    assert version.stop is None
    assert "morphine 10 mg" in emergency(clinic)
    assert not standing(clinic).dose_stopped


def test_who_may_not_stop_a_dose(clinic: Clinic) -> None:
    before = clinic.everything()
    for who in (clinic.ada, clinic.elsewhere):
        with pytest.raises(NotThere):
            stop(clinic, by=who)
    with pytest.raises(ChangedMeanwhile):
        stop(clinic, seen=1)
    assert clinic.everything() == before


def test_where_no_number_is_known_the_switchboard_is_named(people: Clinic) -> None:
    people.save_all(ADA, CLINICAL)
    people.save("care_team", replace(ADA.care_team, phone_24h=None))
    people.sign()
    assert stop(people, seen=1).stop.ring == "the hospital switchboard"


# --- history -------------------------------------------------------------------------------------


def test_versions_follow_each_other_and_never_change(clinic: Clinic) -> None:
    with clinic.world.store.read() as tx:
        before = [version_of(tx, clinic.patient_id, number) for number in (1, 2)]
    answer(clinic)
    clinic.publish(at=LATER)
    stop(clinic, seen=4)

    with clinic.world.store.read() as tx:
        numbers = [head.number for head in history_of(tx, clinic.patient_id)]
        after = [version_of(tx, clinic.patient_id, number) for number in (1, 2)]
        kept = [version_of(tx, clinic.patient_id, number) for number in range(1, 6)]
    assert numbers == [5, 4, 3, 2, 1]
    assert after == before
    versions = [from_bundle(one.record) for one in kept if one]
    assert [one.replaces for one in versions] == [None, *(one.record_id for one in versions[:-1])]
    assert clinic.chains_hold()


def test_the_database_itself_refuses_to_change_a_version(clinic: Clinic) -> None:
    for statement in (
        "UPDATE plan_version SET published_at = published_at WHERE number = 1",
        "DELETE FROM plan_version WHERE number = 1",
    ):
        with (
            pytest.raises(Exception, match=r"(?i)version|refused|lets nobody"),
            clinic.world.store.begin() as tx,
        ):
            tx.run(text(statement))


def test_the_persons_face_follows_what_was_published(clinic: Clinic) -> None:
    clinic.save("about_me", replace(ADA.about_me, known_as="Dáa"))
    clinic.publish(at=LATER)
    with clinic.world.store.read() as tx:
        face = face_of(tx, clinic.patient_id)
    assert face is not None
    assert face.known_as == "Dáa"


# --- whole or not at all -------------------------------------------------------------------------


def test_words_too_long_for_page_one_are_named_and_nothing_is_kept(clinic: Clinic) -> None:
    words = "My lips and my whole face swelled up and I could not breathe. " * 3
    entries = tuple(
        ReportedAllergy(make.an_id(f"allergy {n}"), f"medicine {n}", words) for n in range(60)
    )
    clinic.save("my_allergies", MyAllergies(ReportedState.LIST, entries))
    before = clinic.everything()

    with pytest.raises(DoesNotFit) as told:
        clinic.publish(at=LATER)

    assert told.value.named.startswith("ALLERGIES")
    assert clinic.everything() == before


def test_a_medical_part_too_long_for_page_one_stops_before_the_signature(clinic: Clinic) -> None:
    first, *_ = ADA.pain_plan.stage(Stage.FIRST_DOSE)
    wordy = replace(first, ceiling="30 mg in the first 2 hours, then a senior review. " * 160)
    steps = tuple(wordy if one is first else one for one in ADA.pain_plan.steps)
    clinic.save("pain_plan", replace(ADA.pain_plan, steps=steps))
    before = clinic.everything()
    with pytest.raises(DoesNotFit, match="FIRST DOSE"):
        signing_page(
            clinic.world, by=clinic.doctor, patient_id=clinic.patient_id, at=LATER, today=TODAY
        )
    assert clinic.everything() == before


def test_an_event_that_cannot_be_written_down_undoes_the_act(clinic: Clinic) -> None:
    """The event comes last, after versions, files and messages: without it none of them stay."""
    unsayable = replace(clinic.ada, name="Ada\x00")
    before = clinic.everything()
    with pytest.raises(BadEvent):
        clinic.publish_as(unsayable)
    with pytest.raises(BadEvent):
        clinic.save("about_me", {}, by=unsayable)
    with pytest.raises(BadEvent):
        clinic.share(by=unsayable)
    assert clinic.everything() == before


def test_a_link_whose_key_is_broken_undoes_the_act(clinic: Clinic) -> None:
    clinic.share()
    with clinic.world.store.begin() as tx:
        tx.run(text("UPDATE link SET secrets = label"))
    before = clinic.everything()
    with pytest.raises(Tampered):
        clinic.publish(at=LATER)
    assert clinic.everything() == before


def test_a_trail_that_cannot_go_on_undoes_the_act(clinic: Clinic) -> None:
    """Somebody put a row where the next event belongs: it cannot be written."""
    clinic.take_the_next_number()
    before = clinic.everything()
    for act in (
        lambda: clinic.publish(at=LATER),
        lambda: clinic.sign(at=LATER),
        lambda: answer(clinic),
        lambda: stop(clinic),
        lambda: clinic.save("about_me", {}),
        clinic.share,
    ):
        with pytest.raises(CannotKeep):
            act()
    assert clinic.everything() == before


def test_the_document_is_what_a_partner_reads(clinic: Clinic) -> None:
    document = json.loads(clinic.current.emergency)
    assert document["type"] == "document"
    assert document["entry"][0]["resource"]["resourceType"] == "Composition"
