"""The pages of passkeys, where one must be used first, and where one may not be taken away."""

from __future__ import annotations

from uuid import UUID

import pytest

from careplan.accounts.people import Standing
from careplan.acts.passkeys import own_passkeys
from careplan.acts.signing_in import who_is
from careplan.store.teams import set_member_state
from tests.authenticator import Device
from tests.visitors import ADA, a_clinician, come_in, sign_up
from tests.web.test_own_account import makes, uses


@pytest.fixture
def store_url(sqlite_url):
    """On one database, for doors know nothing of databases."""
    return sqlite_url


PAGES = ["/account/passkeys", "/account/second-step/set-up", "/account/elsewhere"]


@pytest.mark.parametrize("path", PAGES)
def test_a_password_is_led_to_the_passkey_there_is(client, app, path):
    device = Device()
    makes(sign_up(client), device)
    other = come_in(app.test_client())

    answer = other.get(path, follow_redirects=True)

    assert answer.request.path == "/account/second-step"
    page = other.page(answer)
    assert page.heading == "Use your passkey"
    assert "I cannot get in" in page.text
    assert uses(other, device, next=path).request.path == path


def test_a_form_sent_with_a_password_alone_does_nothing(client, app, world):
    makes(sign_up(client), Device())
    other = come_in(app.test_client())
    (kept,) = own_passkeys(world, by=who_is(world, email=ADA.email))
    for press in ("make", f"{kept.named}/remove"):
        answer = other.submit(f"/account/passkeys/{press}", {"name": "x"}, seen_on="/account")
        assert answer.location == "/account/second-step?next=/account"
    assert own_passkeys(world, by=who_is(world, email=ADA.email)) == (kept,)


def test_staff_read_why_their_last_one_stays(client, world):
    staff = a_clinician(world, with_phone=False)
    come_in(client, email=staff.email)
    makes(client, Device(), seen_on="/account/second-step/set-up")
    (kept,) = own_passkeys(world, by=staff.who)

    answer = client.submit(f"/account/passkeys/{kept.named}/remove", seen_on="/account/passkeys")

    assert answer.status_code == 409
    assert "This passkey is your second step." in client.page(answer).text
    assert own_passkeys(world, by=staff.who) == (kept,)


@pytest.mark.parametrize("path", PAGES)
def test_staff_whose_place_rests_are_told_to_ask_their_team(client, world, path):
    staff = a_clinician(world, with_phone=False)
    with world.store.begin() as tx:
        mine = UUID(staff.who.account_id)
        set_member_state(tx, mine, staff.team_id, Standing.SUSPENDED)
    come_in(client, email=staff.email)
    answer = client.get(path)
    assert answer.status_code == 403
    assert "Ask your team." in client.page(answer).text
