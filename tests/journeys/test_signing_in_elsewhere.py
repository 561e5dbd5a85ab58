"""By NHS login to one's plan, without script; and by a trust's own sign-in to the desk."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest

from careplan.accounts.outside import Side
from tests.conftest import Clock
from tests.journeys.conftest import serving
from tests.journeys.site import Site
from tests.journeys.visitor import DESK, SMALL_PHONE, Visitor
from tests.openid.provider import TWO_STEPS, There, running
from tests.openid.test_coming_in import begins_a_plan, comes_in, joins
from tests.visitors import a_clinician

pytestmark = pytest.mark.journey

Visit = Callable[..., Visitor]


@pytest.fixture(scope="module")
def provider() -> Iterator[There]:
    with running() as there:
        yield there


@pytest.fixture
def site(sqlite_url: str, clock: Clock, provider: There) -> Iterator[Site]:
    """Known to the provider by its own address."""
    with serving(sqlite_url, clock) as opened:
        here = opened.app.extensions["careplan"]
        known = {
            side: provider.way(
                side, provider.knows(side, site=opened.address), second_factor=TWO_STEPS
            )
            for side in Side
        }
        world = replace(here.world, entropy=secrets.token_bytes)  # see tests/openid/conftest.py
        opened.app.extensions["careplan"] = replace(here, world=world, ways=known)
        yield opened


def when_they_sign_in_there(visitor: Visitor, words: str, person: str) -> Visitor:
    """By the page in between, which goes on by itself, and back again."""
    visitor.finds(words).click()
    visitor.page.wait_for_url("**/sign-in/*")
    visitor.page.get_by_label("Who are you?").fill(person)
    visitor.page.get_by_role("button", name="Sign in").click()
    visitor.page.wait_for_url(f"{visitor.site.address}/**")
    return visitor.looks()


def test_ada_comes_to_her_plan_by_nhs_login(visit: Visit, site: Site) -> None:
    begins_a_plan(site.world, a_clinician(site.world))
    other = visit("Somebody else", SMALL_PHONE).goes_to("/account/sign-in")
    when_they_sign_in_there(other, "Continue with NHS login", "another day")
    other.reads_heading("That did not open anything here")
    phone = visit("Ada", SMALL_PHONE, script=False).goes_to("/account/sign-in")
    when_they_sign_in_there(phone, "Continue with NHS login", "ada")
    assert phone.page.url == f"{site.address}/plan"
    phone.reads("Ada Okonkwo").goes_to("/plan/who-looked").reads("like NHS login")
    phone.goes_to("/account").reads("NHS login").reads("ada.new@example.org")
    phone.presses("Sign out", within=phone.page.locator("main"))
    when_they_sign_in_there(phone.goes_to("/account/sign-in"), "Continue with NHS login", "ada")
    assert phone.page.url == f"{site.address}/plan"


def test_a_doctor_comes_to_her_desk_by_her_trusts_own(visit: Visit, site: Site) -> None:
    helena = a_clinician(site.world, with_phone=False)
    way = site.app.extensions["careplan"].ways[Side.STAFF]
    token = comes_in(site.world, helena.email)
    joins(site.world, way, "helena in two steps", by=helena.who, token=token)

    desk = visit("Dr Marsden", DESK).goes_to("/account/sign-in")
    desk.page.route("**/auth?*", lambda route: route.fulfill(status=204))
    desk.presses("Staff: continue with your work account")
    desk.reads_heading("Going to your work account")
    desk.page.unroute("**/auth?*")
    when_they_sign_in_there(desk, "Go there now, if nothing happens", "helena in two steps")
    assert desk.page.url == f"{site.address}/team"
    desk.goes_to("/account").presses("Change your other sign-ins").reads("Last used on")
    desk.presses("Take away : your work account").reads("You have none.")
    when_they_sign_in_there(desk, "Join your work account", "helena in two steps")
    desk.reads("Not used yet.")
