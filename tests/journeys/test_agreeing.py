"""A person and their nurse agree on one screen; and they disagree, and both are heard."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from careplan.acts.accounts import new_second_factor, set_second_factor
from careplan.acts.seeding import DEMO_NURSE
from careplan.acts.signing_in import demo_sign_in, who_is
from tests.journeys.papers import text_of
from tests.journeys.site import Site
from tests.journeys.steps import given_ada_with_her_phone, when_she_publishes
from tests.journeys.visitor import DESK, PHONE, SMALL_PHONE, Visitor
from tests.visitors import code_of

pytestmark = pytest.mark.journey

Visit = Callable[..., Visitor]
ADA = "Adaeze Grace Okonkwo-Bright"


def given_bola_at_her_desk(visitor: Visitor) -> str:
    """Signed in with both steps; back comes the secret of her code app."""
    world, at = visitor.site.world, visitor.site.clock.now
    secret, before = new_second_factor(world), at.replace(year=at.year - 1)
    nurse = replace(who_is(world, email=DEMO_NURSE), second_factor=True)
    set_second_factor(world, by=nurse, secret=secret, code=code_of(secret, before), at=before)
    token = demo_sign_in(world, email=DEMO_NURSE, at=at)
    visitor.page.context.add_cookies(
        [{"name": "careplan", "value": token, "url": visitor.site.address}]
    )
    visitor.goes_to("/team").presses(ADA)
    return secret


def when_the_screen_is_handed_to_ada(desk: Visitor, **more: str) -> None:
    desk.presses("Agree it together").reads_heading("Agree it together")
    then_it_fits_a_small_phone_too(desk)
    desk.answers({"Who decides?": "Ada decides this"} | more)
    desk.presses("Hand the screen to Ada").reads_heading("Ada, do you agree")
    then_it_fits_a_small_phone_too(desk)


def then_it_fits_a_small_phone_too(visitor: Visitor) -> None:
    """Clinics have telephones and tablets as well as desks."""
    for width, height in (SMALL_PHONE, DESK):
        visitor.page.set_viewport_size({"width": width, "height": height})
        visitor.fits_the_screen()
        visitor.draws(f"{width} {visitor.pages:03}")


@pytest.mark.slow
def test_patient_and_nurse_agree(visit: Visit, adas_site: Site) -> None:
    # given: Bola would like to read in Ada's words what she has heard her say
    desk = visit("Bola", DESK)
    secret = given_bola_at_her_desk(desk)
    desk.goes_to(desk.page.url + "/talk/about/what_matters")
    desk.page.get_by_role("link", name="Suggest a change").first.click()
    desk.looks().answers({"Why?": "You said so in clinic, and it is not in your plan."})
    desk.page.locator("textarea").first.fill("My sister’s wedding.")
    desk.presses("Send").reads("Your suggestion has been sent.")

    # when: Ada reads it on her phone, accepts it and publishes
    phone = given_ada_with_her_phone(visit("Ada", PHONE))
    phone.reads("Your team has written to you: 1 new.").presses("Read it and answer")
    phone.page.locator(".talk-list a").first.click()
    phone.looks().answers({"Your answer": "Accept"})
    phone.presses("Send my answer").reads("It is in your draft now")
    when_she_publishes(phone)

    # then: in clinic they go through what is new, and Ada presses her answer on Bola's screen
    desk.goes_to("/team").presses(ADA)
    when_the_screen_is_handed_to_ada(
        desk,
        **{
            "Interpreter’s name, if one is here": "Nadia Farah",
            "Language they interpret": "Somali",
        },
    )
    desk.goes_to("/team").reads_heading("Ada, do you agree")  # the desk is locked
    desk.answers({"My answer": "I agree"}).presses("Give my answer")
    desk.reads_heading("Thank you, Ada").presses("For Bola Akande: back to my desk")
    desk.answers({"The 6 numbers from your code app": code_of(secret, adas_site.clock.now)})
    desk.presses("Continue").reads_heading("Agree it together").reads("Nothing has changed since")
    phone.goes_to("/plan/read").reads("Agreed by the patient 23 November 2026")
    phone.reads("Interpreter: Nadia Farah (Somali).").reads("handed over by Bola Akande")
    phone.reads("My sister’s wedding.")
    phone.goes_to("/plan/who-looked").reads("Handed the screen by Bola Akande")


def given_ada_has_asked_for_another_dose(phone: Visitor) -> None:
    """In words: nothing is filled in for anybody."""
    phone.presses("Ask my team, or suggest a change").presses("Say something, or suggest a change")
    phone.page.locator("a[href$='/about/pain_plan']").click()
    first = phone.looks().page.locator(".talk-places > li", has_text="first dose, morphine").first
    first.get_by_role("link", name="Suggest a change").first.click()
    phone.looks().presses("Send").reads("There is a problem").reads("Write why.")
    phone.answers({"What should it say?": "Start with 15 mg.", "Why?": "10 mg is not enough."})
    phone.presses("Send").reads("Suggested change: not answered yet")


def when_bola_does_not_accept_it(desk: Visitor) -> None:
    desk.reads("1 thing waits for the team").presses("Agree it together")
    desk.page.locator(".talk-list a").first.click()
    desk.looks().answers({"Your answer": "Do not accept"}).presses("Send my answer")
    desk.reads("Say why, so that the other side can read it.")
    desk.answers({"Your words": "15 mg made you too sleepy in May."}).presses("Send my answer")
    desk.reads_heading("Agree it together").reads("None.")


def when_ada_lets_her_line_stand(phone: Visitor) -> None:
    phone.goes_to("/plan/talk").reads("1 new").page.locator(".talk-list a").first.click()
    phone.looks().reads("15 mg made you too sleepy in May.")
    phone.page.get_by_text("Let your line stand beside it").click()
    phone.answers({"One line in your words": "Nobody asked me how it felt."})
    phone.presses("Let it stand").reads("Your line stands beside this now.")


def when_ada_does_not_agree(desk: Visitor) -> None:
    when_the_screen_is_handed_to_ada(desk)
    desk.answers({"My answer": "We talked about it and I do not agree"}).presses("Give my answer")
    desk.reads("There is a problem").reads("Say in your own words")
    desk.answers({"In my own words": "The first dose is too low for me."})
    desk.presses("Give my answer").reads_heading("Thank you, Ada")


@pytest.mark.slow
def test_patient_and_nurse_disagree(visit: Visit, adas_site: Site) -> None:
    """Without a script, and Ada on the smallest phone."""
    phone = given_ada_with_her_phone(visit("Ada", SMALL_PHONE, script=False))
    desk = visit("Bola", DESK, script=False)
    given_ada_has_asked_for_another_dose(phone)
    given_bola_at_her_desk(desk)
    when_bola_does_not_accept_it(desk)
    when_ada_lets_her_line_stand(phone)
    desk.goes_to("/team").presses(ADA).reads("differently: “Nobody asked me how it felt.”")
    when_ada_does_not_agree(desk)

    paper = " ".join(text_of(phone.goes_to("/plan/print").prints("Print the full page")).split())
    assert "does not agree:" in paper
    assert "The first dose is too low for me." in paper
    assert "Nobody asked me" not in paper
    phone.goes_to("/plan/read").reads("differently: “Nobody asked me how it felt.”")
