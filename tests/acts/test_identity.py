"""A name, a birth date or a number put right at the desk is right everywhere at once."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID

import pytest

from careplan.acts.identity import correct_identity, identity_now
from careplan.acts.linking import NumberTaken
from careplan.acts.world import NotThere
from careplan.audit.events import Kind as Deed
from careplan.fhir.bundle import from_bundle
from careplan.render.paper import DoesNotFit
from careplan.store.patients import face_of, know_nhs_number
from tests.acts.worlds import ADA, Clinic, decrypted
from tests.stores import NOW, TODAY
from tests.visitors import a_person, sure

LATER = NOW + timedelta(hours=1)


def put_right(clinic: Clinic, by=None, **changes):
    identity = identity_now(clinic.world, by=clinic.doctor, patient_id=clinic.patient_id)
    return correct_identity(
        clinic.world,
        by=by or clinic.doctor,
        patient_id=clinic.patient_id,
        identity=replace(identity, **changes),
        method="photo_id",
        at=LATER,
        today=TODAY,
    )


def test_a_birth_date_put_right_is_on_every_live_link_and_the_list(clinic: Clinic) -> None:
    link, signed = clinic.share(), from_bundle(clinic.current.record)
    version = sure(put_right(clinic, date_of_birth=date(1997, 3, 15)))
    assert version.plan.identity.date_of_birth == date(1997, 3, 15)
    assert version.number == signed.number + 1
    assert version.signature == signed.signature
    assert version.plan.pain_plan == ADA.pain_plan
    assert all(b"1997-03-15" in one for one in decrypted(clinic.world, link))
    with clinic.world.store.read() as tx:
        assert sure(face_of(tx, clinic.patient_id)).date_of_birth == date(1997, 3, 15)
    assert clinic.deeds(2) == [Deed.PLAN_PUBLISHED, Deed.IDENTITY_CHECKED]
    assert clinic.chains_hold()


def test_a_number_that_came_later_is_kept(people: Clinic) -> None:
    assert put_right(people, nhs_number="9990110212") is None
    now = identity_now(people.world, by=people.doctor, patient_id=people.patient_id)
    assert now.nhs_number == "9990110212"


def test_another_persons_number_changes_nothing(people: Clinic) -> None:
    another = a_person(people.world, email="second@example.org", legal_name="Second Person")
    with people.world.store.begin() as tx:
        know_nhs_number(tx, UUID(another.patient_id), "9990210225")
    before = people.everything()
    with pytest.raises(NumberTaken):
        put_right(people, nhs_number="9990210225", legal_name="New Name")
    assert people.everything() == before


def test_a_name_with_no_room_on_paper_changes_nothing(clinic: Clinic) -> None:
    before = clinic.everything()
    with pytest.raises(DoesNotFit):
        put_right(clinic, legal_name="Wolfeschlegelsteinhausenbergerdorff" * 20)
    assert clinic.everything() == before


@pytest.mark.parametrize("who", ["ada", "elsewhere"])
def test_nobody_but_the_team_puts_it_right(clinic: Clinic, who: str) -> None:
    with pytest.raises(NotThere):
        put_right(clinic, by=getattr(clinic, who), legal_name="Somebody Else")
