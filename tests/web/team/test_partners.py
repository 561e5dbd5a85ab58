"""The administrator's pages on other organisations' systems."""

from __future__ import annotations

import pytest

from careplan.accounts.people import Role
from tests.partners import a_key, a_partner, claims, form, signed
from tests.stores import NOW
from tests.visitors import a_clinician, a_hospital, signed_in_team

NEW, LIST = "/team/partners/new", "/team/partners"
ENDPOINT = "https://plan.example.org/fhir/token"
ASKED = {
    "name": "Crew tablet",
    "organisation": "London Ambulance",
    "ods": "RRU",
    "purpose": "ambulance",
    "may": ["read", "send"],
    "jwks": a_key().jwks,
}


@pytest.fixture
def store_url(sqlite_url):
    """Doors know nothing of databases."""
    return sqlite_url


@pytest.fixture
def admin(client, world):
    staff = a_clinician(world, team_id=a_hospital(world), role=Role.TEAM_ADMIN, with_phone=False)
    return signed_in_team(client, world, staff)


def token_for(client, client_id, key=None, scope="system/*.rs"):
    note = signed(claims(client_id, ENDPOINT, at=NOW), key or a_key())
    return client.post(ENDPOINT, data=form(note, scope))


def test_from_the_form_to_the_first_token_and_out_again(client, admin):
    assert "No system has been let in" in client.page(client.get(LIST)).text
    answer = client.submit(NEW, ASKED)
    assert answer.status_code == 303, client.page(answer).errors
    page = client.page(client.get(answer.location))
    assert page.heading == "Crew tablet"
    for said in (
        "London Ambulance (RRU)",
        "people who let ambulance crews read their plan",
        "Find and read emergency pages, and each fact on them",
        "Send plans to your team to look at",
        "Each read stands in that person’s own list",
        ENDPOINT,
        a_key().kid,
        "Never",
    ):
        assert said in page.text, said
    client_id = answer.location.rpartition("/")[2]
    assert client_id in page.text
    given = token_for(client, client_id)
    assert given.status_code == 200
    assert "AuditEvent" not in given.json["scope"]
    listed = client.page(client.get(LIST)).text
    assert "Crew tablet" in listed
    assert "Never" not in listed

    answer = client.submit(f"{LIST}/{client_id}", {"state": "suspended"}, follow_redirects=True)
    assert "can read and send nothing any more" in client.page(answer).text
    assert token_for(client, client_id).status_code == 401
    again = client.submit(f"{LIST}/{client_id}", {"state": "suspended"})
    assert again.status_code == 409
    client.submit(f"{LIST}/{client_id}", {"state": "active"})
    assert token_for(client, client_id).status_code == 200

    new = a_key("of 2027")
    answer = client.submit(f"{LIST}/{client_id}/keys", {"jwks": new.jwks})
    assert answer.status_code == 303
    assert "of 2027" in client.page(client.get(answer.location)).text
    assert token_for(client, client_id).status_code == 401
    assert token_for(client, client_id, new).status_code == 200


PRIVATE = '{"keys":[{"kty":"EC","kid":"a","d":"AA"}]}'
WEAK = '{"keys":[{"kty":"RSA","kid":"weak one","n":"%s","e":"AQAB"}]}' % ("_" * 172)


def test_what_cannot_be_is_said_beside_its_box_and_nothing_is_lost(client, admin):
    for changes, box, said in (
        ({"name": ""}, "name", "what the system is called"),
        ({"organisation": "x" * 90}, "organisation", "80 letters"),
        ({"ods": "?"}, "ods", "3 to 10"),
        ({"purpose": ""}, "purpose", "kind of system"),
        ({"may": []}, "may", "Choose what it may do"),
        ({"may": ["everything"]}, "may", "Choose what it may do"),
        ({"may": ["trail"]}, "may", "your own hospital"),
        ({"jwks": ""}, "jwks_url", "one of the two"),
        ({"jwks_url": "https://a.example"}, "jwks_url", "one of the two"),
        ({"jwks": PRIVATE}, "jwks", "private key"),
        ({"jwks": WEAK}, "jwks", "weak one: 1032 bits"),
        ({"jwks": "text"}, "jwks", "not a set of public keys"),
        ({"jwks": "", "jwks_url": "ftp://a.example"}, "jwks_url", "https://"),
        ({"jwks": "", "jwks_url": "http://127.0.0.1:9/"}, "jwks_url", "could not be asked"),
    ):
        answer = client.submit(NEW, ASKED | changes)
        page = client.page(answer)
        assert answer.status_code == 422, changes
        assert said in page.errors[box], page.errors
        if "name" not in changes:
            assert page.value_of("name") == "Crew tablet"
        assert PRIVATE not in answer.text
    assert "No system has been let in" in client.page(client.get(LIST)).text


def test_in_production_keys_come_from_the_world_outside_alone(make_app, world):
    client = make_app(environment="production").test_client()
    staff = a_clinician(world, team_id=a_hospital(world), role=Role.TEAM_ADMIN, with_phone=False)
    signed_in_team(client, world, staff)
    for url, said in (
        ("http://trust.example.org/jwks.json", "https://"),
        ("https://127.0.0.1/jwks.json", "inside a private network"),
        ("https://localhost/jwks.json", "inside a private network"),
    ):
        answer = client.submit(NEW, ASKED | {"jwks": "", "jwks_url": url})
        assert answer.status_code == 422
        assert said in client.page(answer).errors["jwks_url"]


def test_keys_that_cannot_be_used_leave_the_old_ones(client, admin, world):
    one = a_partner(world, team_id=admin.team_id, by=admin.who)
    page = f"{LIST}/{one.partner.partner_id}/keys"
    answer = client.submit(page, {"jwks": PRIVATE})
    assert answer.status_code == 422
    assert "private key" in client.page(answer).errors["jwks"]
    assert PRIVATE not in client.get(page).text
    assert token_for(client, str(one.partner.partner_id)).status_code == 200


def test_another_team_s_systems_are_not_there(client, admin, world):
    other = a_partner(world, team_id=a_hospital(world, "Royal Elsewhere"), name="Not yours")
    there = f"{LIST}/{other.partner.partner_id}"
    assert "Not yours" not in client.get(LIST).text
    for path in (there, f"{there}/keys"):
        assert client.get(path).status_code == 404
        sent = {"state": "suspended", "jwks": a_key("x").jwks}
        assert (
            client.submit(path, sent, seen_on=LIST.replace("partners", "members/new")).status_code
            == 404
        )
    assert token_for(client, str(other.partner.partner_id)).status_code == 200


@pytest.mark.parametrize("role", [Role.CLINICIAN, Role.NURSE])
def test_it_is_the_administrator_s(client, world, role):
    signed_in_team(client, world, a_clinician(world, role=role, with_phone=False))
    for path in (LIST, NEW):
        assert client.get(path).status_code == 403


def test_whoever_runs_the_service_lists_them_all(app, client, admin, world):
    run = app.test_cli_runner()
    assert run.invoke(args=["partners"]).output == "0 let in, 0 of them suspended.\n"
    one = a_partner(world, team_id=admin.team_id, by=admin.who)
    other = a_partner(world, team_id=a_hospital(world, "Royal Elsewhere"), name="Crew tablet")
    client.submit(f"{LIST}/{one.partner.partner_id}", {"state": "suspended"})
    *lines, last = run.invoke(args=["partners"]).output.splitlines()
    assert last == "2 let in, 1 of them suspended."
    by_id = {line.split("\t")[0]: line for line in lines}
    assert "\tsuspended\town_trust\t" in by_id[str(one.partner.partner_id)]
    assert "Crew tablet" in by_id[str(other.partner.partner_id)]
    assert "for Royal Elsewhere red cell team" in by_id[str(other.partner.partner_id)]
    assert one.token not in "".join(lines)
