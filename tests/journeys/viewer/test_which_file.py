"""Which file the page fetches, how, and what it asks for."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from careplan.keys.jwe import encrypt_file
from tests.journeys.shl_server import KEY, TOKEN
from tests.journeys.viewer.scanning import TWO_MINUTES, scan

pytestmark = pytest.mark.journey


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
