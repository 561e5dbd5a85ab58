"""Another system sends a document through HTTP, and is answered as FHIR says."""

from __future__ import annotations

import json
from uuid import UUID

import pytest

from careplan.acts.received import all_waiting
from careplan.fhir.arriving import MAX_BYTES
from tests.arrivals import a_care_plan, a_document, a_patient, sent
from tests.fhir.test_arriving import AGAINST_RULES, NOT_FHIR
from tests.partners import a_partner, signed_in
from tests.stores import NOW

BASE = "https://plan.example.org/fhir"
FHIR = "application/fhir+json"


@pytest.fixture
def store_url(sqlite_url):
    """Doors know nothing of databases; the acts behind them are tested on both."""
    return sqlite_url


@pytest.fixture
def send(client, own_trust):
    def post(tree, *, kind="Bundle", by=own_trust, **more):
        data = tree if isinstance(tree, bytes) else sent(tree)
        headers = {**by.headers, **more.pop("headers", {})}
        content = more.pop("content_type", FHIR)
        return client.post(f"/fhir/{kind}", data=data, headers=headers, content_type=content)

    return post


def said(answer):
    outcome = json.loads(answer.data)
    assert answer.mimetype == FHIR
    assert outcome["resourceType"] == "OperationOutcome"
    return outcome["issue"]


@pytest.mark.parametrize(
    ("kind", "tree"),
    [("CarePlan", a_care_plan()), ("Bundle", a_document())],
    ids=["plan", "document"],
)
def test_it_is_kept_and_its_sender_reads_it_back(clinic, client, own_trust, send, kind, tree):
    answer = send(tree, kind=kind)
    assert (answer.status_code, answer.data) == (201, b"")
    assert answer.headers["ETag"] == 'W/"1"'
    where = answer.headers["Location"]
    assert where.startswith(f"{BASE}/{kind}/")
    again = send(tree, kind=kind)
    assert (again.status_code, again.headers["Location"]) == (200, where)
    back = client.get(where.removeprefix("https://plan.example.org"), headers=own_trust.headers)
    assert (back.status_code, back.data) == (200, sent(tree))
    found = all_waiting(clinic.world, by=clinic.doctor, at=NOW)
    assert len(found.placed) == 1


def test_for_everybody_else_it_is_not_there(clinic, client, own_trust, send):
    where = send(a_document()).headers["Location"].removeprefix("https://plan.example.org")
    mine = {"team_id": own_trust.partner.team_id, "name": "Another"}
    for other in (
        a_partner(clinic.world, **mine),
        a_partner(clinic.world, team_id=UUID(clinic.elsewhere.team_id)),
    ):
        there = client.get(where, headers=other.headers)
        nothing = client.get(f"/fhir/Bundle/{clinic.patient_id}", headers=other.headers)
        assert there.status_code == nothing.status_code == 404
        assert there.data == nothing.data
    assert client.get(where).status_code == 401


def test_the_sender_cannot_tell_whether_anybody_was_found(send):
    known = send(a_document())
    unknown = a_document(identifier={"system": "urn:x:y", "value": "another"})
    unknown["entry"][1]["resource"] = a_patient(number="9990110220")
    nobody = send(unknown)
    assert (known.status_code, known.data) == (nobody.status_code, nobody.data)
    changing = {"Location", "X-Request-ID", "Date"}
    assert {k: v for k, v in known.headers if k not in changing} == {
        k: v for k, v in nobody.headers if k not in changing
    }


def test_the_same_name_for_other_bytes_is_a_conflict(send):
    assert send(a_document()).status_code == 201
    answer = send(a_document(timestamp="2026-11-20T11:00:00Z"))
    assert answer.status_code == 409
    assert said(answer)[0]["code"] == "duplicate"


@pytest.mark.parametrize("asked", ["representation", "OperationOutcome", "minimal", "anything"])
def test_what_comes_back_is_what_was_preferred(send, asked):
    answer = send(a_document(), headers={"Prefer": f"respond-async, return={asked}"})
    assert answer.status_code == 201
    if asked == "representation":
        assert answer.data == sent(a_document())
    elif asked == "OperationOutcome":
        assert said(answer)[0]["severity"] == "information"
    else:
        assert answer.data == b""


def test_what_is_not_fhir_is_a_bad_request(clinic, send):
    before = kept(clinic)
    for name, data in NOT_FHIR.items():
        answer = send(data)
        assert answer.status_code == (413 if len(data) > MAX_BYTES else 400), name
        assert said(answer), name
    assert kept(clinic) == before


def test_what_breaks_a_rule_is_told_with_its_place(clinic, send):
    before = kept(clinic)
    for name in ("second person", "a script", "written tomorrow", "itself"):
        answer = send(AGAINST_RULES[name][0])
        assert answer.status_code == 422, name
        assert said(answer)[0]["expression"], name
    assert kept(clinic) == before


def test_the_wrong_kind_of_body(send):
    assert send(a_document(), content_type="application/xml").status_code == 415
    packed = send(a_document(), headers={"Content-Encoding": "gzip"})
    assert packed.status_code == 415
    assert send(a_document(), content_type="application/json").status_code == 201
    answer = send(a_document(), headers={"If-None-Exist": "identifier=x|y"})
    assert answer.status_code == 412
    assert send(a_document(), kind="Patient").status_code in (404, 405)


def test_a_body_without_a_length_is_cut_off_too(client, own_trust):
    class Endless:
        read_so_far = 0

        def read(self, size=-1):
            assert size >= 0
            Endless.read_so_far += size
            return b" " * size

    answer = client.post(
        "/fhir/Bundle",
        headers=own_trust.headers,
        content_type=FHIR,
        environ_overrides={
            "wsgi.input": Endless(),
            "wsgi.input_terminated": True,
            "HTTP_TRANSFER_ENCODING": "chunked",
        },
    )
    assert answer.status_code == 413, answer.data
    assert Endless.read_so_far < 2 * MAX_BYTES


def test_a_token_that_may_only_read_may_not_send(clinic, own_trust, send):
    reading = signed_in(clinic.world, own_trust.partner, scopes="system/Bundle.rs")
    answer = send(a_document(), by=reading)
    assert answer.status_code == 403
    assert "system/Bundle.c" in said(answer)[0]["diagnostics"]


def test_a_token_that_may_only_send_reads_back_what_it_sent(clinic, client, own_trust, send):
    sending = signed_in(clinic.world, own_trust.partner, scopes="system/Bundle.c")
    answer = send(a_document(), by=sending)
    assert answer.status_code == 201
    where = answer.headers["Location"].removeprefix("https://plan.example.org")
    assert client.get(where, headers=sending.headers).status_code == 200
    assert client.get(f"/fhir/Bundle/{clinic.patient_id}", headers=sending.headers).status_code in (
        403,
        404,
    )


def kept(clinic):
    rows = clinic.everything()
    return {name: rows[name] for name in ("received", "unplaced", "received_key", "audit_event")}
