"""Two days later: what happened, told on a phone in under two minutes, and who may know of it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from io import BytesIO
from uuid import UUID

import pytest
from playwright.sync_api import expect
from pypdf import PdfReader

from careplan.acts.seeding import DEMO_PATIENT
from careplan.acts.signing_in import who_is
from careplan.store.reports import reports_of, reports_to_count
from careplan.store.visits import keep_tap, keep_visit, settle_visit
from careplan.visits.visit import Stage, Tap, Tapped, Visit, Where
from tests.journeys.site import Site
from tests.journeys.steps import given_ada_with_her_phone, given_dr_marsden_at_her_desk
from tests.journeys.visitor import DESK, PHONE, SMALL_PHONE, Visitor
from tests.stores import NOW

pytestmark = pytest.mark.journey

Come = Callable[..., Visitor]
A_TAP, A_SCREEN = 3, 4
"""Seconds. To decide, point and press takes 2.7 by the keystroke-level model of Card, Moran and
Newell, rounded up; and four to read a heading. What somebody ponders is their own."""


def given_a_tapped_visit(site: Site) -> UUID:
    """At St Anselm's two days ago: arrived 20 minutes after going in, relief 50 minutes later."""
    me = who_is(site.world, email=DEMO_PATIENT)
    patient_id, begun = UUID(me.patient_id), NOW - timedelta(days=2)
    taps = {Tap.GOING_IN: 0, Tap.ARRIVED: 20, Tap.RELIEF_GIVEN: 70}
    with site.world.store.begin() as tx:
        visit = Visit(
            patient_id=patient_id,
            visit_id=tx.new_id(),
            begun_at=begun,
            stage=Stage.GOING,
            tells_team=False,
            where=Where(hospital="R9X01"),
        )
        keep_visit(tx, visit)
        for tap, minutes in taps.items():
            at = begun + timedelta(minutes=minutes)
            one = Tapped(tap_id=tx.new_id(), tap=tap, at=at, heard_at=at)
            keep_tap(tx, patient_id, visit.visit_id, one)
        settle_visit(tx, patient_id, visit.visit_id)
    return patient_id


def counted(site: Site) -> int:
    with site.world.store.read() as tx:
        since, until = NOW - timedelta(days=9), NOW + timedelta(days=9)
        return len(list(reports_to_count(tx, since=since, until=until)))


def test_it_is_told_in_two_minutes_and_a_flat_battery_loses_nothing(
    visit: Come, adas_site: Site
) -> None:
    patient_id = given_a_tapped_visit(adas_site)
    phone = visit("Ada", PHONE)
    given_ada_with_her_phone(phone)
    screens, taps = phone.pages, phone.taps
    phone.presses("Tell what happened at a visit")
    phone.presses("Tell about 21 November 2026").reads_heading("Where did you go, and when?")
    phone.presses("Continue").reads_heading("Pain relief")
    phone.presses("Continue")
    phone.answers(
        {
            "Did staff see your plan?": "Yes",
            "Did they follow it?": "Some of it",
            "Did they check the pain again within 30 minutes?": "No",
        }
    )
    expect(phone.page.locator("[data-saved]")).to_contain_text("Saved")
    so_far = phone.pages - screens, phone.taps - taps
    phone.page.context.clear_cookies()  # the battery is flat, and the phone forgets who it was

    later = visit("Ada later", PHONE)
    given_ada_with_her_phone(later)
    later.goes_to("/plan/report").presses("St Anselm's Hospital, Anselm Cross, 21 November 2026")
    later.reads("Some of it").reads("Only you")
    screens, taps = later.pages, later.taps
    _she_tells_the_rest(later)
    pages, pressed = so_far[0] + later.pages - screens, so_far[1] + later.taps - taps
    assert (pages, pressed) == (9, 21)
    assert pages * A_SCREEN + pressed * A_TAP <= 120, "seconds, and nothing was typed"
    assert counted(adas_site) == 1
    with adas_site.world.store.read() as tx:
        (kept,) = reports_of(tx, patient_id)
    assert kept.visit_id
    _the_team_reads_it_and_she_is_told(visit, later)


def _she_tells_the_rest(later: Visitor) -> None:
    later.presses("Change How it was for you")
    later.answers(
        {
            "Did the pain get better there?": "A little",
            "How much did staff believe your pain?": "2",
            "Did staff treat you with respect?": "Sometimes",
        }
    )
    later.presses("Continue").answers({"Were you treated unfairly?": "Yes"})
    later.answers({"If yes, why do you think that was?": ["They thought I only wanted drugs"]})
    later.answers({"Did you leave before you were treated?": "No"})
    later.answers({"Would you go back there in pain?": "I don’t know"})
    later.presses("Continue").presses("Continue").reads("The staff who treat you never see it")
    assert later.page.locator("input:checked").count() == 0
    later.answers({"Who else may see this report?": ["My sickle cell team", "Count my answers"]})
    later.presses("Keep it").reads_heading("Thank you. It is kept").reads("PALS")


def _the_team_reads_it_and_she_is_told(visit: Come, phone: Visitor) -> None:
    desk = visit("Dr Marsden", DESK)
    given_dr_marsden_at_her_desk(desk)
    desk.goes_to("/team/reports").reads("Not read yet")
    desk.page.get_by_role("link", name="Adaeze Grace Okonkwo-Bright").first.click()
    desk.looks().reads("They thought I only wanted drugs")
    phone.goes_to("/plan/report").reads("Your team read it on 23 November 2026")
    phone.goes_to("/plan/who-looked").reads("read what you told of a visit")


def test_without_script_by_hand_asked_about_and_taken_back(visit: Come, adas_site: Site) -> None:
    phone = visit("Ada", SMALL_PHONE, script=False)
    given_ada_with_her_phone(phone)
    phone.goes_to("/plan/report").presses("Tell about a visit")
    phone.answers({"Which hospital?": "Somewhere else", "Somewhere else? Write where": "Mill Road"})
    phone.answers({"Day": "Yesterday, 22 November 2026", "Time": "23:40"})
    phone.answer("How sure?", "I know the time")
    phone.presses("Continue").answers({"Time": "00:20"}).presses("Continue")
    phone.reads("After midnight, choose the next day.")
    phone.answers({"Day": "Today, 23 November 2026"}).presses("Continue")
    for _page in range(3):
        phone.presses("Continue")
    phone.answers({"What else should be known?": "Sister Brown was kind."}).presses("Continue")
    phone.reads("seems to name somebody").answers({"Keep the name": ""}).presses("Continue")
    phone.answers({"Who else may see this report?": ["Count my answers"]}).presses("Keep it")
    phone.reads("about 23 November 2026 at 00:20").reads("Mill Road")
    assert counted(adas_site) == 1
    phone.presses("Take this report back").presses("Take it back").reads("It was destroyed")
    assert counted(adas_site) == 0

    phone.presses("Questions about fairness").reads("Nobody by name")
    phone.answers({"What is your ethnic group?": "Black or Black British: African"})
    phone.answers({"Do you have a smartphone of your own?": "Yes"})
    phone.presses("Keep my answers").reads("It is kept. Thank you.")


def test_the_paper_form_is_two_sides(visit: Come, site: Site) -> None:
    del site
    anyone = visit("Anyone", PHONE)
    anyone.goes_to("/visit-form").reads("Print this page")
    paper = anyone.page.pdf(prefer_css_page_size=True)
    assert len(PdfReader(BytesIO(paper)).pages) == 2
