"""Stopping a dose takes two steps, and then no surface shows one."""

from __future__ import annotations

import pytest

from careplan.accounts.people import Role
from careplan.acts.world import World
from tests import make
from tests.visitors import a_clinician, signed_in_team
from tests.web.reader import Reader
from tests.web.team.desk import Desk, a_desk, with_step


@pytest.fixture
def desk(client: Reader, world: World) -> Desk:
    """A signed plan."""
    made = a_desk(client, world)
    made.draft_all()
    made.sign_behind()
    return made


def stop(desk: Desk, **changes: str) -> int:
    version = desk.page("stop").value_of("version")
    answer = desk.client.submit(desk.at("stop"), {"version": version} | changes)
    return int(answer.status_code)


def test_it_takes_two_steps(desk: Desk) -> None:
    first = desk.page("stop")
    assert "Allergies and every other fact stay." in first.text
    assert "020 7946 0100" in first.text
    assert "morphine 10 mg" in desk.page().text
    assert stop(desk) == 302
    after = desk.page()
    assert "The dose is stopped." in after.text
    assert "morphine 10 mg" not in after.text
    assert "co-amoxiclav" in after.text.casefold()
    assert not after.find("a", href=desk.at("stop"))
    assert "already stopped" in desk.page("stop").text


def test_a_plan_nobody_signed_has_no_dose_to_stop(client: Reader, world: World) -> None:
    desk = a_desk(client, world)
    page = desk.page("stop")
    assert "There is no signed dose to stop." in page.text
    answer = client.submit(desk.at("stop"), {"version": "0"}, seen_on=desk.at("review"))
    assert answer.status_code == 409


def test_a_newer_version_is_said_before_it_is_stopped(desk: Desk) -> None:
    desk.draft("pain_plan", with_step(make.ada_clinical(), 3, dose=make.mg("15")))
    desk.sign_behind()
    assert stop(desk, version="1") == 409
    assert "morphine 15 mg" in desk.page().text
    assert stop(desk) == 302


@pytest.mark.parametrize("version", ["", "x", "-1", "9" * 30])
def test_a_version_that_is_no_number_stops_nothing(desk: Desk, version: str) -> None:
    assert stop(desk, version=version) == 409
    assert "morphine 10 mg" in desk.page().text


def test_a_nurse_nobody_has_checked_may_stop_a_dose(desk: Desk, world: World) -> None:
    email, team = "nurse@example.org", desk.staff.team_id
    nurse = a_clinician(
        world, team_id=team, email=email, role=Role.NURSE, checked=False, with_phone=False
    )
    signed_in_team(desk.client, world, nurse)
    assert stop(desk) == 302
