"""A client signs in through HTTP, as the standard says it should, and is refused otherwise."""

from __future__ import annotations

import pytest

from tests.partners import a_client, a_key, a_partner, an_administrator, claims, form, signed
from tests.stores import NOW
from tests.visitors import a_hospital

ENDPOINT = "https://plan.example.org/fhir/token"


@pytest.fixture
def team(world):
    return a_hospital(world)


@pytest.fixture
def partner(world, team):
    return a_client(world, by=an_administrator(world, team_id=team))


def test_a_client_that_knows_only_the_base_address_gets_in(client, partner):
    found = client.get("/fhir/.well-known/smart-configuration")
    assert found.headers["Access-Control-Allow-Origin"] == "*"
    assert "ES384" in found.json["token_endpoint_auth_signing_alg_values_supported"]
    endpoint = found.json["token_endpoint"]
    note = signed(claims(str(partner.partner_id), endpoint, at=NOW), a_key())
    answer = client.post(endpoint, data=form(note, "system/CarePlan.rs"))
    assert answer.status_code == 200, answer.text
    assert answer.json | {"access_token": ""} == {
        "access_token": "",
        "token_type": "bearer",
        "expires_in": 300,
        "scope": "system/CarePlan.rs",
    }
    assert answer.headers["Cache-Control"] == "no-store"
    again = client.post(endpoint, data=form(note))
    assert (again.status_code, again.json["error"]) == (401, "invalid_client")


def test_ready(world, team):
    assert len(a_partner(world, team_id=team).token) == 43
