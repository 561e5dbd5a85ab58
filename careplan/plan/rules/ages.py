"""R15 and R16: what a medicine's licence says of age. Where no age is known, nothing is claimed."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from careplan.plan.rules.facts import Facts, Finding, Severity, months_later
from careplan.plan.rules.reading import named
from careplan.plan.rules.treatments import Treatment, are, names_of, paths_of
from careplan.plan.sickle import Complication
from careplan.plan.values import Answer3, Route

_BORN = "identity.date_of_birth"
_BREATHING = {
    Complication.ASTHMA: "asthma",
    Complication.SLEEP_APNOEA: "sleep apnoea",
    Complication.PULMONARY_HYPERTENSION: "pulmonary hypertension",
}


def _of(facts: Facts, ingredient: str) -> tuple[Treatment, ...]:
    return tuple(one for one in facts.treatments if ingredient in one.ingredients)


def r15_codeine(facts: Facts) -> Iterator[Finding]:
    codeine = _of(facts, "codeine")
    if not codeine:
        return
    planned = f"{names_of(codeine)} {are(codeine)} planned"
    if facts.age is not None and facts.age < facts.limits.codeine_age:
        text = f"{planned} and the age is {facts.age} years."
        yield Finding("R15", Severity.BLOCK, text, paths_of(codeine, _BORN))
    for other, path in _against_codeine(facts):
        text = f"{planned} and {other} is recorded."
        yield Finding("R15", Severity.WARN, text, paths_of(codeine, path))


def _against_codeine(facts: Facts) -> Iterator[tuple[str, str]]:
    low, high = facts.limits.codeine_age, facts.limits.codeine_breathing_age
    if facts.age is not None and low <= facts.age < high:
        for event in facts.had(*_BREATHING)[:1]:
            yield f"{_BREATHING[event.kind]} at {facts.age} years", "complications.events"
    if facts.plan.pregnancy.breastfeeding is Answer3.YES:
        yield "breastfeeding", "pregnancy.breastfeeding"
    for text, path in _notes(facts):
        if named(text, facts.phrases.fast_metaboliser):
            yield f"“{text}”", path
            return


def _notes(facts: Facts) -> Iterator[tuple[str | None, str]]:
    for effect in facts.plan.allergies.side_effects:
        yield effect.effect, "allergies.side_effects.effect"
        yield effect.note, "allergies.side_effects.note"
    for event in facts.plan.complications.events:
        if event.had is Answer3.YES:
            yield event.detail, "complications.events.detail"
    for documented in facts.plan.pain_plan.did_not_work:
        yield documented.why, "pain_plan.did_not_work.why"


def r16_licensed_age(facts: Facts) -> Iterator[Finding]:
    limits, age = facts.limits, facts.age
    if age is None:
        return
    nasal = tuple(
        one for one in _of(facts, "diamorphine") if one.step and Route.INTRANASAL in one.step.routes
    )
    for medicines, from_age in (
        (_of(facts, "aspirin"), limits.aspirin_age),
        (_of(facts, "tramadol"), limits.tramadol_age),
        (nasal, limits.nasal_diamorphine_age),
    ):
        if medicines and age < from_age:
            text = f"{names_of(medicines)} {are(medicines)} planned and the age is {age} years."
            yield Finding("R16", Severity.WARN, text, paths_of(medicines, _BORN))
    yield from _ibuprofen(facts)


def _ibuprofen(facts: Facts) -> Iterator[Finding]:
    ibuprofen, born = _of(facts, "ibuprofen"), facts.plan.identity.date_of_birth
    if not ibuprofen:
        return
    planned = f"{names_of(ibuprofen)} {are(ibuprofen)} planned"
    months = facts.limits.ibuprofen_months
    if born and facts.today < months_later(born, months):
        text = f"{planned} and the age is under {months} months."
        yield Finding("R16", Severity.WARN, text, paths_of(ibuprofen, _BORN))
    weight = facts.plan.baselines.weight
    if weight and Decimal(weight.value) < facts.limits.ibuprofen_kg:
        text = f"{planned} and a weight of {weight.value} kg is recorded."
        yield Finding("R16", Severity.WARN, text, paths_of(ibuprofen, "baselines.weight"))
