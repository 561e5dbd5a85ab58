"""A system sends a document; a doctor reads it and copies an allergy, and the person sees it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from uuid import UUID

import pytest

from careplan.acts.exporting import Form, export
from careplan.acts.seeding import DEMO_CLINICIAN
from careplan.acts.signing_in import who_is
from careplan.fhir.bundle import from_bundle, to_bundle
from careplan.plan.dictionary import dictionary
from careplan.plan.medicines import Allergy
from careplan.summary.narrative import record_narrative
from tests import make
from tests.arrivals import a_document, sent
from tests.journeys.site import Site
from tests.journeys.steps import given_ada_with_her_phone, given_dr_marsden_at_her_desk
from tests.journeys.visitor import DESK, PHONE, Visitor
from tests.partners import a_partner

pytestmark = pytest.mark.journey

Visit = Callable[..., Visitor]


def from_elsewhere(site: Site) -> bytes:
    """Ada's own record, as another hospital has it: with one allergy more."""
    at, words = site.clock.now, dictionary()
    there = from_bundle(export(site.world, person="9990110212", form=Form.RECORD, at=at))
    known = there.plan.allergies
    latex = Allergy(make.an_id("latex"), "latex", "rash")
    more = replace(known, entries=(*known.entries, latex))
    there = replace(there, plan=there.plan.with_section("allergies", more))
    return to_bundle(there, words, narrative=record_narrative(there, words))


def test_a_document_becomes_a_draft(visit: Visit, adas_site: Site) -> None:
    doctor = visit("Dr Marsden", DESK)
    team = UUID(who_is(adas_site.world, email=DEMO_CLINICIAN).team_id)
    at = adas_site.clock.now
    system = a_partner(adas_site.world, team_id=team, name="Royal Elsewhere", at=at)
    numbers = []
    for document in (sent(a_document()), from_elsewhere(adas_site)):
        answer = doctor.page.request.post(
            f"{adas_site.address}/fhir/Bundle",
            data=document,
            headers={**system.headers, "Content-Type": "application/fhir+json"},
        )
        assert answer.status == 201, answer.text()
        address = answer.headers["location"]
        assert doctor.page.request.get(address, headers=system.headers).body() == document
        numbers.append(address.rpartition("/")[2])

    given_dr_marsden_at_her_desk(doctor)
    doctor.goes_to("/team").reads("Came from other systems (2)")
    doctor.presses("Came from other systems").reads("Royal Elsewhere")
    for number, words in zip(numbers, ("Penicillin (active, refuted)", "latex"), strict=True):
        doctor.goes_to("/team/received")
        doctor.page.locator(f'a[href$="{number}"]').click()
        doctor.looks().reads("Not checked by your team.").reads(words)
    doctor.presses("Copy into the draft: Allergies, checked")
    doctor.reads("Brought from elsewhere. Not checked by your team.").reads("latex")

    ada = given_ada_with_her_phone(visit("Ada", PHONE))
    ada.goes_to("/plan/who-looked").reads("Royal Elsewhere")
    ada.reads("it changes nothing in your plan")
