"""Links from Ada's hand to a stranger's: made, asked for, guessed at, replaced, taken back."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.journeys.site import Site
from tests.journeys.steps import (
    given_ada_with_her_phone,
    given_dr_marsden_at_her_desk,
    the_address_on,
    when_a_stranger_answers,
    when_a_stranger_scans,
    when_she_makes_a_link,
    when_the_clinician_stops_the_dose,
)
from tests.journeys.visitor import DESK, PHONE, Visitor

pytestmark = pytest.mark.journey

Visit = Callable[..., Visitor]
MORPHINE = "morphine 10 mg subcutaneous"


@pytest.mark.parametrize("born", ["14/03/1997", "1997-03-14", "14 March 1997", "14.3.97"])
def test_a_link_asks_for_her_date_of_birth(visit: Visit, adas_site: Site, born: str) -> None:
    phone = given_ada_with_her_phone(visit("Ada", PHONE))
    when_she_makes_a_link(phone, "for my aunt")
    aunt = visit("Aunt", PHONE)
    when_a_stranger_scans(aunt, the_address_on(phone))
    aunt.does_not_read("Adaeze").does_not_read("morphine")
    when_a_stranger_answers(aunt, born)
    aunt.reads(MORPHINE)

    phone.goes_to("/plan/share").reads("Opened 1 time.")
    phone.presses("Who looked at my plan").reads(
        "Someone opened your emergency page with your link and your date of birth. "
        "The link is called “for my aunt”."
    )


def test_guessing_pauses_then_locks_and_one_tap_helps(visit: Visit, adas_site: Site) -> None:
    phone = given_ada_with_her_phone(visit("Ada", PHONE))
    when_she_makes_a_link(phone, "for work", passcode="blue heron 7")
    address = the_address_on(phone)
    thief = visit("Thief", PHONE)
    when_a_stranger_scans(thief, address)
    for guess in range(4):
        when_a_stranger_answers(thief, f"guess number {guess}")
        thief.reads("That is not right.")
    when_a_stranger_answers(thief, "guess number 4")
    thief.reads("Wait 30 seconds")
    for guess in range(4, 10):
        adas_site.clock.go_on(seconds=31)
        thief.page.goto("about:blank")
        when_a_stranger_scans(thief, address)
        when_a_stranger_answers(thief, f"guess number {guess}")
    thief.reads("wrong answers").reads("020 7946 0100").does_not_read("Adaeze")

    phone.goes_to("/plan/share").reads("Locked: too many wrong answers.")
    phone.presses("for work").presses("I have lost it: make a new one")
    friend = visit("Friend", PHONE)
    when_a_stranger_scans(friend, the_address_on(phone))
    when_a_stranger_answers(friend, "Blue Heron 7")
    friend.reads(MORPHINE)
    phone.goes_to("/plan/who-looked").reads("wrong answer")


def test_a_link_that_was_turned_off_says_so(visit: Visit, adas_site: Site) -> None:
    phone = given_ada_with_her_phone(visit("Ada", PHONE))
    when_she_makes_a_link(phone, "for the school")
    address = the_address_on(phone)
    phone.presses("Turn it off").reads("You turned it off.")

    stranger = visit("Stranger", PHONE)
    when_a_stranger_scans(stranger, address)
    stranger.reads("stopped by the person").reads("020 7946 0100").does_not_read("Adaeze")


def test_a_link_that_was_replaced_says_so(visit: Visit, adas_site: Site) -> None:
    phone = given_ada_with_her_phone(visit("Ada", PHONE))
    when_she_makes_a_link(phone, "for the coach")
    old = the_address_on(phone)
    phone.presses("I have lost it: make a new one")
    assert the_address_on(phone) != old

    stranger = visit("Stranger", PHONE)
    when_a_stranger_scans(stranger, old)
    stranger.reads("newer one")


def test_a_link_for_a_week_ends(visit: Visit, adas_site: Site) -> None:
    phone = given_ada_with_her_phone(visit("Ada", PHONE))
    when_she_makes_a_link(phone, "for the trip")
    address = the_address_on(phone)
    adas_site.clock.go_on(days=8)

    stranger = visit("Stranger", PHONE)
    when_a_stranger_scans(stranger, address)
    stranger.reads("limited time").does_not_read("Adaeze")
    phone.goes_to("/plan/share").page.locator("summary").click()
    phone.presses("for the trip").presses("I have lost it: make a new one")
    phone.reads("Works until 8 December 2026 at 09:00.")


def test_a_stopped_dose_reaches_an_open_page(visit: Visit, adas_site: Site) -> None:
    """The nurse has the plan open when the dose is stopped, and is told at the next poll."""
    phone = given_ada_with_her_phone(visit("Ada", PHONE))
    when_she_makes_a_link(phone, "for tonight")
    nurse = visit("Nurse", PHONE)
    nurse.page.clock.install(time=adas_site.clock.now)
    when_a_stranger_scans(nurse, the_address_on(phone))
    when_a_stranger_answers(nurse, "14 3 1997")
    nurse.reads(MORPHINE)

    desk = given_dr_marsden_at_her_desk(visit("Dr Marsden", DESK))
    when_the_clinician_stops_the_dose(desk)
    nurse.page.clock.fast_forward("02:01")

    expect(nurse.page.get_by_role("alert")).to_contain_text("Do not use the dose")
    nurse.does_not_read(MORPHINE).reads("co-amoxiclav")
    nurse.presses("Show the new plan").reads("DOSE STOPPED").does_not_read(MORPHINE)


def test_the_short_code_asks_and_tells_nothing(visit: Visit, adas_site: Site) -> None:
    phone = given_ada_with_her_phone(visit("Ada", PHONE))
    when_she_makes_a_link(phone, "for the desk")
    code = phone.page.locator(".plan-code").inner_text().strip()

    computer = visit("Old computer", DESK, script=False).goes_to("/code")
    computer.answers({"Short code": code, "The person’s date of birth": "13 March 1997"})
    computer.presses("Open the plan").reads("do not open a plan")
    assert computer.page.get_by_label("Short code").input_value() == code
    wrong = computer.text
    computer.answers({"Short code": "00000-00000-0", "The person’s date of birth": "13 3 1997"})
    assert computer.presses("Open the plan").text == wrong
    computer.answers({"Short code": code.lower(), "The person’s date of birth": "14/3/97"})
    computer.presses("Open the plan").reads(MORPHINE)
