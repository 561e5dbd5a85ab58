"""A pointer for the National Record Locator leads where it says, for whoever may read there."""

from __future__ import annotations

import json

from careplan.acts.pointing import Wanted, pointers
from careplan.fhir.pointer import Leads
from tests.conftest import BASE_URL
from tests.stores import NOW


def followed(clinic, client, caller, leads, accept):
    (one,) = pointers(clinic.world, person="9990110212", wanted=Wanted(leads=leads), at=NOW)
    (content,) = json.loads(one)["content"]
    attachment = content["attachment"]
    assert attachment["url"].startswith(f"{BASE_URL}/fhir/")
    path = attachment["url"].removeprefix(BASE_URL)
    answer = client.get(path, headers=caller.headers | {"Accept": accept})
    assert answer.status_code == 200
    assert answer.mimetype == attachment["contentType"] == accept
    return answer


def test_it_leads_to_the_very_document(clinic, client, own_trust):
    answer = followed(clinic, client, own_trust, Leads.DOCUMENT, "application/fhir+json")
    assert answer.data == clinic.current.emergency


def test_it_leads_to_the_page(clinic, client, own_trust):
    answer = followed(clinic, client, own_trust, Leads.PDF, "application/pdf")
    assert answer.data.startswith(b"%PDF-")
