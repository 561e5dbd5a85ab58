"""The page on which an administrator lets a colleague in."""

from __future__ import annotations

import pytest

from careplan.accounts.people import Role
from tests.visitors import a_clinician, signed_in_team

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


def test_the_first_password_is_shown_once_and_the_list_has_them(admin):
    answer = admin.submit("/team/members/new", NEW)
    assert "It is shown only now." in admin.page(answer).text
    assert "Dr Sade Cole" in admin.page(admin.get("/team/members")).text


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
