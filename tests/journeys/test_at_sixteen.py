"""A parent hands over at sixteen: access ends mid-form, and the young person decides anew."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest

from tests.acts.families import Family, a_family
from tests.journeys.site import Site
from tests.journeys.steps import (
    when_she_signs_in,
    when_the_clinician_signs_in_and_sets_up_the_second_step,
)
from tests.journeys.visitor import DESK, PHONE, SMALL_PHONE, Visitor
from tests.visitors import PASSWORD, a_clinician

pytestmark = pytest.mark.journey

Visit = Callable[..., Visitor]
TOMORROW_SIXTEEN = date(2010, 11, 24)
WORDS = "He counts to ten before a needle."


@pytest.fixture
def family(site: Site) -> Family:
    """The day before Kofi is sixteen; his parents were let in years ago."""
    return a_family(site.world, born=TOMORROW_SIXTEEN)


@pytest.mark.parametrize("script", [True, False], ids=["script", "no script"])
def test_a_parent_hands_over_at_sixteen(
    visit: Visit, site: Site, family: Family, *, script: bool
) -> None:
    size = PHONE if script else SMALL_PHONE
    mother = given_the_mother_writes_for_him(visit("Abena", size, script=script))
    son = visit("Kofi", size, script=script)

    site.clock.go_on(hours=15)  # midnight: he is sixteen, and her page is still open
    mother.answers({"What matters most to you?": WORDS}).presses("Continue")
    mother.reads_heading("You cannot open this plan at the moment")
    mother.reads("Nothing was saved").reads(WORDS).reads("ask the person or their team")

    when_she_signs_in(son, "kofi@example.org", PASSWORD)
    son.presses("Decide who helps me").reads("You are 16 now")
    let_her_read(son)
    son.reads("First: whom should a hospital ring?")
    son.presses("Add somebody to ring")
    when_he_names_somebody_to_ring(son)
    son.goes_to("/plan/helpers").does_not_read("First: whom should a hospital ring?")
    let_her_read(son)
    son.reads("May read.")

    mother.goes_to("/helping").reads_heading("The plan of").reads("You may read this plan")
    mother.does_not_read("Idil Hassan")
    assert mother.page.get_by_role("link", name="See and publish").count() == 0


def given_the_mother_writes_for_him(phone: Visitor) -> Visitor:
    when_she_signs_in(phone, "abena@example.org", PASSWORD)
    phone.reads("You are here for").presses("What matters to me")
    return phone.reads_heading("What matters most to you?")


def let_her_read(phone: Visitor) -> None:
    her = phone.page.get_by_role("group", name="Abena Mensah (mother)")
    her.get_by_label("Let them in again, to read", exact=True).check()
    form = phone.page.locator("form", has=her)
    phone.presses("Save", within=form)


def when_he_names_somebody_to_ring(phone: Visitor) -> None:
    phone.answers({"Their name": "Idil Hassan", "Their phone number": "07700 900182"})
    phone.presses("Continue")


def test_the_team_lets_a_helper_in_and_pauses_them(
    visit: Visit, site: Site, family: Family
) -> None:
    staff = a_clinician(
        site.world, team_id=family.doctor.team_id, email="bola@example.org", with_phone=False
    )
    desk = visit("Dr Marsden", DESK)
    when_the_clinician_signs_in_and_sets_up_the_second_step(desk, staff)
    desk.goes_to(f"/team/{family.patient_id}").presses("Who may act")
    desk.reads("Abena Mensah, mother").presses("Let somebody in")
    desk.answers(
        {
            "Who are they to the person?": "aunt",
            "Why may they?": "Helps with a child; a parent agrees",
            "What may they do?": "Read the plan",
            "I have checked who they are": "",
        }
    ).presses("Make a code")
    code = desk.page.locator(".desk-code").inner_text()

    aunt = visit("Esi", PHONE)
    aunt.goes_to("/account/sign-in").presses("Make an account to help somebody")
    aunt.answers(
        {
            "Your full name": "Esi Boateng",
            "Your e-mail address": "esi@example.org",
            "Make a password": PASSWORD,
        }
    ).presses("Make my account")
    when_she_signs_in(aunt, "esi@example.org", PASSWORD, opened=True)
    aunt.answers({"Code": code}).presses("Continue").reads("(as aunt)")

    desk.goes_to(f"/team/{family.patient_id}/helpers")
    esi = desk.page.locator("section.desk-helper", has_text="Esi Boateng")
    desk.answers({"Why (for the team only)": "She asked us to."}, within=esi)
    esi.get_by_role("button", name="Pause").click()
    desk.reads("Paused by the team or the person").looks()
    aunt.goes_to("/helping").reads("you cannot open this plan at the moment")
