"""R11 to R14 and R37: medicines beside the kidneys, a pregnancy, and what else is taken."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal

from careplan.plan.lifecycle import in_words
from careplan.plan.rules.facts import Facts, Finding, Severity, months_later
from careplan.plan.rules.reading import named
from careplan.plan.rules.treatments import Treatment, are, in_a_row, names_of, paths_of
from careplan.plan.sickle import Complication
from careplan.plan.values import Answer3, Dose, DoseUnit, Interval, IntervalKind, TimeUnit

_HISTORY = "complications.events"
_FULL_TERM = timedelta(weeks=40)


def _low_egfr(facts: Facts) -> str | None:
    egfr = facts.plan.baselines.egfr
    if egfr is None or Decimal(egfr.value) >= facts.limits.egfr_below:
        return None
    return f"eGFR {egfr.value}" + (f" on {in_words(egfr.on)}" if egfr.on else "")


def _renal_impairment(facts: Facts) -> tuple[str, str] | None:
    """A low eGFR, a stage on record, or kidney disease with no recent eGFR to say how much."""
    if low := _low_egfr(facts):
        return low, "baselines.egfr"
    for event in facts.had(Complication.RENAL_DISEASE):
        words = " ".join(filter(None, (event.stage, event.detail)))
        if named(words, facts.phrases.kidney_stage) or not _recent_egfr(facts):
            return f"kidney disease{f' ({words})' if words else ''}", _HISTORY
    return None


def _recent_egfr(facts: Facts) -> bool:
    egfr = facts.plan.baselines.egfr
    on = egfr.on if egfr else None
    return on is not None and facts.today < months_later(on, facts.limits.lab_months)


def r11_builds_up(facts: Facts) -> Iterator[Finding]:
    opioids, kidneys = facts.given("build_up_in_kidney_disease"), _renal_impairment(facts)
    if opioids and kidneys:
        text = f"{names_of(opioids)} {are(opioids)} planned and {kidneys[0]} is recorded."
        yield Finding("R11", Severity.WARN, text, paths_of(opioids, kidneys[1]))


def _nsaids(facts: Facts) -> tuple[Treatment, ...]:
    return tuple(one for one in facts.given("nsaids") if not _low_aspirin(one, facts))


def _low_aspirin(one: Treatment, facts: Facts) -> bool:
    """Aspirin alone, in milligrams up to the limit, once a day: what is typed, never a sum."""
    if one.ingredients & facts.drugs.members("nsaids") != {"aspirin"}:
        return False
    most = facts.limits.aspirin_mg_a_day
    if one.medicine:
        return _low_as_written(one.medicine.dose or "", one.medicine.every, most)
    entry = one.step or one.adjunct
    every = one.adjunct.every if one.adjunct else one.step.repeat if one.step else None
    return entry is not None and _low_dose(entry.dose, most) and _once_a_day(every)


_MILLIGRAMS = re.compile(r"([0-9]+(?:\.[0-9]+)?) ?mg(.*)", re.IGNORECASE)
_DAILY = re.compile(r",? *((once )?(a|per|every|each) day|(once )?daily|od)", re.IGNORECASE)


def _low_as_written(dose: str, every: Interval | None, most: int) -> bool:
    found = _MILLIGRAMS.fullmatch(dose.strip())
    if found is None or Decimal(found[1]) > most:
        return False
    said = bool(_DAILY.fullmatch(found[2].rstrip()))
    return said or (not found[2].strip() and _once_a_day(every))


def _low_dose(dose: Dose | None, most: int) -> bool:
    amounts = [one for one in (dose.amount, dose.amount_high) if one] if dose else []
    in_mg = dose is not None and dose.unit is DoseUnit.MG
    return bool(amounts) and in_mg and all(Decimal(one) <= most for one in amounts)


def _once_a_day(every: Interval | None) -> bool:
    if every is None or every.kind is not IntervalKind.EVERY:
        return every is not None and every.kind is IntervalKind.SINGLE_DOSE
    return (every.number, every.unit) in ((1, TimeUnit.DAY), (24, TimeUnit.HOUR))


def r12_nsaid(facts: Facts) -> Iterator[Finding]:
    nsaids = _nsaids(facts)
    if not nsaids:
        return
    for other, path in _against_nsaids(facts):
        text = f"{names_of(nsaids)} {are(nsaids)} planned and {other} is recorded."
        yield Finding("R12", Severity.WARN, text, paths_of(nsaids, path))


def _against_nsaids(facts: Facts) -> Iterator[tuple[str, str]]:
    if kidneys := _renal_impairment(facts):
        yield kidneys
    groups = ("ace_inhibitors_and_arbs", "diuretics", "anticoagulants")
    taken = tuple(one for one in facts.taken(*groups))
    taken += tuple(one for one in facts.treatments if "deferasirox" in one.ingredients)
    if taken:
        yield names_of(taken), taken[0].path
    if facts.had(Complication.GI_BLEED):
        yield "bleeding from the stomach or gut", _HISTORY
    if sensitive := _aspirin_asthma(facts):
        yield "asthma with a reaction to an NSAID", sensitive


def _aspirin_asthma(facts: Facts) -> str | None:
    """Asthma, and words of either side that an NSAID has set something off."""
    asthma, nsaids = facts.had(Complication.ASTHMA), facts.drugs.members("nsaids")
    if not asthma:
        return None
    if any(facts.drugs.ingredients(one.detail or "") & nsaids for one in asthma):
        return _HISTORY
    effects = (*facts.plan.allergies.side_effects, *facts.plan.my_allergies.side_effects)
    found = any(facts.drugs.ingredients(one.substance) & nsaids for one in effects)
    return "allergies.side_effects" if found else None


def r13_nsaid_in_pregnancy(facts: Facts) -> Iterator[Finding]:
    nsaids = _nsaids(facts)
    if not nsaids or facts.plan.pregnancy.pregnant is not Answer3.YES:
        return
    late = _last_trimester_from(facts)
    text = f"{names_of(nsaids)} {are(nsaids)} planned and a pregnancy is recorded"
    since = f"; its third trimester is from {in_words(late)}" if late else ""
    block = late is not None and late <= facts.today
    severity = Severity.BLOCK if block else Severity.WARN
    paths = paths_of(nsaids, "pregnancy.pregnant")
    yield Finding("R13", severity, f"{text}{since}.", paths)


def _last_trimester_from(facts: Facts) -> date | None:
    """By the weeks counted and by the day the baby is due: the earlier of the two, where known."""
    said, weeks = facts.plan.pregnancy, timedelta(weeks=facts.limits.last_trimester_week)
    days = []
    if said.weeks is not None and said.weeks_on is not None:
        days.append(said.weeks_on + weeks - timedelta(weeks=said.weeks))
    if said.due_on is not None:
        days.append(said.due_on + weeks - _FULL_TERM)
    return min(days, default=None)


def r14_unborn_child(facts: Facts) -> Iterator[Finding]:
    said = facts.plan.pregnancy
    answers = (
        ("a pregnancy", said.pregnant, "pregnancy.pregnant"),
        ("trying for a baby", said.trying, "pregnancy.trying"),
        ("breastfeeding", said.breastfeeding, "pregnancy.breastfeeding"),
    )
    now = [(words, path) for words, answer, path in answers if answer is Answer3.YES]
    harmful = facts.given("harm_an_unborn_child", "ace_inhibitors_and_arbs")
    if now and harmful:
        words = in_a_row(words for words, _ in now)
        verb = "is" if len(now) == 1 else "are"
        text = f"{names_of(harmful)} {are(harmful)} planned and {words} {verb} recorded."
        yield Finding("R14", Severity.WARN, text, paths_of(harmful, *(path for _, path in now)))


def r37_deferasirox(facts: Facts) -> Iterator[Finding]:
    chelator = tuple(one for one in facts.treatments if "deferasirox" in one.ingredients)
    low = _low_egfr(facts)
    if chelator and low:
        text = f"{names_of(chelator)} {are(chelator)} planned and {low} is recorded."
        yield Finding("R37", Severity.WARN, text, paths_of(chelator, "baselines.egfr"))
