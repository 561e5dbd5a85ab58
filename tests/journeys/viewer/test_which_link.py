"""Which addresses the page asks, and what it says of the others."""

from __future__ import annotations

import json
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.journeys.shl_server import CURRENT, TOKEN, b64url, document, encrypt
from tests.journeys.viewer.scanning import no_violations, scan

pytestmark = pytest.mark.journey


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
