"""R7: a dose per kilogram and how old the weight is. A stale weight never hides a dose."""

from __future__ import annotations

from collections.abc import Iterator

from careplan.plan.lifecycle import in_words
from careplan.plan.rules.facts import Facts, Finding, Severity, months_later
from careplan.plan.rules.tables import Limits


def stale_after_months(age: int, limits: Limits) -> int:
    """How old a weight may be, in months, by age in years (domain 2.5, a proposal)."""
    for under, months in limits.weight_months:
        if age < under:
            return months
    return limits.weight_months_adult


def r7_weight(facts: Facts) -> Iterator[Finding]:
    """Blocks for a child and warns for an adult."""
    pain = facts.plan.pain_plan
    doses = [(step.dose, "pain_plan.steps.dose") for step in pain.steps]
    doses += [(one.dose, "pain_plan.adjuncts.dose") for one in pain.adjuncts if one.given]
    where = dict.fromkeys(path for dose, path in doses if dose and dose.per_kilogram)
    text = _weight_trouble(facts) if where else None
    if text:
        severity = Severity.WARN if facts.adult else Severity.BLOCK
        yield Finding("R7", severity, text, (*where, "baselines.weight"))


def _weight_trouble(facts: Facts) -> str | None:
    """No date of birth is taken as the youngest; a date to come tells nothing of today."""
    weight, age = facts.plan.baselines.weight, facts.age or 0
    if weight is None:
        return "A dose is written per kilogram and no weight is recorded."
    if weight.on is None:
        return f"A dose is written per kilogram and the weight {weight.value} kg has no date."
    stale_on = months_later(weight.on, stale_after_months(age, facts.limits))
    if weight.on <= facts.today < stale_on:
        return None
    return f"A dose is written per kilogram; weighed {weight.value} kg on {in_words(weight.on)}."
