"""The measures read by anybody, on the smallest phone and at a desk, by plain links alone."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from careplan.store.teams import teams
from tests.journeys.site import Site
from tests.journeys.steps import given_dr_marsden_at_her_desk
from tests.journeys.visitor import DESK, SMALL_PHONE, Visitor
from tests.measures.published import publish

pytestmark = pytest.mark.journey

Visit = Callable[..., Visitor]


@pytest.mark.parametrize(("size", "script"), [(SMALL_PHONE, False), (DESK, True)])
def test_somebody_reads_how_fair_it_was(
    visit: Visit, site: Site, size: tuple[int, int], *, script: bool
) -> None:
    with site.world.store.begin() as tx:
        publish(tx)
    reader = visit("Somebody", size, script=script).goes_to("/")
    reader.presses("How quickly and how fairly people are treated: the measures, for everyone")
    reader.reads("Of 100 visits, pain relief came within 30 minutes in 38")
    reader.presses("Day or night").reads("Night, 8pm to 8am").reads("25 (16 to 37)")
    reader.presses("Hospital").reads("St Anselm's Hospital").reads("What this cannot tell")
    reader.page.get_by_text("Another measure").click()
    reader.presses("The person was believed").reads("n").reads("Not known")
    reader.page.get_by_text("Another measure").click()
    reader.presses("Has a signed plan").reads("Of 100 people")
    reader.presses("Has a smartphone").reads("Has no smartphone")
    assert reader.taps <= 6


def test_a_team_reads_its_own_and_promises(visit: Visit, adas_site: Site) -> None:
    with adas_site.world.store.begin() as tx:
        publish(tx, *(one.team_id for one in teams(tx)))
    desk = given_dr_marsden_at_her_desk(visit("Dr Marsden", DESK))
    desk.goes_to("/team").presses("Measures").presses("Day or night").reads("25 (16 to 37)")
    desk.presses("Make promises and mark them as done").presses("Promise")
    desk.reads("There is a problem").reads("Write who answers for it")
    desk.page.get_by_label("About which measure?").select_option("Pain relief within 30 minutes")
    desk.page.get_by_label("Who answers for it?").fill("Dr Oduya, emergency lead")
    desk.page.get_by_label("What will be done?").fill("First dose at triage")
    for label, text in (("Day", "31"), ("Month", "1"), ("Year", "2027")):
        desk.page.get_by_label(label, exact=True).fill(text)
    desk.page.get_by_label("Everyone, at /measures").check()
    desk.presses("Promise").reads("First dose at triage").reads("To come")
    anyone = visit("Anyone", SMALL_PHONE, script=False).goes_to("/measures")
    anyone.reads("Dr Oduya, emergency lead").reads("31 January 2027")
    desk.page.get_by_role("button", name="Mark as done").click()
    desk.looks().reads("Done on 23 November 2026")
