"""Going in at three in the morning: one press, no typing, and a signal that comes and goes."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from playwright.sync_api import Dialog, Route, expect

from careplan.acts.seeding import DEMO_PATIENT
from careplan.acts.signing_in import who_is
from careplan.acts.tapping import forget_tapping_phone, tapping_phones
from careplan.store.visits import visits_of
from careplan.visits.visit import Tap, Visit, When
from tests.journeys.site import Site
from tests.journeys.steps import given_ada_with_her_phone, given_dr_marsden_at_her_desk
from tests.journeys.test_my_copy import EVERY_BYTE, EVERY_ENTRY
from tests.journeys.visitor import DESK, PHONE, SMALL_PHONE, Visitor

pytestmark = pytest.mark.journey

Visiting = Callable[..., Visitor]
SECOND = timedelta(seconds=1)


def at_real_time(site: Site, off: timedelta = timedelta()) -> None:
    """Sets the service's clock by the phone's, `off` behind it."""
    site.clock.now += timedelta(seconds=time.time() - site.clock.now.timestamp()) - off


def remembers(phone: Visitor, names: str) -> None:
    phone.goes_to("/plan/visit").presses(
        "Remember this phone: one press, no sign-in, works with no signal"
    )
    phone.answers({"Is this your own phone?": "Yes, it is mine and only I use it"})
    phone.answers({"May these names stay on this phone?": names})
    phone.finds("Remember this phone").click()
    expect(phone.finds("Open “I’m going in”")).to_be_visible(timeout=20_000)
    phone.presses("Open “I’m going in”")


def visits(site: Site) -> tuple[Visit, ...]:
    ada = UUID(who_is(site.world, email=DEMO_PATIENT).patient_id)
    with site.world.store.read() as tx:
        return visits_of(tx, ada)


def test_taps_made_with_no_signal_are_sent_once_when_it_comes_back(
    visit: Visiting, adas_site: Site
) -> None:
    at_real_time(adas_site)
    phone = given_ada_with_her_phone(visit("Ada", PHONE))
    remembers(phone, "No, no names")
    phone.page.context.set_offline(True)  # in a lift
    taps_without_typing(phone)
    assert visits(adas_site) == ()
    phone.goes_to("/plan/visit").reads("Not sent yet: 5.")  # another page, still no signal
    hands_them_in_and_hears_nothing(phone)
    assert len(visits(adas_site)) == 1
    phone.presses("I have arrived").reads("All sent.").reads("You have just arrived.")
    phone.reads("Aim: first pain relief within 15 minutes. Must: within 30 (NICE).")
    (kept,) = visits(adas_site)
    assert [one.tap for one in kept.taps] == [Tap.GOING_IN, Tap.TOOK, Tap.ARRIVED]
    assert (kept.taps[1].words, kept.taps[1].when) == ("My usual pain relief", When.HOUR)
    assert kept.where.called == "St Anselm's Hospital, Anselm Cross"  # which the phone never held
    assert_nothing_of_the_plan_stays(phone)
    phone.goes_to("/plan").presses("My visit to the emergency department")
    phone.presses("Yes, tell my team")
    desk = given_dr_marsden_at_her_desk(visit("Helena", DESK)).goes_to("/team")
    desk.reads("In an emergency department now").presses("Adaeze Grace Okonkwo-Bright")
    desk.reads("not checked: took My usual pain relief, about 1 hour before.")
    is_asked_before_a_tap_is_lost(phone)
    leaves_and_signs_out(phone)
    assert Tap.CHECKED_AGAIN in {one.tap for one in visits(adas_site)[0].taps}
    desk.goes_to("/team").does_not_read("In an emergency department now")


def taps_without_typing(phone: Visitor) -> None:
    before = phone.taps
    phone.goes_to("/going-in").presses("I’m going in")
    assert phone.taps - before == 1
    phone.reads_heading("On the way in").reads("Not sent yet: 1.")
    phone.presses("What I took").presses("My usual pain relief").presses("About 1 hour ago")
    phone.presses("Where I am going").presses("My own hospital")
    # What is drawn anew under a finger is not pressed: first it says what was tapped.
    phone.presses("I have left").reads("You tapped “I have left”")
    phone.presses("Take it back").reads("(taken back)")
    assert phone.taps - before == 8


def hands_them_in_and_hears_nothing(phone: Visitor) -> None:
    """The signal lasts long enough to send, and not to be told that they were kept."""
    context, cut = phone.page.context, re.compile(r"/going-in/taps$")
    context.route(cut, _lose_the_answer)
    context.set_offline(False)
    phone.goes_to("/going-in")
    phone.page.wait_for_timeout(500)
    phone.reads("Not sent yet: 5.")
    context.unroute(cut)


LAID_DOWN = """async () => {
  const { all } = await taps.read();
  await taps.press({ tap: "checked_again", visit: all[0].visit });
}"""


def is_asked_before_a_tap_is_lost(phone: Visitor) -> None:
    """It was laid down as the signal went, and the service does not answer when they sign out."""
    page, asked = phone.goes_to("/going-in").reads("All sent.").page, list[str]()

    def stays(dialog: Dialog) -> None:
        asked.append(dialog.message)
        dialog.dismiss()

    page.evaluate(LAID_DOWN)
    phone.goes_to("/plan")
    page.route("**/going-in/taps", lambda route: route.abort())
    page.once("dialog", stays)
    with page.expect_event("dialog"):
        phone.finds("Sign out").click()
    expect(phone.finds("Sign out")).to_be_enabled()
    (question,) = asked
    assert question.startswith("Taps of “I’m going in” that are not sent yet: 1. Signing out")
    page.unroute("**/going-in/taps")


ASLEEP = """() => {
  const now = Date.now;
  Date.now = () => now() + 31 * 60000; // the page's own time stood still
  document.dispatchEvent(new Event("visibilitychange"));
}"""


def leaves_and_signs_out(phone: Visitor) -> None:
    phone.goes_to("/plan/visit/took").goes_to("/plan/visit/where").goes_to("/plan/visit")
    phone.page.evaluate(ASLEEP)
    phone.reads("30 minutes have passed.")
    phone.presses("I was given pain relief")
    phone.reads("every 30 minutes until it is controlled").presses("I have left")
    phone.goes_to("/plan").finds("Sign out").click()
    phone.page.wait_for_url("**/account/signed-out")
    phone.looks().reads("no copy of your plan is left")
    assert phone.page.evaluate(EVERY_BYTE) == {"names": [], "leaves": "", "workers": 0}
    phone.goes_to("/going-in").reads("This phone does not remember you")


def _lose_the_answer(route: Route) -> None:
    route.fetch()
    route.abort()


def assert_nothing_of_the_plan_stays(phone: Visitor) -> None:
    held = phone.page.evaluate(EVERY_BYTE)
    kept = "\n".join(text for _url, text in phone.page.evaluate(EVERY_ENTRY))
    assert held["names"] == ["going-in"]
    for secret in ("Okonkwo", "Adaeze", "paracetamol", "St Anselm", "9990110212"):
        assert secret not in held["leaves"]
    assert "Okonkwo" not in kept
    assert "St Anselm" not in kept


def test_on_a_phone_whose_clock_is_a_day_ahead_until_it_is_forgotten(
    visit: Visiting, adas_site: Site
) -> None:
    at_real_time(adas_site, timedelta(days=1))
    phone = given_ada_with_her_phone(visit("Ada", SMALL_PHONE))
    remembers(phone, "Yes, keep the names here")
    phone.presses("I’m going in").presses("What I took").presses("paracetamol")
    phone.presses("Just now").presses("Where I am going").presses("The nearest hospital")
    phone.presses("I have arrived").reads("All sent.").reads("You have just arrived.")
    (kept,) = visits(adas_site)
    now = adas_site.clock.now
    assert all(now - 60 * SECOND <= one.at <= now for one in kept.taps)
    assert all(abs(one.clock_off - 86_400) < 300 for one in kept.taps)

    ada = who_is(adas_site.world, email=DEMO_PATIENT)
    mine: dict[str, Any] = {"by": ada, "patient_id": kept.patient_id}
    (remembered,) = tapping_phones(adas_site.world, **mine)
    forget_tapping_phone(adas_site.world, **mine, phone_id=remembered.phone_id, at=now)
    phone.presses("They checked me again").reads_heading("This phone has been forgotten")
    phone.reads("They checked me again (not sent yet)")
    assert Tap.CHECKED_AGAIN not in {one.tap for one in visits(adas_site)[0].taps}
    phone.finds("Forget this phone").click()
    phone.presses("Yes, forget it, with anything not sent").reads("does not remember you")
    assert phone.page.evaluate(EVERY_BYTE)["names"] == []
