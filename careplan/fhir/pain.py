"""The agreed doses. Each is a MedicationRequest with intent "plan": no prescription, no sum."""

from __future__ import annotations

import re
from typing import Any

from careplan.fhir import codes
from careplan.fhir.frame import Found, Frame
from careplan.fhir.medicines import route, routes_back, timing, timing_back
from careplan.fhir.tree import (
    Node,
    Tree,
    details,
    notes,
    some,
    substance,
)
from careplan.fhir.wire import Number, whole
from careplan.plan.pain import Adjunct, Relation, Step
from careplan.plan.values import Dose, DoseUnit

HOMES = frozenset({"pain_plan.steps", "pain_plan.adjuncts"})

PROFILE = f"{codes.PROFILE}/CrisisAnalgesiaMedicationRequest"
STEP = f"{codes.EXTENSION}/crisis-step"
DOSE = f"{codes.EXTENSION}/dose-as-signed"

_IN_PLACE = ("id", "drug", "dose", "routes", "repeat", "note")
_LENGTH = re.compile(r"([1-9]\d{0,3}) ?(h|hours?|days?)")


def out(frame: Frame) -> list[Tree]:
    plain = frame.plain["pain_plan"]
    steps = zip(frame.plan.pain_plan.steps, plain.get("steps", ()), strict=True)
    adjuncts = zip(frame.plan.pain_plan.adjuncts, plain.get("adjuncts", ()), strict=True)
    return [
        *(_step(frame, step, one) for step, one in steps),
        *(_adjunct(frame, adjunct, one) for adjunct, one in adjuncts),
    ]


def back(found: Found) -> dict[str, dict[str, Any]]:
    steps = [_step_back(one) for one in found.every("pain_plan.steps")]
    adjuncts = [_adjunct_back(one) for one in found.every("pain_plan.adjuncts")]
    return {"pain_plan": some(steps=steps, adjuncts=adjuncts)}


def _request(frame: Frame, place: str, plain: dict[str, Any], **elements: Any) -> Tree:
    """In FHIR's order. A dose that nobody signed, or that somebody stopped, is not active."""
    version = frame.version
    status = "stopped" if version.stop else "active" if version.signature else "draft"
    given = plain.get("given", True)
    reason = plain.get("reason")
    return frame.resource("MedicationRequest", plain["id"], place, PROFILE) | some(
        extension=elements.get("extension"),
        status=status if given else "active",
        intent="plan",
        doNotPerform=None if given else True,
        medicationCodeableConcept=substance(plain["drug"]),
        subject=frame.patient,
        authoredOn=_day(frame),
        requester=frame.signer,
        reasonCode=[{"text": reason}] if reason else None,
        note=notes(plain.get("note")),
        dosageInstruction=[elements["dosage"]],
        substitution={"allowedBoolean": False},
    )


def _day(frame: Frame) -> str | None:
    signature = frame.version.signature
    return signature.signed_at.date().isoformat() if signature else None


def _step(frame: Frame, step: Step, plain: dict[str, Any]) -> Tree:
    rest = {name: value for name, value in plain.items() if name not in _IN_PLACE}
    place = "pain_plan.steps"
    dosage = _dosage(plain, step_words(step), step.dose, "repeat") | some(
        maxDosePerPeriod=_most(step.max_doses, step.max_within)
    )
    return _request(
        frame, place, plain, extension=details(STEP, rest, frame.words, place), dosage=dosage
    )


def _step_back(node: Node) -> dict[str, Any]:
    return node.details(STEP) | _request_back(node, "repeat")


def _adjunct(frame: Frame, adjunct: Adjunct, plain: dict[str, Any]) -> Tree:
    """One that is not to be given says so with doNotPerform and its reason."""
    dosage = _dosage(plain, adjunct_words(adjunct), adjunct.dose, "every")
    return _request(frame, "pain_plan.adjuncts", plain, dosage=dosage)


def _adjunct_back(node: Node) -> dict[str, Any]:
    return _request_back(node, "every") | some(
        given=not node.truth("doNotPerform"),
        reason=node.text("reasonCode", 0, "text"),
        as_needed=node.truth("dosageInstruction", 0, "asNeededBoolean"),
    )


def _request_back(node: Node, interval: str) -> dict[str, Any]:
    dosage = node.need("dosageInstruction", 0)
    again = timing_back(dosage.at("timing"))
    return some(
        id=node.identity(),
        drug=node.text("medicationCodeableConcept", "text"),
        dose=dosage.details(DOSE) or None,
        routes=routes_back(dosage),
        note=node.text("note", 0, "text"),
        **{interval: again},
    )


def _dosage(plain: dict[str, Any], text: str, dose: Dose | None, interval: str) -> Tree:
    signed = details(DOSE, plain["dose"]) if dose else []
    again, rate = plain.get(interval), _amount(dose)
    return some(
        extension=signed,
        text=text,
        timing=timing(again) if again else None,
        asNeededBoolean=plain.get("as_needed"),
        route=route(plain.get("routes", [])),
        doseAndRate=[rate] if rate else None,
    )


def _amount(dose: Dose | None) -> Tree | None:
    """The same digits as typed. What decimals may lose on the way through others is in DOSE."""
    if dose is None or dose.amount is None:
        return None
    rate = dose.unit is DoseUnit.MICROGRAM_PER_HOUR
    if dose.amount_high is None:
        return {"rateQuantity" if rate else "doseQuantity": _quantity(dose.amount, dose.unit)}
    pair = {
        "low": _quantity(dose.amount, dose.unit),
        "high": _quantity(dose.amount_high, dose.unit),
    }
    return {"rateRange" if rate else "doseRange": pair}


def _quantity(amount: str, unit: str) -> Tree:
    code = codes.DOSE_UNITS.get(unit)
    return some(
        value=Number(amount), unit=str(unit), system=codes.UCUM if code else None, code=code
    )


def _most(doses: int | None, within: str | None) -> Tree | None:
    """Only where the clinician wrote a plain length of time; their words are in STEP either way."""
    length = _LENGTH.fullmatch(within or "")
    if doses is None or length is None:
        return None
    unit = length.group(2)[0]
    return {
        "numerator": {
            "value": whole(doses),
            "unit": "dose",
            "system": codes.UCUM,
            "code": codes.DOSE_COUNT,
        },
        "denominator": {
            "value": Number(length.group(1)),
            "unit": unit,
            "system": codes.UCUM,
            "code": unit,
        },
    }


def step_words(step: Step) -> str:
    """The whole dose in one sentence, drug first, so that it can stand alone."""
    said = [
        _give(step.drug, step.formulation, step.dose, step.routes),
        f"earliest repeat: {step.repeat.words}" if step.repeat and step.repeat.words else None,
        _most_words(step.max_doses, step.max_within),
        f"ceiling: {step.ceiling}" if step.ceiling else None,
        _relation(step),
        _counts(step.counts_towards_max),
        step.note,
    ]
    return "; ".join(part for part in said if part)


def adjunct_words(adjunct: Adjunct) -> str:
    dose = _give(adjunct.drug, None, adjunct.dose, adjunct.routes)
    said = [
        dose if adjunct.given else f"Do not give {adjunct.drug}",
        adjunct.every.words if adjunct.given and adjunct.every else None,
        "as needed" if adjunct.given and adjunct.as_needed else None,
        adjunct.reason,
        adjunct.note,
    ]
    return "; ".join(part for part in said if part)


def _give(drug: str, formulation: str | None, dose: Dose | None, routes: tuple[str, ...]) -> str:
    parts = (drug, formulation, dose.words if dose else None, " or ".join(routes))
    return " ".join(part for part in parts if part)


def _most_words(doses: int | None, within: str | None) -> str | None:
    if doses is None:
        return f"within {within}" if within else None
    most = f"at most {doses} dose" if doses == 1 else f"at most {doses} doses"
    return f"{most} within {within}" if within else most


def _relation(step: Step) -> str | None:
    words = str(step.relation) if step.relation else None
    if words and step.relation_minutes is not None:
        lead = f"{step.relation_minutes} minutes "
        words = f"{lead}{words}" if step.relation is Relation.AFTER else f"{words}, {lead.strip()}"
    when = f"when: {step.relation_when}" if step.relation_when else None
    instead = f"instead when: {step.relation_instead_when}" if step.relation_instead_when else None
    return ", ".join(part for part in (words, when, instead) if part) or None


def _counts(counts: bool | None) -> str | None:  # noqa: FBT001  (three states, no switch)
    if counts is None:
        return None
    return "counts towards the most doses" if counts else "does not count towards the most doses"
