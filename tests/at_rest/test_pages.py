"""Asking for a plan to be erased, writing down what was decided, and what a card's holder meets."""

from __future__ import annotations

from typing import Any, cast
from uuid import UUID

import pytest
from flask import Flask

from careplan.acts.erasing import Why, erase, erasure_asked
from careplan.acts.sharing import make_link
from careplan.acts.world import World
from careplan.sharing.links import Kind
from careplan.store.erasure_requests import Stands
from careplan.store.patients import face_of
from tests.acts.worlds import token_of
from tests.stores import NOW
from tests.visitors import ADA, a_clinician, a_hospital, come_in, signed_in_team
from tests.web.reader import Page, Reader
from tests.web.team.desk import Desk, a_desk

MARSDEN = "Dr Helena Marsden, Caldicott Guardian"


@pytest.fixture
def store_url(sqlite_url: str) -> str:
    """On one database: pages know nothing of databases."""
    return sqlite_url


def browser(app: Flask) -> Reader:
    return cast("Reader", app.test_client())


@pytest.fixture
def desk(app: Flask, world: World) -> Desk:
    """A signed plan; the clinician is in a browser of their own."""
    made = a_desk(browser(app), world)
    made.draft_all()
    made.sign_behind()
    return made


@pytest.fixture
def ada(client: Reader, desk: Desk) -> Reader:
    return come_in(client)


def asked_page(client: Reader) -> Page:
    return client.page(client.get("/plan/erase"))


def test_it_says_what_goes_and_needs_a_tick(ada: Reader, desk: Desk) -> None:
    assert asked_page(ada).heading == "Ask us to erase my plan"
    typed = {"words": "x" * 501}
    answer = ada.submit("/plan/erase", typed)
    assert answer.status_code == 422
    assert ada.page(answer).errors.keys() == {"sure", "words"}
    assert "x" * 501 in answer.text, "nothing that was typed is lost"
    assert _asked(desk) is None


def test_asked_then_kept_after_all(ada: Reader, desk: Desk) -> None:
    answer = ada.submit("/plan/erase", {"words": "I am moving away", "sure": "yes"})
    assert answer.status_code == 303
    page = asked_page(ada)
    assert "They have one month" in page.text
    assert "I am moving away" in page.text
    at_desk = desk.page()
    assert "for this plan to be erased" in at_desk.text
    again = ada.submit("/plan/erase", {"words": "Pressed on a page left open"})
    assert again.status_code == 303, "there is no box on the page in which to put it right"
    assert ada.submit("/plan/erase/take-back", seen_on="/plan/erase").status_code == 303
    assert "for this plan to be erased" not in desk.page().text
    assert "Nobody has asked" in desk.page("erasure").text


@pytest.mark.parametrize(("decision", "said"), [("yes", "The answer is yes"), ("no", "is no")])
def test_the_decision_is_written_down_and_read(
    decision: str, said: str, ada: Reader, desk: Desk
) -> None:
    ada.submit("/plan/erase", {"words": "Please", "sure": "yes"})
    half = desk.client.submit(desk.at("erasure"), {"by": "x" * 121, "answer": " "})
    assert half.status_code == 422
    assert desk.client.page(half).errors.keys() == {"decision", "by", "answer"}
    whole = {"decision": decision, "by": MARSDEN, "answer": "We looked at it with care."}
    assert desk.client.submit(desk.at("erasure"), whole).status_code == 303
    again = desk.client.submit(desk.at("erasure"), whole, seen_on=desk.at("links"))
    assert again.status_code == 409
    page = asked_page(ada)
    assert said in page.text
    assert MARSDEN in page.text
    assert "We looked at it with care." in page.text
    wanted = Stands.AGREED if decision == "yes" else Stands.DECLINED
    found = _asked(desk)
    assert found is not None
    assert found.stands is wanted


def test_nobody_elses_plan_can_be_decided(desk: Desk, app: Flask, world: World) -> None:
    other = browser(app)
    staff = _of_another_team(world)
    signed_in_team(other, world, staff)
    answer = other.get(desk.at("erasure"))
    assert answer.status_code == 404


def test_who_holds_their_card_is_told_what_to_do(client: Reader, desk: Desk) -> None:
    """The same as for an address that nobody ever had: and the page then says whom to ring."""
    mine: Any = {"by": desk.person, "patient_id": desk.patient_id}
    link = make_link(desk.world, **mine, kind=Kind.FULL_PRINT, at=NOW)
    asked = {"recipient": "Ward 7"}
    before = client.post(f"/m/{token_of(link)}", json=asked)
    assert before.status_code == 200
    _erase(desk)
    after = client.post(f"/m/{token_of(link)}", json=asked)
    never = client.post(f"/m/{'A' * 43}", json=asked)
    assert (after.status_code, after.data) == (never.status_code, never.data)
    assert after.json == {"state": "unknown"}
    viewer = client.get("/s")
    assert "Ring the 24-hour number printed on the card or page." in viewer.text


def test_their_own_session_is_over_and_their_address_free(
    ada: Reader, desk: Desk, app: Flask
) -> None:
    assert ada.get("/plan").status_code == 200
    _erase(desk)
    assert ada.get("/plan").status_code == 302
    again = browser(app)
    answer = again.submit("/account/sign-in", {"email": ADA.email, "password": ADA.password})
    assert answer.status_code == 422
    assert desk.client.get(desk.at()).status_code == 404


def _erase(desk: Desk) -> None:
    with desk.world.store.read() as tx:
        face = face_of(tx, desk.patient_id)
    assert face is not None
    number = face.plan_number
    facts: Any = {"person": number, "plan_number": number, "why": Why.ORDERED}
    erase(desk.world, **facts, authority=MARSDEN, at=NOW)


def _asked(desk: Desk) -> Any:
    return erasure_asked(desk.world, by=desk.person, patient_id=UUID(desk.person.patient_id))


def _of_another_team(world: World) -> Any:
    team = a_hospital(world, "Royal Elsewhere")
    return a_clinician(world, team_id=team, email="else@example.org", with_phone=False)
