"""The scan page at a hospital desk: a camera, a scanner that types, a pasted link, no script."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path

import pytest
import segno
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from tests.journeys.conftest import CHROMIUM, QUIET
from tests.journeys.site import Site
from tests.journeys.steps import (
    given_ada_with_her_phone,
    the_address_on,
    the_short_code_on,
    when_she_makes_a_link,
)
from tests.journeys.visitor import DESK, PHONE, SMALL_PHONE, Visitor

pytestmark = pytest.mark.journey

Visit = Callable[..., Visitor]
FIELD = "Handheld scanner, pasted link or short code"


def types_like_a_scanner(desk: Visitor, text: str) -> None:
    """Into whatever has the focus, and Enter at the end."""
    desk.page.keyboard.insert_text(text)
    desk.page.keyboard.press("Enter")
    desk.page.wait_for_load_state()


def adas_link(visit: Visit) -> str:
    phone = given_ada_with_her_phone(visit("Ada", PHONE))
    when_she_makes_a_link(phone, "for the desk")
    return the_address_on(phone)


@pytest.mark.parametrize("typed_as", ["{}", "{}\n", "keyboard {} set wrong"])
def test_a_handheld_scanner_types_and_the_plan_asks_its_question(
    visit: Visit, adas_site: Site, typed_as: str
) -> None:
    address = adas_link(visit)
    if "wrong" in typed_as:
        address = address.replace("#", "£").replace("://", ";//")
    desk = visit("Desk", DESK).goes_to("/scan")
    types_like_a_scanner(desk, typed_as.format(address).strip())
    expect(desk.page).to_have_url(f"{adas_site.address}/s")
    desk.reads("date of birth")


A_CARD = "shc:/" + "".join(f"{(7 * number + 3) % 78:02}" for number in range(1190))


@pytest.mark.parametrize("typed_as", ["shc:/{}", "SHCÖ-{}"])
def test_a_signed_card_goes_to_its_own_page(visit: Visit, adas_site: Site, typed_as: str) -> None:
    """A scanner set to another keyboard types other signs before the digits."""
    desk = visit("Desk", DESK).goes_to("/scan")
    asked: list[str] = []
    desk.page.on("request", lambda request: asked.append(request.url + (request.post_data or "")))
    types_like_a_scanner(desk, typed_as.format(A_CARD[5:]))
    expect(desk.page).to_have_url(f"{adas_site.address}/c")
    desk.reads("This code is not whole")
    assert not [one for one in asked if A_CARD[5:] in one]
    desk.page.goto(f"{adas_site.address}/s#{A_CARD}")
    expect(desk.page).to_have_url(f"{adas_site.address}/c")


def test_what_is_no_plan_is_said_and_the_field_is_ready_again(
    visit: Visit, adas_site: Site
) -> None:
    payload = {"url": "https://other.example.org/m/" + "a" * 43, "key": "b" * 43, "flag": "L"}
    foreign = base64.urlsafe_b64encode(json.dumps(payload).encode()).decode().rstrip("=")
    for size in (DESK, SMALL_PHONE):
        desk = visit("Desk", size).goes_to("/scan")
        types_like_a_scanner(desk, f"shlink:/{foreign}")
        desk.reads("another service").reads("other.example.org")
        types_like_a_scanner(desk, "shlink:/!!!")
        desk.reads("This is not the code of a plan")
        assert desk.page.evaluate("document.activeElement.id") == "scanned"


def test_without_script_the_short_code_still_opens(visit: Visit, adas_site: Site) -> None:
    phone = given_ada_with_her_phone(visit("Ada", PHONE))
    when_she_makes_a_link(phone, "for the desk")
    link = the_address_on(phone)
    code = the_short_code_on(phone.goes_to("/plan/print").prints("Print the full page"))
    desk = visit("Desk", DESK, script=False).goes_to("/scan")
    desk.answers({FIELD: link}).presses("Open")
    desk.reads("Scripts are off in this browser").does_not_read(link.partition("#")[2])
    desk.goes_to("/scan").answers({FIELD: A_CARD}).presses("Open")
    desk.reads("This is a signed card").does_not_read(A_CARD[5:20])
    desk.goes_to("/scan").answers({FIELD: code}).presses("Open")
    desk.reads_heading("Open a plan with its short code")
    desk.answers({"The person’s date of birth": "14 3 1997"}).presses("Open the plan")
    desk.reads("morphine 10 mg subcutaneous")


def a_film_of(text: str, path: Path) -> None:
    """A camera's raw picture (Y4M) of a card with the code on it, again and again."""
    drawn = BytesIO()
    card = text.startswith("shc:/")
    made = segno.make(text, error="l" if card else "m", boost_error=False)
    made.save(drawn, kind="png", scale=6, border=4)
    code = Image.open(drawn).convert("L")
    wide, high = (1280, 960) if card else (640, 480)
    frame = Image.new("L", (wide, high), 200)
    side = min(high - 40, code.width)
    frame.paste(code.resize((side, side)), ((wide - side) // 2, (high - side) // 2))
    grey = bytes([128]) * (wide * high // 4)
    with path.open("wb") as film:
        film.write(f"YUV4MPEG2 W{wide} H{high} F10:1 Ip A1:1 C420jpeg\n".encode())
        for _ in range(3):
            film.write(b"FRAME\n" + frame.tobytes() + grey + grey)


@pytest.fixture
def with_camera(chromium: Browser, tmp_path: Path) -> Iterator[Callable[[str], Page]]:
    """A browser whose camera is held before this code; it cannot read codes by itself."""
    opened: list[Browser] = []

    def browser(text: str) -> Page:
        a_film_of(text, tmp_path / "film.y4m")
        args = [
            *QUIET,
            "--use-fake-device-for-media-stream",
            "--use-fake-ui-for-media-stream",
            f"--use-file-for-fake-video-capture={tmp_path / 'film.y4m'}",
        ]
        opened.append(chromium.browser_type.launch(executable_path=CHROMIUM, args=args))
        return opened[-1].new_page()

    yield browser
    for one in opened:
        one.close()


def test_a_camera_reads_the_code_and_nothing_is_fetched_elsewhere(
    visit: Visit, adas_site: Site, with_camera: Callable[[str], Page]
) -> None:
    page = with_camera(adas_link(visit))
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"{adas_site.address}/scan")
    assert not [url for url in asked if "zxing" in url], "loaded before anybody wants it"
    page.get_by_role("button", name="Use the camera").click()
    expect(page).to_have_url(f"{adas_site.address}/s", timeout=20_000)
    expect(page.locator("body")).to_contain_text("date of birth")
    assert not [url for url in asked if not url.startswith((adas_site.address, "blob:"))]


def test_a_camera_reads_a_signed_card_of_a_hundred_squares_a_side(
    adas_site: Site, with_camera: Callable[[str], Page]
) -> None:
    page = with_camera(A_CARD)
    page.goto(f"{adas_site.address}/scan")
    page.get_by_role("button", name="Use the camera").click()
    expect(page).to_have_url(f"{adas_site.address}/c", timeout=20_000)
    expect(page.locator("body")).to_contain_text("This code is not whole")


def test_a_desktop_without_a_camera_says_so(visit: Visit, adas_site: Site) -> None:
    desk = visit("Desk", DESK).goes_to("/scan")
    desk.finds("Use the camera").click()
    desk.reads("Use the field above.")
