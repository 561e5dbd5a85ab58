"""A phone is gone and the password with it: the team sees who it is, and lets her back in. And a
colleague comes for the first time."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from careplan.acts.seeding import DEMO_PATIENT
from tests.journeys.site import Site
from tests.journeys.steps import given_dr_marsden_at_her_desk, when_she_signs_in
from tests.journeys.visitor import DESK, SMALL_PHONE, Visitor

pytestmark = pytest.mark.journey

Visit = Callable[..., Visitor]
WORDS = "eleven grey otters dancing"
A_CODE = re.compile(r"\b(?:[0-9A-Z]{4}-)+[0-9A-Z]{4}\b")


def the_code_on(desk: Visitor) -> str:
    found = A_CODE.search(desk.page.locator(".desk-code, .desk-number").first.inner_text())
    assert found, desk.page.inner_text("main")
    return found.group()


def test_she_comes_back_with_a_code_from_her_team(visit: Visit, adas_site: Site) -> None:
    ada, desk = visit("Ada", SMALL_PHONE), visit("Dr Marsden", DESK)
    ada.goes_to("/account/sign-in").presses("I cannot get in").reads("Go to your team")
    given_dr_marsden_at_her_desk(desk).presses("Cannot get in").reads("and is with you now")
    desk.presses("Make a code").reads("Choose whose account it is.").reads("Say how you checked.")
    desk.answers(
        {
            "Whose account?": "Adaeze Grace Okonkwo-Bright",
            "How did you check?": "Known to the team",
            "They are with me, and I have checked who they are": "yes",
        }
    )
    code = the_code_on(desk.presses("Make a code"))
    typed = {"Your e-mail address": DEMO_PATIENT, "Make a new password": WORDS}
    ada.answers(typed | {"The code you were given": "4K7M-2QXN"})
    ada.presses("Make my new password").reads("do not open anything together")
    ada.answers(typed | {"The code you were given": code.lower()})
    ada.presses("Make my new password").reads_heading("You have a new password")
    ada.presses("Sign in with your new password")
    when_she_signs_in(ada, DEMO_PATIENT, WORDS, opened=True)
    ada.reads("CURRENT")
    ada.goes_to("/plan/who-looked").reads("lets you back into your account")


def test_a_colleague_comes_by_an_invitation(visit: Visit, adas_site: Site) -> None:
    desk, sade = visit("Dr Marsden", DESK), visit("Dr Cole", SMALL_PHONE)
    given_dr_marsden_at_her_desk(desk)
    desk.goes_to("/team/members").presses("Invite a member").reads("nobody else ever knows it")
    desk.answers(
        {
            "Name": "Dr Sade Cole",
            "Work e-mail": "sade@example.org",
            "Job": "Registrar",
            "What they do in the team": "Doctor, pharmacist or other clinician",
            "Registration, if they have one": "GMC 7088888",
        }
    )
    code = the_code_on(desk.presses("Make the invitation").reads("Dr Sade Cole is invited"))
    desk.goes_to("/team/members").reads("Invited, and not here yet")
    sade.goes_to("/account/invited").answers(
        {
            "Your e-mail address": "sade@example.org",
            "The code you were given": code,
            "Make a new password": WORDS,
        }
    )
    sade.presses("Join the team").reads("your account is ready")
    when_she_signs_in(sade, "sade@example.org", WORDS, opened=True)
    sade.reads_heading("Set up your second step")
    desk.goes_to("/team/members").presses("Dr Sade Cole").reads("somebody else must check")
    desk.presses("They cannot get in: give them a code").reads("by somebody else than you")
