"""From Ada's printer to a nurse's screen: the signed card with a signal, without, and withdrawn."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from playwright.sync_api import Route, expect

from tests.journeys.card_reader import one_digit_changed
from tests.journeys.papers import links_on, signed_card_on
from tests.journeys.site import Site
from tests.journeys.steps import given_ada_with_her_phone
from tests.journeys.visitor import DESK, PHONE, Visitor

pytestmark = pytest.mark.journey

Visit = Callable[..., Visitor]
DOSE = "morphine 10 mg subcutaneous"
TO_HAND = "card => { location.hash = card }"


def by_the_sites_clock(visitor: Visitor) -> Visitor:
    """The keys come with the day of this journey, which need not be that of the machine."""

    def dated(route: Route) -> None:
        answer = route.fetch()
        now = format_datetime(visitor.site.clock.now, usegmt=True)
        route.fulfill(response=answer, headers={**answer.headers, "date": now})

    visitor.page.route("**/.well-known/**", dated)
    visitor.page.clock.set_fixed_time(visitor.site.clock.now)
    return visitor


def test_a_printed_card_is_read_with_a_signal_without_and_when_it_was_withdrawn(
    visit: Visit, adas_site: Site
) -> None:
    phone = given_ada_with_her_phone(visit("Ada", PHONE))
    paper = phone.goes_to("/plan/print").prints("Print the full card")
    assert len(links_on(paper)) == 1
    card = signed_card_on(paper)

    nurse = by_the_sites_clock(visit("Nurse", PHONE)).goes_to("/scan")
    nurse.page.keyboard.insert_text(card)
    nurse.page.keyboard.press("Enter")
    nurse.page.wait_for_url("**/c")
    nurse.reads(DOSE).reads("CURRENT").reads("Checked with the service at").looks()
    nurse.draws("signed card")

    nurse.page.unroute("**/.well-known/**")
    nurse.page.context.set_offline(True)
    nurse.page.evaluate(TO_HAND, one_digit_changed(card, len(card) // 2))
    nurse.reads("Use the paper").does_not_read(DOSE)
    nurse.page.evaluate(TO_HAND, card)
    nurse.reads(DOSE).reads("No signal: checked with keys fetched on")
    nurse.draws("signed card without a signal")

    nurse.page.context.set_offline(False)
    adas_site.clock.go_on(minutes=1)
    by_the_sites_clock(nurse)
    phone.goes_to("/plan/share/lost").answers({"What is lost?": "My full card or page"})
    phone.presses("Stop it and make a new one")
    nurse.page.evaluate("dispatchEvent(new Event('online'))")
    expect(nurse.page.locator(".v-chip")).to_contain_text("WITHDRAWN")
    nurse.does_not_read(DOSE).reads("Ring").looks()


def test_a_device_made_ready_reads_a_card_it_never_saw_with_no_signal_at_all(
    visit: Visit, adas_site: Site
) -> None:
    phone = given_ada_with_her_phone(visit("Ada", PHONE))
    card = signed_card_on(phone.goes_to("/plan/print").prints("Print the full page"))
    desk = visit("Desk", DESK).goes_to("/scan")
    desk.finds("Get this device ready for no signal").click()
    desk.reads("This device was made ready on").reads("Keys for signed cards fetched on")

    desk.page.context.set_offline(True)
    # Later that day, whatever day this machine takes it to be: the keys carry its own date.
    latest = max(datetime.now(UTC), adas_site.clock.now)
    desk.page.clock.set_fixed_time(latest + timedelta(hours=6))
    desk.page.goto(f"{adas_site.address}/scan")
    desk.page.keyboard.insert_text(card)
    desk.page.keyboard.press("Enter")
    desk.page.wait_for_url("**/c")
    desk.reads("No signal: checked with keys fetched on").reads("is not known here")
    desk.reads("Adaeze Grace Okonkwo-Bright").reads("co-amoxiclav")
    desk.looks()
    desk.draws("ready without a signal")
