"""What else knows of the staff door: the team's page, the administrator's, a mother's, the demo."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

import pytest
from flask import Flask

from careplan.accounts.people import Role
from careplan.acts.seeding import DEMO_EMERGENCY
from careplan.acts.world import World
from careplan.store.teams import set_member_state
from tests.acts.families import a_family
from tests.acts.worlds import Clinic
from tests.visitors import Staff, a_clinician, come_in, signed_in_team
from tests.web.emergency.conftest import signed_in
from tests.web.emergency.test_asking import ASKED, ask
from tests.web.reader import Reader

WHERE = "emergency-staff"


def test_her_team_reads_who_looked_and_why(app: Flask, clinic: Clinic, desk: Reader) -> None:
    doctor = Staff(clinic.doctor, "helena@example.org", "", UUID(clinic.doctor.team_id))
    at_her_desk = signed_in(app, clinic, doctor)
    path = f"/team/{clinic.patient_id}"
    assert "looked without a card" not in at_her_desk.page(at_her_desk.get(path)).text
    ask(desk)
    text = at_her_desk.page(at_her_desk.get(path)).text
    assert "Emergency departments that looked without a card, in the last 30 days" in text
    assert "Tom Fairley, Emergency nurse (St Anselm's Hospital). Could not speak." in text


@pytest.mark.parametrize("on", [True, False])
def test_an_administrator_invites_a_departments_people(
    make_app: Callable[..., Flask], world: World, *, on: bool
) -> None:
    admin = a_clinician(world, email="g@example.org", role=Role.TEAM_ADMIN, with_phone=False)
    client = make_app(break_glass=on).test_client()
    signed_in_team(client, world, admin)  # type: ignore[arg-type]
    page = client.page(client.get("/team/members/new"))  # type: ignore[attr-defined]
    assert ("Emergency department staff" in page.text) is on
    facts = {"legal_name": "Ola Berg", "email": "ola@example.org", "title": "Emergency doctor"}
    typed = facts | {"role": "emergency_staff", "registration": "GMC 7088888"}
    answer = client.submit("/team/members/new", typed)  # type: ignore[attr-defined]
    assert answer.status_code == (200 if on else 422)
    members = client.page(client.get("/team/members")).text  # type: ignore[attr-defined]
    assert ("Ola Berg, Emergency department" in members) is on


@pytest.mark.asvs("7.4.2")
def test_whoever_is_suspended_stops_at_the_staff_door(
    world: World, desk: Reader, tom: Staff
) -> None:
    """With the page open before them, the question half typed."""
    assert desk.get("/emergency").status_code == 200
    token = desk.page(desk.get("/emergency")).value_of("csrf_token")
    with world.store.begin() as tx:
        set_member_state(tx, UUID(tom.who.account_id), tom.team_id, "suspended")
    assert desk.post("/emergency", data=ASKED | {"csrf_token": token}).status_code == 403
    assert desk.get("/emergency").status_code == 403


def test_a_mother_turns_it_off_and_a_grandmother_finds_nothing(app: Flask, world: World) -> None:
    family = a_family(world)
    abena, grace = (
        come_in(app.test_client(), email=f"{name}@example.org")  # type: ignore[arg-type]
        for name in ("abena", "grace")
    )
    path = f"/for/{family.patient_id}/{WHERE}"
    assert path in abena.get(f"/for/{family.patient_id}").get_data(as_text=True)
    assert WHERE not in grace.get(f"/for/{family.patient_id}").get_data(as_text=True)
    assert "cannot speak and has no card" in abena.page(abena.get(path)).text
    after = abena.submit(path, {"turn": "off"}, follow_redirects=True)
    assert "OFF" in abena.page(after).text
    assert grace.get(path).status_code == 404


@pytest.mark.parametrize("on", [True, False])
def test_the_demonstration_has_such_a_nurse_where_the_door_is_open(
    make_app: Callable[..., Flask], lived_in_url: str, *, on: bool
) -> None:
    app = make_app(environment="demo", break_glass=on, database_url=lived_in_url)
    printed = app.test_cli_runner().invoke(args=["logins"]).output
    assert (DEMO_EMERGENCY in printed) is on
    client = app.test_client()
    first = client.page(client.get("/"))  # type: ignore[attr-defined]
    assert ("Open the emergency department" in first.text) is on
    came = client.submit("/demo/staff-door", seen_on="/")  # type: ignore[attr-defined]
    assert came.status_code == (302 if on else 404)
    if on:
        assert came.location == "/emergency"
