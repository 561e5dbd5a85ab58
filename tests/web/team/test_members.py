"""The members' pages, and what their colleagues' desks say once somebody has left."""

from __future__ import annotations

from uuid import UUID

import pytest

from careplan.accounts.people import Role
from careplan.acts.world import World
from careplan.store.teams import add_member
from tests import make
from tests.stores import NOW
from tests.visitors import Staff, a_clinician, signed_in_team
from tests.web.reader import Reader
from tests.web.team.desk import Desk, a_desk


@pytest.fixture
def desk(client: Reader, world: World) -> Desk:
    """A clinician who is an administrator too, with a person whose plan is ready to be signed."""
    found = a_desk(client, world)
    with world.store.begin() as tx:
        me = UUID(found.staff.who.account_id)
        add_member(tx, me, found.staff.team_id, role=Role.TEAM_ADMIN, at=NOW)
    found.draft_all(make.ada_clinical())
    return found


@pytest.fixture
def colleague(world: World, desk: Desk) -> Staff:
    return a_clinician(
        world, team_id=desk.staff.team_id, email="kwame@example.org", with_phone=False
    )


def test_it_works(client: Reader, world: World, desk: Desk, colleague: Staff) -> None:
    """Kwame signed and leaves; his colleague signs the same words again."""
    signed_in_team(client, world, colleague)
    desk.sign()
    signed_in_team(client, world, desk.staff)
    page = client.page(client.get("/team/members"))
    assert "Clinician, Administrator" in page.text
    his = f"/team/members/{colleague.who.account_id}"
    assert "1 plan they signed stays valid" in client.page(client.get(his)).text
    answer = client.submit(his, {"change": "left"}, follow_redirects=True)
    assert "1 plan they signed stays valid and waits" in client.page(answer).text

    assert "left the team on 23 November 2026" in desk.page().text
    assert "Signer has left" in client.page(client.get("/team?only=signer-left")).text
    shown = desk.page("sign-again")
    assert "morphine" in shown.text
    form = {name: shown.value_of(name) for name in ("fingerprint", "version")}
    after = client.submit(desk.at("sign-again"), form, follow_redirects=True)
    text = client.page(after).text
    assert "Signed again, unchanged, as version 2" in text
    assert "left the team" not in text


def test_what_was_not_read_is_not_signed(client: Reader, desk: Desk) -> None:
    desk.sign()
    answer = client.submit(desk.at("sign-again"), {"fingerprint": "x", "version": "1"})
    assert answer.status_code == 409
    assert "Nothing was signed" in client.page(answer).text


def test_a_plan_nobody_signed_cannot_be_signed_again(client: Reader, desk: Desk) -> None:
    answer = client.get(desk.at("sign-again"))
    assert answer.status_code == 409
    assert "No plan has been signed yet" in client.page(answer).text


def test_suspended_with_the_page_open(
    client: Reader, world: World, desk: Desk, colleague: Staff
) -> None:
    """A clear refusal, nothing published, and the try is written down."""
    from careplan.acts.members import Change, change_member  # noqa: PLC0415

    signed_in_team(client, world, colleague)
    form = desk.signing()
    token = desk.page("sign").value_of("csrf_token")
    admin = desk.staff.who
    by = type(admin)(
        account_id=admin.account_id,
        name=admin.name,
        roles=admin.roles | {Role.TEAM_ADMIN},
        team_id=admin.team_id,
        second_factor=True,
    )
    change_member(
        world, by=by, account_id=UUID(colleague.who.account_id), change=Change.SUSPEND, at=NOW
    )
    answer = client.post(desk.at("sign"), data=form | {"csrf_token": token})
    assert answer.status_code == 403, answer.headers
    assert "nothing was signed" in client.page(answer).text


def test_nobody_changes_themselves_and_others_do_not_come_in(
    client: Reader, world: World, desk: Desk, colleague: Staff
) -> None:
    mine = f"/team/members/{desk.staff.who.account_id}"
    assert "This is you" in client.page(client.get(mine)).text
    answer = client.submit(mine, {"change": "suspend"}, seen_on="/team")
    assert answer.status_code == 409
    signed_in_team(client, world, colleague)
    assert client.get("/team/members").status_code == 403
