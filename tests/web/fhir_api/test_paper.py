"""The page as a PDF: found, named, fetched; and who looked, for the hospital's own system."""

from __future__ import annotations

import base64
import hashlib
import json
from uuid import UUID

import pytest
from sqlalchemy import delete

from careplan.accounts.partners import Purpose
from careplan.acts.reading import read_version
from careplan.acts.sharing import make_link
from careplan.audit.events import Kind as Deed
from careplan.fhir.conform import Severity, check
from careplan.fhir.rest import plan_id
from careplan.fhir.rest_paper import paper_id
from careplan.sharing.links import Kind
from careplan.store.tables import rendition
from tests.partners import a_partner
from tests.stores import NOW

BASE = "https://plan.example.org/fhir"


def test_the_pdf_is_found_named_and_fetched(clinic, client, own_trust):
    def ask(address, **more):
        return client.get(address, headers=own_trust.headers | more)

    found = ask(f"/fhir/DocumentReference?patient=Patient/{clinic.patient_id}&colour=blue")
    assert (found.status_code, found.json["total"]) == (200, 1), found.text
    assert found.json["link"] == [
        {
            "relation": "self",
            "url": f"{BASE}/DocumentReference?patient=Patient%2F{clinic.patient_id}",
        }
    ]
    (entry,) = found.json["entry"]
    identity = paper_id(clinic.patient_id)
    assert entry["fullUrl"] == f"{BASE}/DocumentReference/{identity}"
    named = ask(f"/fhir/DocumentReference/{identity}")
    assert (named.json, named.headers["ETag"]) == (entry["resource"], 'W/"2"')
    assert named.json["subject"]["reference"] == f"Patient/{clinic.patient_id}"
    (content,) = named.json["content"]
    attachment = content["attachment"]
    assert "data" not in attachment
    fetched = attachment["url"].removeprefix("https://plan.example.org")
    pdf = ask(fetched, Accept="application/pdf")
    assert (pdf.status_code, pdf.mimetype, pdf.data[:5]) == (200, "application/pdf", b"%PDF-")
    digest = hashlib.sha1(pdf.data, usedforsecurity=False).digest()
    assert base64.b64encode(digest).decode() == attachment["hash"]
    assert len(pdf.data) == attachment["size"]
    held = ask(fetched)
    assert held.json["resourceType"] == "Binary"
    assert base64.b64decode(held.json["data"]) == pdf.data
    for body in (named.data, held.data):
        assert [one for one in check(body) if one.severity is Severity.ERROR] == []
    parts = [one.what["part"] for one in clinic.events(4) if one.kind is Deed.PARTNER_READ]
    assert parts == ["pdf"] * 4


def test_paper_is_drawn_once_and_kept(clinic, client, own_trust):
    address = f"/fhir/Binary/{paper_id(clinic.patient_id)}"
    headers = own_trust.headers | {"Accept": "application/pdf"}
    with clinic.world.store.begin() as tx:
        tx.run(delete(rendition))
    first = client.get(address, headers=headers).data
    assert client.get(address, headers=headers).data == first
    assert client.get(address, headers=headers | {"If-None-Match": 'W/"2"'}).status_code == 304


def test_nobody_elses_paper_and_no_search_of_everybodys(clinic, client, own_trust, stranger):
    identity = paper_id(clinic.patient_id)
    nobody = "11111111-2222-4333-8444-555555555555"
    for kind in ("DocumentReference", "Binary"):
        told = {
            (answer.status_code, answer.data)
            for one in (identity, nobody, "x", str(clinic.patient_id))
            if (answer := client.get(f"/fhir/{kind}/{one}", headers=stranger.headers))
        }
        assert len(told) == 1
    assert (
        client.get(f"/fhir/Binary/{clinic.patient_id}", headers=own_trust.headers).status_code
        == 404
    )
    for query in ("", "patient=a,b", "status=current"):
        answer = client.get(f"/fhir/DocumentReference?{query}", headers=own_trust.headers)
        assert answer.status_code == 400
    empty = client.get(
        f"/fhir/DocumentReference?patient={clinic.patient_id}", headers=stranger.headers
    )
    assert (empty.status_code, empty.json["total"]) == (200, 0)


# --- who looked --------------------------------------------------------------------------------


@pytest.fixture
def looks(clinic, client, own_trust):
    def ask(query="", *, by=own_trust):
        address = f"/fhir/AuditEvent?patient={clinic.patient_id}&{query}"
        return client.get(address, headers=by.headers)

    return ask


def test_who_looked_as_far_as_the_team_itself_may_see(clinic, client, looks, own_trust):
    seen = {"by": clinic.doctor, "patient_id": clinic.patient_id, "number": 1, "at": NOW}
    read_version(clinic.world, **seen)
    read_version(clinic.world, **seen | {"by": clinic.ada})
    make_link(
        clinic.world, by=clinic.ada, patient_id=clinic.patient_id, kind=Kind.FULL_PRINT, at=NOW
    )
    client.get(f"/fhir/CarePlan/{plan_id(clinic.patient_id)}", headers=own_trust.headers)
    answer = looks()
    assert answer.status_code == 200, answer.text
    events = [one["resource"] for one in answer.json["entry"]]
    told = [(one["action"], one["agent"][0]["who"]["display"].partition(" (")[0]) for one in events]
    doctor = clinic.doctor.name
    assert told == [("R", "Record system"), ("R", doctor), ("C", doctor)]
    assert events[1]["entity"][1]["what"]["reference"].endswith("/_history/1")
    for one in events:
        text = json.dumps(one)
        assert clinic.ada.name not in text
        assert "sequence" not in text
        assert [bad for bad in check(text.encode()) if bad.severity is Severity.ERROR] == []
        alone = client.get(f"/fhir/AuditEvent/{one['id']}", headers=own_trust.headers)
        assert alone.json == one
    assert len({one["id"] for one in events}) == 3
    assert len(looks("_count=1").json["entry"]) == 1
    assert clinic.events(1)[0].what == {"part": "looks"}


def test_who_looked_is_for_the_own_hospital_and_by_name_only(clinic, client, looks, stranger):
    team = UUID(clinic.doctor.team_id)
    star = a_partner(clinic.world, team_id=team, scopes="system/*.rs", name="Star")
    gp = a_partner(clinic.world, team_id=team, purpose=Purpose.GP, name="GP")
    assert [looks(by=one).status_code for one in (star, gp)] == [403, 403]
    answer = looks(by=stranger)
    assert (answer.status_code, "entry" in answer.json) == (200, False)
    nobody = client.get(f"/fhir/AuditEvent/{clinic.patient_id}", headers=stranger.headers)
    assert nobody.status_code == 404
