"""The page on which a person takes along everything that is kept about them."""

from __future__ import annotations

from datetime import timedelta
from io import BytesIO
from zipfile import ZipFile

import pytest

from careplan.acts.everything import MOST
from tests.visitors import sign_up, signed_in_team


@pytest.fixture
def store_url(sqlite_url):
    """On one database, for doors know nothing of databases."""
    return sqlite_url


PAGE = "/plan/everything"


def test_one_press_gives_one_file_that_nobody_keeps_on_the_way(client):
    sign_up(client)
    for door in ("/plan", "/account"):
        assert f'href="{PAGE}"' in client.get(door).get_data(as_text=True)
    answer = client.submit(PAGE, {})
    assert (answer.status_code, answer.mimetype) == (200, "application/zip")
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Content-Disposition"] == (
        'attachment; filename="everything-about-me.zip"'
    )
    assert "README.txt" in ZipFile(BytesIO(answer.data)).namelist()
    assert "You took a copy of everything" in client.page(client.get("/plan/who-looked")).text


def test_a_phone_found_lying_open_gives_it_to_nobody(client, clock):
    sign_up(client)
    clock.now += timedelta(minutes=16)
    answer = client.get(PAGE)
    assert answer.location == "/account/again?next=/plan/everything"
    answer = client.submit(PAGE, {}, seen_on="/plan")
    assert answer.location.startswith("/account/again")


def test_after_a_few_times_it_says_to_wait(client):
    sign_up(client)
    for _ in range(MOST):
        assert client.submit(PAGE, {}).status_code == 200
    answer = client.submit(PAGE, {})
    assert answer.status_code == 429
    assert "Try again tomorrow" in client.page(answer).text


def test_staff_have_no_such_page(client, world):
    signed_in_team(client, world)
    assert client.get(PAGE).status_code == 403
