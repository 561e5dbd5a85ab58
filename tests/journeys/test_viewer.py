"""A tired nurse scans a code: what the page shows, refuses, hides and forgets, in a browser."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any
from xml.etree import ElementTree

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect, sync_playwright

from careplan.keys.jwe import encrypt_file
from careplan.plan.dictionary import dictionary
from careplan.summary import narrative as summary
from tests.journeys.shl_server import (
    ADULT,
    CURRENT,
    KEY,
    TOKEN,
    Service,
    b64url,
    document,
    encrypt,
    narrative,
)
from tests.make import a_version
from tests.people.everybody import PEOPLE

pytestmark = pytest.mark.journey

CHROMIUM = "/usr/bin/chromium"
QUIET = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
PHONE = {"width": 360, "height": 560}
TWO_MINUTES = "02:01"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield opened
        opened.close()


@pytest.fixture
def service() -> Iterator[Service]:
    with Service() as running:
        yield running


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport=PHONE)  # type: ignore[arg-type]
    context.set_default_timeout(8000)
    opened = context.new_page()
    faults: list[str] = []
    opened.on("pageerror", lambda fault: faults.append(str(fault)))
    yield opened
    context.close()
    assert faults == []


def scan(page: Page, service: Service) -> None:
    page.goto(service.link())
    expect(page.locator(".plan")).to_be_visible()


def no_violations(page: Page) -> None:
    found = Axe().run(page, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"]})
    assert found.violations_count == 0, found.generate_report()


# ---- the plan ----


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


def test_an_unzipped_document_opens_too(page, service):
    service.zipped = False
    scan(page, service)


@pytest.mark.parametrize("zipped", [False, True])
def test_what_the_keys_room_encrypts_opens_here(page, service, zipped):
    service.token = encrypt_file(
        service.plain,
        key=KEY,
        content_type="application/fhir+json",
        entropy=lambda count: b"e" * count,
        zipped=zipped,
    )
    scan(page, service)


def test_a_file_kept_apart_is_fetched_from_our_own_service(page, service):
    service.apart = service.origin + "/f/" + "a" * 43
    scan(page, service)


def test_a_file_kept_elsewhere_is_not_fetched(page, service):
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    service.apart = "https://elsewhere.example/f/" + "a" * 43
    page.goto(service.link())

    expect(page.get_by_role("alert")).to_contain_text("another service")
    assert all(address.startswith(service.origin) for address in asked)


def test_a_file_that_is_no_longer_valid_is_not_shown(page, service):
    service.file = {"status": "no-longer-valid"}
    page.goto(service.link())

    expect(page.get_by_role("alert")).to_contain_text("has been withdrawn")
    expect(page.locator(".plan")).to_have_count(0)


def test_what_is_asked_for(page, service):
    scan(page, service)

    assert service.asked == [
        {
            "recipient": "Emergency department (not stated)",
            "embeddedLengthMax": 200000,
            "_zip": True,
        }
    ]
    assert [path for _, path, _ in service.requests] == ["/s", f"/m/{TOKEN}"]


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


# ---- the link ----


@pytest.mark.parametrize(
    "fragment",
    ["", "#"],
)
def test_without_a_link_it_says_what_to_do(page, service, fragment):
    page.goto(f"{service.origin}/s{fragment}")

    expect(page.get_by_role("alert")).to_contain_text("Scan the code again")
    assert page.locator("main").get_by_role("link").get_attribute("href") == "/code"
    assert service.asked == []
    no_violations(page)


@pytest.mark.parametrize(
    "fragment",
    [
        "#shlink:/",
        "#shlink:/%%%",
        "#shlink:/e30",
        "#shlink:/bnVsbA",
        "#shlink:/" + b64url(b"\xff\xfe"),
        "#shlink:/" + "A" * 5,
        "#shc/5676",
        "#<img src=x onerror=alert(1)>",
    ],
)
def test_a_broken_link_is_said_to_be_broken(page, service, fragment):
    page.goto(f"{service.origin}/s{fragment}")

    expect(page.get_by_role("alert")).to_contain_text("This link is not whole")
    assert service.asked == []


@pytest.mark.parametrize(
    "changed",
    [
        {"key": "short"},
        {"flag": "LU"},
        {"flag": 7},
        {"url": None},
        {"v": "1"},
    ],
)
def test_a_payload_that_breaks_the_rules_is_broken(page, service, changed):
    page.goto(service.link(**changed))

    expect(page.get_by_role("alert")).to_contain_text("This link is not whole")
    assert service.asked == []


@pytest.mark.parametrize(
    "path", ["/account/delete", f"/m/{TOKEN}?a=1", f"/m/{TOKEN}/x", "/m/short"]
)
def test_only_manifest_addresses_are_asked(page, service, path):
    page.goto(service.link(url=service.origin + path))

    expect(page.get_by_role("alert")).to_contain_text("This link is not whole")
    assert service.asked == []


@pytest.mark.parametrize(
    "url",
    [
        "https://elsewhere.example/m/" + TOKEN,
        "//elsewhere.example/m/" + TOKEN,
        "http://127.0.0.1:1/m/" + TOKEN,
        "javascript:alert(1)",
    ],
)
def test_a_foreign_link_is_never_asked(page, service, url):
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(service.link(url=url))

    expect(page.get_by_role("alert")).to_contain_text(
        "Scan" if url[:2] == "//" else "another service"
    )
    assert all(address.startswith(service.origin) for address in asked)
    assert service.asked == []


def test_a_newer_kind_of_link_is_named(page, service):
    page.goto(service.link(v=2))

    expect(page.get_by_role("alert")).to_contain_text("newer than this page")


def test_the_key_leaves_the_address_and_the_way_back(page, service):
    page.goto(f"{service.origin}/code")
    scan(page, service)
    assert page.url == f"{service.origin}/s"
    page.goto(f"{service.origin}/code")
    page.go_back()

    assert page.url == f"{service.origin}/s"
    assert page.evaluate("location.hash") == ""
    assert all("shlink" not in json.dumps(asked) for asked in service.requests)


def test_another_scan_in_the_same_tab_takes_the_first_person_away(page, service):
    scan(page, service)
    service.gone = {"state": "revoked"}
    page.evaluate("address => location.assign(address)", service.link())

    expect(page.get_by_role("alert")).to_contain_text("no longer opens a plan")
    expect(page.locator("body")).not_to_contain_text("Adaeze")
    assert page.url == f"{service.origin}/s"


def test_a_late_answer_never_paints_over_another_person(page, service):
    held: list[Any] = []
    page.route("**/m/*", lambda route: route.continue_() if held else held.append(route))
    page.goto(service.link())
    expect(page.get_by_role("alert")).to_contain_text("Opening")
    other = document().replace(b"Adaeze Grace Okonkwo-Bright", b"Someone Else")
    first, service.plain = service.plain, other
    page.evaluate("address => location.assign(address)", service.link())
    expect(page.get_by_role("heading", level=1)).to_have_text("Someone Else")
    token = encrypt(first)
    files = [{"contentType": "application/fhir+json", "embedded": token}]
    held[0].fulfill(json={"files": files, "_state": CURRENT})
    page.wait_for_timeout(300)

    expect(page.get_by_role("heading", level=1)).to_have_text("Someone Else")
    expect(page.locator("body")).not_to_contain_text("Adaeze Grace Okonkwo-Bright, ")


def test_a_signed_card_goes_to_its_own_page(page, service):
    page.goto(f"{service.origin}/code")
    page.goto(f"{service.origin}/s#shc:/5676")
    page.wait_for_url(f"{service.origin}/c#shc:/5676")
    page.go_back()

    page.wait_for_url(f"{service.origin}/code")
    assert service.asked == []


# ---- one file and no manifest: flag U ----


@pytest.mark.parametrize("flag", ["U", "LU"])
def test_a_link_to_one_file_is_fetched_and_never_asked_for_a_manifest(page, service, flag):
    page.clock.install(time="2026-11-20T03:12:00Z")
    page.goto(service.link(url=f"{service.origin}/u/{TOKEN}", flag=flag))

    expect(page.locator(".dose.first")).to_be_visible()
    expect(page.locator(".v-chip")).to_contain_text("STATE NOT KNOWN")
    asked = f"/u/{TOKEN}?recipient=Emergency%20department%20(not%20stated)"
    assert service.requests[1:] == [("GET", asked, {})]
    page.clock.fast_forward(TWO_MINUTES)
    expect(page.get_by_role("status")).to_have_text("Not checked since 03:12")
    assert len(service.requests) == 2


@pytest.mark.parametrize(
    ("path", "flag"), [("u", "PU"), ("u", "LPU"), ("u", ""), ("m", "U"), ("u", "L")]
)
def test_a_flag_that_does_not_fit_its_address_is_broken(page, service, path, flag):
    page.goto(service.link(url=f"{service.origin}/{path}/{TOKEN}", flag=flag))

    expect(page.get_by_role("alert")).to_contain_text("This link is not whole")
    assert [path for _, path, _ in service.requests] == ["/s"]


# ---- what holds on some days only ----


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


# ---- the question ----


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


# ---- the network ----


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


# ---- the open page ----


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


# ---- attacks ----


@pytest.mark.parametrize(
    "attack",
    [
        "<script>document.title = 'taken'</script>",
        "<p onclick=\"document.title = 'taken'\">a</p>",
        "<img src='x' onerror=\"document.title = 'taken'\"/>",
        "<svg xmlns='http://www.w3.org/2000/svg' onload=\"document.title = 'taken'\"></svg>",
        "<svg:script xmlns:svg='http://www.w3.org/2000/svg'>document.title='taken'</svg:script>",
        "<a href=\"javascript:document.title = 'taken'\">a</a>",
        "<a href='data:text/html,x'>a</a>",
        "<a href='https://elsewhere.example/'>a</a>",
        "<a href='tel:1;x=javascript:1'>a</a>",
        "<iframe src='https://elsewhere.example/'></iframe>",
        "<p style='position:fixed'>a</p>",
        "<p class='v-cover'>a</p>",
        "<form><input/></form>",
        "<style>* { display: none }</style>",
        "<math xmlns='http://www.w3.org/1998/Math/MathML'><mtext>a</mtext></math>",
        "<?xml-stylesheet href='x'?>",
    ],
)
def test_what_could_act_is_left_out_and_said(page, service, attack):
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    service.plain = document(narrative(ADULT + attack))
    scan(page, service)

    expect(page.locator(".v-lost")).to_contain_text("Part of this page could not be shown")
    assert page.locator(".v-lost a").get_attribute("href") == "tel:02079460100"
    live = page.locator(".plan").evaluate(
        """plan => [...plan.querySelectorAll('*')].flatMap(e => [
          ...['script', 'img', 'svg', 'iframe', 'form', 'input', 'style', 'math', 'mtext']
            .filter(name => name === e.localName),
          ...[...e.attributes].map(a => a.name + '=' + a.value),
        ]).filter(s => !/^(class=(?!v-)|class=v-cut$|scope=row$|href=tel:[0-9]+$)/.test(s))"""
    )
    assert live == []
    assert page.title() == "Emergency plan"
    assert all(address.startswith(service.origin) for address in asked)
    no_violations(page)


def test_left_out_text_leaves_a_mark_where_it_stood(page, service):
    service.plain = document(narrative("<p>Give <font>no</font> aspirin</p>"))
    scan(page, service)

    expect(page.locator(".plan p")).to_have_text("Give [part missing here] aspirin")


def test_quoted_and_foreign_text_is_only_text(page, service):
    inside = "<p>&lt;script&gt;1&lt;/script&gt; <![CDATA[<b>10 mg</b>]]> \u202eabc \U0001f642</p>"
    service.plain = document(narrative(inside))
    scan(page, service)

    expect(page.locator(".plan p")).to_contain_text("<script>1</script> <b>10 mg</b>")
    expect(page.locator(".v-lost")).to_have_count(0)


@pytest.mark.parametrize(
    "div",
    [
        "<div>not closed",
        narrative(""),
        "<div>no namespace</div>",
        f"<p xmlns='{'x'}'>a</p>",
        "text",
    ],
)
def test_a_narrative_that_cannot_be_read_shows_nothing_and_says_so(page, service, div):
    service.plain = document(div)
    page.goto(service.link())

    expect(page.get_by_role("alert")).to_contain_text("could not be unlocked safely")
    expect(page.locator(".plan")).to_have_count(0)


def _flip(token: str, part: int) -> str:
    parts = token.split(".")
    middle = len(parts[part]) // 2
    other = "A" if parts[part][middle] != "A" else "B"
    parts[part] = parts[part][:middle] + other + parts[part][middle + 1 :]
    return ".".join(parts)


SPOILT = {
    "header": lambda: _flip(encrypt(document()), 0),
    "nonce": lambda: _flip(encrypt(document()), 2),
    "body": lambda: _flip(encrypt(document()), 3),
    "tag": lambda: _flip(encrypt(document()), 4),
    "other algorithm": lambda: encrypt(document(), alg="A256KW"),
    "other cipher": lambda: encrypt(document(), enc="A128GCM"),
    "other content": lambda: encrypt(document(), cty="text/html"),
    "critical header": lambda: encrypt(document(), crit="x"),
    "other zip": lambda: encrypt(document(), zip="GZ"),
    "not zipped": lambda: encrypt(document(), zipped=False, zip="DEF"),
    "short nonce": lambda: encrypt(document(), nonce=b"n" * 11),
    "wrapped key": lambda: encrypt(document()).replace("..", ".AAAA."),
    "four parts": lambda: ".".join(encrypt(document()).split(".")[:4]),
    "not JSON": lambda: encrypt(b"nothing"),
    "not a document": lambda: encrypt(document().replace(b'"document"', b'"collection"')),
    "a bomb": lambda: encrypt(b" " * 9_000_000),
    "empty": lambda: "",
}


@pytest.mark.parametrize("how", SPOILT)
def test_what_was_spoilt_on_the_way_is_not_shown(page, service, how):
    service.token = SPOILT[how]()
    page.goto(service.link())

    expect(page.get_by_role("alert")).to_contain_text("could not be unlocked safely")
    expect(page.locator(".plan")).to_have_count(0)


def test_an_older_plan_under_the_same_key_is_not_shown(page, service):
    service.plain = document(version=2)
    page.goto(service.link())

    expect(page.get_by_role("alert")).to_contain_text("could not be unlocked safely")
    expect(page.locator(".plan")).to_have_count(0)


def test_an_open_page_never_goes_back_to_an_older_plan(page, service):
    """Even where the service itself says that the older one is the newest."""
    page.clock.install(time="2026-11-20T03:12:00Z")
    service.plain = document(version=3)
    scan(page, service)
    service.plain = document(narrative(ADULT.replace("10 mg", "5 mg")), version=2)
    service.state["version"] = 2
    page.clock.fast_forward(TWO_MINUTES)

    expect(page.get_by_role("status")).to_have_text("Not checked since 03:12")
    expect(page.locator(".dose.first")).to_contain_text("Morphine 10 mg")


def test_the_browsers_own_history_is_spoken_of(page, service):
    """What this page cannot do is said on it."""
    scan(page, service)

    expect(page.locator("footer")).to_contain_text("browser’s own history may keep the address")
    assert page.evaluate("history.length") <= 2
    assert "shlink" not in page.evaluate("JSON.stringify([history.state, location.href])")


def test_nothing_is_stored(page, service):
    scan(page, service)

    kept = page.evaluate(
        """async () => [localStorage.length, sessionStorage.length, document.cookie,
          (await caches.keys()).length, (await indexedDB.databases()).length,
          (await navigator.serviceWorker.getRegistrations()).length, history.state]"""
    )
    assert kept == [0, 0, "", 0, 0, 0, None]
    assert page.context.cookies() == []
    assert page.title() == "Emergency plan"


def test_the_policy_has_nothing_to_complain_of(page, service):
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    scan(page, service)

    assert said == []


def test_without_javascript_the_other_door_is_named(browser, service):
    context = browser.new_context(java_script_enabled=False, viewport=PHONE)
    plain = context.new_page()
    plain.goto(service.link())

    said = plain.locator("noscript section")
    expect(said).to_be_visible()
    expect(said).to_contain_text("needs JavaScript")
    assert said.locator("a").get_attribute("href") == "/code"
    context.close()


def test_it_can_be_read_in_forced_colours(browser, service):
    context = browser.new_context(forced_colors="active", reduced_motion="reduce", viewport=PHONE)
    contrasted = context.new_page()
    scan(contrasted, service)

    border = "e => getComputedStyle(e).borderTopStyle"
    assert contrasted.locator(".allergies").evaluate(border) == "solid"
    assert contrasted.locator(".v-chip").evaluate(border) == "solid"
    no_violations(contrasted)
    context.close()
