"""The emergency page at a first look: items 1 to 8 of an ordinary plan, without a finger moved."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.journeys.papers import codes_on
from tests.journeys.site import Site
from tests.journeys.steps import given_ada_with_her_phone, when_a_stranger_scans
from tests.journeys.visitor import DESK, FIRST_LOOK, PHONE, SMALL_PHONE, Visitor

pytestmark = pytest.mark.journey

Visit = Callable[..., Visitor]
FRONT = (
    ".alarm",
    ".who",
    ".genotype",
    ".allergies",
    ".dose.first .big",
    ".dose.second .big",
    ".signed p",
    ".phone24 a[href^='tel:']",
)
HER_PAGES = (
    *("/plan", "/plan/read", "/plan/publish", "/plan/answer", "/plan/versions", "/plan/versions/3"),
    *("/plan/share", "/plan/share/new", "/plan/print", "/plan/who-looked", "/account"),
    *("/plan/write/usual_pain/where", "/plan/write/usual_pain", "/plan/write/my_people/contacts"),
    *("/plan/write/my_medicines/list", "/plan/write/about_me", "/code", "/plan/nowhere"),
)


def test_items_1_to_8_at_a_first_look(visit: Visit, adas_site: Site) -> None:
    paper = given_ada_with_her_phone(visit("Ada", PHONE)).goes_to("/plan/print")
    address = codes_on(paper.prints("Print the full page"))[0]
    nurse = visit("Nurse", FIRST_LOOK)
    when_a_stranger_scans(nurse, address)

    height = FIRST_LOOK[1]
    ends = {}
    for item in FRONT:
        box = nurse.page.locator(f".plan {item}, {item}").first.bounding_box()
        assert box, f"{item} is not on the page"
        ends[item] = box["y"] + box["height"]
    assert {item: end for item, end in ends.items() if end > height} == {}
    assert nurse.page.evaluate("scrollY") == 0


@pytest.mark.parametrize("size", [SMALL_PHONE, PHONE, DESK], ids=["small phone", "phone", "desk"])
def test_her_pages_fit_every_screen(visit: Visit, adas_site: Site, size: tuple[int, int]) -> None:
    """Every step of every journey looks at this; here are the pages, at all three sizes."""
    ada = given_ada_with_her_phone(visit("Ada", size))
    for path in HER_PAGES:
        ada.goes_to(path)


def test_twice_the_text_on_a_small_phone(visit: Visit, adas_site: Site) -> None:
    """A reader who has set text to 200 % reads the same pages, without scrolling sideways."""
    ada = given_ada_with_her_phone(visit("Ada", SMALL_PHONE))
    for path in HER_PAGES:
        ada.page.goto(ada.site.address + path)
        ada.page.evaluate("document.documentElement.style.fontSize = '200%'")
        ada.fits_the_screen()
