"""Ada agrees to a page for school, takes it, takes it back; and holds her plan out to staff."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO

import pypdf
import pytest
from playwright.sync_api import Route

from tests.journeys.site import Site
from tests.journeys.steps import given_ada_with_her_phone
from tests.journeys.visitor import PHONE, SMALL_PHONE, Visitor

pytestmark = pytest.mark.journey

Visit = Callable[..., Visitor]


def takes(visitor: Visitor, words: str) -> tuple[int, bytes]:
    """Presses a button that opens a copy in a new tab: how it was answered, and the copy."""
    answers: list[tuple[int, bytes]] = []

    def keep(route: Route) -> None:
        answer = route.fetch()
        answers.append((answer.status, answer.body()))
        route.fulfill(content_type="text/html", body="<!doctype html><title>Copy</title>")

    visitor.page.context.route("**/copies/make/*", keep)
    with visitor.page.context.expect_page() as tab:
        visitor.finds(words).click()
    tab.value.wait_for_load_state()
    tab.value.close()
    visitor.page.context.unroute("**/copies/make/*")
    return answers[0]


@pytest.mark.parametrize("script", [True, False])
def test_a_page_for_school_is_given_and_taken_back(
    visit: Visit, adas_site: Site, script: bool
) -> None:
    phone = visit("Ada", SMALL_PHONE if script else PHONE, script=script)
    given_ada_with_her_phone(phone)
    phone.presses("Copies: school, GP, large print").reads("Nobody gets it unless you say so")
    phone.presses("I agree: school may have it").reads("You said so on")
    status, paper = takes(phone, "Print the page for school")
    assert status == 200
    told = pypdf.PdfReader(BytesIO(paper)).pages[0].extract_text()
    assert "Ring 999 at once" in told
    assert "999 011 0212" not in told

    second = visit("Ada at home", PHONE, script=script)
    given_ada_with_her_phone(second)
    second.goes_to("/plan/copies").presses("Take it back from school")
    assert takes(phone, "Print the page for school")[0] == 404
    phone.goes_to("/plan/who-looked").reads("took back: your school")

    status, text = takes(phone.goes_to("/plan/copies"), "Open as plain text")
    assert (status, b"FIRST DOSE" in text) == (200, True)


def test_the_plan_is_held_out_to_staff(visit: Visit, adas_site: Site) -> None:
    phone = visit("Ada", PHONE)
    given_ada_with_her_phone(phone)
    phone.presses("Show my plan to staff").reads_heading("This is my plan: please read")
    phone.reads("morphine 10 mg").does_not_read("Sign out").does_not_read("Wellfield")
    phone.presses("Ambulance order: where to take me, and questions answered")
    phone.reads("Still ask").reads("Where to take me").presses("Hospital order")
    assert phone.page.locator("main .dose.first").is_visible()
