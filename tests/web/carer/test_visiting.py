"""A helper who may write presses for the person; one who may read has no such button."""

from __future__ import annotations

import pytest

from careplan.store.visits import visits_of
from tests.acts.families import a_family
from tests.visitors import come_in
from tests.web.buttons import press


@pytest.fixture
def family(world):
    return a_family(world)


def test_a_helper_who_may_write_presses_and_the_visit_says_so(app, family):
    at_home = f"/for/{family.patient_id}"
    page = f"{at_home}/visit"
    abena, grace = (
        come_in(app.test_client(), email=f"{name}@example.org") for name in ("abena", "grace")
    )
    assert "Mensah going to an emergency department?" in abena.page(abena.get(page)).heading
    press(abena, page, "I’m going in")
    press(abena, page, "I have arrived")
    with family.world.store.read() as tx:
        (visit,) = visits_of(tx, family.patient_id)
    mine = family.here("Abena").grant
    assert mine is not None
    assert (visit.by, {one.by for one in visit.taps}) == (mine.called, {mine.called})
    assert "You tap for Kofi" in abena.page(abena.get(page)).text
    assert f"By {mine.called}." in abena.page(abena.get(page)).text
    kept = abena.submit(f"{page}/phone", {"own": "yes", "names": "yes"}).get_json()
    assert kept["called"].startswith("Kofi")
    assert "Remembered on" in abena.page(abena.get(f"{page}/phone")).text
    assert grace.get(page).status_code == 404
    assert "Going to an emergency department" in abena.page(abena.get(at_home)).text
    assert "Going to an emergency department" not in grace.page(grace.get(at_home)).text
