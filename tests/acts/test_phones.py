"""A copy on a phone: what is handed over, when it must go, and what the person reads about it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from careplan.accounts.people import Standing
from careplan.acts.phones import (
    LIVES,
    Cause,
    Dose,
    KeptCopy,
    forget_phone,
    keep_on_phone,
    phone_erased,
    phones,
    still,
)
from careplan.acts.publishing import stop_dose
from careplan.acts.sharing import NothingToShare
from careplan.acts.signing_in import recognise, sign_in, sign_out
from careplan.acts.world import NotThere
from careplan.audit.events import Kind as Deed
from careplan.store.accounts import set_state
from careplan.store.patients import erase_patient
from tests.acts.worlds import Clinic
from tests.stores import NOW
from tests.visitors import ADA, PASSWORD

LATER = NOW + timedelta(days=2)


def kept(clinic: Clinic, by=None, **more) -> KeptCopy:
    facts: dict[str, Any] = {
        "by": by or clinic.ada,
        "patient_id": clinic.patient_id,
        "name": "My phone",
        "at": NOW,
    }
    return keep_on_phone(clinic.world, **{**facts, **more})


def mine(clinic: Clinic, at=NOW):
    return phones(clinic.world, by=clinic.ada, patient_id=clinic.patient_id, at=at)


def asked(clinic: Clinic, copy: KeptCopy, at=LATER):
    return still(clinic.world, token=copy.token, at=at)


def test_what_is_handed_over_is_the_emergency_page_and_it_is_written_down(clinic: Clinic) -> None:
    copy = kept(clinic)
    assert "morphine" in copy.narrative
    assert 'href="http' not in copy.narrative
    assert "British Nigerian" not in copy.narrative
    assert copy.token not in repr(copy)
    assert clinic.deeds(1) == [Deed.PHONE_KEPT]
    assert [one.name for one in mine(clinic)] == ["My phone"]
    assert asked(clinic, copy).dose is Dose.AS_KEPT
    assert not asked(clinic, copy).newer
    assert mine(clinic)[0].last_seen_at == LATER
    assert clinic.chains_hold()


def test_before_anything_is_published_there_is_nothing_to_keep(people: Clinic) -> None:
    with pytest.raises(NothingToShare):
        kept(people)


def test_only_the_person_keeps_sees_and_forgets(clinic: Clinic) -> None:
    copy = kept(clinic)
    for somebody in (clinic.doctor, clinic.nurse, clinic.elsewhere):
        this: dict[str, Any] = {"by": somebody, "patient_id": clinic.patient_id, "at": NOW}
        with pytest.raises(NotThere):
            kept(clinic, by=somebody)
        with pytest.raises(NotThere):
            phones(clinic.world, **this)
        with pytest.raises(NotThere):
            forget_phone(clinic.world, **this, phone_id=copy.phone.phone_id)
    with pytest.raises(NotThere):
        forget_phone(
            clinic.world, by=clinic.ada, patient_id=clinic.patient_id, phone_id=uuid4(), at=NOW
        )
    assert asked(clinic, copy) is not None


def test_one_made_to_forget_is_answered_like_one_nobody_has(clinic: Clinic) -> None:
    copy, other = kept(clinic), kept(clinic)
    this: dict[str, Any] = {"by": clinic.ada, "patient_id": clinic.patient_id, "at": NOW}
    for _twice in range(2):
        forget_phone(clinic.world, **this, phone_id=copy.phone.phone_id)
    assert clinic.deeds(2) == [Deed.PHONE_FORGOTTEN, Deed.PHONE_KEPT]
    assert asked(clinic, copy) is None
    assert still(clinic.world, token="x" * 43, at=NOW) is None
    assert asked(clinic, other) is not None


def test_after_thirty_days_it_is_over(clinic: Clinic) -> None:
    copy = kept(clinic)
    assert asked(clinic, copy, at=NOW + LIVES - timedelta(seconds=1)) is not None
    assert asked(clinic, copy, at=NOW + LIVES) is None


@pytest.mark.parametrize("ended", ["suspended", "erased"])
def test_whatever_ends_access_ends_the_copy(clinic: Clinic, ended: str) -> None:
    copy = kept(clinic)
    with clinic.world.store.begin() as tx:
        if ended == "erased":
            erase_patient(tx, clinic.patient_id)
        else:
            set_state(tx, UUID(clinic.ada.account_id), Standing.SUSPENDED)
    assert asked(clinic, copy) is None


def test_a_stopped_dose_and_a_newer_signature_are_said(clinic: Clinic) -> None:
    copy = kept(clinic)
    stop_dose(
        clinic.world,
        by=clinic.doctor,
        patient_id=clinic.patient_id,
        version_seen=copy.phone.version,
        at=NOW,
    )
    assert asked(clinic, copy).dose is Dose.STOPPED
    clinic.sign()
    assert asked(clinic, copy).dose is Dose.STOPPED  # the one under this copy stays stopped
    fresh = kept(clinic, instead_of=copy.token)
    assert asked(clinic, copy) is None
    clinic.sign()
    found = asked(clinic, fresh)
    assert (found.dose, found.newer) == (Dose.SIGNED_ANEW, True)


def test_signing_out_on_the_phone_lets_its_copy_go(clinic: Clinic) -> None:
    token = sign_in(clinic.world, email=ADA.email, password=PASSWORD, at=NOW)
    copy, other = kept(clinic, session=token), kept(clinic)
    who = recognise(clinic.world, token=token, at=NOW)
    assert who is not None
    sign_out(clinic.world, token=token, by=who.who, at=NOW)
    assert clinic.deeds(2) == [Deed.PHONE_ERASED, Deed.SIGNED_OUT]
    assert asked(clinic, copy) is None
    assert asked(clinic, other) is not None


def test_a_phone_that_erased_its_copy_says_why(clinic: Clinic) -> None:
    copy = kept(clinic)
    for _twice in range(2):
        phone_erased(clinic.world, token=copy.token, cause=Cause.WRONG_PINS, at=NOW)
    assert clinic.deeds(2) == [Deed.PHONE_ERASED, Deed.PHONE_KEPT]
    assert clinic.events(1)[0].what == {"cause": "wrong_pins"}
    assert asked(clinic, copy) is None
