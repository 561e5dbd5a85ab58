"""The CapabilityStatement and the routes say the same: what stands in one is there in the other."""

from __future__ import annotations

import pytest

from careplan.fhir.capability import KINDS, SERVICE_OPERATIONS, Interaction
from tests.conftest import BASE_URL
from tests.descriptions.peopled import Peopled

METHODS = {Interaction.CREATE: "POST"}
PATHS = {
    Interaction.READ: "/fhir/{kind}/x",
    Interaction.VREAD: "/fhir/{kind}/x/_history/1",
    Interaction.HISTORY: "/fhir/{kind}/x/_history",
    Interaction.SEARCH: "/fhir/{kind}",
    Interaction.CREATE: "/fhir/{kind}",
}
OF_NO_TYPE = {
    "GET /fhir/metadata",
    "GET /fhir/openapi.json",
    "GET /fhir/.well-known/smart-configuration",
    "POST /fhir/token",
    *(f"POST /fhir/${one.name}" for one in SERVICE_OPERATIONS),
}


def _said() -> set[str]:
    """Every address the table of capabilities promises."""
    made = set(OF_NO_TYPE)
    for kind in KINDS:
        for one in kind.interactions:
            made.add(f"{METHODS.get(one, 'GET')} {PATHS[one].format(kind=kind.name)}")
        if Interaction.SEARCH in kind.interactions and kind.includes:
            made.add(f"POST /fhir/{kind.name}/_search")
        for each in kind.operations:
            on = f"GET /fhir/{kind.name}/x/" if each.on_one else f"POST /fhir/{kind.name}/"
            made.add(f"{on}${each.name}")
    return made


def _routed(app) -> set[str]:
    """Every address under /fhir that is routed, for each type that it is routed for."""
    made = set()
    adapter = app.url_map.bind("plan.example.org", url_scheme="https")
    for rule in app.url_map.iter_rules():
        if not rule.rule.startswith("/fhir/"):
            continue
        chosen = getattr(rule._converters.get("kind"), "items", [None])
        for kind in chosen:
            values = {"identity": "x", "version": "1"} | ({"kind": kind} if kind else {})
            wanted = {name: values[name] for name in rule.arguments}
            for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}:
                path = adapter.build(rule.endpoint, wanted, method=method)
                made.add(f"{method} {path.partition('?')[0].replace('%24', '$')}")
    return made


def test_each_interaction_has_a_route_and_each_route_stands_in_it(people: Peopled) -> None:
    assert _routed(people.app) == _said()


# --- searching -----------------------------------------------------------------------------------


SEARCHED = [(one, name) for one in KINDS for each in one.search for name in each.names]
STRICT = {"Prefer": "handling=strict"}
VALUES = {
    "date": "ge2020",
    "reference": "{person}",
    "token": "x",
}
LENIENT_TOO = ("no-such-parameter", "_has", "code", "_sort")


def _search(people: Peopled, kind: str, asked: dict[str, str], headers: dict[str, str]):
    client = people.app.test_client()
    return client.get(f"/fhir/{kind}", query_string=asked, headers=headers, base_url=BASE_URL)


def _person(people: Peopled) -> str:
    return people.known["identity"][0]


def _needed(people: Peopled, kind: str) -> dict[str, str]:
    """Some are found by their person alone."""
    return {} if kind == "CarePlan" else {"patient": _person(people)}


@pytest.mark.parametrize(("kind", "name"), SEARCHED, ids=lambda one: getattr(one, "name", one))
def test_each_search_parameter_is_read(people, kind, name):
    (found,) = [one for one in kind.search if name in one.names]
    value = VALUES["token" if "." in name else str(found.type)].format(person=_person(people))
    asked = _needed(people, kind.name) | {name: value}
    answer = _search(people, kind.name, asked, STRICT)
    assert answer.status_code == 200, answer.text
    (own,) = [one["url"] for one in answer.json["link"] if one["relation"] == "self"]
    assert f"{name}={value}" in own


@pytest.mark.parametrize("kind", [one.name for one in KINDS if one.search])
@pytest.mark.parametrize("name", LENIENT_TOO)
def test_what_is_no_search_parameter_is_refused_or_said_to_be_left_out(people, kind, name):
    asked = _needed(people, kind) | {name: "x"}
    refused = _search(people, kind, asked, STRICT)
    assert refused.status_code == 400
    assert refused.json["resourceType"] == "OperationOutcome"
    lenient = _search(people, kind, asked, {})
    assert lenient.status_code == 200
    (own,) = [one["url"] for one in lenient.json["link"] if one["relation"] == "self"]
    assert name not in own


@pytest.mark.parametrize("one", [each.name for kind in KINDS for each in kind.includes])
def test_each_include_is_followed(people, one):
    answer = _search(people, "CarePlan", {"_include": f"CarePlan:{one}"}, STRICT)
    assert answer.status_code == 200
    assert {each["search"]["mode"] for each in answer.json["entry"]} == {"match", "include"}


# --- the statement itself ------------------------------------------------------------------------


def _metadata(people: Peopled, **asked: str):
    return people.app.test_client().get("/fhir/metadata", base_url=BASE_URL, **asked)


def test_the_statement_is_anybodys_and_says_where_it_stands(people):
    answer = _metadata(people)
    assert (answer.status_code, answer.mimetype) == (200, "application/fhir+json")
    assert answer.json["implementation"]["url"] == f"{BASE_URL}/fhir"
    assert answer.json["fhirVersion"] == "4.0.1"
    security = answer.json["rest"][0]["security"]
    (where,) = security["extension"][0]["extension"]
    client = people.app.test_client()
    known = client.get("/fhir/.well-known/smart-configuration", base_url=BASE_URL).json
    assert where == {"url": "token", "valueUri": known["token_endpoint"]}


@pytest.mark.parametrize(
    ("path", "accept", "status"),
    [
        ("", None, 200),
        ("?mode=full", None, 200),
        ("?mode=normative", None, 200),
        ("?mode=terminology", None, 400),
        ("?_format=json", "text/html", 200),
        ("?_format=xml", None, 406),
        ("", "application/fhir+xml", 406),
        ("", "application/fhir+json; fhirVersion=4.0", 200),
        ("", "application/fhir+json; fhirVersion=5.0", 406),
    ],
)
def test_it_comes_in_the_form_that_is_asked_for_or_not_at_all(people, path, accept, status):
    headers = {"Accept": accept} if accept else {}
    answer = people.app.test_client().get(
        f"/fhir/metadata{path}", headers=headers, base_url=BASE_URL
    )
    kind = "CapabilityStatement" if status == 200 else "OperationOutcome"
    assert (answer.status_code, answer.json["resourceType"]) == (status, kind)
