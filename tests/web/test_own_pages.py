"""The pages that are the person's alone: private words, a photograph, what to be told of."""

from __future__ import annotations

from io import BytesIO

import pytest
from PIL import Image

from tests.visitors import sign_up, signed_in_team

WORDS = "I am scared of the ward at night."


@pytest.fixture
def person(client):
    sign_up(client)
    return client


def test_private_words_are_kept_changed_and_thrown_away(person):
    page = person.page(person.get("/plan/private"))
    assert "Nobody at the hospital reads this" in page.text
    assert "111" in page.text
    assert "999" in page.text
    person.submit("/plan/private", {"text": WORDS})
    page = person.page(person.get("/plan/private"))
    assert WORDS in page.text
    (tell,) = [one for one in page.find("a") if str(one.get("href")).endswith("/tell")]
    assert "Let your team know?" in person.page(person.get(tell.get("href"))).text


def test_an_empty_private_box_is_asked_again(person):
    answer = person.submit("/plan/private", {"text": "   "})
    assert answer.status_code == 422
    assert "Write something first" in person.page(answer).text


def test_words_too_long_are_said_to_be_and_kept_in_the_box(person):
    answer = person.submit("/plan/private", {"text": "x" * 1200})
    assert answer.status_code == 422
    assert "x" * 1200 in answer.get_data(as_text=True)


def test_the_team_has_no_door_to_private_words(client, world):
    signed_in_team(client, world)
    assert client.get("/plan/private").status_code == 403


def a_picture(width=900, height=1200) -> bytes:
    made = BytesIO()
    exif = Image.Exif()
    exif[0x010F] = "Secret Camera"
    Image.new("RGB", (width, height), "brown").save(made, "JPEG", exif=exif)
    return made.getvalue()


def test_a_photo_is_made_small_and_tells_nothing_of_the_camera(person):
    answer = person.submit("/plan/photo", {"photo": (BytesIO(a_picture()), "me.jpg")})
    assert answer.status_code == 302
    shown = person.get("/plan/photo.jpg")
    with Image.open(BytesIO(shown.data)) as picture:
        assert picture.width <= 320
        assert picture.height <= 400
    assert b"Secret Camera" not in shown.data
    assert shown.headers["Cache-Control"] == "no-store"
    person.submit("/plan/photo/take-back", {}, seen_on="/plan/photo")
    assert person.get("/plan/photo.jpg").status_code == 404


@pytest.mark.parametrize(
    ("data", "says"),
    [(b"not a picture", "not a photo"), (b"", "Choose a photo")],
)
def test_what_is_no_photo_is_refused_in_words(person, data, says):
    answer = person.submit("/plan/photo", {"photo": (BytesIO(data), "me.jpg")})
    assert answer.status_code == 422
    assert says in person.page(answer).text


def test_what_to_be_told_of_is_chosen_and_shown_again(person):
    person.submit("/plan/tell-me", {"kinds": ["changed", "locked", "nonsense"]})
    page = person.get("/plan/tell-me").get_data(as_text=True)
    assert page.count("checked") == 2


def test_the_lock_screen_page_says_what_a_stranger_sees(person):
    page = person.page(person.get("/plan/print/lock-screen"))
    assert "What a stranger would see" in page.text
    answer = person.submit("/plan/print/lock-screen", {"shown": ["name"]})
    assert answer.status_code == 302, "nothing is published yet: publish first"
