"""A look at a plan as FHIR's AuditEvent: who, when, which version. Nothing that a person wrote."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from careplan.fhir import codes, wire
from careplan.fhir.rest import Part
from careplan.fhir.tree import Tree, coding, instant, some

_OBJECT_ROLE = f"{codes.TERMINOLOGY}/object-role"
_RECORD = coding(codes.DICOM, codes.PATIENT_RECORD, "Patient Record")
_OVERRIDE = coding(codes.DICOM, codes.OVERRIDE_STARTED, "Emergency Override Started")
_DONE = "0"


class Action(StrEnum):
    """Of R4's, those that are told."""

    CREATE = "C"
    READ = "R"
    UPDATE = "U"


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One event as it is told. `identity` says nothing of how many there are."""

    identity: str
    at: datetime
    action: Action
    name: str
    organisation: str | None
    person: str
    plan: str
    version: str | None
    without_card: bool = False
    """Through the staff door, because there was no card."""


def audit_event(told: Told, *, service: str) -> Part:
    who = f"{told.name} ({told.organisation})" if told.organisation else told.name
    at = instant(told.at)
    plan = f"CarePlan/{told.plan}"
    tree = some(
        resourceType="AuditEvent",
        id=told.identity,
        meta={"versionId": "1", "lastUpdated": at},
        type=_RECORD,
        subtype=[_OVERRIDE] if told.without_card else None,
        action=str(told.action),
        recorded=at,
        outcome=_DONE,
        agent=[{"who": {"display": who or "A member of staff"}, "requestor": True}],
        source={"observer": {"display": service}},
        entity=[
            _entity(f"Patient/{told.person}", "1", "Patient"),
            _entity(f"{plan}/_history/{told.version}" if told.version else plan, "3", "Report"),
        ],
    )
    return Part("AuditEvent", told.identity, wire.dumps(tree))


def _entity(what: str, role: str, says: str) -> Tree:
    return {"what": {"reference": what}, "role": coding(_OBJECT_ROLE, role, says)}
