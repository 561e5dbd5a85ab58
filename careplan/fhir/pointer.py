"""A pointer for the National Record Locator: who holds a plan of whom, and where it is read.

It says nothing of what is in the plan. Its address is that of the newest version for good, so that
a pointer somebody kept never leads to a dose that no longer stands.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from careplan.fhir import codes
from careplan.fhir.tree import Tree, coding, extension, instant, some

EMERGENCY_PLAN, SUPPORT_PLAN = tuple(codes.NRL_TYPES)[:2]
HAEMATOLOGY, PAEDIATRIC_HAEMATOLOGY = tuple(codes.NRL_SETTINGS)[:2]
_CHANGES = "dynamic"


class Leads(StrEnum):
    """What is read at the address: the emergency document, or its page as paper."""

    DOCUMENT = "document"
    PDF = "pdf"


_CONTENT = {
    Leads.DOCUMENT: ("application/fhir+json", codes.NRL_STRUCTURED),
    Leads.PDF: ("application/pdf", codes.NRL_UNSTRUCTURED),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Pointed:
    """One published version, as far as the Locator may know of it.

    `replaces` is the pointer of the version before: the id we gave it, or the one that the Locator
    itself gave where it was told by POST.
    """

    nhs_number: str
    ods: str
    document: UUID
    published_at: datetime
    address: str
    newest: bool
    leads: Leads = Leads.DOCUMENT
    replaces: str | None = None
    type: str = EMERGENCY_PLAN
    setting: str = HAEMATOLOGY


def pointer_id(ods: str, document: UUID) -> str:
    """The Locator's ids begin with the code of whoever holds the document."""
    return f"{ods}-{document}"


def pointer(of: Pointed) -> Tree:
    """The DocumentReference. What a pointer says of a version is the same however often asked."""
    return some(
        resourceType="DocumentReference",
        id=pointer_id(of.ods, of.document),
        masterIdentifier={"system": codes.URI, "value": f"urn:uuid:{of.document}"},
        status="current" if of.newest else "superseded",
        type=_one(codes.SNOMED, of.type, codes.NRL_TYPES[of.type]),
        category=[_one(codes.SNOMED, *next(iter(codes.NRL_CATEGORY.items())))],
        subject=_identified(codes.NHS_NUMBER, of.nhs_number),
        date=instant(of.published_at),
        author=[_identified(codes.ODS, of.ods)],
        custodian=_identified(codes.ODS, of.ods),
        relatesTo=_before(of.replaces),
        content=[_content(of)],
        context={"practiceSetting": _one(codes.SNOMED, of.setting, codes.NRL_SETTINGS[of.setting])},
    )


def _identified(system: str, value: str) -> Tree:
    return {"identifier": {"system": system, "value": value}}


def _one(system: str, code: str, display: str) -> Tree:
    return {"coding": [coding(system, code, display)]}


def _before(pointer: str | None) -> list[Tree]:
    if pointer is None:
        return []
    target = {"type": "DocumentReference", "identifier": {"value": pointer}}
    return [{"code": "replaces", "target": target}]


def _content(of: Pointed) -> Tree:
    content_type, form = _CONTENT[of.leads]
    stability = _one(codes.NRL_STABILITY_CODE, _CHANGES, codes.NRL_STABILITIES[_CHANGES])
    return {
        "extension": [extension(codes.NRL_STABILITY, valueCodeableConcept=stability)],
        "attachment": {
            "contentType": content_type,
            "language": "en-GB",
            "url": of.address,
            "creation": instant(of.published_at),
        },
        "format": coding(codes.NRL_FORMAT, form, codes.NRL_FORMATS[form]),
    }
