"""R5, R6 and R8: a dose that is whole, that cannot be misread, and that is written one way."""

from __future__ import annotations

import re
from collections.abc import Iterator

from careplan.plan.drugs import Drugs
from careplan.plan.pain import IN_HOSPITAL, Relation, Stage, Step
from careplan.plan.rules.facts import Facts, Finding, Severity
from careplan.plan.rules.reading import places
from careplan.plan.rules.treatments import Treatment, Where, current_medicines
from careplan.plan.values import Dose, DoseUnit, Route

_PARTS = {
    "the medicine": "drug",
    "the dose": "dose",
    "the strength": "dose",
    "the route": "routes",
    "the earliest repeat": "repeat",
    "how it stands to the first dose": "relation",
    "the number of minutes after the first dose": "relation_minutes",
    "whether it counts towards the most doses": "counts_towards_max",
    "the form (immediate or modified release)": "formulation",
}


def r5_missing(facts: Facts) -> Iterator[Finding]:
    steps = facts.plan.pain_plan.steps
    if not facts.plan.pain_plan.stage(Stage.FIRST_DOSE):
        yield Finding("R5", Severity.BLOCK, "There is no first dose.", ("pain_plan.steps",))
    first_seen = False
    for step in steps:
        later = step.stage in IN_HOSPITAL and (first_seen or step.stage is not Stage.FIRST_DOSE)
        first_seen = first_seen or step.stage is Stage.FIRST_DOSE
        drug = step.drug or "no medicine named"
        for part in _missing(step, facts.drugs, later=later):
            text = f"{step.stage.capitalize()}, {drug}: {part} is missing."
            yield Finding("R5", Severity.BLOCK, text, (f"pain_plan.steps.{_PARTS[part]}",))


def _missing(step: Step, drugs: Drugs, *, later: bool) -> Iterator[str]:
    if not step.drug.strip():
        yield "the medicine"
    if part := _missing_of(step.dose):
        yield part
    if not step.routes:
        yield "the route"
    if step.repeat is None or not step.repeat.complete:
        yield "the earliest repeat"
    if later:
        yield from _missing_relation(step)
    if Route.ORAL in step.routes and drugs.is_opioid(step.drug) and step.formulation is None:
        yield "the form (immediate or modified release)"


def _missing_of(dose: Dose | None) -> str | None:
    """Only what people give themselves has no amount; no volume says anything without strength."""
    if dose is None or (dose.amount is None and dose.unit is not DoseUnit.SELF_ADMINISTERED):
        return "the dose"
    no_strength = dose.unit is DoseUnit.ML and not (dose.strength or "").strip()
    return "the strength" if no_strength else None


def _missing_relation(step: Step) -> Iterator[str]:
    if step.relation is None:
        yield "how it stands to the first dose"
    if step.relation is Relation.AFTER and step.relation_minutes is None:
        yield "the number of minutes after the first dose"
    if step.counts_towards_max is None:
        yield "whether it counts towards the most doses"


_MASS = r"(mg|milligrams?|micrograms?|mcg|µg|μg|ug|g|grams?|mL|mls?|units?|puffs?|drops?|tablets?)"
_MISREAD = (
    (re.compile(r"(?<![^\W\d_])(µg|μg|ug|mcgs?)(?![^\W\d_])", re.I), "micrograms are shortened"),
    (re.compile(r"\b\d[\d,.]* ?(IU|iu|U|u)\b(?!/)"), "units are shortened"),
    (re.compile(rf"\b\d+\.\d*0 ?{_MASS}\b", re.I), "a nought stands last after the point"),
    (re.compile(rf"(?<![\d.])\.\d+ ?{_MASS}\b", re.I), "no nought stands before the point"),
)
_VOLUME = re.compile(r"\b\d+(\.\d+)? ?(mls?|millilitres?)\b", re.I)
_STRENGTH = re.compile(r"\d ?(mg|micrograms?|mcg|µg|μg|g|grams?|units?|%|mmol)\b|%", re.I)


def r6_misread(facts: Facts) -> Iterator[Finding]:
    """In every text of the treatment that a dose can stand in."""
    for text, path in (*_texts(facts), *_volumes(facts)):
        for pattern, trouble in _MISREAD:
            if pattern.search(text):
                yield _misread(text, trouble, path)
    for text, path in _volumes(facts):
        if _VOLUME.search(text) and not _STRENGTH.search(text):
            yield _misread(text, "a volume stands without its strength", path)


def _misread(text: str, trouble: str, path: str) -> Finding:
    return Finding("R6", Severity.WARN, f"“{text.strip()}”: {trouble}.", (path,))


def _texts(facts: Facts) -> Iterator[tuple[str, str]]:
    """Each text in which a dose may stand, with its field."""
    pain = facts.plan.pain_plan
    for step in pain.steps:
        strength = step.dose.strength if step.dose else None
        yield from places((strength, "pain_plan.steps.dose"))
        yield from places((step.max_within, "pain_plan.steps.max_within"))
    for adjunct in (one for one in pain.adjuncts if one.given):
        strength = adjunct.dose.strength if adjunct.dose else None
        yield from places((strength, "pain_plan.adjuncts.dose"))
    for medicine in current_medicines(facts.plan):
        yield from places(
            (medicine.drug, "medicines.entries.drug"),
            (medicine.in_crisis, "medicines.entries.in_crisis"),
        )
    yield from places(
        (pain.opioid_drug, "pain_plan.opioid_drug"),
        (pain.escalation_action, "pain_plan.escalation_action"),
        (pain.monitoring, "pain_plan.monitoring"),
        (pain.fluids_note, "pain_plan.fluids_note"),
        (pain.home_supply, "pain_plan.home_supply"),
        (facts.plan.infection.sepsis_antibiotic, "infection.sepsis_antibiotic"),
    )


def _volumes(facts: Facts) -> Iterator[tuple[str, str]]:
    """Each text of a dose, with its strength where that stands in the field beside it."""
    pain = facts.plan.pain_plan
    for step in pain.steps:
        for text, path in places(
            (step.drug, "pain_plan.steps.drug"),
            (step.ceiling, "pain_plan.steps.ceiling"),
            (step.note, "pain_plan.steps.note"),
        ):
            yield _beside(text, step.dose), path
    for adjunct in (one for one in pain.adjuncts if one.given):
        for text, path in places(
            (adjunct.drug, "pain_plan.adjuncts.drug"), (adjunct.note, "pain_plan.adjuncts.note")
        ):
            yield _beside(text, adjunct.dose), path
    for medicine in current_medicines(facts.plan):
        if (medicine.dose or "").strip():
            named = medicine.drug if _STRENGTH.search(medicine.drug) else ""
            yield f"{named} {medicine.dose}".strip(), "medicines.entries.dose"


def _beside(text: str, dose: Dose | None) -> str:
    return f"{text} ({dose.strength})" if dose and dose.strength else text


def r8_two_readings(facts: Facts) -> Iterator[Finding]:
    """Per kilogram and fixed for one medicine at one stage; a child’s fixed dose and no weight."""
    doses = [(one, dose) for one in facts.treatments if (dose := _dose(one)) is not None]
    per_kg = [(one, dose) for one, dose in doses if dose.per_kilogram]
    fixed = [(one, dose) for one, dose in doses if not dose.per_kilogram and dose.amount]
    seen: set[str] = set()
    for one, dose in per_kg:
        for other, amount in fixed:
            if one.ingredients & other.ingredients and _stages(one) & _stages(other):
                text = (
                    f"{one.name} is written per kilogram ({dose.words}) "
                    f"and fixed ({amount.words}) for the same stage."
                )
                if text not in seen:
                    seen.add(text)
                    yield Finding("R8", Severity.WARN, text, (_of_dose(one), _of_dose(other)))
    child = facts.age is not None and not facts.adult
    if child and fixed and facts.plan.baselines.weight is None:
        words = fixed[0][1].words
        text = f"A fixed dose ({words}) is written for a child and no weight is recorded."
        yield Finding("R8", Severity.WARN, text, (_of_dose(fixed[0][0]), "baselines.weight"))


def _dose(one: Treatment) -> Dose | None:
    entry = one.step or one.adjunct
    return entry.dose if entry else None


def _stages(one: Treatment) -> frozenset[Stage]:
    """What stands beside the opioid is for all of the stay in hospital."""
    return frozenset({one.step.stage} if one.step else IN_HOSPITAL)


def _of_dose(one: Treatment) -> str:
    return "pain_plan.steps.dose" if one.where is Where.STEP else "pain_plan.adjuncts.dose"
