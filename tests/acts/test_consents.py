"""A consent is given and taken back at once, written down each time, and never changed."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select, text

from careplan.acts.consents import consents, give_consent, withdraw_consent
from careplan.acts.reading import who_looked
from careplan.acts.world import NotThere
from careplan.audit.events import Kind as Deed
from careplan.sharing.consents import COPIES, Consent
from careplan.store.tables import consent as table
from tests.acts.worlds import Clinic
from tests.stores import NOW

LATER = NOW + timedelta(hours=1)


def say(clinic: Clinic, act, consent=Consent.SCHOOL, *, by=None, at=NOW) -> None:
    act(
        clinic.world,
        by=by or clinic.ada,
        patient_id=clinic.patient_id,
        consent=consent,
        at=at,
    )


def on(clinic: Clinic) -> set[Consent]:
    found = consents(clinic.world, by=clinic.ada, patient_id=clinic.patient_id)
    return {one.consent for one in found if one.on}


def test_given_and_taken_back(clinic: Clinic) -> None:
    assert on(clinic) == {Consent.AMBULANCE}
    version = clinic.current.head.number
    say(clinic, give_consent)
    say(clinic, give_consent, Consent.GP)
    assert on(clinic) == set(COPIES)
    say(clinic, withdraw_consent, at=LATER)
    say(clinic, withdraw_consent, Consent.AMBULANCE, at=LATER)
    assert on(clinic) == {Consent.GP}
    assert clinic.current.head.number == version, "no publication was needed"
    school = consents(clinic.world, by=clinic.ada, patient_id=clinic.patient_id)[2]
    assert [(one.given, one.at, one.by) for one in school.history] == [
        (False, LATER, clinic.ada.name),
        (True, NOW, clinic.ada.name),
    ]


def test_each_is_written_down_in_plain_words(clinic: Clinic) -> None:
    say(clinic, give_consent)
    say(clinic, withdraw_consent, at=LATER)
    assert clinic.deeds()[:2] == [Deed.CONSENT_WITHDRAWN, Deed.CONSENT_GIVEN]
    looks = who_looked(clinic.world, by=clinic.ada, patient_id=clinic.patient_id)
    assert looks[0].text == "You took back: your school may have a page from your plan."
    assert clinic.chains_hold()


def test_said_twice_is_said_once(clinic: Clinic) -> None:
    say(clinic, give_consent)
    before = clinic.everything()
    say(clinic, give_consent, at=LATER)
    assert clinic.everything() == before


def test_only_the_person_may_say(clinic: Clinic) -> None:
    before = clinic.everything()
    for who in (clinic.doctor, clinic.nurse, clinic.elsewhere):
        with pytest.raises(NotThere):
            say(clinic, give_consent, by=who)
    assert clinic.everything() == before
    with pytest.raises(NotThere):
        consents(clinic.world, by=clinic.elsewhere, patient_id=clinic.patient_id)


def test_what_was_agreed_is_sealed(clinic: Clinic) -> None:
    say(clinic, give_consent)
    with clinic.world.store.read() as tx:
        (row,) = tx.run(select(table)).all()
        assert tx.run(text("SELECT count(*) FROM consent")).scalar_one() == 1
    assert b"school" not in bytes(row.body)
