"""Copies for whoever runs the service: the kept bytes themselves, and each one written down."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

import pytest

from careplan.acts.exporting import Form, NoCard, NoSuchPerson, NothingPublished, export
from careplan.acts.sharing import revoke_link
from careplan.acts.world import SYSTEM
from careplan.audit.events import Kind as Deed
from careplan.fhir.bundle import from_bundle
from careplan.store.patients import face_of
from tests.acts.test_papers import codes, words
from tests.acts.worlds import Clinic
from tests.stores import NOW
from tests.visitors import a_person

NUMBER = "9990110212"


def copy_of(clinic: Clinic, form: Form, person: str = NUMBER) -> bytes:
    return export(clinic.world, person=person, form=form, at=NOW)


def plan_number(clinic: Clinic) -> str:
    with clinic.world.store.read() as tx:
        face = face_of(tx, clinic.patient_id)
    assert face is not None
    return face.plan_number


def test_documents_are_the_very_bytes_that_were_published(clinic: Clinic) -> None:
    assert copy_of(clinic, Form.FHIR) == clinic.current.emergency
    assert copy_of(clinic, Form.RECORD) == clinic.current.record
    assert from_bundle(copy_of(clinic, Form.RECORD)).number == 2


def test_a_person_is_named_by_either_number(clinic: Clinic) -> None:
    number = plan_number(clinic)
    for person in (NUMBER, "999 011 0212", "999-011-0212", number, number.lower(), f" {number} "):
        assert copy_of(clinic, Form.FHIR, person) == clinic.current.emergency


@pytest.mark.parametrize(
    "person", ["", "9990110213", "SCP-0000-0000", "Ada", "'; --", "٩٩٩٠١١٠٢١٢"]
)
def test_nobody_has_this_number(clinic: Clinic, person: str) -> None:
    before = clinic.everything()
    with pytest.raises(NoSuchPerson):
        copy_of(clinic, Form.FHIR, person)
    assert clinic.everything() == before


def test_a_number_that_was_only_typed_finds_nobody(people: Clinic) -> None:
    a_person(people.world, email="bo@example.org", legal_name="Bo Nwosu", nhs_number="9990110220")
    with pytest.raises(NoSuchPerson):
        copy_of(people, Form.TEXT, "9990110220")


def test_nothing_to_copy_yet(people: Clinic) -> None:
    before = people.everything()
    with pytest.raises(NothingPublished):
        copy_of(people, Form.FHIR)
    assert people.everything() == before


def test_the_pdf_holds_the_plan_and_no_code(clinic: Clinic) -> None:
    clinic.share()
    pdf = copy_of(clinic, Form.PDF)
    assert "morphine" in words(pdf)
    assert codes(pdf) == set()


def test_the_card_holds_the_link_of_the_print_that_is_out(clinic: Clinic) -> None:
    link = clinic.share()
    assert codes(copy_of(clinic, Form.CARD)) == {link.address}


def test_no_card_without_a_live_link_and_nothing_said_of_one(clinic: Clinic) -> None:
    before = clinic.everything()
    with pytest.raises(NoCard):
        copy_of(clinic, Form.CARD)
    assert clinic.everything() == before
    link = clinic.share()
    revoke_link(
        clinic.world,
        by=clinic.ada,
        patient_id=clinic.patient_id,
        link_id=UUID(link.link.id),
        at=NOW,
    )
    with pytest.raises(NoCard):
        copy_of(clinic, Form.CARD)
    assert Deed.EXPORTED not in clinic.deeds()


def test_the_text_says_what_to_give(clinic: Clinic) -> None:
    text = copy_of(clinic, Form.TEXT).decode()
    assert "morphine" in text
    assert "co-amoxiclav" in text
    assert "<" not in text


@pytest.mark.parametrize("form", [Form.FHIR, Form.RECORD, Form.PDF, Form.TEXT])
def test_every_copy_is_written_in_the_persons_trail(clinic: Clinic, form: Form) -> None:
    copy_of(clinic, form)
    event = clinic.events()[0]
    assert (event.kind, event.actor) == (Deed.EXPORTED, SYSTEM)
    assert dict(event.what) == {"form": str(form), "version": "2"}


def test_only_the_newest_is_copied(clinic: Clinic) -> None:
    clinic.publish(at=NOW)
    version = from_bundle(copy_of(clinic, Form.RECORD))
    assert version == replace(version, number=3)
