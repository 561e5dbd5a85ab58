"""The person's people, in their Patient; and the care team with its day and night number."""

from __future__ import annotations

from typing import Any

from careplan.fhir import codes
from careplan.fhir.frame import Found, Frame
from careplan.fhir.tree import (
    Node,
    Tree,
    coding,
    concept,
    details,
    extension,
    phone,
    reference,
    some,
)
from careplan.fhir.wire import whole

HOMES = frozenset(
    {
        *("my_people.contacts", "care_team.consultant", "care_team.nurse", "care_team.phone_24h"),
        *("care_team.hospital_name", "care_team.hospital_ods", "care_team.hospital_number"),
    }
)

CONTACT = f"{codes.EXTENSION}/contact"
PROFESSIONALS = ("consultant", "nurse")


def contacts(frame: Frame) -> list[Tree]:
    """For Patient.contact. A rank of 1 is "ring first"; "not first" is an extension of ours."""
    return [_contact(one) for one in frame.plain["my_people"].get("contacts", ())]


def _contact(plain: dict[str, Any]) -> Tree:
    first = plain.get("first")
    rank = [extension(codes.CONTACT_RANK, valuePositiveInt=whole(1))] if first else []
    own = some(
        may_be_told=plain.get("may_be_told"),
        ring_first=False if first is False else None,
        parental_responsibility=plain.get("parental_responsibility"),
    )
    relation = plain.get("relation")
    return some(
        id=plain["id"],
        extension=[*rank, *details(CONTACT, own)],
        relationship=[{"text": relation}] if relation else None,
        name={"text": plain["name"]},
        telecom=phone(plain.get("phone")),
    )


def _contact_back(node: Node) -> dict[str, Any]:
    own = node.details(CONTACT)
    return some(
        id=node.identity(),
        name=node.text("name", "text"),
        relation=node.text("relationship", 0, "text"),
        phone=node.text("telecom", 0, "value"),
        may_be_told=own.get("may_be_told"),
        first=True if node.extension(codes.CONTACT_RANK) else own.get("ring_first"),
        parental_responsibility=own.get("parental_responsibility"),
    )


def hospital_number(frame: Frame) -> list[Tree]:
    number = frame.plain["care_team"].get("hospital_number")
    kind = concept(coding(codes.IDENTIFIER_TYPE, "MR"))
    return [{"type": kind, "system": codes.HOSPITAL_NUMBER, "value": number}] if number else []


def organisation(frame: Frame, place: str, name: str | None, ods: str | None) -> Tree:
    return frame.resource("Organization", frame.identity(place), place) | some(
        identifier=[{"system": codes.ODS, "value": ods}] if ods else None, name=name
    )


def out(frame: Frame) -> list[Tree]:
    team = frame.plain["care_team"]
    name, ods = team.get("hospital_name"), team.get("hospital_ods")
    hospital = organisation(frame, "care_team.hospital_name", name, ods) if name or ods else None
    known = [place for place in PROFESSIONALS if place in team]
    if not (known or hospital or team.get("phone_24h")):
        return []
    roles = [_professional(frame, place, team[place]) for place in known]
    care_team = frame.resource("CareTeam", frame.identity("care_team"), "care_team") | some(
        status="active",
        subject=frame.patient,
        participant=[
            {"member": frame.patient},
            *({"member": reference(role[-1]["id"])} for role in roles),
        ],
        managingOrganization=[reference(hospital["id"])] if hospital else None,
        telecom=phone(team.get("phone_24h")),
    )
    people = [resource for role in roles for resource in role]
    return [care_team, *people, *([hospital] if hospital else [])]


def _professional(frame: Frame, who: str, plain: dict[str, Any]) -> list[Tree]:
    place = f"care_team.{who}"
    return professional(frame, place, plain["name"], some(**plain))


def professional(frame: Frame, place: str, name: str, plain: Tree) -> list[Tree]:
    """A Practitioner and their role here. `plain`: role, registration, phone, organisation."""
    person, role = frame.identity(place), frame.identity(f"{place}.role")
    registration, title = plain.get("registration"), plain.get("role")
    practitioner = frame.resource("Practitioner", person, place) | some(
        identifier=[{"system": codes.REGISTRATION, "value": registration}]
        if registration
        else None,
        name=[{"text": name}],
    )
    return [
        practitioner,
        frame.resource("PractitionerRole", role, f"{place}.role")
        | some(
            practitioner=reference(person),
            organization=plain.get("organisation"),
            code=[{"text": title}] if title else None,
            telecom=phone(plain.get("phone")),
        ),
    ]


def professional_back(found: Found, place: str) -> dict[str, Any] | None:
    person, role = found.one(place), found.one(f"{place}.role")
    if person is None or role is None:
        return None
    return some(
        name=person.text("name", 0, "text"),
        role=role.text("code", 0, "text"),
        registration=person.text("identifier", 0, "value"),
        phone=role.text("telecom", 0, "value"),
    )


def back(found: Found) -> dict[str, dict[str, Any]]:
    patient = found.bundle.need("entry", 1, "resource")
    hospital, team = found.one("care_team.hospital_name"), found.one("care_team")
    numbers = (
        one.text("value")
        for one in patient.each("identifier")
        if one.text("system") == codes.HOSPITAL_NUMBER
    )
    return {
        "my_people": some(contacts=[_contact_back(one) for one in patient.each("contact")]),
        "care_team": some(
            consultant=professional_back(found, "care_team.consultant"),
            nurse=professional_back(found, "care_team.nurse"),
            phone_24h=team.text("telecom", 0, "value") if team else None,
            hospital_name=hospital.text("name") if hospital else None,
            hospital_ods=hospital.text("identifier", 0, "value") if hospital else None,
            hospital_number=next(numbers, None),
        ),
    }
