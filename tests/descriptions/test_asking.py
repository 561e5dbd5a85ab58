"""Every door that answers JSON, asked at random and at the edges: it answers as it is described.

A longer run of the same is `bin/prove descriptions`.
"""

from __future__ import annotations

import pytest

from careplan.web.describing.openapi import address, described_doors
from careplan.web.fhir_api.described import LetsIn
from tests.conftest import BASE_URL
from tests.descriptions.asking import Told, ask
from tests.descriptions.peopled import STRANGER, Peopled

SEED, EXAMPLES = 20261123, 8
NEVER_TAKEN: dict[str, str] = {
    "POST /fhir/token": "an assertion cannot be made up",
}
"""Doors that no question made at random opens, and why."""

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def told(fresh_people: Peopled) -> Told:
    return ask(fresh_people, seed=SEED, examples=EXAMPLES)


def test_every_door_answers_as_it_is_described(told):
    assert not told.wrong, "\n\n".join(f"{name}\n{found[0]}" for name, found in told.wrong.items())


def test_every_door_was_asked_and_opened(fresh_people, told):
    doors = {f"{method} {address(rule)}" for rule, method, _ in described_doors(fresh_people.app)}
    assert set(told.asked) == doors
    opened = {one.rpartition(" ")[0] for one in told.answers if one.rpartition(" ")[2][0] == "2"}
    assert doors - opened == set(NEVER_TAKEN)


def _ways_in(app, lets_in):
    adapter = app.url_map.bind("plan.example.org", url_scheme="https")
    made_up = "5196b021-567c-4348-8c71-665261652e18"
    for rule, method, said in described_doors(app):
        if said.lets_in is lets_in:
            values = {
                name: next(iter(converter.items)) if hasattr(converter, "items") else made_up
                for name, converter in rule._converters.items()
            }
            yield method, adapter.build(rule.endpoint, values, method=method)


@pytest.mark.parametrize("token", [None, "Bearer x", f"Bearer {'x' * 43}", "Basic eDp5"])
def test_a_partners_door_opens_to_a_token_alone(people, token):
    client = people.app.test_client()
    headers = STRANGER | ({"Authorization": token} if token else {})
    for method, path in _ways_in(people.app, LetsIn.PARTNER):
        answer = client.open(path, method=method, headers=headers, base_url=BASE_URL)
        assert answer.status_code == 401, (method, path)
        assert answer.headers["WWW-Authenticate"].startswith("Bearer")
        assert answer.json["resourceType"] == "OperationOutcome"
        assert answer.json["issue"][0]["code"] == "login"


def test_our_own_pages_doors_ask_a_stranger_to_sign_in(people):
    client = people.app.test_client()
    ways = list(_ways_in(people.app, LetsIn.SESSION))
    assert ways
    for method, path in ways:
        answer = client.open(path, method=method, headers=STRANGER, base_url=BASE_URL)
        assert (answer.status_code, answer.location.partition("?")[0]) == (
            302,
            "/account/sign-in",
        ), (method, path)
