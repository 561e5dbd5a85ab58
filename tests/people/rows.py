"""The lists of a case file, item by item, as the plan's own items would be written there."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

from careplan.plan import ahead, pain, sickle, voice
from careplan.plan import medicines as meds
from careplan.plan.care_plan import CarePlan
from careplan.plan.dictionary import dictionary
from careplan.plan.values import Answer3, Interval, IntervalKind, Route, TimeUnit

WORDS = dictionary()
Row = Mapping[str, Any]
_SHORT = {TimeUnit.MINUTE: "min", TimeUnit.HOUR: "h"}


def often(interval: Interval | None) -> str | None:
    """ "6 h", "day", "7 days", "at night"."""
    if interval is None:
        return None
    if interval.kind is IntervalKind.SET_TIMES:
        return (interval.times or "").removeprefix("every ")
    if interval.kind is IntervalKind.SINGLE_DOSE:
        return str(interval.kind)
    assert interval.unit is not None
    short = _SHORT.get(interval.unit)
    return f"{interval.number} {short}" if short else interval.length


def routes(given: Sequence[Route]) -> str:
    return " or ".join(given)


def a_step(one: pain.Step) -> Row:
    """`relation` in one line, as the case files put it."""
    apart = (
        f"; instead of it where {one.relation_instead_when}" if one.relation_instead_when else ""
    )
    return {
        "drug": one.drug,
        "formulation": one.formulation and str(one.formulation),
        "dose": one.dose.words if one.dose else None,
        "route": routes(one.routes),
        "every": often(one.repeat),
        "repeat_after": often(one.repeat),
        "max": f"{one.max_doses} in {one.max_within}",
        "max_doses": one.max_doses,
        "ceiling": one.ceiling,
        "relation": f"{one.relation}{apart}",
        "when": one.relation_when,
        "counts_towards_max": one.counts_towards_max,
    }


def an_adjunct(one: pain.Adjunct) -> Row:
    return {
        "drug": one.drug,
        "given": one.given,
        "reason": one.reason,
        "dose": one.dose.words if one.dose else None,
        "route": routes(one.routes),
        "every": often(one.every),
        "as_needed": one.as_needed,
        "note": one.note,
    }


def a_medicine(one: meds.RegularMedicine) -> Row:
    """Kept at home "for fever": what for stands in the reason, which the field has room for."""
    status, reason = one.status and str(one.status), one.reason
    if one.status is meds.MedicineStatus.KEPT_AT_HOME and reason:
        purpose, _, reason = reason.partition("; ")
        status = f"{status} {purpose}"
    return {
        "drug": one.drug,
        "formulation": one.formulation and str(one.formulation),
        "dose": one.dose,
        "route": routes(one.routes),
        "every": often(one.every),
        "reason": reason,
        "last_fbc": one.last_fbc,
        "status": status,
        "in_crisis": one.in_crisis,
        "private": one.keep_private,
    }


def a_response(one: pain.PreviousResponse) -> Row:
    return {
        "date": one.on,
        "place": one.place,
        "given": one.given,
        "relief": one.relief,
        "side_effects": one.side_effects,
    }


def an_allergy(one: meds.Allergy) -> Row:
    return {
        "substance": one.substance,
        "reaction": one.reaction,
        "severity": one.severity and str(one.severity),
        "verified_by": one.verified_by,
        "date": one.on,
    }


def a_side_effect(one: meds.SideEffect) -> Row:
    return {"substance": one.substance, "effect": one.effect, "note": one.note}


def a_contact(one: voice.Contact) -> Row:
    return {
        "name": one.name,
        "relation": one.relation,
        "phone": one.phone,
        "may_be_told": one.may_be_told,
        "first": one.first,
        "parental_responsibility": one.parental_responsibility,
    }


def a_sign(one: ahead.WarningSign) -> Row:
    return {"sign": one.sign, "home": one.home, "hospital": one.hospital}


def a_vaccine(one: ahead.Vaccine) -> Row:
    return {
        "name": WORDS.words("vaccines", one.name),
        "date": one.on and date.fromisoformat(one.on),
    }


def _no_use(plan: CarePlan) -> list[Row]:
    """What the notes document first, then the person's own experience, told apart by evidence."""
    documented = [
        {"what": one.what, "why": one.why, "evidence": one.evidence}
        for one in plan.pain_plan.did_not_work
    ]
    own = [
        {"what": one.what, "why": one.why, "evidence": "my experience"}
        for one in plan.what_helps.does_not_work
    ]
    return [*own, *documented]


def _each(make: Callable[[Any], Row], items: Sequence[Any]) -> list[Row]:
    return [make(one) for one in items]


ROWS: Mapping[str, Callable[[CarePlan], list[Row]]] = {
    "pain_plan.home": lambda plan: _each(a_step, plan.pain_plan.stage(pain.Stage.HOME)),
    "pain_plan.first_dose": lambda plan: _each(a_step, plan.pain_plan.stage(pain.Stage.FIRST_DOSE)),
    "pain_plan.second_choice": lambda plan: _each(
        a_step, plan.pain_plan.stage(pain.Stage.SECOND_CHOICE)
    ),
    "pain_plan.adjuncts": lambda plan: _each(an_adjunct, plan.pain_plan.adjuncts),
    "pain_plan.previous_response": lambda plan: _each(a_response, plan.pain_plan.previous_response),
    "pain_plan.does_not_work": _no_use,
    "allergies.list": lambda plan: _each(an_allergy, plan.allergies.entries),
    "intolerances": lambda plan: _each(a_side_effect, plan.allergies.side_effects),
    "medicines": lambda plan: _each(a_medicine, plan.medicines.entries),
    "contacts": lambda plan: _each(a_contact, plan.my_people.contacts),
    "proxies": lambda plan: _each(a_contact, plan.my_people.contacts),
    "red_flags_personal": lambda plan: _each(a_sign, plan.warning_signs.entries),
    "vaccines": lambda plan: _each(a_vaccine, plan.infection.vaccines),
}
"""Each list of a case file, by its path, and the same made from a plan."""


def happened(plan: CarePlan, kind: str) -> Row:
    """One complication as a case file tells it."""
    one = next(event for event in plan.complications.events if event.kind == kind)
    return {
        "had": _yes(one.had),
        "count": one.count,
        "last": one.last,
        "date": one.last,
        "worst_care": one.worst_care,
        "exchange": _yes(one.exchange),
        "detail": one.detail,
        "reason": one.detail,
        "deficit": one.detail,
        "side": one.side,
        "stage": one.stage and (int(one.stage) if one.stage.isdecimal() else one.stage),
        "kind": one.stage,
        "last_check": one.last_check,
        "last_echo": one.last_check,
        "what_works": one.what_works,
        "urology": one.phone,
        "drug": one.drug,
        "naloxone": _yes(one.naloxone),
    }


def splenic(plan: CarePlan) -> Row:
    """Three complications of ours under one heading of theirs."""
    kinds = {event.kind: event for event in plan.complications.events}
    C = sickle.Complication
    removed, trapped = kinds.get(C.SPLENECTOMY), kinds.get(C.SPLENIC_SEQUESTRATION)
    return {
        "hyposplenism": C.HYPOSPLENISM in kinds and _yes(kinds[C.HYPOSPLENISM].had),
        "splenectomy": removed and _yes(removed.had),
        "date": removed and removed.last,
        "acute_sequestration": trapped and _yes(trapped.had),
        "count": trapped and trapped.count,
        "last": trapped and trapped.last,
    }


def measured(plan: CarePlan, name: str) -> Row:
    """One reading as a case file tells it."""
    one = getattr(plan.baselines, name)
    if isinstance(one, sickle.BloodPressure):
        return {"systolic": one.systolic, "diastolic": one.diastolic, "date": one.on}
    return {
        "value": one.value,
        "cm_below_costal_margin": one.value,
        "unit": WORDS.fields[f"baselines.{name}"].unit,
        "date": one.on,
        "how": plan.baselines.weight_how,
        "after_exchange": plan.baselines.hbs_after_exchange,
    }


def _yes(answer: Answer3 | None) -> bool | None:
    return None if answer in (None, Answer3.UNKNOWN) else answer is Answer3.YES
