"""Saying on a page that something in the signed part is wrong, and the team's answer to it."""

from __future__ import annotations

import pytest
from flask import Flask

from careplan.acts.annotating import LONGEST
from careplan.acts.world import World
from tests.visitors import come_in
from tests.web.reader import Reader
from tests.web.team.desk import Desk, a_desk

WORDS = "I have <b>never</b> had this antibiotic"
PAGE = "/plan/wrong"


@pytest.fixture
def store_url(sqlite_url: str) -> str:
    """On one database, for doors know nothing of databases."""
    return sqlite_url


@pytest.fixture
def desk(client: Reader, world: World) -> Desk:
    """A signed plan."""
    made = a_desk(client, world)
    made.draft_all()
    made.sign_behind()
    return made


@pytest.fixture
def ada(desk: Desk, app: Flask) -> Reader:
    client: Reader = app.test_client()  # type: ignore[assignment]
    return come_in(client)


def test_her_words_and_the_answer_stand_on_both_sides_pages(desk: Desk, ada: Reader) -> None:
    answer = ada.submit(PAGE, {"section": "pain_plan", "words": WORDS})
    assert answer.status_code == 303
    assert WORDS in ada.page(ada.get("/plan/read")).text
    assert WORDS in desk.page().text
    page = desk.page("wrong")
    assert WORDS in page.text
    (form,) = (one for one in page.find("form") if "/wrong/" in (one.get("action") or ""))
    to = form.get("action")
    assert desk.client.submit(to, {"words": " "}, seen_on=desk.at("wrong")).status_code == 422
    said = {"words": "You are right. We change it."}
    assert desk.client.submit(to, said, seen_on=desk.at("wrong")).status_code == 303
    late = desk.client.submit(to, said, seen_on=desk.at("wrong"))
    assert "Nothing was kept" in desk.client.page(desk.client.get(late.location)).text
    for door in (PAGE, "/plan/read"):
        assert "You are right. We change it." in ada.page(ada.get(door)).text

    (form,) = (
        one for one in ada.page(ada.get(PAGE)).find("form") if "take-back" in one.get("action")
    )
    assert ada.submit(form.get("action"), {}, seen_on=PAGE).status_code == 303
    assert WORDS not in ada.page(ada.get("/plan/read")).text
    assert WORDS not in desk.page().text


@pytest.mark.parametrize(
    "typed",
    [
        {"section": "about_me", "words": WORDS},
        {"words": WORDS},
        {"section": "pain_plan", "words": " "},
        {"section": "pain_plan", "words": "x" * (LONGEST + 1)},
    ],
)
def test_what_cannot_be_kept_is_said_beside_it(ada: Reader, typed: dict[str, str]) -> None:
    answer = ada.submit(PAGE, typed)
    assert answer.status_code == 422
    assert typed["words"].strip() in answer.get_data(as_text=True).replace("&lt;", "<").replace(
        "&gt;", ">"
    )
