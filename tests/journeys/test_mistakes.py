"""Wrong entries, two browsers at once, a closed tab: a clear sentence, and nothing is lost."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from playwright.sync_api import expect

from tests.journeys import ada
from tests.journeys.site import Site
from tests.journeys.steps import (
    given_ada_with_her_phone,
    given_dr_marsden_at_her_desk,
    then_the_page_says_what_is_wrong,
    when_she_makes_an_account,
    when_she_signs_in,
)
from tests.journeys.visitor import DESK, PHONE, SMALL_PHONE, Visitor

pytestmark = pytest.mark.journey

Visit = Callable[..., Visitor]


def test_an_empty_account_says_every_thing_that_is_missing(visit: Visit, site: Site) -> None:
    somebody = visit("Somebody", SMALL_PHONE)
    somebody.goes_to("/account/new").presses("Make my account")
    then_the_page_says_what_is_wrong(somebody)
    assert somebody.page.locator(".nhsuk-error-summary a").count() >= 4


@pytest.mark.parametrize("script", [True, False])
def test_what_was_typed_stays(visit: Visit, site: Site, script: bool) -> None:
    somebody = visit("Somebody", PHONE, script=script).goes_to("/account/new")
    somebody.answers(
        {
            "Your full name": "Zoë 🌻 O’Neill",
            "Your date of birth": {"Day": "31", "Month": "2", "Year": "1997"},
            "Your NHS number, if you like": "999 011 0213",
            "Your e-mail address": "zoe at example.org",
            "Make a password": "short",
        }
    ).presses("Make my account")

    then_the_page_says_what_is_wrong(somebody, "February 1997 has no day 31")
    expect(somebody.page.get_by_label("Your full name")).to_have_value("Zoë 🌻 O’Neill")
    expect(somebody.page.get_by_label("Day", exact=True)).to_have_value("31")
    expect(somebody.page.get_by_label("Your e-mail address")).to_have_value("zoe at example.org")


@pytest.mark.parametrize(
    "name",
    ["Zoë 🌻 O’Neill", "سلمى عبد الرحمن", "Ọláníkẹ̀ẹ́ Adébáyọ̀"],
    ids=["emoji", "rtl", "yoruba"],
)
def test_a_name_is_a_name_in_any_script(visit: Visit, site: Site, name: str) -> None:
    somebody = visit("Somebody", PHONE).goes_to("/account/new")
    somebody.answers({**ada.ACCOUNT, "Your full name": name}).presses("Make my account")
    when_she_signs_in(somebody, ada.EMAIL, ada.PASSWORD, opened=True)
    somebody.reads(name)


def test_ten_thousand_letters_are_kept_to_be_shortened(visit: Visit, adas_site: Site) -> None:
    phone = given_ada_with_her_phone(visit("Ada", PHONE))
    phone.goes_to("/plan/write/about_me/severe-pain")
    long = "It hurts so much. " * 556
    phone.answers({"What are you like when the pain is very bad?": long}).presses("Continue")

    then_the_page_says_what_is_wrong(phone, "It must be 200 or fewer")
    box = phone.page.get_by_label("What are you like when the pain is very bad?")
    assert box.input_value().strip() == long.strip()
    phone.goes_to("/plan").reads("Needs another look").presses("See it and publish")
    phone.reads_heading("One answer needs putting right").presses("Put it right")


def test_signs_that_cannot_be_kept_are_shown(visit: Visit, adas_site: Site) -> None:
    phone = given_ada_with_her_phone(visit("Ada", PHONE))
    phone.goes_to("/plan/write/my_veins/best-place")
    phone.page.evaluate(
        "document.querySelector('input[name=best_site]').value = 'left \\u0007hand \\u202e'"
    )
    phone.presses("Continue")

    then_the_page_says_what_is_wrong(phone, "cannot be kept")
    field = phone.page.get_by_label("Where is the best place to put a needle in?")
    expect(field).to_have_value("left �hand �")


def test_numbers_and_dates_at_the_desk(visit: Visit, adas_site: Site) -> None:
    """What is too small to be true is asked about; units are never converted."""
    desk = given_dr_marsden_at_her_desk(visit("Dr Marsden", DESK))
    desk.presses("Baselines when well").answers(
        {
            "Haemoglobin, g/L": {"Value": "8.2"},
            "Creatinine, micromol/L": {"Value": "0.6"},
            "Weight, kg": {"Value": "61.50"},
            "Reticulocytes, ×10⁹/L": {"Year": "2036"},
        }
    ).presses("Save")

    then_the_page_says_what_is_wrong(
        desk,
        "Is this g/dL? Write it in g/L.",
        "Is this mg/dL? Write it in micromoles per litre.",
        "Leave out zeros after the point",
        "This date is in the future",
    )
    haemoglobin = desk.page.get_by_role("group", name="Haemoglobin, g/L", exact=True)
    expect(haemoglobin.get_by_label("Value")).to_have_value("8.2")


def test_a_dose_without_its_unit_is_not_a_dose(visit: Visit, adas_site: Site) -> None:
    desk = given_dr_marsden_at_her_desk(visit("Dr Marsden", DESK))
    desk.presses("Pain plan").presses("Add another: Step")
    step = desk.page.locator("fieldset").and_(
        desk.page.get_by_role("group", name="Step 6", exact=True)
    )
    desk.answers({"Stage": "ward", "Dose": {"Amount": ".5"}}, within=step)
    desk.presses("Save")

    then_the_page_says_what_is_wrong(desk, "Choose the unit", "Put a zero in front of the point")
    expect(step.get_by_label("Amount", exact=True)).to_have_value(".5")


def test_two_browsers_in_one_part(visit: Visit, adas_site: Site) -> None:
    """The second to press sees both texts, and chooses."""
    phone = given_ada_with_her_phone(visit("Ada", PHONE))
    laptop = given_ada_with_her_phone(visit("Ada at home", DESK))
    heading, page = "What matters most to you?", "/plan/write/what_matters/what-matters"
    phone.goes_to(page)
    laptop.goes_to(page)
    laptop.answers({heading: "My choir, every Sunday."}).presses("Continue")
    adas_site.clock.go_on(minutes=1)
    phone.answers({heading: "My sister’s wedding."}).presses("Continue")

    phone.reads("saved a change. Nothing is lost.").reads("My choir, every Sunday.")
    phone.reads("My sister’s wedding.")
    phone.page.locator("label", has_text="Keep mine").click()
    phone.presses("Keep what I chose").reads("My sister’s wedding.")
    laptop.goes_to("/plan/write/what_matters").reads("My sister’s wedding.")
    laptop.does_not_read("My choir")


def test_saved_as_she_types(visit: Visit, adas_site: Site) -> None:
    """The phone's battery dies in the middle of a sentence; she goes on from another device."""
    phone = given_ada_with_her_phone(visit("Ada", PHONE))
    phone.goes_to("/plan/write/what_matters/what-matters")
    box = phone.page.get_by_label("What matters most to you?")
    box.fill("")
    box.press_sequentially("My choir, and")
    expect(phone.page.locator("[data-saved]")).to_have_text("Saved 09:00")

    laptop = given_ada_with_her_phone(visit("Ada at home", DESK))
    laptop.goes_to("/plan/write/what_matters/what-matters")
    expect(laptop.page.get_by_label("What matters most to you?")).to_have_value("My choir, and")


def test_a_made_up_account_and_page(visit: Visit, site: Site) -> None:
    somebody = visit("Somebody", PHONE)
    when_she_makes_an_account(somebody)
    somebody.goes_to("/plan/write/about_me/no-such-page").reads_heading("Page not found")
    somebody.goes_to("/team").does_not_read("Traceback")


def test_a_wrong_date_in_a_future_signature(visit: Visit, adas_site: Site) -> None:
    desk = given_dr_marsden_at_her_desk(visit("Dr Marsden", DESK))
    desk.presses("Review and sign")
    desk.answers({"Last day on which this plan is valid": date(2026, 11, 1)})
    desk.presses("Sign and publish")
    then_the_page_says_what_is_wrong(desk)
