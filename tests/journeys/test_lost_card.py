"""A card is lost at night: the old one opens nothing at once, by camera or by code, and a new one
is in her hand, from a printer or from the clinic."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.journeys.papers import codes_on
from tests.journeys.site import Site
from tests.journeys.steps import (
    given_ada_with_her_phone,
    given_dr_marsden_at_her_desk,
    the_address_on,
    the_short_code_on,
    then_the_page_says_what_is_wrong,
    when_a_stranger_answers,
    when_a_stranger_scans,
    when_a_stranger_types_the_short_code,
    when_she_makes_a_link,
)
from tests.journeys.visitor import DESK, PHONE, SMALL_PHONE, Visitor

pytestmark = pytest.mark.journey

Visit = Callable[..., Visitor]
MORPHINE = "morphine 10 mg subcutaneous"
BORN = "14 3 1997"


def the_square_code_on(paper: bytes) -> str:
    """The one that leads to the plan; a card may carry others."""
    return next(one for one in codes_on(paper) if "/s#shlink:" in one)


@pytest.mark.parametrize("script", [True, False])
def test_the_old_card_is_dead_at_once_and_the_new_one_opens(
    visit: Visit, adas_site: Site, script: bool
) -> None:
    phone = given_ada_with_her_phone(visit("Ada", SMALL_PHONE, script=script))
    old = phone.goes_to("/plan/print").prints("Print the full card")

    phone.goes_to("/plan").presses("I have lost my card").presses("Stop it and make a new one")
    then_the_page_says_what_is_wrong(phone, "Choose what is lost.")
    phone.reads("also those at school, at your mum’s house")
    phone.answers({"What is lost?": "My full card or page"}).presses("Stop it and make a new one")
    phone.reads("Nobody can open your plan with the old one any more.")
    new = phone.prints("Print the full card")

    nurse = visit("Nurse", PHONE)
    when_a_stranger_scans(nurse, the_square_code_on(old))
    nurse.reads("newer one").reads("020 7946 0100").does_not_read("Adaeze")
    nurse.page.goto("about:blank")
    when_a_stranger_scans(nurse, the_square_code_on(new)).reads(MORPHINE)

    computer = visit("Old computer", DESK, script=False)
    when_a_stranger_types_the_short_code(computer, the_short_code_on(old), BORN)
    computer.reads("do not open a plan").does_not_read("Adaeze")
    when_a_stranger_types_the_short_code(computer, the_short_code_on(new), BORN)
    computer.reads(MORPHINE)


def test_no_printer_and_the_clinic_posts_one(visit: Visit, adas_site: Site) -> None:
    phone = given_ada_with_her_phone(visit("Ada", PHONE))
    phone.goes_to("/plan/share/lost").answers({"What is lost?": "Everything, or I am not sure"})
    phone.presses("Stop it and make a new one")
    phone.presses("Ask my clinic to post me a new private card")
    phone.answers({"How do you want to get it?": "By post"}).presses("Ask my clinic")
    phone.reads("You asked your clinic for a new private card on 23 November 2026.")

    desk = given_dr_marsden_at_her_desk(visit("Dr Marsden", DESK))
    desk.reads("Asked for a new private card on paper").presses("Links")
    desk.reads("make sure that it is them").presses("Posted").reads("The person is told.")
    desk.does_not_read("Asked for a new private card")
    phone.goes_to("/plan").reads("Your clinic posted your new card on 23 November 2026.")


def test_guesses_and_an_unexpected_opening_are_told_and_answered(
    visit: Visit, adas_site: Site
) -> None:
    phone = given_ada_with_her_phone(visit("Ada", PHONE))
    when_she_makes_a_link(phone, "for my aunt")
    stranger = visit("Stranger", PHONE)
    when_a_stranger_scans(stranger, the_address_on(phone))
    for day in (1, 2, 3):
        when_a_stranger_answers(stranger, f"{day} 1 1990")
    when_a_stranger_answers(stranger, BORN)
    stranger.reads(MORPHINE)

    phone.goes_to("/plan").reads("Somebody gave 3 wrong answers at a link you sent")
    phone.presses("I have seen this").does_not_read("wrong answers at")
    phone.goes_to("/plan/share").presses("for my aunt").reads("Opened with your date of birth.")
    phone.page.get_by_role("link", name="I did not expect this").first.click()
    phone.looks().reads_heading("You did not expect this").presses("Tell my team")
    phone.goes_to("/plan/share").presses("for my aunt").presses("Turn it off")
    phone.reads("You turned it off.")
    stranger.page.reload()
    expect(stranger.page.locator("body")).not_to_contain_text(MORPHINE)

    desk = given_dr_marsden_at_her_desk(visit("Dr Marsden", DESK))
    desk.presses("There is a private message to the team. Read it alone.")
    desk.reads("I did not expect it.")


def test_a_link_for_an_app_is_made_and_copied(visit: Visit, adas_site: Site) -> None:
    phone = given_ada_with_her_phone(visit("Ada", SMALL_PHONE))
    phone.goes_to("/plan/share").presses("Make a link for an app")
    phone.answers({"Which app is it for?": "my watch"}).presses("Make the link")
    phone.reads("Works until 24 November 2026 at 09:00.").presses("Copy the address")
    phone.reads("Paste it into the app.").reads("Give it to an app on this phone")
    expect(phone.page.locator("body")).not_to_contain_text("one person you trust")
    reader = visit("Reader", PHONE)
    when_a_stranger_scans(reader, the_address_on(phone)).reads(MORPHINE)
