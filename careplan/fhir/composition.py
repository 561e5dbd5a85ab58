"""The document's first page: whose plan, which version, who attests to it, which sections."""

from __future__ import annotations

from typing import Any

from careplan.fhir import alerts, codes, day_notices
from careplan.fhir.frame import Found, Frame, Kind
from careplan.fhir.tree import (
    Node,
    Tree,
    coding,
    concept,
    details,
    extension,
    instant,
    reference,
    snomed,
    some,
)
from careplan.plan.care_plan import SECTIONS, AnswerKind
from careplan.plan.codec import Unreadable

PROFILE = f"{codes.PROFILE}/CrisisComposition"
CONDITION = f"{codes.EXTENSION}/condition"
EMERGENCY = f"{codes.EXTENSION}/emergency-document"
ANSWER = f"{codes.EXTENSION}/patient-answer"
BESIDE = f"{codes.EXTENSION}/answer-beside"

_URN = "urn:uuid:"
_ALERTS = ("stop", "transfusion.antibodies", *alerts.PLACES)
_SUPPORT = ("version", "signature")
"""Who signed and who wrote what stand beside the sections; the Composition names them itself."""


def out(frame: Frame, resources: list[Tree], div: str) -> Tree:
    version = frame.version
    author = frame.signer or frame.patient
    employer = _custodian(resources)
    head = frame.resource("Composition", frame.identity("composition"), "composition", PROFILE)
    return head | some(
        text={"status": "generated", "div": div},
        extension=_extensions(frame),
        identifier={"system": codes.PLAN_NUMBER, "value": version.plan_number},
        status="final" if version.signature else "preliminary",
        type=concept(snomed(codes.CARE_PLAN)),
        subject=frame.patient,
        date=instant(version.published_at),
        author=[author],
        title=frame.words.condition["plan_title"],
        confidentiality="R" if frame.kind is Kind.RECORD else "N",
        attester=_attesters(frame),
        custodian=reference(employer) if employer else None,
        relatesTo=_related(frame),
        section=list(_sections(frame, resources)),
    )


def _custodian(resources: list[Tree]) -> str | None:
    """The organisation of whoever signed, or else the hospital that knows the person."""
    by_place = {_place(one): one["id"] for one in resources}
    return by_place.get("signature.organisation") or by_place.get("care_team.hospital_name")


def _place(resource: Tree) -> str:
    return str(resource["meta"]["tag"][0]["code"])


def _extensions(frame: Frame) -> list[Tree]:
    version = frame.version
    made = [
        extension(codes.VERSION_NUMBER, valueString=str(version.number)),
        extension(CONDITION, valueCode=frame.words.condition["id"]),
    ]
    if frame.kind is Kind.RECORD:
        made.append(extension(EMERGENCY, valueUri=f"{_URN}{version.emergency_id}"))
    answer = version.answer
    if answer:
        facts = some(
            kind=answer.kind,
            at=answer.at,
            words=answer.words,
            interpreter=answer.interpreter,
            helped_by=answer.helped_by,
            given_with=answer.given_with,
            present=answer.present,
            basis=answer.basis,
        )
        made.extend(details(ANSWER, facts))
    for one in version.beside:
        facts = some(
            name=one.name,
            relation=one.relation,
            kind=one.kind,
            at=one.at,
            words=one.words,
            in_their_place=one.in_their_place,
        )
        made.extend(details(BESIDE, facts))
    return [*made, *day_notices.out(frame.notices)]


def _attesters(frame: Frame) -> list[Tree]:
    """Somebody who does not agree attests to nothing; what they said stands in the answer."""
    version = frame.version
    made = []
    if version.signature:
        at = instant(version.signature.signed_at)
        made.append({"mode": "professional", "time": at, "party": frame.signer})
    if version.answer and version.answer.kind is not AnswerKind.DO_NOT_AGREE:
        made.append(
            {"mode": "personal", "time": instant(version.answer.at), "party": frame.patient}
        )
    return made


def _related(frame: Frame) -> list[Tree]:
    """The record replaces the record before it; an emergency document is drawn from its record."""
    version = frame.version
    if frame.kind is Kind.EMERGENCY:
        pairs = [("transforms", version.record_id)]
    else:
        pairs = [("replaces", version.replaces)] if version.replaces else []
    return [
        {"code": code, "targetIdentifier": {"system": codes.URI, "value": f"{_URN}{identity}"}}
        for code, identity in pairs
    ]


def section_of(place: str) -> str:
    """Reported allergies stand with the checked ones: whoever reads one list must read both."""
    if place in _ALERTS:
        return codes.ALERTS
    name = place.split(".", maxsplit=1)[0]
    return {"my_allergies": "allergies", "plan": "pain_plan"}.get(name, name)


def _sections(frame: Frame, resources: list[Tree]) -> list[Tree]:
    entries: dict[str, list[Tree]] = {name: [] for name in (codes.ALERTS, *SECTIONS)}
    for resource in resources:
        place = _place(resource)
        if place.startswith("answers."):
            for item in resource["item"]:
                entries[section_of(item["linkId"])].append(reference(resource["id"]))
        elif place.split(".")[0] not in _SUPPORT:
            entries[section_of(place)].append(reference(resource["id"]))
    return [_section(frame, name, found) for name, found in entries.items() if found or _owed(name)]


def _owed(name: str) -> bool:
    """A document that is silent on allergies would read as "none"."""
    return name == "allergies"


def _section(frame: Frame, name: str, entries: list[Tree]) -> Tree:
    title = "Alerts" if name == codes.ALERTS else frame.words.sections[name].title
    loinc, heading = codes.SECTION_LOINC.get(name), codes.SECTION_HEADING.get(name)
    code = concept(
        coding(codes.SECTION, name),
        coding(codes.LOINC, loinc) if loinc else None,
        coding(codes.HEADING, heading) if heading else None,
    )
    once = [one for index, one in enumerate(entries) if one not in entries[:index]]
    empty = concept(coding(codes.EMPTY_REASON, "notasked"))
    return some(title=title, code=code, entry=once, emptyReason=None if entries else empty)


def back(found: Found) -> dict[str, Any]:
    """What the Composition alone says of its version, plain."""
    node = found.bundle.need("entry", 0, "resource")
    number = node.extension(codes.VERSION_NUMBER)
    emergency = node.extension(EMERGENCY)
    answer = node.details(ANSWER)
    replaces = next((one for one in node.each("relatesTo") if one.text("code") == "replaces"), None)
    condition = node.extension(CONDITION)
    return some(
        condition=condition.text("valueCode") if condition else None,
        plan_number=node.text("identifier", "value"),
        number=_number(number, node),
        emergency_id=_urn(emergency.need("valueUri")) if emergency else None,
        replaces=_urn(replaces.need("targetIdentifier", "value")) if replaces else None,
        answer=answer or None,
        beside=[one.facts() for one in node.each("extension") if one.text("url") == BESIDE],
    )


def _number(node: Node | None, whole: Node) -> int:
    text = (node.text("valueString") if node else None) or ""
    if not (text.isascii() and text.isdecimal() and len(text) < 10):
        raise Unreadable(f"{whole.path}.extension", "no version number")
    return int(text)


def _urn(node: Node) -> str:
    text = node.needed_text()
    if not text.startswith(_URN):
        raise Unreadable(node.path, "a urn:uuid was expected")
    return text.removeprefix(_URN)
