"""A system has a file judged before it sends it."""

from __future__ import annotations

import json

import pytest
from sqlalchemy import func, select

from careplan.store.tables import metadata

FHIR = "application/fhir+json"


@pytest.fixture
def judge(client, own_trust):
    def ask(body, *, at="/fhir/$validate", media=FHIR, **headers):
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        said = own_trust.headers | {name.replace("_", "-"): one for name, one in headers.items()}
        return client.post(at, data=data, content_type=media, headers=said)

    return ask


def severities(answer) -> set[str]:
    assert answer.json["resourceType"] == "OperationOutcome", answer.text
    return {one["severity"] for one in answer.json["issue"]}


def test_our_own_document_has_no_problem(clinic, judge):
    document = clinic.current.emergency
    for at in ("/fhir/$validate", "/fhir/Bundle/$validate"):
        answer = judge(document, at=at)
        assert (answer.status_code, severities(answer)) == (200, {"information"})


def test_what_is_wrong_is_said_with_its_place_and_nothing_is_kept(clinic, judge):
    before = _rows(clinic.world)
    tree = json.loads(clinic.current.emergency)
    plan = next(
        one["resource"] for one in tree["entry"] if one["resource"]["resourceType"] == "CarePlan"
    )
    plan["status"] = "live"
    wrapped = {"resourceType": "Parameters", "parameter": [{"name": "resource", "resource": plan}]}
    for sent in (plan, wrapped):
        answer = judge(sent, at="/fhir/CarePlan/$validate")
        assert answer.status_code == 200
        assert ["CarePlan.status"] in [one.get("expression") for one in answer.json["issue"]]
    other = judge(plan, at="/fhir/Bundle/$validate")
    assert "judges a Bundle" in other.text
    assert _rows(clinic.world) == before


def _rows(world):
    quiet = ("counter",)
    with world.store.read() as tx:
        return {
            table.name: tx.run(select(func.count()).select_from(table)).scalar_one()
            for table in metadata.sorted_tables
            if table.name not in quiet
        }


def test_what_cannot_be_read_is_refused(clinic, judge):
    deep = b'{"resourceType":"CarePlan","a":' + b"[" * 2000 + b"]" * 2000 + b"}"
    refused = [
        (b"", 400),
        (b"not json", 400),
        (b"\xff\xfe", 400),
        (b'{"resourceType":"CarePlan","id":"a","id":"b"}', 400),
        (deep, 400),
        (b'{"resourceType":"Parameters"}', 400),
        (b'{"resourceType":"Parameters","parameter":[1,{"name":"resource"}]}', 400),
        (b" " * 2_000_001, 413),
    ]
    for body, status in refused:
        answer = judge(body)
        assert (answer.status_code, severities(answer)) == (status, {"error"}), body[:40]
    assert judge(b"{}", media="application/fhir+xml").status_code == 415
    assert judge(b"{}", Content_Encoding="gzip").status_code == 415
    assert judge(b"[]").status_code == judge(b"{}").status_code == 200
