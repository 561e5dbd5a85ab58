"""The measures read by anybody, on the smallest phone and at a desk, by plain links alone."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.journeys.site import Site
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
