"""A client signs in through HTTP as the standards say it should, and is refused as they say."""

from __future__ import annotations

import json
from datetime import timedelta
from urllib.parse import urlencode

import pytest

from careplan.accounts.partners import PartnerState
from careplan.acts.partners import Published, set_partner_standing
from careplan.web.fhir_api.token import MOST_BODY
from tests.partners import (
    SigningKey,
    a_client,
    a_key,
    an_administrator,
    an_rsa_key,
    claims,
    form,
    signed,
)
from tests.stores import NOW
from tests.visitors import a_hospital

BASE = "https://plan.example.org/fhir"
ENDPOINT = f"{BASE}/token"
SCOPE = "system/CarePlan.rs"
NOT_LET_IN = {
    "error": "invalid_client",
    "error_description": "This client is not let in, or not with this assertion.",
}
A_PLAN = "/fhir/CarePlan/0d7b6f3e-3f0a-4c0e-9d55-1d2b3c4d5e6f"
BOTH_KEYS = json.dumps({"keys": [a_key().jwk, an_rsa_key().jwk]})


@pytest.fixture
def store_url(sqlite_url):
    """Doors know nothing of databases; the acts behind these are tried on both."""
    return sqlite_url


@pytest.fixture
def admin(world):
    return an_administrator(world, team_id=a_hospital(world))


@pytest.fixture
def partner(world, admin):
    return a_client(world, by=admin, keys=Published(pasted=BOTH_KEYS))


@pytest.fixture
def note(partner):
    def make(key=None, *, header=None, at=NOW, **changes):
        said = claims(str(partner.partner_id), ENDPOINT, at=at, **changes)
        return signed(said, key or a_key(), header=header)

    return make


@pytest.fixture
def headers(client, note):
    answer = client.post(ENDPOINT, data=form(note(), SCOPE))
    return {"Authorization": f"Bearer {answer.json['access_token']}"}


# --- the whole way, from the base address alone --------------------------------------------------


def test_a_client_that_knows_only_the_base_address_reads(client, partner):
    for key in (a_key(), an_rsa_key()):
        _goes_the_whole_way(client, partner, key)


def _goes_the_whole_way(client, partner, key):
    found = client.get(f"{BASE}/.well-known/smart-configuration")
    assert found.headers["Access-Control-Allow-Origin"] == "*"
    assert found.mimetype == "application/json"
    assert found.json["grant_types_supported"] == ["client_credentials"]
    assert found.json["token_endpoint_auth_methods_supported"] == ["private_key_jwt"]
    assert key.alg in found.json["token_endpoint_auth_signing_alg_values_supported"]
    assert {"client-confidential-asymmetric", "permission-v2"} <= {*found.json["capabilities"]}
    assert SCOPE.replace("CarePlan", "*") in found.json["scopes_supported"]
    assert found.json["code_challenge_methods_supported"] == ["S256"]
    endpoint = found.json["token_endpoint"]

    said = claims(str(partner.partner_id), endpoint, at=NOW)
    sent = form(signed(said, key), f"{SCOPE} system/Patient.read", client_id=said["iss"])
    answer = client.post(endpoint, data=sent)
    assert answer.status_code == 200, answer.text
    assert {**answer.json, "access_token": ""} == {
        "access_token": "",
        "token_type": "bearer",
        "expires_in": 300,
        "scope": "system/CarePlan.rs system/Patient.rs",
    }
    assert (answer.mimetype, answer.headers["Cache-Control"]) == ("application/json", "no-store")
    assert answer.headers["Pragma"] == "no-cache"
    assert "Set-Cookie" not in answer.headers

    bearer = {"Authorization": f"Bearer {answer.json['access_token']}"}
    assert client.get(A_PLAN, headers=bearer).status_code == 404  # there is no such plan
    again = client.post(endpoint, data=form(signed(said, key)))
    assert (again.status_code, again.json) == (401, NOT_LET_IN)


# --- refused at the token endpoint ---------------------------------------------------------------


def test_what_is_missing_or_wrong_is_said_as_oauth_says_it(client, note):
    for changes, status, error in (
        ({"grant_type": ""}, 400, "invalid_request"),
        ({"grant_type": "authorization_code"}, 400, "unsupported_grant_type"),
        ({"client_assertion_type": ""}, 401, "invalid_client"),
        ({"client_assertion_type": "urn:ietf:wg:oauth:2.0:oob"}, 401, "invalid_client"),
        ({"client_assertion": ""}, 401, "invalid_client"),
        ({"client_assertion": "x.y.z"}, 401, "invalid_client"),
        ({"client_id": "somebody else"}, 401, "invalid_client"),
        ({"scope": ""}, 400, "invalid_scope"),
        ({"scope": " "}, 400, "invalid_scope"),
        ({"scope": "system/Group.rs"}, 400, "invalid_scope"),
        ({"scope": "user/CarePlan.rs"}, 400, "invalid_scope"),
        ({"scope": "system/CarePlan.rs " * 300}, 400, "invalid_scope"),
    ):
        answer = client.post(ENDPOINT, data=form(note(), SCOPE) | changes)
        assert (answer.status_code, answer.json["error"]) == (status, error), changes
        assert answer.json.keys() == {"error", "error_description"}
        assert answer.headers["Cache-Control"] == "no-store"
        assert ("WWW-Authenticate" in answer.headers) is (status == 401)  # RFC 9110, 15.5.2


def test_why_a_note_is_refused_is_never_said(client, note, admin, world, partner):
    forged = SigningKey(a_key().kid, a_key("another").private)
    hour = timedelta(hours=1)
    bad = [
        note(forged),
        note(a_key("unknown")),
        note(at=NOW - hour),
        note(at=NOW + hour),
        note(header={"alg": "none"}),
        note(header={"jwk": a_key("another").jwk}),
        note(aud="https://evil.example/token"),
        signed(claims("nobody", ENDPOINT, at=NOW), a_key()),
        "a.b.c",
    ]
    suspend = {"partner_id": partner.partner_id, "state": PartnerState.SUSPENDED}
    set_partner_standing(world, by=admin, at=NOW, **suspend)
    answers = [client.post(ENDPOINT, data=form(one)) for one in [*bad, note()]]
    assert {(one.status_code, one.text) for one in answers} == {
        (401, json.dumps(NOT_LET_IN, separators=(",", ":")))
    }
    said = ((one for one in answer.headers if one[0] != "X-Request-ID") for answer in answers)
    assert len({tuple(sorted(one)) for one in said}) == 1


def test_each_parameter_is_sent_once_as_a_form_and_not_too_much_of_it(client, note):
    twice = urlencode([*form(note()).items(), ("scope", "system/Patient.rs")])
    a_form = "application/x-www-form-urlencoded"
    for sent, status in (
        ({"data": twice, "content_type": a_form}, 400),
        ({"json": form(note())}, 400),
        ({"data": form(note()), "content_type": "multipart/form-data"}, 400),
        ({"data": b"", "content_type": "text/plain"}, 400),
        ({"data": form(note(), more="x" * MOST_BODY)}, 413),
        ({"query_string": form(note()), "content_type": a_form}, 400),
    ):
        answer = client.post(ENDPOINT, **sent)
        assert (answer.status_code, answer.json["error"]) == (status, "invalid_request"), sent


def test_no_cookie_and_no_other_method_opens_it(client):
    assert client.get(ENDPOINT).status_code == 405
    assert client.options(ENDPOINT).status_code == 200
    evil = {"Origin": "https://evil.example"}
    assert client.post(ENDPOINT, data=form("a.b.c"), headers=evil).status_code == 403


def test_too_many_tokens_and_it_says_when_to_come_again(client, note):
    for _number in range(30):
        assert client.post(ENDPOINT, data=form(note(), SCOPE)).status_code == 200
    answer = client.post(ENDPOINT, data=form(note(), SCOPE))
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "60")
    assert answer.json["error"] == "temporarily_unavailable"


# --- with a token --------------------------------------------------------------------------------


def issue(answer):
    assert answer.mimetype == "application/fhir+json"
    (one,) = answer.json["issue"]
    return answer.status_code, one["code"]


def test_a_door_wants_a_token_that_is_good_now(client, clock, headers):
    without = client.get(A_PLAN)
    assert issue(without) == (401, "login")
    assert without.headers["WWW-Authenticate"] == 'Bearer realm="fhir"'
    token = headers["Authorization"].partition(" ")[2]
    for said in (
        "Bearer " + "x" * 43,
        f"Bearer {token}x",
        f"Bearer {token[:-1]}",
        f"Bearer {token}, Bearer {token}",
        f"Basic {token}",
        token,
        "Bearer",
        "",
        "Bearer " + "x" * 5000,
    ):
        answer = client.get(A_PLAN, headers={"Authorization": said})
        assert issue(answer) == (401, "login"), said
        assert 'error="invalid_token"' in answer.headers["WWW-Authenticate"]
    for elsewhere in (f"?access_token={token}", f"?Authorization=Bearer%20{token}"):
        assert client.get(A_PLAN + elsewhere).status_code == 401
    client.set_cookie("access_token", token, domain="plan.example.org", secure=True)
    assert client.get(A_PLAN).status_code == 401
    assert client.get(A_PLAN, headers=headers).status_code == 404
    assert client.get(A_PLAN, headers={"Authorization": f"bearer  {token}"}).status_code == 404
    clock.go_on(minutes=5)
    assert issue(client.get(A_PLAN, headers=headers)) == (401, "login")


def test_it_does_what_its_scopes_say_and_no_more(client, headers):
    assert client.get(A_PLAN, headers=headers).status_code == 404
    answer = client.get(A_PLAN.replace("CarePlan", "Patient"), headers=headers)
    assert issue(answer) == (403, "forbidden")
    said = answer.headers["WWW-Authenticate"]
    assert 'error="insufficient_scope"' in said
    assert 'scope="system/Patient.r"' in said


def test_a_client_has_its_share_of_a_minute(client, headers, monkeypatch, clock):
    monkeypatch.setattr("careplan.acts.partner_tokens.REQUESTS_A_MINUTE", 3)
    for _number in range(3):
        assert client.get(A_PLAN, headers=headers).status_code == 404
    answer = client.get(A_PLAN, headers=headers)
    assert issue(answer) == (429, "throttled")
    assert answer.headers["Retry-After"] == "60"
    clock.go_on(minutes=1)
    for status in (403, 404, 403, 429):  # what its token does not allow is asked all the same
        path = A_PLAN.replace("CarePlan", "Patient") if status == 403 else A_PLAN
        assert client.get(path, headers=headers).status_code == status


def test_a_suspended_client_s_token_opens_nothing_from_the_next_request(
    client, headers, world, admin, partner
):
    assert client.get(A_PLAN, headers=headers).status_code == 404
    suspend = {"partner_id": partner.partner_id, "state": PartnerState.SUSPENDED}
    set_partner_standing(world, by=admin, at=NOW, **suspend)
    assert issue(client.get(A_PLAN, headers=headers)) == (401, "login")
