"""A real browser, with a phone's lock that Chromium plays itself: a passkey made, used, refused,
ended. And the same account without any script."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
from playwright.sync_api import CDPSession

from tests.conftest import Clock
from tests.journeys.conftest import serving
from tests.journeys.site import Site
from tests.journeys.steps import when_she_makes_an_account
from tests.journeys.visitor import DESK, PHONE, SMALL_PHONE, Visitor
from tests.visitors import ADA, PASSWORD

pytestmark = pytest.mark.journey

Visit = Callable[..., Visitor]
NEW = "seven slow lanterns drifting"


@pytest.fixture
def site(sqlite_url: str, clock: Clock) -> Iterator[Site]:
    """At a name: browsers offer no passkeys at a bare number."""
    with serving(sqlite_url, clock, host="localhost") as opened:
        yield opened


@dataclass
class Lock:
    """The lock of a phone: whether it knows the finger that is put on it."""

    session: CDPSession
    name: str

    @classmethod
    def of(cls, visitor: Visitor) -> Lock:
        session = visitor.page.context.new_cdp_session(visitor.page)
        session.send("WebAuthn.enable")
        options = {
            "protocol": "ctap2",
            "transport": "internal",
            "hasResidentKey": True,
            "hasUserVerification": True,
            "isUserVerified": True,
            "automaticPresenceSimulation": True,
        }
        made = session.send("WebAuthn.addVirtualAuthenticator", {"options": options})
        return cls(session, made["authenticatorId"])

    def knows_the_finger(self, *, yes: bool) -> None:
        told = {"authenticatorId": self.name, "isUserVerified": yes}
        self.session.send("WebAuthn.setUserVerified", told)


def when_the_phone_is_unlocked(visitor: Visitor, words: str, *, leads_to: str) -> Visitor:
    """The page in between sends itself on, as soon as the phone has answered."""
    visitor.finds(words).click()
    visitor.page.wait_for_url(f"**{leads_to}")
    return visitor.looks()


def test_ada_signs_in_with_her_finger(visit: Visit, site: Site) -> None:
    phone = visit("Ada", PHONE)
    when_she_makes_an_account(phone)
    lock = Lock.of(phone)
    phone.goes_to("/account").presses("Change your passkeys").reads("You have none.")
    phone.answer("What to call it", "My phone")
    when_the_phone_is_unlocked(phone, "Make a passkey", leads_to="/account/passkeys")
    phone.reads("My phone").reads("Not used yet.")

    phone.answer("What to call it", "Again")
    phone.presses("Make a passkey").reads("has a passkey for your account already")
    phone.goes_to("/account").presses("Sign out", within=phone.page.locator("main"))

    lock.knows_the_finger(yes=False)
    phone.goes_to("/account/sign-in").presses("Use a passkey")
    phone.reads_heading("Unlock your phone or computer").reads("You can try again")
    lock.knows_the_finger(yes=True)
    when_the_phone_is_unlocked(phone, "Try again", leads_to="/plan")
    phone.goes_to("/account/passkeys").reads("Last used on").presses("Take away : My phone")
    phone.reads("You have none.")

    phone.goes_to("/account").presses("Sign out", within=phone.page.locator("main"))
    phone.goes_to("/account/sign-in")
    when_the_phone_is_unlocked(phone, "Use a passkey", leads_to="/account/passkeys/sign-in")
    phone.reads("That did not work. Try again, or sign in with your password.")


def test_without_script_she_keeps_her_account_in_order(
    visit: Visit, site: Site, clock: Clock
) -> None:
    other = visit("Ada elsewhere", DESK, script=False)
    when_she_makes_an_account(other)
    phone = visit("Ada", SMALL_PHONE, script=False)
    phone.goes_to("/account/sign-in")
    phone.answers({"E-mail address": ADA.email, "Password": PASSWORD}).presses("Sign in")
    phone.goes_to("/account").presses("Change your passkeys").presses("Make a passkey")
    phone.reads("JavaScript is switched off in it. Use your password.")

    phone.goes_to("/account").reads("On 2 phones and computers")
    phone.presses("See all places where you are signed in").reads("(this one)")
    phone.presses("Sign out everywhere else").reads("You are signed in nowhere else.")
    other.goes_to("/account").reads_heading("Sign in")

    clock.go_on(minutes=20)
    phone.goes_to("/account/sessions").reads_heading("Show that it is you")
    phone.answer("Your password", PASSWORD)
    phone.presses("Continue").reads_heading("Where you are signed in")

    phone.goes_to("/account").presses("Change your password")
    phone.answers({"Your password now": PASSWORD, "Your new password": NEW})
    phone.presses("Change my password").reads_heading("Your password is changed")
    other.answers({"E-mail address": ADA.email, "Password": NEW}).presses("Sign in")
    other.goes_to("/account").reads_heading("Your account")
