"""From one press on the way in to a figure that everybody can read: nothing is typed twice."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from uuid import UUID

import pytest

from careplan.acts.measuring import VISITS, published, work_out
from careplan.acts.seeding import DEMO_PATIENT
from careplan.acts.sharing import printed_link
from careplan.acts.signing_in import who_is
from careplan.acts.simulating import simulate
from careplan.measures.figures import view
from careplan.measures.measures import Measure
from careplan.sharing.links import Kind
from tests.journeys.site import Site
from tests.journeys.steps import given_ada_with_her_phone, when_a_stranger_scans
from tests.journeys.visitor import DESK, PHONE, Visitor
from tests.stores import TODAY

pytestmark = pytest.mark.journey

Visit = Callable[..., Visitor]
NEXT_MONTH = datetime(2026, 12, 9, 9, 0, tzinfo=UTC)
OTHERS = 29
"""With Ada thirty, the fewest of whom anything is published."""


def test_from_the_press_to_the_measure(visit: Visit, adas_site: Site) -> None:
    clock = adas_site.clock
    given_visits_of_others(adas_site)
    phone = given_ada_with_her_phone(visit("Ada", PHONE)).goes_to("/plan")

    before = phone.taps
    phone.presses("I’m going in to an emergency department").reads("On the way in")
    assert phone.taps - before == 1, "one press and no typing"
    clock.go_on(minutes=25)
    phone.presses("I have arrived").reads("In the emergency department")

    clock.go_on(minutes=3)
    nurse = visit("Nurse", PHONE)
    when_a_stranger_scans(nurse, adas_card(adas_site))
    nurse.reads("morphine 10 mg subcutaneous").reads("arrived")
    before = nurse.taps
    nurse.presses("Used it").reads("Thank you. The patient and their team can see this.")
    assert nurse.taps - before == 1, "one tap and no account"

    clock.go_on(minutes=9)
    phone.goes_to("/plan/visit").presses("I was given pain relief")
    clock.go_on(minutes=20)
    phone.presses("They checked me again").presses("I have left")

    clock.go_on(days=1)
    when_she_tells_what_happened(phone)
    phone.goes_to("/plan/replies").reads("Used it")

    clock.now = NEXT_MONTH
    then_it_is_counted(adas_site, visit("Anybody", DESK, script=False))


def then_it_is_counted(site: Site, anybody: Visitor) -> None:
    """One report of each person: hers is among the quick ones, and nobody is named."""
    work_out(site.world, at=site.clock.now)
    sheet = published(site.world, about=VISITS).sheet
    assert sheet is not None
    total = view(sheet, Measure.WITHIN_15, ()).total
    assert total is not None
    assert total.n + total.missing == OTHERS + 1
    anybody.goes_to("/measures").reads(str(total.n)).does_not_read("Adaeze")


def given_visits_of_others(site: Site) -> None:
    simulate(
        site.world,
        people_count=OTHERS,
        visits_each=1,
        seed=3,
        today=TODAY,
        done=lambda _: [],
        signed=0,
    )


def adas_card(site: Site) -> str:
    ada = who_is(site.world, email=DEMO_PATIENT)
    assert ada is not None
    assert ada.patient_id is not None
    return printed_link(
        site.world,
        by=ada,
        patient_id=UUID(ada.patient_id),
        kind=Kind.FULL_PRINT,
        at=site.clock.now,
    ).address


def when_she_tells_what_happened(phone: Visitor) -> None:
    """The taps stand in the pages; what they cannot know takes a tap each."""
    pages, taps = phone.pages, phone.taps
    phone.goes_to("/plan/report").presses("Tell about 23 November 2026")
    phone.presses("Continue").presses("Continue")
    phone.answer("Did staff see your plan?", "Yes")
    phone.answer("Did they follow it?", "Yes, all of it")
    phone.presses("Continue")
    phone.answer("How much did staff believe your pain?", "5: completely")
    phone.presses("Continue").presses("Continue").presses("Continue")
    phone.answer("Who else may see this report?", ["Count my answers"])
    phone.presses("Keep it").goes_to("/plan/report").reads("It is counted.")
    assert phone.pages - pages <= 11
    assert phone.taps - taps <= 14, "two minutes at eight seconds a tap"
