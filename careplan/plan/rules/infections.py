"""R29: a spleen that is gone or a small child, and what stands against infection."""

from __future__ import annotations

from collections.abc import Iterator

from careplan.plan.medicines import MedicineStatus
from careplan.plan.rules.facts import Facts, Finding, Severity
from careplan.plan.rules.treatments import Treatment, are, names_of, paths_of
from careplan.plan.sickle import Complication

_EVERY_DAY = ("penicillins", "daily_antibiotics")


def r29_prophylaxis(facts: Facts) -> Iterator[Finding]:
    yield from _penicillin_and_allergy(facts)
    spleen = facts.had(Complication.SPLENECTOMY)
    age = facts.limits.prophylaxis_age
    small = facts.age is not None and facts.age < age
    if (not spleen and not small) or _protected(facts):
        return
    why = "A splenectomy is recorded" if spleen else f"The age is under {age} years"
    path = "complications.events" if spleen else "identity.date_of_birth"
    text = f"{why}, and neither a daily antibiotic nor a reason against one is."
    yield Finding("R29", Severity.WARN, text, (path, "medicines.entries.drug"))


def _penicillin_and_allergy(facts: Facts) -> Iterator[Finding]:
    taken, family = facts.taken("penicillins"), facts.drugs.members("penicillins")
    if not taken:
        return
    for entry in facts.plan.allergies.entries:
        if facts.drugs.ingredients(entry.substance) & family:
            text = (
                f"{names_of(taken)} {are(taken)} among the regular medicines "
                f"and an allergy to {entry.substance} is recorded."
            )
            paths = paths_of(taken, "allergies.entries.substance")
            yield Finding("R29", Severity.WARN, text, paths)


def _protected(facts: Facts) -> bool:
    if (facts.plan.infection.no_antibiotic_reason or "").strip():
        return True
    daily = any(_daily(one) for one in facts.taken(*_EVERY_DAY))
    return daily or any(_kept_with_a_reason(one) for one in facts.taken(*_EVERY_DAY, "antibiotics"))


def _daily(one: Treatment) -> bool:
    return one.medicine is not None and one.medicine.status is not MedicineStatus.KEPT_AT_HOME


def _kept_with_a_reason(one: Treatment) -> bool:
    return one.medicine is not None and bool((one.medicine.reason or "").strip())
