"""Checks while a plan is written (domain 5): pure functions of facts. Not an interaction check.

They read treatment only: what stands under "has not worked", history or "not given" never fires.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cache

from careplan.plan.care_plan import CarePlan
from careplan.plan.dictionary import CONDITIONS, read_toml
from careplan.plan.drugs import Drugs
from careplan.plan.lifecycle import in_words
from careplan.plan.medicines import AllergyState
from careplan.plan.pain import IN_HOSPITAL, Relation, Stage, Step
from careplan.plan.values import Dose, DoseUnit, Route


class Severity(StrEnum):
    BLOCK = "block"
    WARN = "warn"
    INFORM = "inform"


@dataclass(frozen=True, slots=True)
class Finding:
    """What a rule found. `paths`: the fields that conflict; `key`: stable, to acknowledge it by."""

    rule: str
    severity: Severity
    text: str
    paths: tuple[str, ...]

    @property
    def key(self) -> str:
        return f"{self.rule}:{self.text}"


@dataclass(frozen=True)
class Facts:
    """All that a rule may look at. `signed`: the canonical clinical bytes last signed, if any."""

    plan: CarePlan
    today: date
    drugs: Drugs
    clinical: bytes = b""
    signed: bytes | None = None

    @property
    def age(self) -> int | None:
        return age_on(self.plan.identity.date_of_birth, self.today)


Rule = Callable[[Facts], Iterator[Finding]]


def age_on(born: date | None, today: date) -> int | None:
    """Age in completed years."""
    if born is None:
        return None
    return today.year - born.year - ((today.month, today.day) < (born.month, born.day))


def check(facts: Facts) -> tuple[Finding, ...]:
    """Every finding of every rule, blocks first."""
    found = [finding for rule in RULES.values() for finding in rule(facts)]
    return tuple(sorted(found, key=lambda one: (list(Severity).index(one.severity), one.rule)))


@cache
def rule_table(condition: str = "sickle_cell") -> Mapping[str, Mapping[str, str]]:
    """Title, usual severity and source of each rule, for pages and documents."""
    table = read_toml(CONDITIONS / condition / "rules.toml")
    return {name: row for name, row in table.items() if isinstance(row, dict)}


def planned_medicines(plan: CarePlan) -> Iterator[tuple[str, str]]:
    """Every treatment in the plan: its name as written, and the field it stands in."""
    for step in plan.pain_plan.steps:
        yield step.drug, "pain_plan.steps.drug"
    for adjunct in plan.pain_plan.adjuncts:
        if adjunct.given:
            yield adjunct.drug, "pain_plan.adjuncts.drug"
    for medicine in plan.medicines.entries:
        yield medicine.drug, "medicines.entries.drug"
    if plan.pain_plan.opioid_drug:
        yield plan.pain_plan.opioid_drug, "pain_plan.opioid_drug"


def _treatments(facts: Facts) -> Iterator[tuple[str, str]]:
    """The medicines of the plan, and those the words of an escalation say to give."""
    yield from planned_medicines(facts.plan)
    for drug in facts.drugs.treatments(facts.plan.pain_plan.escalation_action or ""):
        yield drug, "pain_plan.escalation_action"


def _recorded_allergies(plan: CarePlan) -> Iterator[tuple[str, str]]:
    for entry in plan.allergies.entries:
        yield entry.substance, "allergies.entries.substance"
    for reported in plan.my_allergies.entries:
        yield reported.substance, "my_allergies.entries.substance"


def r1_allergy(facts: Facts) -> Iterator[Finding]:
    """Same ingredient blocks; same family blocks (penicillins, NSAIDs) or only warns (opioids)."""
    seen: set[str] = set()
    for drug, drug_path in _treatments(facts):
        for substance, allergy_path in _recorded_allergies(facts.plan):
            severity = _clash(drug, substance, facts.drugs)
            if severity is None:
                continue
            text = f"{drug} is planned and an allergy to {substance} is recorded."
            if text not in seen:
                seen.add(text)
                yield Finding("R1", severity, text, (drug_path, allergy_path))


def _clash(drug: str, substance: str, drugs: Drugs) -> Severity | None:
    planned, allergic = drugs.planned(drug), drugs.ingredients(substance)
    if planned & allergic or drugs.same_unknown(drug, substance):
        return Severity.BLOCK
    shared = {_family(drugs, one) for one in planned} & {
        _family(drugs, one) for one in allergic
    } - {None, "other"}
    if not shared:
        return None
    return Severity.BLOCK if shared & {"penicillins", "nsaids"} else Severity.WARN


def _family(drugs: Drugs, ingredient: str) -> str | None:
    family = drugs.family(ingredient)
    return "opioids" if family == "strong_opioids" else family


def r3_not_asked(facts: Facts) -> Iterator[Finding]:
    allergies = facts.plan.allergies
    named = any(entry.substance.strip() for entry in allergies.entries)
    if allergies.state is AllergyState.NOT_ASKED:
        yield Finding(
            "R3", Severity.BLOCK, "Allergies are recorded as not asked.", ("allergies.state",)
        )
    if allergies.state is AllergyState.LIST and not named:
        yield Finding(
            "R3",
            Severity.BLOCK,
            "Allergies are recorded as a list and the list is empty.",
            ("allergies.entries",),
        )
    if allergies.state is AllergyState.NONE_CONFIRMED and allergies.entries:
        text = "No known allergies is recorded and the list names some."
        yield Finding("R3", Severity.BLOCK, text, ("allergies.state", "allergies.entries"))


def r4_pethidine(facts: Facts) -> Iterator[Finding]:
    for drug, path in _treatments(facts):
        if "pethidine" in facts.drugs.planned(drug):
            yield Finding("R4", Severity.BLOCK, f"{drug} is planned as a treatment.", (path,))


def r5_missing(facts: Facts) -> Iterator[Finding]:
    steps = facts.plan.pain_plan.steps
    if not facts.plan.pain_plan.stage(Stage.FIRST_DOSE):
        yield Finding("R5", Severity.BLOCK, "There is no first dose.", ("pain_plan.steps",))
    first_seen = False
    for step in steps:
        later = step.stage in IN_HOSPITAL and (first_seen or step.stage is not Stage.FIRST_DOSE)
        first_seen = first_seen or step.stage is Stage.FIRST_DOSE
        for part in _missing(step, facts.drugs, later=later):
            text = (
                f"{step.stage.capitalize()}, {step.drug or 'no medicine named'}: {part} is missing."
            )
            yield Finding("R5", Severity.BLOCK, text, (f"pain_plan.steps.{_PARTS[part]}",))


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


def stale_after_months(age: int) -> int:
    """How old a weight may be, in months, by age in years (domain 2.5, a proposal)."""
    return 1 if age < 2 else 3 if age < 12 else 6 if age < 18 else 12


def months_later(day: date, months: int) -> date:
    """The same day of the month, `months` on; the last day where that month is shorter."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    for last in (day.day, 30, 29, 28):
        try:
            return date(year, month + 1, last)
        except ValueError:
            continue
    raise AssertionError(day)


def r7_weight(facts: Facts) -> Iterator[Finding]:
    """Blocks for a child and warns for an adult; never hides a dose."""
    pain = facts.plan.pain_plan
    doses = [(step.dose, "pain_plan.steps.dose") for step in pain.steps]
    doses += [(one.dose, "pain_plan.adjuncts.dose") for one in pain.adjuncts if one.given]
    where = dict.fromkeys(path for dose, path in doses if dose and dose.per_kilogram)
    if not where:
        return
    text = _weight_trouble(facts)
    adult = facts.age is not None and facts.age >= 18
    if text:
        severity = Severity.WARN if adult else Severity.BLOCK
        yield Finding("R7", severity, text, (*where, "baselines.weight"))


def _weight_trouble(facts: Facts) -> str | None:
    """No date of birth is taken as the youngest; a date to come tells nothing of today."""
    weight, age = facts.plan.baselines.weight, facts.age or 0
    if weight is None:
        return "A dose is written per kilogram and no weight is recorded."
    if weight.on is None:
        return f"A dose is written per kilogram and the weight {weight.value} kg has no date."
    if weight.on <= facts.today < months_later(weight.on, stale_after_months(age)):
        return None
    return f"A dose is written per kilogram; weighed {weight.value} kg on {in_words(weight.on)}."


_BOTH_SAID = re.compile(r"\b(plus|together with)\b", re.IGNORECASE)


def r9_two_strong_opioids(facts: Facts) -> Iterator[Finding]:
    """Two in one stage and route, or in one line, without a word on how they stand together."""
    steps = facts.plan.pain_plan.steps
    for step in steps:
        if len(facts.drugs.strong_opioids(step.drug)) > 1 and not _BOTH_SAID.search(step.drug):
            text = f"{step.drug} names two strong opioids in one dose."
            yield Finding("R9", Severity.BLOCK, text, ("pain_plan.steps.drug",))
    for index, later in enumerate(steps):
        for earlier in steps[:index]:
            same = earlier.stage is later.stage and set(earlier.routes) & set(later.routes)
            both = facts.drugs.is_strong_opioid(earlier.drug) and facts.drugs.is_strong_opioid(
                later.drug
            )
            if same and both and later.relation is None:
                text = (
                    f"{earlier.drug} and {later.drug} stand in {later.stage} "
                    "without saying instead or together."
                )
                paths = ("pain_plan.steps.drug", "pain_plan.steps.relation")
                yield Finding("R9", Severity.BLOCK, text, paths)


def r20_edited_after_signature(facts: Facts) -> Iterator[Finding]:
    if facts.signed is not None and facts.signed != facts.clinical:
        yield Finding(
            "R20",
            Severity.INFORM,
            "The clinical part was changed after it was signed.",
            ("pain_plan.steps",),
        )


_TRAIT = re.compile(r"\s*trait\s*|.*\bsickle( cell)? trait\b.*|.*\b([Hh][Bb] ?)?AS\b.*", re.DOTALL)


def r32_genotype(facts: Facts) -> Iterator[Finding]:
    """A plan needs a type. Trait is another pathway, whichever field it is written in."""
    diagnosis = facts.plan.diagnosis
    other = (diagnosis.genotype_other or "").strip()
    path = "diagnosis.genotype"
    if not diagnosis.genotype:
        text = "The sickle type is missing."
    elif diagnosis.genotype == "AS":
        text = "The sickle type is recorded as trait (AS)."
    elif _TRAIT.fullmatch(other) or _TRAIT.fullmatch(other.lower()):
        text, path = "The sickle type is recorded as trait (AS).", "diagnosis.genotype_other"
    elif diagnosis.genotype == "other" and not other:
        text, path = "Another sickle type is chosen and not named.", "diagnosis.genotype_other"
    else:
        return
    yield Finding("R32", Severity.BLOCK, text, (path,))


RULES: Mapping[str, Rule] = {
    "R1": r1_allergy,
    "R3": r3_not_asked,
    "R4": r4_pethidine,
    "R5": r5_missing,
    "R7": r7_weight,
    "R9": r9_two_strong_opioids,
    "R20": r20_edited_after_signature,
    "R32": r32_genotype,
}
