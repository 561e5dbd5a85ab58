"""After the signature: a dose is stopped, own words change, time goes by; the signed bytes stay."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

import pytest

from careplan.acts.exporting import Form, export
from careplan.acts.seeding import DEMO_PATIENT
from careplan.acts.signing_in import who_is
from careplan.fhir.bundle import from_bundle
from careplan.store.signatures import live_signature
from tests.journeys.papers import codes_on, text_of
from tests.journeys.site import Site
from tests.journeys.steps import (
    given_ada_with_her_phone,
    given_dr_marsden_at_her_desk,
    the_short_code_on,
    when_a_stranger_scans,
    when_a_stranger_types_the_short_code,
    when_she_publishes,
    when_the_clinician_stops_the_dose,
)
from tests.journeys.visitor import DESK, PHONE, Visitor

pytestmark = pytest.mark.journey

Visit = Callable[..., Visitor]
NHS_NUMBER = "9990110212"
STOPPED = "Do not use the dose on earlier copies"
DOSES = ("10 mg subcutaneous", "20 mg oral", "paracetamol 1 g")


@pytest.mark.slow
def test_a_stopped_dose_is_stopped_everywhere(visit: Visit, adas_site: Site) -> None:
    phone = given_ada_with_her_phone(visit("Ada", PHONE))
    paper = phone.goes_to("/plan/print").prints("Print the full page")
    desk = given_dr_marsden_at_her_desk(visit("Dr Marsden", DESK))
    when_the_clinician_stops_the_dose(desk)

    stranger, computer = visit("Stranger", PHONE), visit("Old computer", DESK, script=False)
    when_a_stranger_scans(stranger, codes_on(paper)[0])
    when_a_stranger_types_the_short_code(computer, the_short_code_on(paper), "14 March 1997")
    phone.goes_to("/plan/print")
    texts = {
        "page": stranger.text,
        "short code": computer.text,
        "a4": text_of(phone.prints("Print the full page")),
        "card": text_of(phone.prints("Print the full card")),
        "export": export(
            adas_site.world, person=NHS_NUMBER, form=Form.TEXT, at=adas_site.clock.now
        ).decode(),
        "her own page": phone.goes_to("/plan/read").page.locator(".plan-framed").first.inner_text(),
        "desk": desk.page.locator(".plan-framed").first.inner_text(),
    }
    told = {name: " ".join(text.split()).casefold() for name, text in texts.items()}
    assert [name for name, text in told.items() if STOPPED.casefold() not in text] == []
    assert [name for name, text in told.items() if "020 7946 0100" not in text] == []
    assert [name for name, text in told.items() if "co-amoxiclav" not in text] == []
    left = [(name, dose) for name, text in told.items() for dose in DOSES if dose in text]
    assert left == []
    phone.goes_to("/plan").reads("DOSE STOPPED")


def test_her_own_words_leave_the_signed_bytes_alone(visit: Visit, adas_site: Site) -> None:
    before = _signed_bytes(adas_site)
    phone = given_ada_with_her_phone(visit("Ada", PHONE))
    phone.goes_to("/plan/write/what_matters/what-matters")
    phone.answers({"What matters most to you?": "My sister’s wedding."}).presses("Continue")
    when_she_publishes(phone)

    after = _signed_bytes(adas_site)
    assert after == before
    record = export(adas_site.world, person=NHS_NUMBER, form=Form.RECORD, at=adas_site.clock.now)
    version = from_bundle(record)
    assert version.number == 4
    assert version.plan.what_matters.what_matters == "My sister’s wedding."
    phone.goes_to("/plan/versions").presses("Version 4").reads("My sister’s wedding.")
    phone.goes_to("/plan/read").reads("morphine 10 mg subcutaneous").reads("My sister’s wedding.")


def test_an_overdue_plan_still_shows_with_a_warning(visit: Visit, adas_site: Site) -> None:
    phone = given_ada_with_her_phone(visit("Ada", PHONE))
    paper = phone.goes_to("/plan/print").prints("Print the full card")
    adas_site.clock.go_on(days=300)

    stranger, computer = visit("Stranger", PHONE), visit("Old computer", DESK, script=False)
    when_a_stranger_scans(stranger, codes_on(paper)[0])
    stranger.reads("REVIEW OVERDUE").reads("Review was due on 8 September 2027")
    stranger.reads("morphine 10 mg subcutaneous")
    when_a_stranger_types_the_short_code(computer, the_short_code_on(paper), "14 March 1997")
    computer.reads("REVIEW OVERDUE").reads("morphine 10 mg subcutaneous")
    given_dr_marsden_at_her_desk(visit("Dr Marsden", DESK)).reads("Review overdue")


def _signed_bytes(site: Site) -> bytes:
    """The stored bytes that the clinician signed."""
    person = who_is(site.world, email=DEMO_PATIENT)
    with site.world.store.read() as tx:
        kept = live_signature(tx, UUID(person.patient_id))
    assert kept is not None
    return kept.clinical
