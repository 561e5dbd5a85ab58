"""Choosing who may have a copy, taking one, and holding the plan out to staff."""

from __future__ import annotations

from uuid import UUID

import pytest

from careplan.acts.consents import give_consent
from careplan.acts.seeding import DEMO_CLINICIAN, DEMO_PATIENT
from careplan.acts.sharing import links
from careplan.acts.signing_in import demo_sign_in, who_is
from careplan.sharing.consents import Consent
from tests.stores import NOW
from tests.visitors import SESSION_COOKIE, sign_up

HOME = "/plan/copies"


@pytest.fixture
def store_url(lived_in_url):
    return lived_in_url


@pytest.fixture
def ada(client, world):
    token = demo_sign_in(world, email=DEMO_PATIENT, at=NOW)
    client.set_cookie(SESSION_COOKIE, token, domain="plan.example.org", secure=True)
    return client


def make(client, copy: str):
    return client.submit(f"{HOME}/make/{copy}", seen_on=HOME)


def test_each_is_asked_for_alone_and_off_unless_it_is_urgent_care(ada):
    page = ada.page(ada.get(HOME))
    chips = [one.text for one in page.find("strong") if "plan-chip" in (one.get("class") or "")]
    assert chips == ["ON", "OFF", "OFF"]
    assert "This is part of urgent care" in page.text
    ada.submit(f"{HOME}/school/agree", seen_on=HOME)
    page = ada.page(ada.get(HOME))
    chips = [one.text for one in page.find("strong") if "plan-chip" in (one.get("class") or "")]
    assert chips == ["ON", "OFF", "ON"]
    assert "You said so on 23 November 2026" in page.text


def test_a_copy_is_made_with_leave_and_gone_without(ada):
    refused = make(ada, "school")
    assert refused.status_code == 404
    assert "this copy is off" in ada.page(refused).text
    ada.submit(f"{HOME}/school/agree", seen_on=HOME)
    made = make(ada, "school")
    assert made.status_code == 200
    assert made.mimetype == "application/pdf"
    ada.submit(f"{HOME}/school/stop", seen_on=HOME)
    assert make(ada, "school").status_code == 404
    assert "took back: your school" in ada.page(ada.get("/plan/who-looked")).text


def test_plain_text_is_plain_text(ada):
    made = make(ada, "text")
    assert made.content_type == "text/plain; charset=utf-8"
    assert "FIRST DOSE\nmorphine 10 mg subcutaneous" in made.get_data(as_text=True)


def test_the_screen_for_staff_leads_nowhere_private(ada):
    answer = ada.get("/plan/show")
    page = ada.page(answer)
    assert page.heading == "This is my plan: please read"
    assert "morphine 10 mg" in page.text
    addresses = {one.get("href") for one in page.find("a")} - {None}
    assert {one for one in addresses if not one.startswith("tel:")} == {"/plan/show/ambulance"}
    assert page.find("form") == []


def test_the_ambulance_order_can_be_turned_off(ada):
    page = ada.page(ada.get("/plan/show/ambulance"))
    assert "Questions already answered" in page.text
    assert "Still ask" in page.text
    ada.submit(f"{HOME}/ambulance/stop", seen_on=HOME)
    assert ada.get("/plan/show/ambulance").status_code == 404
    page = ada.page(ada.get("/plan/show"))
    assert page.find("a", href="/plan/show/ambulance") == []


def test_before_anything_is_published_there_is_nothing_to_copy(client):
    sign_up(client, email="bo@example.org")
    for path in ("/plan/show", "/plan/show/ambulance"):
        assert client.get(path).location == "/plan/publish"
    assert make(client, "large").location == "/plan/publish"


@pytest.mark.parametrize("path", ["/plan/copies/research/agree", "/plan/copies/make/record"])
def test_nothing_is_asked_that_nobody_can_make(ada, path):
    assert ada.submit(path, seen_on=HOME).status_code == 404


# --- the short-code door -------------------------------------------------------------------------


def type_code(client, world, *, crew: bool):
    who = who_is(world, email=DEMO_PATIENT)
    code = links(world, by=who, patient_id=UUID(who.patient_id), at=NOW)[0].code
    data = {"code": code, "birth_date": "14 3 1997"} | ({"order": "ambulance"} if crew else {})
    return client.submit("/code", data)


def test_a_crew_at_the_code_door_reads_its_own_order(client, world):
    usual = client.page(type_code(client, world, crew=False)).text
    crew = client.page(type_code(client, world, crew=True)).text
    assert "Questions already answered" not in usual
    assert "Questions already answered" in crew


# --- the desk ------------------------------------------------------------------------------------


def test_the_desk_prints_what_the_person_agreed_to(client, world):
    token = demo_sign_in(world, email=DEMO_CLINICIAN, at=NOW)
    client.set_cookie(SESSION_COOKIE, token, domain="plan.example.org", secure=True)
    who = who_is(world, email=DEMO_PATIENT)
    at_desk = f"/team/{who.patient_id}"
    refused = client.submit(f"{at_desk}/copy/gp", seen_on=at_desk, follow_redirects=True)
    assert "has not agreed" in client.page(refused).text
    give_consent(world, by=who, patient_id=UUID(who.patient_id), consent=Consent.GP, at=NOW)
    made = client.submit(f"{at_desk}/copy/gp", seen_on=at_desk)
    assert made.mimetype == "application/pdf"
