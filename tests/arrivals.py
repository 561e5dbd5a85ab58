"""Documents as other systems send them: a bare care plan, and a whole document."""

from __future__ import annotations

import json
from copy import deepcopy
from typing import Any
from uuid import UUID

from careplan.accounts.partners import Partner, PartnerState, Purpose, read_scopes
from tests import make
from tests.stores import NOW

NHS = "https://fhir.nhs.uk/Id/nhs-number"
SYSTEM = "https://records.example.org/documents"
DIV = '<div xmlns="http://www.w3.org/1999/xhtml">{}</div>'


def a_system(team_id: UUID) -> Partner:
    """A partner as it stands when it asks; that it was let in is another test's."""
    return Partner(
        partner_id=make.an_id("ambulance system"),
        team_id=team_id,
        name="Night desk",
        organisation="An ambulance service",
        ods=None,
        purpose=Purpose.AMBULANCE,
        scopes=read_scopes("system/*.c"),
        state=PartnerState.ACTIVE,
        made_at=NOW,
    )


def a_patient(number: str = "9990110212", born: str = "1997-03-14") -> dict[str, Any]:
    return {
        "resourceType": "Patient",
        "id": "p1",
        "identifier": [{"system": NHS, "value": number}],
        "birthDate": born,
    }


def a_care_plan(**changes: Any) -> dict[str, Any]:
    """A bare one, with the person and a medicine inside it."""
    medicine = {
        "resourceType": "MedicationStatement",
        "id": "m1",
        "status": "active",
        "subject": {"reference": "#p1"},
        "medicationCodeableConcept": {"text": "Morphine oral solution"},
        "dosage": [
            {"text": "2.50 mL", "doseAndRate": [{"doseQuantity": {"value": 2.5, "unit": "mL"}}]}
        ],
    }
    return {
        "resourceType": "CarePlan",
        "contained": [a_patient(), medicine],
        "identifier": [{"system": SYSTEM, "value": "plan-1"}],
        "text": {"status": "generated", "div": DIV.format("<p>Ring the <b>ward</b> first.</p>")},
        "status": "active",
        "intent": "plan",
        "subject": {"reference": "#p1"},
        "created": "2026-11-01",
        **changes,
    }


def a_document(*more: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """Another system's document about one person, with an allergy."""
    composition = {
        "resourceType": "Composition",
        "id": "c1",
        "status": "final",
        "type": {"text": "Summary"},
        "subject": {"reference": "urn:uuid:00000000-0000-4000-8000-000000000001"},
        "date": "2026-11-20T10:00:00Z",
        "author": [{"display": "Dr Elsewhere"}],
        "title": "Summary of care",
        "section": [
            {
                "title": "Allergies",
                "text": {"status": "generated", "div": DIV.format("<p>Penicillin: rash</p>")},
            }
        ],
    }
    allergy = {
        "resourceType": "AllergyIntolerance",
        "id": "a1",
        "clinicalStatus": {"coding": [{"code": "active"}]},
        "verificationStatus": {"coding": [{"code": "refuted"}]},
        "code": {"text": "Penicillin"},
        "patient": {"reference": "urn:uuid:00000000-0000-4000-8000-000000000001"},
        "reaction": [{"manifestation": [{"text": "Rash, 1998"}]}],
    }
    resources = [composition, a_patient(), allergy, *more]
    urls = [f"urn:uuid:00000000-0000-4000-8000-{number:012}" for number in range(len(resources))]
    return {
        "resourceType": "Bundle",
        "identifier": {"system": SYSTEM, "value": "document-1"},
        "type": "document",
        "timestamp": "2026-11-20T10:00:00Z",
        "entry": [
            {"fullUrl": url, "resource": resource}
            for url, resource in zip(urls, resources, strict=True)
        ],
        **changes,
    }


def sent(tree: dict[str, Any]) -> bytes:
    return json.dumps(tree).encode()


def with_resource(tree: dict[str, Any], index: int, **changes: Any) -> dict[str, Any]:
    """A document with something else said in one of its resources."""
    made = deepcopy(tree)
    made["entry"][index]["resource"].update(changes)
    return made
