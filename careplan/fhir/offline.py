"""The signed card's Bundle: as much of what an emergency must know as one printed code can hold.

A SMART Health Card in a QR holds no display and no text of a concept, so a reader without our
tables would show bare codes, or nothing where there is no code. Here every allergen, type and
medicine therefore stands in words, in a note or in the words of the dose as signed; codes, and
resources of their own, are added where their exact meaning is sure and there is room.

Name and birth date, the allergens (or that nobody asked), the first dose, the sickle type, the
number that answers day and night, review date and version are never left out. Everything else
comes in the order of its weight, while there is room; what has none is named.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from careplan.fhir import codes
from careplan.fhir.offline_facts import Extra, Facts, substance_code
from careplan.fhir.pain import step_words
from careplan.fhir.tree import Tree, coding, concept, notes, snomed, some
from careplan.plan.care_plan import Version
from careplan.plan.dictionary import Dictionary
from careplan.plan.pain import Step

_SUBJECT = {"reference": "resource:0"}
_FOR_SOFTWARE = ("listed", "allergen", "drug", "type")
"""Extras that say again for software what stands there in words: without them nothing is lost."""

Fits = Callable[[Tree], bool]


class NoRoom(ValueError):
    """Even the least a signed card may say is more than one code holds. Print without it, and say
    on the paper that it has none."""


@dataclass(frozen=True, slots=True)
class Projection:
    """The Bundle, and what it left out, in words for the paper."""

    bundle: Tree
    left_out: tuple[str, ...] = ()


def project(version: Version, words: Dictionary, *, fits: Fits) -> Projection:
    """The fullest Bundle that fits. Raises NoRoom.

    Give the full version. From the weightiest to the lightest, each thing is put in if there is
    still room, so that nothing is dropped for something that matters less.
    """
    facts = Facts(version, words)
    picked: list[Extra] = []
    bundle = least(facts)
    if not fits(bundle):
        raise NoRoom(f"signed card: {facts.longest()}")
    left_out = []
    for extra in facts.extras():
        tried = _bundle(facts, [*picked, extra])
        if extra.after in (None, *picked) and fits(tried):
            picked.append(extra)
            bundle = tried
        elif extra.kind not in _FOR_SOFTWARE:
            left_out.append(facts.say.say(f"offline.left_{extra.kind}"))
    return Projection(bundle, tuple(dict.fromkeys(left_out)))


def least(facts: Facts) -> Tree:
    """The Bundle with nothing in it that may be left out."""
    return _bundle(facts, [])


def _bundle(facts: Facts, picked: list[Extra]) -> Tree:
    """`picked` decides what is in; the order in which it is said is always the same.

    Members stand in the order in which they repeat best: every byte of this is counted.
    """
    patient = some(
        resourceType="Patient",
        name=[{"text": facts.name()}],
        birthDate=_iso(facts.plan.identity.date_of_birth),
    )
    kinds = {one.kind for one in picked}
    second = [facts.second[one.at] for one in picked if one.kind == "second"]
    resources = [
        patient,
        _care_plan(facts, picked),
        *(_request(step, [facts.weight(step)], "drug" in kinds) for step in facts.first),
        # Nobody may take a second choice for one more first dose.
        *(
            _request(step, [facts.say.say("headings.second"), facts.weight(step)], "drug" in kinds)
            for step in second
        ),
        *([_type(facts)] if "type" in kinds else []),
        *(_allergies(facts, picked) if "listed" in kinds else []),
    ]
    entries = [{"fullUrl": f"resource:{at}", "resource": one} for at, one in enumerate(resources)]
    return {"resourceType": "Bundle", "type": "collection", "entry": entries}


def _allergies(facts: Facts, picked: list[Extra]) -> list[Tree]:
    """Each allergen a resource of its own, in words, and coded where there was room."""
    coded = {one.at for one in picked if one.kind == "allergen"}
    made = [
        _allergy(text, substance_code(facts.substances[at]) if at in coded else None)
        for at, text in enumerate(facts.allergen_lines(picked))
    ]
    none = facts.blocks["allergies"].heading if facts.none_known else None
    return made or ([_allergy(none, codes.NO_KNOWN_ALLERGY)] if none else [])


def _type(facts: Facts) -> Tree:
    return some(
        resourceType="Condition",
        subject=_SUBJECT,
        note=notes(facts.type_words()),
        code=_coded(codes.GENOTYPES.get(facts.plan.diagnosis.genotype or "")),
    )


def _care_plan(facts: Facts, picked: list[Extra]) -> Tree:
    number, version = facts.version.plan_number, facts.version.number
    return some(
        resourceType="CarePlan",
        status="active",
        intent="plan",
        subject=_SUBJECT,
        note=[{"text": text} for text in facts.notes(picked)],
        period=some(end=_iso(facts.plan.review.review_due)),
        title=facts.say.say("offline.title", plan_number=number, number=version),
    )


def _request(step: Step, said: list[str | None], coded: bool) -> Tree:  # noqa: FBT001
    """The dose in the very words of the emergency document: never taken apart, never worked out."""
    code = substance_code(step.drug) if coded else None
    return some(
        resourceType="MedicationRequest",
        status="active",
        intent="plan",
        subject=_SUBJECT,
        note=[{"text": text} for text in said if text],
        medicationCodeableConcept=_coded(code),
        medicationReference=None if code else {"display": step.drug},
        dosageInstruction=[{"text": step_words(step)}],
    )


def _allergy(text: str, code: str | None) -> Tree:
    return some(
        resourceType="AllergyIntolerance",
        patient=_SUBJECT,
        note=notes(text),
        code=_coded(code),
        clinicalStatus=concept(coding(codes.ALLERGY_CLINICAL, "active")),
    )


def _coded(code: str | None) -> Tree | None:
    return concept(snomed(code)) if code else None


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None
