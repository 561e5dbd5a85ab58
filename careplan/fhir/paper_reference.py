"""The printed page as FHIR hands a PDF over: a DocumentReference with the page itself inside.

SMART Health Links know no file of type application/pdf; readers find one here and show it.
"""

from __future__ import annotations

from base64 import b64encode
from datetime import datetime
from hashlib import sha1
from uuid import uuid5

from careplan.fhir import codes, wire
from careplan.fhir.brief_ids import brief
from careplan.fhir.frame import Frame, Kind
from careplan.fhir.tree import Tree, concept, instant, snomed, some
from careplan.plan.care_plan import Version
from careplan.plan.dictionary import Dictionary
from careplan.plan.surfaces import emergency

PLACE = "page"


def paper_reference(version: Version, words: Dictionary, *, pdf: bytes, made_at: datetime) -> bytes:
    """One resource by itself. It points to the people of the emergency document by their ids, and
    names them, for it may be read without that document."""
    frame = Frame(emergency(version, words), words, Kind.EMERGENCY)
    document = f"urn:uuid:{version.emergency_id}"
    page = uuid5(version.emergency_id, PLACE)
    about = {"system": codes.URI, "value": document}
    tree = frame.resource("DocumentReference", frame.identity(PLACE), PLACE) | some(
        masterIdentifier={"system": codes.URI, "value": f"urn:uuid:{page}"},
        identifier=[{"system": codes.PLAN_NUMBER, "value": version.plan_number}],
        status="current",
        docStatus="final" if version.signature else "preliminary",
        type=concept(snomed(codes.CARE_PLAN), text=words.condition["page_title"]),
        subject=_subject(frame),
        date=instant(version.published_at),
        author=[_author(frame)],
        description=f"{words.condition['page_title']}, version {version.number}, as printed",
        content=[{"attachment": _attachment(pdf, words, made_at)}],
        context={"related": [{"identifier": about}]},
    )
    return wire.dumps(brief(tree, str(version.patient_id)))


def _attachment(pdf: bytes, words: Dictionary, made_at: datetime) -> Tree:
    return {
        "contentType": "application/pdf",
        "language": "en-GB",
        "data": b64encode(pdf).decode("ascii"),
        "size": wire.whole(len(pdf)),
        # FHIR asks for SHA-1 here: a check that nothing was lost on the way, and no more.
        "hash": b64encode(sha1(pdf, usedforsecurity=False).digest()).decode("ascii"),
        "title": words.condition["page_title"],
        "creation": instant(made_at),
    }


def _subject(frame: Frame) -> Tree:
    identity = frame.version.plan.identity
    number = identity.nhs_number
    said = {"system": codes.NHS_NUMBER, "value": number} if number else None
    return frame.patient | some(type="Patient", identifier=said, display=identity.legal_name)


def _author(frame: Frame) -> Tree:
    """Whoever signed; before any signature, the person who wrote it."""
    signature = frame.version.signature
    if signature is None or frame.signer is None:
        return frame.patient | some(type="Patient", display=frame.version.plan.identity.legal_name)
    said = f"{signature.name}, {signature.role}, {signature.organisation}"
    return frame.signer | {"type": "PractitionerRole", "display": said}
