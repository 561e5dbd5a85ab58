"""In which form an answer goes out, and every refusal an OperationOutcome."""

from __future__ import annotations

import pytest

from careplan.fhir.rest import plan_id


@pytest.fixture
def ask(clinic, client, own_trust):
    address = f"/fhir/CarePlan/{plan_id(clinic.patient_id)}"

    def asked(query="", *, method="GET", at=address, **headers):
        said = {name.replace("_", "-"): value for name, value in headers.items()}
        return client.open(f"{at}?{query}", method=method, headers=own_trust.headers | said)

    return asked


def test_json_of_fhir_r4_in_whatever_words_it_is_asked_for(ask):
    for query in ("json", "application/json", "application/fhir+json", "application/fhir%2Bjson"):
        assert ask(f"_format={query}", Accept="application/fhir+xml").status_code == 200, query
    for accept in (
        *("*/*", "application/*", "application/json", "application/fhir+json; charset=utf-8"),
        *("application/fhir+json; fhirVersion=4.0", "text/html, application/json;q=0.1"),
    ):
        answer = ask(Accept=accept)
        assert (answer.status_code, answer.mimetype) == (200, "application/fhir+json"), accept


def test_no_other_form(ask):
    for query in ("xml", "application/fhir+xml", "turtle", "html"):
        assert _refused(ask(f"_format={query}")) == (406, "not-supported"), query
    for accept in (
        *("application/fhir+xml", "text/html", "application/pdf", "application/json;q=0"),
        "application/fhir+json; fhirVersion=3.0",
    ):
        assert _refused(ask(Accept=accept)) == (406, "not-supported"), accept


def test_a_plan_is_not_changed_this_way(ask):
    for method in ("PUT", "PATCH", "DELETE", "POST"):
        answer = ask(method=method)
        assert _refused(answer) == (405, "not-supported"), method
        assert "GET" in answer.headers["Allow"]


def test_an_address_that_is_none(ask):
    for at in (
        "/fhir/Encounter/x",
        "/fhir/nothing",
        "/fhir/CarePlan/x/$everything",
        "/fhir/Patient",
    ):
        assert _refused(ask(at=at)) == (404, "not-found"), at


def _refused(answer):
    assert answer.json["resourceType"] == "OperationOutcome", answer.text
    assert answer.headers["Cache-Control"] == "no-store"
    (issue,) = answer.json["issue"]
    return answer.status_code, issue["code"]


def test_who_brings_no_good_token_learns_nothing(clinic, client, ask):
    address = f"/fhir/CarePlan/{plan_id(clinic.patient_id)}"
    for headers in ({}, {"Authorization": "Bearer x"}, {"Authorization": "Bearer " + "A" * 43}):
        for at in (address, f"{address}/$document", address[:-3] + "000"):
            answer = client.get(at, headers=headers)
            assert (answer.status_code, answer.json["issue"][0]["code"]) == (401, "login")
            assert answer.headers["WWW-Authenticate"].startswith("Bearer")
