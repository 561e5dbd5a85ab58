"""Item 17: what the person takes every day, first what changes a decision in the first hour."""

from __future__ import annotations

from careplan.plan.care_plan import CarePlan
from careplan.plan.drugs import Drugs, drugs
from careplan.plan.medicines import MedicineStatus, RegularMedicine
from careplan.summary import wording
from careplan.summary.blocks import Block, Fact, Kind, Look, Part, line
from careplan.summary.detail import block
from careplan.summary.phrases import Phrases

_FIRST = (
    *("anticoagulants", "strong_opioids", "opioids", "benzodiazepines", "gabapentinoids"),
    *("sedatives", "cytotoxics", "chelators"),
)
"""Families of the drug table that stand first; the rest keep the order they were written in."""
_NOT_NOW = {
    MedicineStatus.KEPT_AT_HOME: "medicines.kept",
    MedicineStatus.STOPPED: "medicines.stopped",
    MedicineStatus.NEVER_STARTED: "medicines.never",
}
_PATHS = tuple(
    f"medicines.entries.{name}"
    for name in (
        *("drug", "formulation", "dose", "routes", "every", "in_crisis", "reason"),
        *("status", "stopped", "last_fbc"),
    )
)


def medicines_block(plan: CarePlan, say: Phrases, *, condition: str) -> list[Block]:
    """What is kept at home, stopped or never started stands apart from what is taken."""
    entries, known = plan.medicines.entries, drugs(condition)
    taken = [one for one in entries if one.status not in _NOT_NOW]
    taken.sort(key=lambda one: _rank(one, known))
    facts = [_medicine(one, say, known) for one in taken]
    for status, key in _NOT_NOW.items():
        found = [_medicine(one, say, known) for one in entries if one.status is status]
        facts += [line(say.say(key), look=Look.LEAD), *found] if found else []
    if plan.medicines.none_taken is not None and not entries:
        key = "medicines.none" if plan.medicines.none_taken else "medicines.not_listed"
        facts.append(line(say.say(key), "medicines.none_taken"))
    return block("medicines", 17, facts, say)


def _rank(one: RegularMedicine, known: Drugs) -> int:
    families = {known.family(name) for name in known.ingredients(one.drug)}
    return next((rank for rank, name in enumerate(_FIRST) if name in families), len(_FIRST))


def _medicine(one: RegularMedicine, say: Phrases, known: Drugs) -> Fact:
    what = [
        str(one.formulation) if one.formulation else None,
        one.dose,
        " or ".join(one.routes),
        wording.frequency(one.every) if one.every else None,
    ]
    about = [
        say.say("medicines.in_crisis", what=one.in_crisis) if one.in_crisis else None,
        one.reason,
        say.say("medicines.stopped_on", on=wording.partial_day(one.stopped))
        if one.stopped
        else None,
        say.say("medicines.last_fbc", on=wording.day(one.last_fbc)) if one.last_fbc else None,
    ]
    text = ", ".join(filter(None, [" ".join(filter(None, what)), *about]))
    gap = "" if any(what) else ", "
    name = Part(one.drug, Kind.STRONG if _rank(one, known) < len(_FIRST) else Kind.TEXT)
    parts = (name, Part(gap + text)) if text else (name,)
    return Fact(parts, None, (*_PATHS, "medicines.none_taken"), Look.ITEM)
