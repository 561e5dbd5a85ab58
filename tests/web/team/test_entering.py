"""The pages on which an administrator invites a colleague, and the colleague comes."""

# mypy: disable-error-code="union-attr"
# What is not there fails the test that asks for it.

from __future__ import annotations

import re

import pytest

from careplan.accounts.people import Role
from careplan.acts.signing_in import who_is
from tests.visitors import a_clinician, come_in, signed_in_team

NEW = {
    "legal_name": "Dr Sade Cole",
    "email": "sade@example.org",
    "title": "Registrar",
    "role": "clinician",
    "registration": "GMC 7088888",
}


@pytest.fixture
def admin(client, world):
    staff = a_clinician(
        world, email="grace@example.org", role=Role.TEAM_ADMIN, checked=False, with_phone=False
    )
    signed_in_team(client, world, staff)
    return client


WORDS = "eleven grey otters dancing"
CODE = re.compile(r"(?:[0-9A-Z]{4}-){3}[0-9A-Z]{4}")
GIVEN = {"email": "sade@example.org", "password": WORDS}


def the_code(admin):
    text = admin.page(admin.submit("/team/members/new", NEW)).text
    assert "It is shown only now." in text
    return CODE.search(text).group()


def test_a_colleague_comes_with_the_code_and_sets_up_a_second_step(admin, app):
    code = the_code(admin)
    listed = admin.page(admin.get("/team/members")).text
    assert "Invited, and not here yet Dr Sade Cole" in listed
    assert code not in listed
    sade = app.test_client()
    wrong = sade.submit("/account/invited", GIVEN | {"code": "0000-0000-0000-0000"})
    assert wrong.status_code == 422
    assert sade.page(wrong).value_of("email") == "sade@example.org"
    page = sade.page(sade.submit("/account/invited", GIVEN | {"code": code.lower()}))
    assert "your account is ready" in page.text
    come_in(sade, email="sade@example.org", password=WORDS)
    at_once = sade.get("/account/arrive", follow_redirects=True)
    assert "second step" in sade.page(at_once).text
    assert "Invited, and not here yet" not in admin.page(admin.get("/team/members")).text
    assert "Dr Sade Cole" in admin.page(admin.get("/team/members")).text


def test_who_invited_somebody_is_told_to_leave_the_check_to_another(admin, app, world):
    sade = app.test_client()
    sade.submit("/account/invited", GIVEN | {"code": the_code(admin)})
    hers = f"/team/members/{who_is(world, email='sade@example.org').account_id}"
    page = admin.page(admin.get(hers))
    assert "somebody else must check" in page.text
    assert "I have checked this registration" not in page.text
    tried = admin.submit(hers, {"change": "verify"})
    assert tried.status_code == 409
    assert "somebody else must check" in admin.page(tried).text


def test_an_invitation_is_taken_back(admin, app):
    code = the_code(admin)
    html = admin.get("/team/members").get_data(as_text=True)
    path = re.search(r"/team/members/invited/[0-9a-f-]+/take-back", html).group()
    for says in ("is taken back", "was over, before you took it back"):
        assert admin.submit(path, {}, seen_on="/team/members").status_code == 303
        assert says in admin.page(admin.get("/team/members")).text
    answer = app.test_client().submit("/account/invited", GIVEN | {"code": code})
    assert answer.status_code == 422


@pytest.mark.parametrize(
    ("changes", "field", "says"),
    [
        ({"role": ""}, "role", "Choose what"),
        ({"title": ""}, "title", "Write their job"),
        ({"email": "nobody"}, "email", "e-mail"),
        ({"registration": "7088888"}, "registration", "like GMC 7012345"),
    ],
)
def test_what_is_wrong_is_said_at_its_place_and_nothing_is_lost(admin, changes, field, says):
    answer = admin.submit("/team/members/new", NEW | changes)
    page = admin.page(answer)
    assert answer.status_code == 422
    assert says in page.errors[field]
    assert page.value_of("legal_name") == "Dr Sade Cole"


def test_a_clinician_who_administers_nothing_has_no_such_page(client, world):
    signed_in_team(client, world)
    assert client.get("/team/members/new").status_code == 403
