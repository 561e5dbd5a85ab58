"""The first page: three doors in the demonstration, and none of them anywhere else."""

from __future__ import annotations

import re

import pytest

from careplan.acts.seeding import DEMO_CLINICIAN, DEMO_PATIENT
from tests.visitors import sign_up

DOORS = ("/demo/patient", "/demo/team")


@pytest.fixture
def store_url(lived_in_url):
    return lived_in_url


@pytest.fixture
def demo(make_app):
    """The demonstration with its people in it."""
    return make_app(environment="demo").test_client()


@pytest.mark.asvs("3.4.5")
def test_strangers_read_what_this_is(client):
    page = client.page(client.get("/"))

    addresses = {link.get("href") for link in page.find("a")}
    assert {"/account/new", "/account/sign-in", "/scan"} <= addresses
    assert "invented" not in page.text


def test_somebody_signed_in_goes_straight_to_their_plan(client):
    sign_up(client, email="bo@example.org")

    assert client.get("/").location == "/plan"


def test_the_demonstration_says_that_everyone_is_invented(make_app):
    demo = make_app(environment="demo").test_client()
    page = demo.page(demo.get("/"))

    assert "Everyone here is invented" in page.text
    assert {form.get("action") for form in page.find("form")} == set(DOORS)
    assert "this door skips it" in page.text


@pytest.mark.parametrize(("door", "opens"), [("/demo/patient", "/plan"), ("/demo/team", "/team")])
def test_one_press_opens_each_door(demo, door, opens):
    answer = demo.submit(door, seen_on="/", follow_redirects=True)

    assert answer.status_code == 200
    assert answer.request.path == opens


def test_going_through_a_second_door_leaves_the_first(demo):
    demo.submit("/demo/team", seen_on="/")
    demo.submit("/demo/patient", seen_on="/")

    assert demo.get("/team").status_code == 403


def test_the_card_is_held_up(demo):
    page = demo.page(demo.get("/demo/emergency"))

    assert page.find("svg")
    assert re.search(r"[0-9A-Z]{5}-[0-9A-Z]{5}-[0-9A-Z]", page.text)
    (link,) = [one for one in page.find("a") if "shlink:" in one.get("href")]
    assert link.get("href").startswith("https://plan.example.org/s#shlink:/")


def test_a_card_that_was_turned_off_is_said(demo):
    demo.submit("/demo/patient", seen_on="/")
    page = demo.page(demo.get("/plan/share"))
    shared = [one.get("href") for one in page.find("a") if "/plan/share/" in one.get("href")]
    for path in {path for path in shared if not path.endswith("/new")}:
        demo.submit(f"{path}/turn-off", {"sure": "yes"}, seen_on=path)

    page = demo.page(demo.get("/demo/emergency"))

    assert "turned this card off" in page.text


@pytest.mark.parametrize("path", DOORS)
def test_outside_the_demonstration_there_are_no_such_doors(client, path):
    assert client.submit(path, seen_on="/account/sign-in").status_code == 404


def test_outside_the_demonstration_no_card_is_held_up(client):
    assert client.get("/demo/emergency").status_code == 404


def test_the_demonstrations_people_are_no_way_in_elsewhere(client):
    for email in (DEMO_PATIENT, DEMO_CLINICIAN):
        answer = client.submit("/account/sign-in", {"email": email, "password": ""})
        assert answer.status_code == 422


# --- what machines ask ---------------------------------------------------------------------------


def test_the_process_answers(client):
    assert client.get("/healthz").text == "ok\n"


def test_the_database_answers(client):
    assert client.get("/readyz").text == "ready\n"


def test_a_database_that_does_not_answer_is_said(make_app, tmp_path):
    elsewhere = make_app(database_url=f"sqlite:///{tmp_path}/nothing/here.db").test_client()

    assert elsewhere.get("/readyz").status_code == 503
    assert elsewhere.get("/healthz").status_code == 200


def test_a_database_without_our_tables_is_not_ready(make_app, tmp_path):
    empty = make_app(database_url=f"sqlite:///{tmp_path}/empty.db").test_client()

    assert empty.get("/readyz").status_code == 503


def test_weaknesses_have_somebody_to_be_told_to(client):
    lines = dict(
        line.split(": ", 1) for line in client.get("/.well-known/security.txt").text.splitlines()
    )

    assert lines["Contact"] == "mailto:security@plan.example.org"
    assert lines["Expires"] == "2027-11-22T09:00:00Z"


@pytest.mark.parametrize(
    ("contact", "said"),
    [
        ("safe@example.org", "mailto:safe@example.org"),
        ("https://example.org/tell", "https://example.org/tell"),
    ],
)
def test_a_deployment_names_its_own(make_app, contact, said):
    app = make_app(security_contact=contact)

    assert f"Contact: {said}\n" in app.test_client().get("/.well-known/security.txt").text


def test_nobody_is_to_index_this(client):
    assert "Disallow: /\n" in client.get("/robots.txt").text


def test_the_icon_is_a_drawing_of_ours(client):
    assert client.get("/favicon.ico").mimetype == "image/svg+xml"


def test_the_emergency_style_is_for_its_frame_alone(client):
    style = client.get("/emergency.css").text

    selectors = re.findall(r"^([^@{}\n]+){", style, re.MULTILINE)
    assert selectors
    assert all(one.startswith(".plan-framed") for one in selectors)
    assert style.count("{") == style.count("}")
