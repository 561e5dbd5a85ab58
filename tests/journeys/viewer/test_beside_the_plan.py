"""Under the plan and no part of it: who is coming, one tap back, the same words for notes."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from careplan.summary.plain import plain_text
from tests.journeys.shl_server import ADULT, document, narrative
from tests.journeys.viewer.scanning import TWO_MINUTES, no_violations, scan

pytestmark = pytest.mark.journey

GOING = "Said by the patient at 03:02, not checked: on the way to an emergency department."
ARRIVED = "Said by the patient at 03:11, not checked: has arrived."
# Without the rows of a table and of a list of terms, which no emergency narrative holds.
LINES = ADULT.split('<section class="more normal">')[0]


def test_one_tap_is_one_answer_and_one_more_says_why(page, service):
    scan(page, service)
    below = page.locator(".v-reply")
    assert below.bounding_box()["y"] > page.locator(".plan").bounding_box()["y"]
    asked = ["Used it", "Could not use it", "The 24-hour number was not answered", "Copy for notes"]
    expect(below.get_by_role("button")).to_have_text(asked)
    no_violations(page)
    service.cut = True
    below.get_by_role("button", name="Used it").click()
    expect(below).to_contain_text("This answer could not be taken.")
    service.cut, service.replies = False, []
    below.get_by_role("button", name="Could not use it").click()
    expect(below).to_contain_text("Thank you. The patient and their team can see this.")
    assert service.replies == [{"ticket": "reply-1", "said": "could_not"}]
    below.get_by_role("button", name="The medicine is not here").click()
    expect(below.get_by_role("button")).to_have_text(["Copy for notes"])
    assert service.replies[1:] == [
        {"ticket": "reply-1", "said": "could_not", "because": "not_stocked"}
    ]
    no_violations(page)


def test_the_copy_is_what_is_shown_word_for_word(page, service):
    service.plain, service.going = document(narrative(LINES)), [GOING]
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    scan(page, service)
    page.get_by_role("button", name="Copy for notes").click()
    expect(page.locator(".v-notes")).to_have_text("Copied.")
    lines = page.evaluate("navigator.clipboard.readText()").splitlines()
    assert lines[0] == (
        "Patient’s own plan, version 3, read at 20 November 2026 at 03:12; check identity."
    )
    told = ["From the person today. Not part of the plan.", GOING]
    words = plain_text(narrative(LINES)).splitlines()
    assert lines[-len(words) - 2 :] == words + told
    header = " ".join(lines[1 : -len(words) - 2])
    assert header.startswith("Adaeze Grace Okonkwo-Bright ✓ CURRENT Born 14 Mar 1997")


def test_without_a_clipboard_the_text_can_be_selected_and_goes_with_the_dose(page, service):
    page.add_init_script("delete Navigator.prototype.clipboard")
    page.clock.install()
    scan(page, service)
    page.get_by_role("button", name="Copy for notes").click()
    text = page.get_by_label("Copy this text:")
    assert "Morphine 10 mg subcutaneous" in text.input_value()
    chosen = "(area) => area.selectionEnd - area.selectionStart === area.value.length"
    assert text.evaluate(chosen)
    no_violations(page)
    service.gone = {"state": "revoked"}
    page.clock.fast_forward(TWO_MINUTES)
    expect(page.locator(".v-cover")).to_be_visible()
    expect(text).to_have_count(0)


def test_who_is_coming_stands_under_the_plan_and_is_kept_up_to_date(page, service):
    page.clock.install()
    scan(page, service)
    box = page.locator(".v-going")
    expect(box).to_be_hidden()
    service.going = [GOING, ARRIVED]
    page.clock.fast_forward(TWO_MINUTES)
    expect(box.locator("p")).to_have_text([GOING, ARRIVED])
    assert page.locator(".plan").get_by_text("Said by the patient").count() == 0
    assert box.bounding_box()["y"] > page.locator(".allergies").bounding_box()["y"]
    no_violations(page)
    expect(page.locator(".v-cover")).to_have_count(0)
    # The ticket of the look that was counted is still the one that is sent.
    page.get_by_role("button", name="Used it").click()
    expect(page.locator(".v-reply")).to_contain_text("Thank you.")
    assert service.replies == [{"ticket": "reply-1", "said": "used"}]
    service.going = []
    page.clock.fast_forward(TWO_MINUTES)
    expect(box).to_be_hidden()
