"""The pages of signing in elsewhere: there, back, joined, taken away, and refused in one way."""

from __future__ import annotations

import secrets
from dataclasses import replace
from html import unescape
from urllib.parse import urlsplit

import pytest

from careplan.accounts.outside import Side
from careplan.acts.signing_in import recognise
from careplan.variables import Unsafe
from careplan.web.doctor.findings import State
from careplan.web.doctor.of_providers import of_providers
from tests.openid.provider import TWO_STEPS, goes_there, our_pem
from tests.openid.test_coming_in import begins_a_plan
from tests.stores import NOW
from tests.visitors import (
    ADA,
    SESSION_COOKIE,
    a_clinician,
    come_in,
    linked_patient,
    sure,
)


@pytest.fixture
def store_url(sqlite_url):
    """On one database, for doors know nothing of databases."""
    return sqlite_url


@pytest.fixture(scope="module")
def set_up(provider, tmp_path_factory):
    """What whoever runs the service writes into the environment."""
    people, staff = provider.knows(Side.PEOPLE), provider.knows(Side.STAFF)
    path = tmp_path_factory.mktemp("key") / "nhs-login.pem"
    path.write_bytes(our_pem())
    return {
        "patient_issuer": provider.issuer,
        "patient_client_id": people.client_id,
        "patient_key": str(path),
        "staff_issuer": provider.issuer,
        "staff_client_id": staff.client_id,
        "staff_secret": staff.secret,
        "staff_second_factor": TWO_STEPS,
    }


@pytest.fixture
def app(make_app, set_up):
    app = make_app(**set_up)
    here = app.extensions["careplan"]
    true = replace(here.world, entropy=secrets.token_bytes)  # see conftest.world
    app.extensions["careplan"] = replace(here, world=true)
    return app


def sets_off(client, press, *, seen_on="/account/sign-in", **form):
    """The address that the page in between goes on to."""
    answer = client.submit(f"/account/elsewhere/{press}", form, seen_on=seen_on)
    assert answer.status_code == 200, answer.status
    (meta,) = (one for one in client.page(answer).find("meta") if one.get("http-equiv"))
    return unescape(meta.get("content")).removeprefix("0; url=")


def comes_back(client, address):
    """As the browser does, led by the provider."""
    parts = urlsplit(address)
    return client.get(f"{parts.path}?{parts.query}", headers={"Sec-Fetch-Site": "cross-site"})


def goes(client, press, person, **more):
    return comes_back(client, goes_there(sets_off(client, press, **more), person))


def whose(client, world):
    token = sure(client.get_cookie(SESSION_COOKIE, domain="plan.example.org")).value
    return sure(recognise(world, token=token, at=NOW)).who


def test_ada_goes_from_the_button_to_her_plan(client, world):
    begins_a_plan(world, a_clinician(world))
    answer = goes(client, "people/go", "ada", next="/plan/share")

    assert answer.status_code == 302
    assert "Secure" in answer.headers["Set-Cookie"]
    assert client.get(answer.location).location == "/plan/share"
    assert whose(client, world).name == "Ada Okonkwo"
    account = client.page(client.get("/account")).text
    assert "NHS login" in account
    assert "Password" not in account


@pytest.mark.asvs("10.5.1")
def test_the_address_of_one_browser_opens_nothing_in_another(client, app, world):
    begins_a_plan(world, a_clinician(world))
    address = goes_there(sets_off(client, "people/go"), "ada")
    other = app.test_client()
    assert comes_back(other, address).status_code == 403
    assert other.get_cookie(SESSION_COOKIE, domain="plan.example.org") is None
    assert comes_back(client, address).status_code == 403, "it was used up"


def test_whoever_is_refused_reads_the_same(client, world, app):
    """Nobody known, another birth date, too little proved, an account there is, one it is joined
    to but by one step, no cookie, no question of ours: the same bytes and the same answer."""
    linked_patient(world, a_clinician(world))
    ada = come_in(app.test_client())
    goes(ada, "people/join", "ada", seen_on="/account/elsewhere")
    by_one = goes(app.test_client(), "people/go", "ada by her password")
    ada.submit("/account/elsewhere/people/leave", seen_on="/account/elsewhere")
    pages = [by_one] + [
        goes(client, "people/go", one)
        for one in ("nobody here", "another day", "ada of P5", "ada", "ada by e-mail")
    ]
    pages.append(app.test_client().get("/account/elsewhere/people/back?code=x&state=y&iss=z"))
    pages.append(app.test_client().get("/account/elsewhere/people/back"))
    pages.append(goes(client, "people/go", "somebody unknown to it"))
    assert {one.status_code for one in pages} == {403}
    assert len({one.data for one in pages}) == 1
    named = [{name for name, _ in one.headers} for one in pages]
    assert all(one == named[0] for one in named)


def test_it_is_joined_and_taken_away_on_ones_own_account(client, app, world):
    linked_patient(world, a_clinician(world))
    come_in(client)
    joins = {"seen_on": "/account/elsewhere"}
    assert goes(client, "people/join", "another day", **joins).status_code == 403
    answer = goes(client, "people/join", "ada", **joins)
    assert answer.location == "/account/elsewhere"
    assert "Not used yet." in client.page(client.get(answer.location)).text

    other = app.test_client()
    assert goes(other, "people/go", "ada").status_code == 302
    assert whose(other, world).account_id == whose(client, world).account_id
    client.submit("/account/elsewhere/people/leave", seen_on="/account/elsewhere")
    assert "You have none." in client.page(client.get("/account/elsewhere")).text
    assert goes(app.test_client(), "people/go", "ada").status_code == 403


def test_the_only_way_in_stays_and_shows_again_who_they_are(client, world, clock):
    begins_a_plan(world, a_clinician(world))
    goes(client, "people/go", "ada")
    last = client.submit("/account/elsewhere/people/leave", seen_on="/account/elsewhere")
    assert last.status_code == 409
    assert "only way in" in client.page(last).text

    clock.go_on(minutes=15)
    assert client.get("/account/elsewhere").location.startswith("/account/again")
    again = client.page(client.get("/account/again"))
    assert "Continue with NHS login" in again.text
    assert "Your password" not in again.text


def test_staff_come_by_their_trusts_and_give_our_second_step(client, app, world):
    helena = a_clinician(world, with_phone=False)
    come_in(client, email=helena.email)
    assert goes(app.test_client(), "staff/go", "helena").status_code == 403
    for press in ("staff/join", "people/join"):  # a password alone joins nothing
        answer = client.submit(f"/account/elsewhere/{press}", seen_on="/account")
        assert answer.location.startswith("/account/second-step")


def test_an_invited_colleague_needs_no_password(client, world):
    invited = client.page(client.get("/account/invited")).text
    assert "without a password" in invited
    form = {"email": "sade@example.org", "code": "0" * 16, "seen_on": "/account/invited"}
    assert goes(client, "staff/invited", "helena", **form).status_code == 403


def test_a_provider_that_does_not_answer_is_said_in_words(make_app, set_up):
    app = make_app(**set_up | {"patient_issuer": "http://127.0.0.1:9"})
    client = app.test_client()
    answer = client.submit("/account/elsewhere/people/go", seen_on="/account/sign-in")
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "60")
    assert "no answer from NHS login" in client.page(answer).text


def test_the_doctor_asks_each_provider(app, make_app, set_up):
    here = app.extensions["careplan"]
    assert [one.state for one in of_providers(here)] == [State.OK, State.OK]
    away = make_app(**set_up | {"staff_issuer": "http://127.0.0.1:9"}).extensions["careplan"]
    found = list(of_providers(away))
    assert [one.state for one in found] == [State.OK, State.WRONG]
    assert "OIDC_STAFF_ISSUER" in found[1].said


def test_without_a_provider_there_is_no_such_door(make_app):
    client = make_app().test_client()
    assert "Continue with" not in client.page(client.get("/account/sign-in")).text
    assert client.get("/account/elsewhere/people/back?code=x&state=y").status_code == 404
    come_in_page = client.get("/account/elsewhere")
    assert come_in_page.location.startswith("/account/sign-in")
    assert ADA.email not in come_in_page.text


def test_a_key_that_is_none_stops_the_start(make_app, set_up, tmp_path):
    missing = tmp_path / "missing.pem"
    with pytest.raises(Unsafe, match="cannot be read"):
        make_app(**set_up | {"patient_key": str(missing)})
    missing.write_text("not a key")
    with pytest.raises(Unsafe, match="RSA key"):
        make_app(**set_up | {"patient_key": str(missing)})
