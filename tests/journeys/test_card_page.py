"""The page that reads a signed card: what it shows, and everything that it refuses to show."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from careplan.fhir.pain import step_words
from careplan.keys.health_cards import new_card_key
from careplan.plan.pain import Stage
from tests import make
from tests.journeys.card_reader import (
    KEY,
    ORIGIN,
    RID,
    Service,
    a_card,
    forged,
    one_digit_changed,
    signed,
    with_resources,
)
from tests.journeys.visitor import DESK, PHONE, SMALL_PHONE, WCAG
from tests.people.everybody import PEOPLE
from tests.stores import seeded
from tests.summary import others

pytestmark = pytest.mark.journey

ADA = a_card(make.a_version())
DOSE = "morphine 10 mg"
YEAR = timedelta(days=366)


@pytest.fixture
def service() -> Service:
    return Service()


@pytest.fixture
def page(chromium: Browser, service: Service) -> Iterator[Page]:
    context = chromium.new_context(
        viewport={"width": PHONE[0], "height": PHONE[1]},
        locale="en-GB",
        timezone_id="Europe/London",
        reduced_motion="reduce",
    )
    context.set_default_timeout(10_000)
    opened = context.new_page()
    faults: list[str] = []
    opened.on("pageerror", lambda fault: faults.append(str(fault)))
    opened.on("console", lambda said: faults.append(said.text) if "Policy" in said.text else None)
    service.attach(opened)
    yield opened
    context.close()
    assert faults == []


def scan(page: Page, numeric: str) -> Page:
    """As from the scan page: the whole page anew, with the card in the fragment."""
    page.goto("about:blank")
    page.goto(f"{ORIGIN}/c#{numeric}")
    expect(page.locator("#v-main")).not_to_contain_text("Checking the card…")
    return page


def text(page: Page) -> str:
    return " ".join(page.locator("body").inner_text().split())


def shows_nothing_of_her(page: Page) -> None:
    said = text(page)
    for fact in ("Adaeze", "morphine", "co-amoxiclav", "HbSS", "1997", "020 7946"):
        assert fact not in said


@pytest.mark.parametrize("key", PEOPLE)
def test_it_shows_the_first_dose_as_signed_and_what_must_be_known(page: Page, key: str) -> None:
    version = PEOPLE[key].version()
    said = text(scan(page, signed(a_card(version))))
    plan = version.plan
    assert (plan.identity.legal_name or "") in said
    for step in plan.pain_plan.stage(Stage.FIRST_DOSE):
        first, _, rest = step_words(step).partition("; ")
        assert " ".join(first.split()) in said
        assert " ".join(rest.split()) in said
    for one in plan.allergies.entries:
        assert one.substance in said
    assert "The paper carries everything." in said
    assert "Checked with the service at 23 November 2026, 09:00." in said
    phone = plan.care_team.phone_24h or ""
    link = page.get_by_role("link", name=phone, exact=True).first
    assert link.get_attribute("href") == "tel:" + re.sub(r"[^\d+]", "", phone)


def test_the_card_leaves_the_address_and_nothing_is_kept(page: Page, service: Service) -> None:
    scan(page, signed(ADA))
    expect(page.locator("#v-name")).to_have_text("Adaeze Grace Okonkwo-Bright")
    expect(page.locator("#v-facts")).to_contain_text("CURRENT")
    expect(page.locator("#v-facts")).to_contain_text("29 years")
    assert page.url == f"{ORIGIN}/c"
    page.goto("about:blank")
    page.go_back()
    assert "shc" not in page.url
    kept = page.evaluate(
        "async () => [localStorage.length, sessionStorage.length, document.cookie,"
        " (await caches.keys()).length, (await indexedDB.databases()).length]"
    )
    assert kept == [0, 0, "", 0, 0]
    assert all(url.startswith(ORIGIN) and "#" not in url for url in service.asked)


def test_after_the_review_it_still_shows_with_a_warning(page: Page, service: Service) -> None:
    service.passes(page, timedelta(days=300))
    scan(page, signed(ADA))
    expect(page.locator(".v-chip")).to_have_text("! REVIEW OVERDUE")
    expect(page.locator(".dose.first")).to_contain_text(DOSE)


def test_too_old_shows_no_dose(page: Page, service: Service) -> None:
    service.passes(page, 2 * YEAR)
    said = text(scan(page, signed(ADA)))
    assert "TOO OLD" in said
    assert "morphine" not in said
    assert "co-amoxiclav" in said
    assert "020 7946 0100" in said


def test_withdrawn_shows_nothing_but_whom_to_ring(page: Page, service: Service) -> None:
    service.withdrawn.append(RID)
    said = text(scan(page, signed(ADA)))
    for words in ("WITHDRAWN", "Do not use this card", "Ring 020 7946 0100"):
        assert words in said
    for fact in ("morphine", "co-amoxiclav", "HbSS"):
        assert fact not in said


def test_a_list_may_withdraw_only_what_was_made_before_a_time(page: Page, service: Service) -> None:
    service.withdrawn.append(f"{RID}.{ADA['nbf'] - 5}")
    assert "CURRENT" in text(scan(page, signed(ADA)))
    service.withdrawn[:] = [f"{RID}.{ADA['nbf'] + 5}"]
    assert "WITHDRAWN" in text(scan(page, signed(ADA)))


def test_withdrawn_while_it_is_open_takes_the_dose_away(page: Page, service: Service) -> None:
    scan(page, signed(ADA))
    expect(page.locator(".dose.first")).to_be_visible()
    service.withdrawn.append(RID)
    service.passes(page, timedelta(minutes=1))
    page.evaluate("dispatchEvent(new Event('online'))")
    expect(page.locator(".v-cover")).to_be_visible()
    expect(page.locator(".dose")).to_have_count(0)


def test_with_no_signal_it_says_when_its_keys_were_fetched(page: Page, service: Service) -> None:
    scan(page, signed(ADA))
    service.signal = False
    service.passes(page, timedelta(hours=3))
    kofi = PEOPLE["kofi"].version()
    page.evaluate("card => { location.hash = card }", signed(a_card(kofi)))
    expect(page.locator("#v-name")).to_have_text(kofi.plan.identity.legal_name or "")
    expect(page.locator(".dose.first")).to_be_visible()
    note = page.locator("#v-note")
    expect(note).to_contain_text("No signal: checked with keys fetched on 23 November 2026, 09:00")
    expect(note).to_contain_text("withdrawn since 23 November 2026, 09:00 is not known here")


def test_without_any_keys_nothing_is_shown(page: Page, service: Service) -> None:
    service.signal = False
    scan(page, signed(ADA))
    shows_nothing_of_her(page)
    said = text(page)
    for words in ("could not be checked", "Use the paper", "Ring the 24-hour number printed"):
        assert words in said
    service.signal = True
    page.get_by_role("button", name="Try again").click()
    expect(page.locator(".dose.first")).to_contain_text(DOSE)


def test_keys_that_do_not_say_when_are_taken_for_old(page: Page, service: Service) -> None:
    service.says_when = False
    said = text(scan(page, signed(ADA)))
    assert DOSE in said
    assert "checked with keys fetched on a day that is not known" in said


def test_without_a_list_it_says_so(page: Page, service: Service) -> None:
    service.has_list = False
    said = text(scan(page, signed(ADA)))
    assert DOSE in said
    assert "Not checked against the list of withdrawn cards." in said


def test_whatever_is_not_exactly_right_is_refused(page: Page, service: Service) -> None:
    numeric, kid = signed(ADA), KEY.kid
    right = {"alg": "ES256", "zip": "DEF", "kid": kid}
    thief = new_card_key(seeded("somebody else"))
    bomb = ADA | {"padding": "a" * 400_000}
    refused = {
        "a digit changed": one_digit_changed(numeric, len(numeric) // 2 + 1),
        "a digit of the signature changed": one_digit_changed(numeric, len(numeric) - 61),
        "the end missing": numeric[:-40],
        "alg none": forged(ADA, right | {"alg": "none"}, b""),
        "HMAC with the public key": forged(ADA, right | {"alg": "HS256"}),
        "more in the header": forged(ADA, right | {"crit": []}),
        "no zip": forged(ADA, {"alg": "ES256", "kid": kid}),
        "another key under its name": forged(ADA, right),
        "another key of its own": signed(ADA, thief),
        "another service": signed(ADA | {"iss": "https://other.example.org"}),
        "made tomorrow": signed(ADA | {"nbf": ADA["nbf"] + 10**8}),
        "no end": signed({name: value for name, value in ADA.items() if name != "exp"}),
        "another kind": signed(ADA | {"vc": ADA["vc"] | {"type": ["other"]}}),
        "too much when unpacked": signed(bomb),
        "in pieces": "shc:/1/2/" + numeric[5:],
        "no card": "shc:/123",
        "letters": "shc:/12x4",
        "digits of no letter": "shc:/9999",
    }
    for name, card in refused.items():
        scan(page, card)
        shows_nothing_of_her(page)
        assert page.locator("[role=alert] h2").count() == 1, name
        assert page.locator(".v-ring").count() == 1, name
    assert all(url.startswith(ORIGIN) for url in service.asked)


def test_a_card_in_pieces_is_refused_in_words(page: Page) -> None:
    assert "one part of a card in several codes" in text(scan(page, "shc:/1/2/5676"))


def test_a_stopped_dose_and_an_unsigned_plan_say_so(page: Page) -> None:
    for version, words in (
        (others.a_stopped_version(), "Do not use the dose on earlier copies"),
        (make.an_unsigned_version(), "No signed pain plan yet."),
    ):
        said = text(scan(page, signed(a_card(version))))
        assert words in said
        assert "CURRENT" not in said
        assert "10 mg" not in said


def test_a_code_or_a_thing_it_does_not_know_is_shown_and_not_dropped(page: Page) -> None:
    strange = {
        "resourceType": "AllergyIntolerance",
        "code": {"coding": [{"system": "http://snomed.info/sct", "code": "123456"}]},
    }
    known = {
        "resourceType": "AllergyIntolerance",
        "code": {"coding": [{"system": "http://snomed.info/sct", "code": "111088007"}]},
    }
    said = text(scan(page, signed(with_resources(ADA, strange, known))))
    assert "code 123456 (not known here)" in said
    assert "latex" in said
    assert "cannot show" not in said


def test_what_a_newer_card_holds_is_named_and_a_dose_is_not_shown_by_half(page: Page) -> None:
    """A page kept for days without a signal may meet a card of a version it does not know."""
    half = {
        "resourceType": "MedicationRequest",
        "status": "active",
        "doNotPerform": True,
        "dosageInstruction": [{"text": "pethidine 100 mg"}],
    }
    ended = {
        "resourceType": "MedicationRequest",
        "status": "stopped",
        "dosageInstruction": [{"text": "codeine 60 mg"}],
    }
    team = {"resourceType": "CareTeam", "name": "A team", "telecom": [{"value": "020 7946 0999"}]}
    twin = {"resourceType": "Patient", "name": [{"text": "Somebody Else"}]}
    allergy = {
        "resourceType": "AllergyIntolerance",
        "note": [{"text": "strawberries"}],
        "reaction": [{"description": "throat closes"}],
    }
    said = text(scan(page, signed(with_resources(ADA, half, ended, team, twin, allergy, {}))))
    assert DOSE in said
    assert "strawberries" in said
    for hidden in ("pethidine", "codeine", "Somebody Else", "020 7946 0999"):
        assert hidden not in said
    kinds = (
        "Patient, MedicationRequest doNotPerform, MedicationRequest status, CareTeam, "
        "AllergyIntolerance reaction, something without a name"
    )
    assert f"cannot show: {kinds}. Use the paper." in said


def test_words_are_never_markup(page: Page) -> None:
    evil = "<img src=x onerror=alert(1)><script>alert(2)</script>"
    note = [{"text": evil}]
    allergy = {"resourceType": "AllergyIntolerance", "note": note, evil: "javascript:1"}
    condition = {"resourceType": "Condition", "note": note}
    kind = {"resourceType": evil}
    scan(page, signed(with_resources(ADA, allergy, condition, kind)))
    assert page.locator("main img, main script").count() == 0
    assert text(page).count(evil) == 4
    assert page.locator("a[href^=javascript]").count() == 0


@pytest.mark.parametrize("size", [PHONE, SMALL_PHONE, DESK])
def test_every_state_follows_wcag_and_fits(
    page: Page, service: Service, size: tuple[int, int], pictures: Path | None
) -> None:
    page.set_viewport_size({"width": size[0], "height": size[1]})
    seen = {"long": signed(a_card(PEOPLE["mama"].version()))}
    if size == SMALL_PHONE:
        forged_one = one_digit_changed(signed(ADA), 900)
        seen |= {"current": signed(ADA), "forged": forged_one, "nothing": ""}
    for name in (*seen, "overdue", "withdrawn", "offline"):
        if name == "overdue":
            service.passes(page, timedelta(days=300))
        if name == "withdrawn":
            service.withdrawn.append(RID)
        service.signal = name != "offline"
        scan(page, seen.get(name, signed(ADA)))
        wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
        assert wide <= 0, name
        found = Axe().run(page, options=WCAG).response["violations"]
        assert [one["id"] for one in found] == [], name
        if pictures:
            page.screenshot(path=pictures / f"{name}.png", full_page=True)
