"""R24, R25, R30, R31 and R32: values, numbers and names as they stand on record."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal

from careplan.plan.lifecycle import in_words
from careplan.plan.rules.facts import Facts, Finding, Severity, months_later
from careplan.plan.rules.reading import named
from careplan.plan.rules.treatments import are, in_a_row, names_of, paths_of
from careplan.plan.sickle import Reading

_LABS = {
    "haemoglobin": "haemoglobin",
    "reticulocytes": "reticulocytes",
    "creatinine": "creatinine",
    "egfr": "eGFR",
    "hbs_percent": "HbS",
    "hbf_percent": "HbF",
    "bilirubin": "bilirubin",
    "ldh": "LDH",
    "ferritin": "ferritin",
    "uacr": "urine albumin to creatinine",
}
_MEASURED = (
    *_LABS,
    *("spo2_on_air", "blood_pressure", "weight", "pulse", "respiratory_rate"),
    *("temperature", "height", "spleen"),
)


def r24_oxygen(facts: Facts) -> Iterator[Finding]:
    if facts.plan.baselines.spo2_on_air is not None:
        return
    pain = facts.plan.pain_plan
    target = pain.oxygen_low is not None or pain.oxygen_high is not None
    stands = "An oxygen target is recorded and no" if target else "No"
    text = (
        f"{stands} oxygen saturation when well is recorded. "
        "Oximeters may over-read on darker skin, by about 1% on average."
    )
    paths = ("pain_plan.oxygen_low", "baselines.spo2_on_air") if target else ()
    yield Finding("R24", Severity.INFORM, text, paths or ("baselines.spo2_on_air",))


def r25_values(facts: Facts) -> Iterator[Finding]:
    limits, values = facts.limits, facts.plan.baselines
    yield from _unit(values.haemoglobin, "haemoglobin", "g/L", limits.haemoglobin_unit_trap)
    yield from _unit(values.creatinine, "creatinine", "micromol/L", limits.creatinine_unit_trap)
    pressure = values.blood_pressure
    if pressure and pressure.systolic <= pressure.diastolic:
        text = f"Blood pressure {pressure.systolic}/{pressure.diastolic}: the first is not higher."
        yield Finding("R25", Severity.BLOCK, text, ("baselines.blood_pressure",))
    yield from _impossible_dates(facts)
    yield from _old(facts)


def _unit(
    reading: Reading | None, name: str, unit: str, trap: tuple[int, ...]
) -> Iterator[Finding]:
    low, below = trap
    if reading and low <= Decimal(reading.value) < below:
        text = f"{name.capitalize()} {reading.value} {unit} lies in the range of another unit."
        yield Finding("R25", Severity.BLOCK, text, (f"baselines.{name}",))


def _impossible_dates(facts: Facts) -> Iterator[Finding]:
    born = facts.plan.identity.date_of_birth
    dated = [("the date of birth", born, "identity.date_of_birth")]
    dated += [("the last transfusion", facts.plan.transfusion.last_on, "transfusion.last_on")]
    for name in _MEASURED:
        value = getattr(facts.plan.baselines, name)
        words = _LABS.get(name, name.replace("_", " ")).replace("spo2 on air", "oxygen saturation")
        dated.append((words, value.on if value else None, f"baselines.{name}"))
    for words, day, path in dated:
        if day is not None and (day > facts.today or (born is not None and day < born)):
            when = "is yet to come" if day > facts.today else "lies before the date of birth"
            text = f"{words[0].upper()}{words[1:]} is dated {in_words(day)}, which {when}."
            yield Finding("R25", Severity.BLOCK, text, (path,))


def _old(facts: Facts) -> Iterator[Finding]:
    """One finding for all of them: one reason answers it."""
    old: dict[str, date] = {}
    for name in _LABS:
        value: Reading | None = getattr(facts.plan.baselines, name)
        if value and value.on and months_later(value.on, facts.limits.lab_months) < facts.today:
            old[name] = value.on
    if old:
        each = in_a_row(f"{_LABS[name]} ({in_words(day)})" for name, day in old.items())
        text = f"Older than {facts.limits.lab_months} months: {each}."
        yield Finding("R25", Severity.WARN, text, tuple(f"baselines.{name}" for name in old))


def r30_withdrawn(facts: Facts) -> Iterator[Finding]:
    withdrawn = facts.given("withdrawn_for_sickle_cell")
    if withdrawn:
        named_so = f"{names_of(withdrawn)} {are(withdrawn)}"
        text = f"{named_so} recorded as taken now and withdrawn from use."
        yield Finding("R30", Severity.WARN, text, paths_of(withdrawn, "medicines.entries.status"))


def r31_phone(facts: Facts) -> Iterator[Finding]:
    team = facts.plan.care_team
    number, tested = "care_team.phone_24h", "care_team.phone_24h_tested_on"
    if not (team.phone_24h or "").strip():
        yield Finding("R31", Severity.WARN, "No haematology number is recorded.", (number,))
        return
    days = facts.limits.phone_tested_days
    if team.phone_24h_tested_on is None:
        text = "The haematology number has no day on which it was tested."
        yield Finding("R31", Severity.WARN, text, (number, tested))
    elif facts.today > team.phone_24h_tested_on + timedelta(days=days):
        text = (
            f"The haematology number was last tested on {in_words(team.phone_24h_tested_on)}, "
            f"more than {days} days ago."
        )
        yield Finding("R31", Severity.WARN, text, (number, tested))
    hours, phrases = team.phone_24h_hours, facts.phrases
    if named(hours, phrases.office_hours) and not named(hours, phrases.day_and_night):
        text = f"The haematology number is answered “{hours}”."
        yield Finding("R31", Severity.WARN, text, (number, "care_team.phone_24h_hours"))


def r32_type(facts: Facts) -> Iterator[Finding]:
    """A plan needs a type. What is only carried is another pathway, wherever it is written."""
    diagnosis, said = facts.plan.diagnosis, facts.type_words
    other = (diagnosis.genotype_other or "").strip()
    carried = re.compile(said.carried_written, re.DOTALL)
    path = "diagnosis.genotype"
    if not diagnosis.genotype:
        text = f"The {said.name} is missing."
    elif diagnosis.genotype in said.carried_codes:
        text = f"The {said.name} is recorded as {said.carried}."
    elif carried.fullmatch(other) or carried.fullmatch(other.lower()):
        text, path = f"The {said.name} is recorded as {said.carried}.", "diagnosis.genotype_other"
    elif diagnosis.genotype == "other" and not other:
        text, path = f"Another {said.name} is chosen and not named.", "diagnosis.genotype_other"
    else:
        return
    yield Finding("R32", Severity.BLOCK, text, (path,))
