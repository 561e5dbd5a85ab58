"""The diagnosis, the normal when well, what has happened before, and what blood may be given."""

from __future__ import annotations

from typing import Any

from careplan.fhir import alerts, codes
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
)
from careplan.fhir.wire import Number

HOMES = frozenset(
    {
        *("diagnosis.genotype", "diagnosis.genotype_other", "complications.events"),
        *(f"baselines.{name}" for name in codes.OBSERVATIONS),
        "transfusion.antibodies",
    }
)

HISTORY = f"{codes.EXTENSION}/complication"
ANTIBODY = f"{codes.EXTENSION}/antibody"
GENOTYPE = f"{codes.OWN}/genotypes"
COMPLICATION = f"{codes.OWN}/complications"

_VERIFICATION = {"yes": "confirmed", "no": "refuted", "not known": "unconfirmed"}
_HAD = {status: had for had, status in _VERIFICATION.items()}


def out(frame: Frame) -> list[Tree]:
    return [
        *_diagnosis(frame),
        *_baselines(frame),
        *(_event(frame, one) for one in frame.plain["complications"].get("events", ())),
        *(_antibody(frame, one) for one in frame.plain["transfusion"].get("antibodies", ())),
    ]


def back(found: Found) -> dict[str, dict[str, Any]]:
    diagnosis = found.one("diagnosis.genotype")
    return {
        "diagnosis": some(
            genotype=diagnosis.code_of(GENOTYPE, "code") if diagnosis else None,
            genotype_other=diagnosis.text("code", "text") if diagnosis else None,
        ),
        "baselines": some(**{name: _baseline_back(found, name) for name in codes.OBSERVATIONS}),
        "complications": some(
            events=[_event_back(one) for one in found.every("complications.events")]
        ),
        "transfusion": some(
            antibodies=[_antibody_back(one) for one in found.every("transfusion.antibodies")]
        ),
    }


def _verification(code: str) -> Tree:
    return concept(coding(codes.CONDITION_VERIFICATION, code))


def _diagnosis(frame: Frame) -> list[Tree]:
    plain = frame.plain["diagnosis"]
    code, words = plain.get("genotype"), plain.get("genotype_other")
    if not code and not words:
        return []
    own = coding(GENOTYPE, code, frame.display("genotypes", code)) if code else None
    known = "unconfirmed" if code == "not-confirmed" else "confirmed"
    place = "diagnosis.genotype"
    return [
        frame.resource("Condition", frame.identity(place), place)
        | some(
            clinicalStatus=concept(coding(codes.CONDITION_CLINICAL, "active")),
            verificationStatus=_verification(known),
            category=[concept(coding(codes.CONDITION_CATEGORY, "problem-list-item"))],
            code=concept(own, snomed(codes.GENOTYPES.get(code or "")), text=words),
            subject=frame.patient,
        )
    ]


UNKNOWN_DAY: Tree = {"extension": [extension(codes.DATA_ABSENT, valueCode="unknown")]}
"""R4 asks every vital sign when it was: a plan that holds no day says that it does not know."""


def _baselines(frame: Frame) -> list[Tree]:
    plain = frame.plain["baselines"]
    return [_observation(frame, name, plain[name]) for name in codes.OBSERVATIONS if name in plain]


def _observation(frame: Frame, name: str, plain: dict[str, Any]) -> Tree:
    place = f"baselines.{name}"
    category = codes.OBSERVED.get(name, "laboratory")
    unit = frame.words.field(place).unit or ""
    own = coding(codes.FIELD, place, frame.words.field(place).label)
    head = frame.resource("Observation", frame.identity(place), place) | some(
        status="final",
        category=[concept(coding(codes.OBSERVATION_CATEGORY, category))],
        code=concept(own, *(coding(codes.LOINC, code) for code in codes.OBSERVATIONS[name])),
        subject=frame.patient,
        effectiveDateTime=plain.get("on"),
    )
    if category == "vital-signs" and "on" not in plain:
        head |= {"_effectiveDateTime": UNKNOWN_DAY}
    if "systolic" not in plain:
        return head | {"valueQuantity": _quantity(plain["value"], unit)}
    pair = ((codes.SYSTOLIC, plain["systolic"]), (codes.DIASTOLIC, plain["diastolic"]))
    return head | {
        "component": [
            {
                "code": concept(coding(codes.LOINC, code)),
                "valueQuantity": _quantity(str(value), unit),
            }
            for code, value in pair
        ]
    }


def _quantity(value: str, unit: str) -> Tree:
    code = codes.UNITS.get(unit, unit)
    return {"value": Number(value), "unit": unit, "system": codes.UCUM, "code": code}


def _baseline_back(found: Found, name: str) -> dict[str, Any] | None:
    node = found.one(f"baselines.{name}")
    if node is None:
        return None
    on = node.text("effectiveDateTime")
    if node.at("component") is None:
        return some(value=node.number("valueQuantity", "value"), on=on)
    return some(
        systolic=node.whole("component", 0, "valueQuantity", "value"),
        diastolic=node.whole("component", 1, "valueQuantity", "value"),
        on=on,
    )


def _event(frame: Frame, plain: dict[str, Any]) -> Tree:
    """Without a clinical status: the plan says that it happened, not whether it is still so.

    "No" goes as refuted. The onset is that of the last episode.
    """
    rest = {k: v for k, v in plain.items() if k not in ("id", "kind", "had", "last", "detail")}
    kind, at = plain["kind"], "complications.events"
    own = coding(COMPLICATION, kind, frame.display("complications", kind))
    return frame.resource("Condition", plain["id"], at) | some(
        extension=details(HISTORY, rest, frame.words, at),
        verificationStatus=_verification(_VERIFICATION[plain["had"]]),
        code=concept(own, snomed(codes.EVENTS.get(kind))),
        subject=frame.patient,
        onsetDateTime=plain.get("last"),
        note=notes(plain.get("detail")),
    )


def _event_back(node: Node) -> dict[str, Any]:
    status = node.code_of(codes.CONDITION_VERIFICATION, "verificationStatus") or ""
    return node.details(HISTORY) | some(
        id=node.identity(),
        kind=node.code_of(COMPLICATION, "code"),
        had=_HAD.get(status, status),
        last=node.text("onsetDateTime"),
        detail=node.text("note", 0, "text"),
    )


def _antibody(frame: Frame, plain: dict[str, Any]) -> Tree:
    """Antibodies found in the past matter as much as those found now, so each is a flag."""
    rest = {k: v for k, v in plain.items() if k not in ("id", "name")}
    more = details(ANTIBODY, rest, frame.words, "transfusion.antibodies")
    return alerts.flag(frame, "transfusion.antibodies", plain["id"], {"text": plain["name"]}, more)


def _antibody_back(node: Node) -> dict[str, Any]:
    return node.details(ANTIBODY) | some(id=node.identity(), name=node.text("code", "text"))
