"""Any two versions side by side, for the team and for the person."""

from __future__ import annotations

from careplan.acts.world import World
from tests import make
from tests.visitors import come_in
from tests.web.reader import Reader
from tests.web.team.desk import a_desk, with_step


def test_it_works(client: Reader, world: World) -> None:
    desk = a_desk(client, world)
    plan = make.ada_clinical()
    desk.draft_all(plan)
    desk.sign_behind()
    changed = with_step(plan, 0, drug="paracetamol soluble")
    desk.draft("pain_plan", changed)
    desk.sign_behind()
    page = desk.page("versions/side-by-side?from=2&to=1")
    assert page.heading == "Versions 1 and 2 side by side"
    assert "Pain plan" in page.text
    assert "paracetamol soluble" in page.text
    assert "Changed" in page.text
    assert desk.page("versions/side-by-side?from=x").heading == page.heading
    assert client.get(desk.at("versions/side-by-side?from=1&to=9")).status_code == 404
    same = desk.page("versions/side-by-side?from=2&to=2")
    assert "No words of the plan differ" in same.text

    come_in(client)
    mine = client.page(client.get("/plan/versions/side-by-side"))
    assert "paracetamol soluble" in mine.text
