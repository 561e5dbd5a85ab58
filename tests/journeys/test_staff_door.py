"""No card and no telephone: a nurse asks for the plan and says why, and the person reads it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from shutil import copy
from typing import Any
from uuid import UUID

import pytest

from careplan.accounts.people import Who
from careplan.acts.accounts import new_second_factor, set_second_factor
from careplan.acts.demo_people import PASSWORD
from careplan.acts.seeding import DEMO_EMERGENCY, DEMO_PATIENT
from careplan.acts.sharing import make_link
from careplan.acts.signing_in import who_is
from careplan.sharing.answers import LIFETIME
from careplan.sharing.links import Kind, Opening
from tests.conftest import Clock
from tests.journeys.conftest import serving
from tests.journeys.site import Site
from tests.journeys.steps import given_ada_with_her_phone
from tests.journeys.visitor import DESK, PHONE, SMALL_PHONE, Visitor
from tests.visitors import code_of

pytestmark = pytest.mark.journey

Visit = Callable[..., Visitor]
WHY = "Brought in by ambulance, cannot talk"


@pytest.fixture
def adas_site(seeded_template: Path, tmp_path: Path, clock: Clock) -> Iterator[Site]:
    """Ada's plan, in a service whose staff door is open."""
    path = tmp_path / "ada.db"
    copy(seeded_template, path)
    with serving(f"sqlite:///{path}", clock, break_glass=True) as site:
        yield site


@pytest.fixture
def app_on_toms_phone(adas_site: Site) -> str:
    """The secret of the code app that he set up a month ago."""
    world, before = adas_site.world, adas_site.clock.now.replace(month=10)
    tom, secret = who_is(world, email=DEMO_EMERGENCY), new_second_factor(world)
    set_second_factor(world, by=tom, secret=secret, code=code_of(secret, before), at=before)
    return secret


def when_tom_signs_in(visitor: Visitor, secret: str) -> Visitor:
    visitor.goes_to("/account/sign-in")
    visitor.answers({"E-mail address": DEMO_EMERGENCY, "Password": PASSWORD}).presses("Sign in")
    visitor.answer("The 6 numbers from your code app", code_of(secret, visitor.site.clock.now))
    return visitor.presses("Continue").reads_heading("Look up an emergency plan")


def when_he_asks_for_ada(visitor: Visitor, born: str = "14/3/1997") -> Visitor:
    visitor.answers(
        {
            "NHS number": "9990110212",
            "Date of birth": born,
            "Why do you need it?": "They are with me and cannot speak for themself",
            "Say why in one sentence": WHY,
        }
    )
    return visitor.presses("Show the plan and tell the person")


@pytest.mark.parametrize(("size", "script"), [(DESK, False), (SMALL_PHONE, True)])
def test_he_reads_the_first_dose_and_she_reads_who_and_why(
    visit: Visit, app_on_toms_phone: str, size: tuple[int, int], *, script: bool
) -> None:
    tom = when_tom_signs_in(visit("Tom", size, script=script), app_on_toms_phone)
    tom.reads("The person will be told that you looked: Tom Fairley")
    when_he_asks_for_ada(tom, "15/3/1997").reads("No plan can be shown for that number")
    when_he_asks_for_ada(tom).reads("10 mg").reads("Check the name and the date of birth")

    ada = given_ada_with_her_phone(visit("Ada", PHONE)).goes_to("/plan/who-looked")
    ada.reads("Tom Fairley (St Anselm's Hospital) opened your emergency page without your card.")
    ada.reads("Why: you were with them and could not speak.").reads(WHY)
    ada.goes_to("/plan/share").presses("If there is no card: emergency staff").presses(
        "Turn it off"
    )
    ada.reads("OFF")

    tom.goes_to("/emergency")
    when_he_asks_for_ada(tom).reads("No plan can be shown for that number").does_not_read("10 mg")


def test_a_locked_link_says_where_staff_may_ask(visit: Visit, adas_site: Site) -> None:
    world, at = adas_site.world, adas_site.clock.now
    ada: Who = who_is(world, email=DEMO_PATIENT)
    asked: dict[str, Any] = {
        "kind": Kind.PRIVATE_PRINT,
        "opening": Opening.PASSCODE,
        "passcode": "blue heron 7",
    }
    shared = make_link(world, by=ada, patient_id=UUID(ada.patient_id), at=at, **asked)
    stranger = visit("Stranger", PHONE).goes_to(shared.address)
    for number in range(LIFETIME[Opening.PASSCODE]):
        adas_site.clock.go_on(minutes=1)
        stranger.goes_to("/code").goes_to(shared.address)
        stranger.answer("What is the passcode?", f"wrong {number}")
        stranger.presses("Open the plan")
        # Counted before the next page is asked for, which would call this answer off.
        stranger.reads("That is not right." if number < 9 else "This link no longer opens a plan")
    stranger.reads("Emergency department staff: sign in and look the person up")
    stranger.presses("Emergency department staff: sign in and look the person up")
    stranger.reads_heading("Sign in")
