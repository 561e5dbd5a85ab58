"""With scripts turned off: writing, signing and reading by the short code go their whole way."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.journeys import ada
from tests.journeys.site import Site
from tests.journeys.steps import (
    given_dr_marsden_at_her_desk,
    the_short_code_on,
    then_the_page_says_what_is_wrong,
    when_a_stranger_types_the_short_code,
    when_she_answers,
    when_she_answers_the_first_five,
    when_she_makes_an_account,
    when_she_publishes,
)
from tests.journeys.visitor import DESK, SMALL_PHONE, Visitor

pytestmark = pytest.mark.journey

Visit = Callable[..., Visitor]


def test_a_person_writes_prints_and_is_read(visit: Visit, site: Site) -> None:
    phone = visit("Ada", SMALL_PHONE, script=False)
    when_she_makes_an_account(phone)
    when_she_answers_the_first_five(phone)
    for part in ("About me", "What helps and what does not"):
        phone.goes_to("/plan").presses(part)
        when_she_answers(phone, ada.THE_REST[part])
        phone.reads("Check your answers")
    when_she_publishes(phone)
    paper = phone.goes_to("/plan/print").prints("Print the full page")

    computer = visit("Old computer", DESK, script=False)
    when_a_stranger_types_the_short_code(computer, the_short_code_on(paper), "14 3 1997")
    computer.reads("No signed pain plan yet").reads("co-amoxiclav").reads("Chidi Bright")
    computer.reads("Heat pads straight away").does_not_read("Wellfield")


def test_a_clinician_writes_and_signs(visit: Visit, adas_site: Site) -> None:
    desk = visit("Dr Marsden", DESK, script=False)
    given_dr_marsden_at_her_desk(desk)
    desk.presses("Baselines when well")
    desk.answers({"Weight, kg": {"Value": "62.50"}}).presses("Save")
    then_the_page_says_what_is_wrong(desk, "Leave out zeros after the point")
    desk.answers({"Weight, kg": {"Value": "62.5"}}).presses("Save").reads("Saved: ")
    desk.presses("Review and sign").reads("62.5 kg").presses("Sign and publish")
    desk.reads("Signed and published as version 4")
