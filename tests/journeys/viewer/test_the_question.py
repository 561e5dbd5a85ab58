"""The question a link may ask, and the links that open nothing any more."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.journeys.viewer.scanning import no_violations

pytestmark = pytest.mark.journey


def test_the_birth_date_is_asked_and_opens(page, service):
    service.asks = "birth date"
    page.goto(service.link(flag="LP"))
    expect(page.get_by_label("date of birth")).to_be_focused()
    no_violations(page)
    page.keyboard.type("14 March 1997")
    page.keyboard.press("Enter")

    expect(page.locator(".dose.first")).to_be_visible()
    assert "passcode" not in service.asked[0]
    assert service.asked[1]["passcode"] == "14 March 1997"
    assert service.attempts == 10


def test_a_wrong_passcode_says_how_many_tries_are_left(page, service):
    service.asks, service.answer = "passcode", "blue heron"
    page.goto(service.link(flag="LP"))
    page.get_by_label("passcode").fill("red heron")
    page.get_by_role("button", name="Open the plan").click()

    expect(page.get_by_role("alert")).to_have_text(
        "That is not right. Tries left before this link locks: 9."
    )
    expect(page.get_by_label("passcode")).to_have_value("red heron")
    expect(page.get_by_label("passcode")).to_be_focused()
    no_violations(page)
    page.get_by_label("passcode").fill("blue heron")
    page.keyboard.press("Enter")
    expect(page.locator(".plan")).to_be_visible()


def test_an_empty_answer_is_not_sent(page, service):
    service.asks = "passcode"
    page.goto(service.link(flag="LP"))
    page.get_by_role("button", name="Open the plan").click()

    expect(page.get_by_role("alert")).to_have_text("Type an answer first.")
    assert len(service.asked) == 1


def test_too_many_tries_wait(page, service):
    service.asks = "passcode"
    page.clock.install()
    page.goto(service.link(flag="LP"))
    page.get_by_label("passcode").fill("wrong")
    service.wait = 20
    page.get_by_role("button", name="Open the plan").click()

    expect(page.get_by_role("alert")).to_contain_text("Wait 20 seconds")
    expect(page.locator("button")).to_be_disabled()
    page.clock.run_for(21_000)
    expect(page.get_by_role("button", name="Open the plan")).to_be_enabled()
    service.wait = None
    page.get_by_label("passcode").fill(service.answer)
    page.keyboard.press("Enter")
    expect(page.locator(".plan")).to_be_visible()


@pytest.mark.parametrize(
    ("state", "words"),
    [
        ("revoked", "stopped by the person"),
        ("replaced", "newer one"),
        ("expired", "limited time"),
        ("locked", "wrong answers"),
        ("used up", "set number of times"),
        ("constructor", "may have been stopped"),
    ],
)
def test_a_dead_link_says_why_and_whom_to_ring(page, service, state, words):
    service.gone = {"state": state, "phone": "020 7946 0100"}
    page.goto(service.link())

    expect(page.get_by_role("alert")).to_contain_text(words)
    call = page.get_by_role("link", name="020 7946 0100")
    assert call.get_attribute("href") == "tel:02079460100"
    assert page.get_by_role("link", name="type the short code").get_attribute("href") == "/code"
    no_violations(page)
