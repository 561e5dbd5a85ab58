"""A page that stays open: the network goes, the plan changes, the person takes it back."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.journeys.shl_server import ADULT, document, narrative
from tests.journeys.viewer.scanning import TWO_MINUTES, no_violations, scan

pytestmark = pytest.mark.journey


def test_no_connection_says_so_and_tries_again(page, service):
    service.cut = True
    page.goto(service.link())
    expect(page.get_by_role("alert")).to_contain_text("No connection")
    expect(page.get_by_role("alert")).to_contain_text("paper card")
    no_violations(page)
    service.cut = False
    page.get_by_role("button", name="Try again").click()

    expect(page.locator(".plan")).to_be_visible()


def test_a_failing_service_says_so(page, service):
    service.status = 500
    page.goto(service.link())

    expect(page.get_by_role("alert")).to_contain_text("The service is not answering")


def test_an_open_page_that_cannot_check_says_since_when(page, service):
    page.clock.install(time="2026-11-20T03:12:00Z")
    scan(page, service)
    service.cut = True
    page.clock.fast_forward(TWO_MINUTES)

    expect(page.get_by_role("status")).to_have_text("Not checked since 03:12")
    expect(page.locator(".dose.first")).to_be_visible()
    service.cut = False
    page.clock.fast_forward(TWO_MINUTES)
    expect(page.get_by_role("status")).to_have_text("")


def test_withdrawn_while_open_takes_the_dose_away(page, service):
    page.clock.install()
    scan(page, service)
    service.gone = {"state": "revoked", "phone": "020 7946 0100"}
    page.clock.fast_forward(TWO_MINUTES)

    cover = page.get_by_role("alert")
    expect(cover).to_contain_text("Do not use this page: the plan has been withdrawn")
    expect(cover).to_contain_text("020 7946 0100")
    expect(page.locator("header")).to_contain_text("DO NOT USE")
    expect(page.locator("header")).not_to_contain_text("CURRENT")
    left = page.content() + page.locator("body").aria_snapshot()
    for dose in ("First dose", "Morphine 10 mg", "20 mg", "PCA"):
        assert dose not in left
    expect(page.locator(".allergies")).to_be_visible()
    no_violations(page)


def test_a_changed_plan_is_loaded_by_one_press(page, service):
    page.clock.install()
    scan(page, service)
    service.plain = document(narrative(ADULT.replace("Morphine 10 mg", "Morphine 7 mg")))
    service.state["version"] = 4
    page.clock.fast_forward(TWO_MINUTES)
    expect(page.get_by_role("alert")).to_contain_text("the plan has changed")
    expect(page.locator(".dose")).to_have_count(0)
    asked = len(service.asked)
    page.get_by_role("button", name="Show the new plan").click()

    expect(page.locator(".dose.first")).to_contain_text("Morphine 7 mg subcutaneous")
    expect(page.locator(".v-after")).to_contain_text("Version 4")
    expect(page.locator(".v-cover")).to_have_count(0)
    assert len(service.asked) == asked


def test_stopped_while_open(page, service):
    page.clock.install()
    scan(page, service)
    service.state |= {"label": "DOSE STOPPED", "tone": "stop", "words": "Ring before any dose."}
    page.clock.fast_forward(TWO_MINUTES)

    expect(page.get_by_role("alert")).to_contain_text("Ring before any dose.")
    expect(page.locator(".dose")).to_have_count(0)


def test_overdue_while_open_changes_the_word_and_keeps_the_dose(page, service):
    page.clock.install()
    scan(page, service)
    service.state |= {"label": "REVIEW OVERDUE", "tone": "warn", "words": "Review was due."}
    page.clock.fast_forward(TWO_MINUTES)

    expect(page.locator(".v-chip")).to_contain_text("REVIEW OVERDUE")
    expect(page.locator(".dose.first")).to_be_visible()


def test_coming_back_to_the_page_checks_with_the_same_answer(page, service):
    service.asks = "birth date"
    page.clock.install()
    page.goto(service.link(flag="LP"))
    page.get_by_label("date of birth").fill(service.answer)
    page.keyboard.press("Enter")
    expect(page.locator(".plan")).to_be_visible()
    page.clock.fast_forward("00:15")
    with page.expect_response("**/m/*"):
        page.evaluate("dispatchEvent(new Event('focus'))")

    assert service.asked[-1]["passcode"] == service.answer
    assert service.asked[-1]["_again"] == "look-1"
