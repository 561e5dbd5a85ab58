"""The published description names every door that answers JSON, and no other."""

from __future__ import annotations

import pytest
import schemathesis
from schemathesis.core.result import Ok

from careplan.accounts.partners import read_scopes
from careplan.web.access import Reader
from careplan.web.describing.doors import DOORS
from careplan.web.describing.openapi import address, described_doors, of_door
from careplan.web.fhir_api.described import LetsIn, Where
from tests.descriptions.json_doors import json_doors

NOT_JSON = {"front.machines.healthz", "front.machines.readyz"}
"""Described for whoever watches over the service, and plain text."""
NOT_DESCRIBED: dict[str, str] = {
    "GET /m/<token>": "refused: a manifest is asked for with POST",
}
"""Routes of the doors found, and why they stand in no description."""
LETS_IN = {
    Reader.ANYONE: {LetsIn.NOTHING, LetsIn.ADDRESS, LetsIn.TICKET},
    Reader.PARTNER: {LetsIn.PARTNER},
}
"""What the readers a route declares must bring; whoever else signs in brings a session."""


@pytest.fixture
def store_url(sqlite_url):
    """What a route says of itself, no database changes."""
    return sqlite_url


@pytest.fixture
def published(client):
    answer = client.get("/fhir/openapi.json")
    assert (answer.status_code, answer.mimetype) == (200, "application/json")
    return answer.json


def _routed(app):
    """Method and address of every door that can answer JSON."""
    found = json_doors(app)
    return {
        f"{method} {rule.rule}": (rule, method)
        for rule in app.url_map.iter_rules()
        if rule.endpoint in found
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }


def test_every_door_that_answers_json_is_described(app):
    silent = {
        door
        for door, (rule, method) in _routed(app).items()
        if of_door(app, rule.endpoint, method) is None
    }
    assert silent == set(NOT_DESCRIBED)


def test_nothing_is_described_that_is_not_there(app, published):
    assert json_doors(app) | NOT_JSON == {rule.endpoint for rule, _, _ in described_doors(app)}
    for endpoint, said in DOORS.items():
        assert not hasattr(app.view_functions[endpoint], "described"), f"{endpoint}: said twice"
        methods = set().union(*(rule.methods for rule in app.url_map.iter_rules(endpoint)))
        assert methods >= {one for each in said for one in each.methods}, endpoint
    told = {(address(rule), method) for rule, method, _ in described_doors(app)}
    assert told == {
        (path, method.upper()) for path, item in published["paths"].items() for method in item
    }


def test_a_description_speaks_of_its_own_address(app):
    """Each parameter in the path is a variable of the route, and what lets in fits the reader."""
    for rule, method, said in described_doors(app):
        named = {one.name for one in said.parameters if one.where is Where.PATH}
        assert named <= rule.arguments, f"{method} {rule.rule}"
        reader = app.view_functions[rule.endpoint].reader
        assert said.lets_in in LETS_IN.get(reader, {LetsIn.SESSION}), f"{method} {rule.rule}"


def test_it_loads_as_openapi(published):
    loaded = schemathesis.openapi.from_dict(published)
    loaded.validate()
    assert all(isinstance(one, Ok) for one in loaded.get_all_operations())


def test_each_scope_that_a_door_asks_is_one_that_can_be_given(published):
    flow = published["components"]["securitySchemes"]["partner"]["flows"]["clientCredentials"]
    asked = {
        scope
        for item in published["paths"].values()
        for door in item.values()
        for needed in door["security"]
        for scope in needed.get("partner", [])
    }
    assert asked
    assert asked <= set(flow["scopes"])
    assert all(str(read_scopes(one)) == one for one in flow["scopes"])
