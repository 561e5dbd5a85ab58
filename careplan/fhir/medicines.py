"""Allergies and regular medicines, as the team has checked them and as the person knows them."""

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
    notes,
    snomed,
    some,
    substance,
)
from careplan.fhir.wire import whole
from careplan.plan.codec import from_plain
from careplan.plan.values import Interval, IntervalKind

HOMES = frozenset(
    {
        *("allergies.entries", "my_allergies.entries"),
        *("medicines.entries", "my_medicines.entries"),
    }
)
"""Not side effects: as AllergyIntolerance, an itch from morphine could stop somebody's morphine."""

MEDICINE = f"{codes.EXTENSION}/medicine"
INTERVAL = f"{codes.EXTENSION}/interval"
DOSE_TEXT = f"{codes.EXTENSION}/dose-as-written"
ROUTE = f"{codes.EXTENSION}/route"
ROUTES = f"{codes.OWN}/routes"

_BESIDE = ("last_fbc", "formulation", "status", "in_crisis", "keep_private")
"""Facts of a medicine that FHIR has no room for, or says less exactly, as with its status."""
_STATUS = {"stopped": "stopped", "never started": "not-taken"}

_TIME_UNITS = {code: unit for unit, code in codes.TIME_UNITS.items()}


def out(frame: Frame) -> list[Tree]:
    return [
        *_allergies(frame, "allergies"),
        *_allergies(frame, "my_allergies"),
        *_none_known(frame),
        *(_medicine(frame, one) for one in frame.plain["medicines"].get("entries", ())),
        *(_my_medicine(frame, one) for one in frame.plain["my_medicines"].get("entries", ())),
    ]


def back(found: Found) -> dict[str, dict[str, Any]]:
    checked = [_allergy_back(one) for one in found.every("allergies.entries")]
    reported = [_allergy_back(one) for one in found.every("my_allergies.entries")]
    for one in checked:
        one.update(some(on=one.pop("reported_on", None)))
    team = [_medicine_back(one) for one in found.every("medicines.entries")]
    known = [_my_medicine_back(one) for one in found.every("my_medicines.entries")]
    return {
        "allergies": some(entries=checked),
        "my_allergies": some(entries=reported),
        "medicines": some(entries=team),
        "my_medicines": some(entries=known),
    }


def _allergies(frame: Frame, section: str) -> list[Tree]:
    """What the team checked is confirmed; what the person reports is unconfirmed, not hidden."""
    mine = section == "my_allergies"
    return [
        frame.resource("AllergyIntolerance", one["id"], f"{section}.entries")
        | some(
            clinicalStatus=concept(coding(codes.ALLERGY_CLINICAL, "active")),
            verificationStatus=concept(
                coding(codes.ALLERGY_VERIFICATION, "unconfirmed" if mine else "confirmed")
            ),
            type="allergy",
            code=substance(one["substance"]),
            patient=frame.patient,
            recordedDate=one.get("reported_on" if mine else "on"),
            recorder=some(display=one.get("verified_by")),
            asserter=frame.patient if mine else None,
            reaction=_reaction(one.get("reaction"), one.get("severity")),
        )
        for one in frame.plain[section].get("entries", ())
    ]


def _reaction(words: str | None, severity: str | None) -> list[Tree]:
    """FHIR asks for a manifestation; where nobody said one, it says that it is not known."""
    if not words and not severity:
        return []
    unknown = {"extension": [extension(codes.DATA_ABSENT, valueCode="unknown")]}
    return [some(manifestation=[{"text": words} if words else unknown], severity=severity)]


def _allergy_back(node: Node) -> dict[str, Any]:
    return some(
        id=node.identity(),
        substance=node.text("code", "text"),
        reaction=node.text("reaction", 0, "manifestation", 0, "text"),
        severity=node.text("reaction", 0, "severity"),
        verified_by=node.text("recorder", "display"),
        reported_on=node.text("recordedDate"),
    )


def _none_known(frame: Frame) -> list[Tree]:
    """ "No known allergies" is a dated statement, and stands only while nobody reports one."""
    plain, reported = frame.plain["allergies"], frame.plain["my_allergies"]
    if plain["state"] != "none confirmed" or "entries" in plain or "entries" in reported:
        return []
    place = "allergies.state"
    return [
        frame.resource("AllergyIntolerance", frame.identity(place), place)
        | some(
            clinicalStatus=concept(coding(codes.ALLERGY_CLINICAL, "active")),
            verificationStatus=concept(coding(codes.ALLERGY_VERIFICATION, "confirmed")),
            code=concept(snomed(codes.NO_KNOWN_ALLERGY), text="No known allergy"),
            patient=frame.patient,
            recordedDate=plain.get("confirmed_on"),
        )
    ]


def timing(plain: dict[str, Any]) -> Tree:
    """FHIR's own timing where it says exactly what was typed; an extension where it does not."""
    kind, number, unit, times = (plain.get(name) for name in ("kind", "number", "unit", "times"))
    made: Tree = {}
    if kind == IntervalKind.EVERY and number and unit:
        made = {"repeat": _repeat(number, codes.TIME_UNITS[unit])}
    elif kind == IntervalKind.SINGLE_DOSE:
        made = {"repeat": {"count": whole(1)}}
    elif kind == IntervalKind.SET_TIMES and times:
        made = {"code": {"text": times}}
    if made and _said(made) == plain:
        return made
    return some(extension=details(INTERVAL, plain)) | made


def _repeat(number: int, unit: str) -> Tree:
    return {"frequency": whole(1), "period": whole(number), "periodUnit": unit}


def _said(made: Tree) -> dict[str, Any]:
    """The interval that a timing without our extension stands for."""
    return _natural(Node(made, "timing"))


def _natural(node: Node) -> dict[str, Any]:
    unit = node.text("repeat", "periodUnit")
    if unit:
        return {
            "kind": str(IntervalKind.EVERY),
            "number": node.whole("repeat", "period"),
            "unit": _TIME_UNITS.get(unit, unit),
        }
    if node.at("repeat"):
        return {"kind": str(IntervalKind.SINGLE_DOSE)}
    return some(kind=str(IntervalKind.SET_TIMES), times=node.text("code", "text"))


def timing_back(node: Node | None) -> dict[str, Any] | None:
    if node is None:
        return None
    return node.details(INTERVAL) or _natural(node)


def route(routes: list[str]) -> Tree | None:
    """FHIR has room for one route. "IV or oral" is one concept in words, each in an extension;
    two dosage instructions would read as two doses."""
    if not routes:
        return None
    text = " or ".join(routes)
    if len(routes) == 1:
        return concept(coding(ROUTES, text), snomed(codes.ROUTES.get(text)), text=text)
    return {"extension": [extension(ROUTE, valueCode=one) for one in routes], "text": text}


def routes_back(dosage: Node) -> list[str]:
    said = dosage.at("route")
    if said is None:
        return []
    several = [one.needed_text("valueCode") for one in said.each("extension")]
    one = dosage.code_of(ROUTES, "route")
    return several or ([one] if one else [])


def _statement(frame: Frame, plain: dict[str, Any], place: str, dosage: Tree) -> Tree:
    rest = {name: plain[name] for name in _BESIDE if name in plain}
    mine = place.startswith("my_")
    reason = plain.get("reason")
    return frame.resource("MedicationStatement", plain["id"], place) | some(
        extension=details(MEDICINE, rest, frame.words, place),
        status=_STATUS.get(plain.get("status") or "", "active"),
        medicationCodeableConcept=substance(plain["drug"]),
        subject=frame.patient,
        effectivePeriod=some(start=plain.get("started"), end=plain.get("stopped")),
        informationSource=frame.patient if mine else None,
        reasonCode=[{"text": reason}] if reason else None,
        note=notes(plain.get("note")),
        dosage=[dosage] if dosage else None,
    )


def _medicine(frame: Frame, plain: dict[str, Any]) -> Tree:
    dose, every = plain.get("dose"), plain.get("every")
    words = [dose, from_plain(Interval, every).words if every else None]
    dosage = some(
        extension=[extension(DOSE_TEXT, valueString=dose)] if dose else None,
        text=" ".join(word for word in words if word) or None,
        timing=timing(every) if every else None,
        route=route(plain.get("routes", [])),
    )
    return _statement(frame, plain, "medicines.entries", dosage)


def _medicine_back(node: Node) -> dict[str, Any]:
    dosage = node.at("dosage", 0)
    return node.details(MEDICINE) | some(
        id=node.identity(),
        drug=node.text("medicationCodeableConcept", "text"),
        dose=_dose_back(node),
        every=timing_back(node.at("dosage", 0, "timing")),
        routes=routes_back(dosage) if dosage else None,
        reason=node.text("reasonCode", 0, "text"),
        started=node.text("effectivePeriod", "start"),
        stopped=node.text("effectivePeriod", "end"),
    )


def _my_medicine(frame: Frame, plain: dict[str, Any]) -> Tree:
    dose, often = plain.get("dose"), plain.get("how_often")
    dosage = some(
        extension=[extension(DOSE_TEXT, valueString=dose)] if dose else None,
        text=" ".join(word for word in (dose, often) if word) or None,
        timing={"code": {"text": often}} if often else None,
    )
    return _statement(frame, plain, "my_medicines.entries", dosage)


def _my_medicine_back(node: Node) -> dict[str, Any]:
    return some(
        id=node.identity(),
        drug=node.text("medicationCodeableConcept", "text"),
        dose=_dose_back(node),
        how_often=node.text("dosage", 0, "timing", "code", "text"),
        note=node.text("note", 0, "text"),
    )


def _dose_back(node: Node) -> str | None:
    dosage = node.at("dosage", 0)
    written = dosage.extension(DOSE_TEXT) if dosage else None
    return written.text("valueString") if written else None
