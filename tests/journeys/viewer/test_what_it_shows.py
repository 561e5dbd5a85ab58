"""What a scan shows in the first second: the plan, its state, and what holds today."""

from __future__ import annotations

import json
from xml.etree import ElementTree

import pytest
from playwright.sync_api import expect

from careplan.plan.dictionary import dictionary
from careplan.summary import narrative as summary
from tests.journeys.shl_server import ADULT, document, narrative
from tests.journeys.viewer.scanning import PHONE, TWO_MINUTES, no_violations, scan
from tests.make import a_version
from tests.people.everybody import PEOPLE

pytestmark = pytest.mark.journey


@pytest.mark.asvs("14.3.3")
def test_a_scan_shows_the_plan(page, service):
    scan(page, service)

    expect(page.get_by_role("heading", level=1)).to_have_text("Adaeze Grace Okonkwo-Bright")
    expect(page.locator(".v-born")).to_have_text(
        "Born 14 Mar 1997 · 29 years · signed 2 months ago"
    )
    expect(page.locator(".v-state")).to_contain_text("CURRENT")
    expect(page.locator(".v-after")).to_contain_text("Version 3. Checked with the service at 03:12")
    expect(page.locator(".dose.first")).to_contain_text("Morphine 10 mg subcutaneous")
    expect(page.locator(".v-lost")).to_have_count(0)
    no_violations(page)


def test_every_word_of_the_narrative_is_shown(page, service):
    scan(page, service)

    shown = page.locator(".plan").evaluate("e => e.textContent")
    read = "(t) => new DOMParser().parseFromString(t, 'text/xml').documentElement.textContent"
    blank = page.context.browser.new_page()
    assert shown == blank.evaluate(read, narrative())
    blank.close()


@pytest.mark.parametrize(("width", "height"), [(360, 560), (390, 844)])
def test_the_first_eight_items_need_no_scrolling(page, service, width, height):
    service.plain = document(summary.narrative(a_version(), dictionary()))
    page.set_viewport_size({"width": width, "height": height})
    scan(page, service)

    for item in ("who", "genotype", "allergies", "dose", "noflags", "signed p", "phone24"):
        box = page.locator(f".plan .{item}").first.bounding_box()
        assert box
        assert box["y"] + box["height"] <= height
    signed = page.locator(".signed p:not(.small)").last.bounding_box()
    assert signed
    assert signed["y"] + signed["height"] <= height


def test_the_longest_plan_shows_who_and_which_dose_without_scrolling(page, service):
    longest = PEOPLE["mama"].version()
    bundle = json.loads(document(summary.narrative(longest, dictionary())))
    bundle["entry"][1]["resource"]["name"] = [{"text": longest.plan.identity.legal_name}]
    service.plain = json.dumps(bundle).encode()
    words = "The signature ran out on 1 November 2026."
    service.state |= {"label": "REVIEW OVERDUE", "tone": "warn", "words": words}
    scan(page, service)

    for item in ("who", "genotype", "allergies", "dose.first", "dose.second"):
        box = page.locator(f".plan .{item}").first.bounding_box()
        assert box
        assert box["y"] + box["height"] <= PHONE["height"], item
    no_violations(page)


def test_the_summary_is_shown_whole(page, service):
    """What the summary room writes is within what this page lets through, word for word."""
    div = summary.narrative(a_version(), dictionary())
    service.plain = document(div)
    scan(page, service)

    expect(page.locator(".v-lost")).to_have_count(0)
    said = " ".join("".join(ElementTree.fromstring(div).itertext()).split())
    shown = page.locator(".plan").evaluate("e => e.textContent")
    assert " ".join(shown.split()) == said
    no_violations(page)


def test_a_document_that_says_its_dose_was_stopped_keeps_saying_it(page, service):
    stopped = ADULT.replace('class="dose first"', 'class="dose stopped"')
    stopped = stopped.replace(
        '<p class="big"><strong>Morphine 10 mg subcutaneous</strong></p>', "<p>Ring.</p>"
    )
    stopped = stopped.replace('class="dose second"', 'class="more"')
    service.plain = document(narrative(stopped))
    service.state |= {"label": "DOSE STOPPED", "tone": "stop", "words": "Ring before any dose."}
    scan(page, service)

    expect(page.locator(".dose.stopped")).to_contain_text("Ring.")
    expect(page.locator(".v-cover")).to_have_count(0)


@pytest.mark.parametrize("width", [180, 320, 360, 768, 1280])
def test_nothing_runs_off_the_side(page, service, width):
    page.set_viewport_size({"width": width, "height": 560})
    scan(page, service)

    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_text_twice_as_large_still_fits(page, service):
    page.set_viewport_size({"width": 320, "height": 640})
    scan(page, service)
    page.evaluate("document.documentElement.style.fontSize = '200%'")

    assert page.evaluate("document.documentElement.scrollWidth") <= 320


def test_telephone_numbers_can_be_tapped(page, service):
    scan(page, service)

    assert page.locator(".phone24 a").get_attribute("href") == "tel:02079460100"


@pytest.mark.parametrize(
    ("label", "tone"), [("REVIEW OVERDUE", "warn"), ("NOT SIGNED", "stop"), ("CURRENT", "odd")]
)
def test_the_state_is_a_word(page, service, label, tone):
    service.state |= {"label": label, "tone": tone, "words": "What that means."}
    scan(page, service)

    expect(page.locator(".v-chip")).to_contain_text(label)
    expect(page.locator("header")).to_contain_text("What that means.")
    expect(page.locator(".dose.first")).to_be_visible()
    no_violations(page)


def test_a_plan_without_a_state_does_not_claim_to_be_current(page, service):
    service.state = {}
    scan(page, service)

    expect(page.locator(".v-chip")).to_contain_text("STATE NOT KNOWN")


def test_a_stopped_dose_is_not_in_the_page(page, service):
    service.state |= {"label": "DOSE STOPPED", "tone": "stop", "words": "Ring before any dose."}
    scan(page, service)

    expect(page.locator(".dose")).to_have_count(0)
    expect(page.locator(".v-cover")).to_contain_text("Ring before any dose.")
    expect(page.locator(".allergies")).to_be_visible()
    no_violations(page)


def test_paper_that_is_older_says_so(page, service):
    service.state |= {"version": 4, "printed_version": 3}
    scan(page, service)

    expect(page.locator("header")).to_contain_text("Your paper is version 3.")
    expect(page.locator("header")).to_contain_text("This page is version 4")


@pytest.mark.parametrize(
    ("since", "until", "shown"),
    [
        ("2026-11-20", "2026-11-20", 1),
        ("2026-11-21", "2026-12-20", 0),
        ("2026-10-01", "2026-11-19", 0),
    ],
)
def test_a_dated_notice_is_shown_on_its_days(page, service, since, until, shown):
    """By the service's clock, which says 20 November, whatever this computer believes."""
    service.plain = document(text="Weigh again.", since=since, until=until)
    scan(page, service)

    expect(page.locator("header").get_by_text("Weigh again.")).to_have_count(shown)


def test_a_notice_begins_on_an_open_page_when_its_day_comes(page, service):
    service.plain = document(text="Weigh again.", since="2026-11-21")
    page.clock.install()
    scan(page, service)
    expect(page.locator("header")).not_to_contain_text("Weigh again.")
    service.state["checked"] = "2026-11-21T00:01:00Z"
    page.clock.fast_forward(TWO_MINUTES)

    expect(page.locator("header")).to_contain_text("Weigh again.")
    expect(page.locator(".dose.first")).to_be_visible()
    no_violations(page)


def test_an_ambulance_crew_is_told_of_its_own_order(page, service):
    scan(page, service)

    crew = page.get_by_role("link", name="Ambulance crew")
    assert crew.get_attribute("href") == "/code?order=ambulance"


def test_without_javascript_the_other_door_is_named(chromium, service):
    context = chromium.new_context(java_script_enabled=False, viewport=PHONE)
    plain = context.new_page()
    plain.goto(service.link())

    said = plain.locator("noscript section")
    expect(said).to_be_visible()
    expect(said).to_contain_text("needs JavaScript")
    assert said.locator("a").get_attribute("href") == "/code"
    context.close()


def test_it_can_be_read_in_forced_colours(chromium, service):
    context = chromium.new_context(forced_colors="active", reduced_motion="reduce", viewport=PHONE)
    contrasted = context.new_page()
    scan(contrasted, service)

    border = "e => getComputedStyle(e).borderTopStyle"
    assert contrasted.locator(".allergies").evaluate(border) == "solid"
    assert contrasted.locator(".v-chip").evaluate(border) == "solid"
    no_violations(contrasted)
    context.close()
