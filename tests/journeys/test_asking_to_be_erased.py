"""She asks for her plan to be erased, thinks again, asks once more, and reads what was decided."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.journeys.site import Site
from tests.journeys.steps import given_ada_with_her_phone, given_dr_marsden_at_her_desk
from tests.journeys.visitor import DESK, SMALL_PHONE, Visitor

pytestmark = pytest.mark.journey

Visit = Callable[..., Visitor]
SURE = "I want my plan to be erased, and I know that nobody can bring it back"


def asks(ada: Visitor) -> Visitor:
    ada.answers({"Why? You can leave this empty.": "I am moving to Leeds", SURE: "yes"})
    return ada.presses("Ask for my plan to be erased").reads("They have one month")


def test_a_named_person_decides(visit: Visit, adas_site: Site) -> None:
    ada = given_ada_with_her_phone(visit("Ada", SMALL_PHONE, script=False))
    ada.goes_to("/plan").presses("Ask us to erase my plan").reads("What stays")
    ada.presses("Ask for my plan to be erased").reads("Tick the box")
    asks(ada).presses("Keep my plan after all").reads("What goes")
    asks(ada)
    desk = given_dr_marsden_at_her_desk(visit("Dr Marsden", DESK))
    desk.presses("Write down what was decided").reads("I am moving to Leeds")
    desk.presses("Write down the decision").reads("Say whether the answer is yes or no.")
    desk.answers(
        {
            "What was decided?": "No, it has to be kept",
            "Who decided it?": "Dr Helena Marsden, Caldicott guardian",
            "What the person will read": "Your new team in Leeds needs it. Ring me about it.",
        }
    )
    desk.presses("Write down the decision").reads("The decision is written down")
    ada.goes_to("/plan/erase").reads("The answer is no").reads("Your new team in Leeds needs it")
