"""R4, R9, R10, R17, R18, R19 and R23: which medicine stands in a crisis, and who watches."""

from __future__ import annotations

import re
from collections.abc import Iterator

from careplan.plan.pain import OpioidExposure, Stage
from careplan.plan.rules.facts import Facts, Finding, Severity
from careplan.plan.rules.reading import named, places, said
from careplan.plan.rules.treatments import (
    Treatment,
    Where,
    are,
    in_a_row,
    names_of,
    paths_of,
)
from careplan.plan.values import Formulation, Route

_BOTH_SAID = re.compile(r"\b(plus|together with)\b", re.IGNORECASE)
_ACUTE = (Stage.AMBULANCE, Stage.FIRST_DOSE, Stage.SECOND_CHOICE)
_EVERY_DAY = (OpioidExposure.DAILY_LONG_ACTING, OpioidExposure.SUBSTITUTION)


def r4_pethidine(facts: Facts) -> Iterator[Finding]:
    for one in facts.treatments:
        if "pethidine" in one.ingredients:
            text = f"{one.name} is planned as a treatment."
            yield Finding("R4", Severity.BLOCK, text, (one.path,))


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


def r10_sedation(facts: Facts) -> Iterator[Finding]:
    strong = facts.given("strong_opioids")
    if not strong:
        return
    beside = facts.given("benzodiazepines", "gabapentinoids", "sedatives")
    if beside:
        text = f"{names_of(strong)} {are(strong)} planned and {names_of(beside)} {are(beside)} too."
        yield Finding("R10", Severity.WARN, text, paths_of(strong, beside))
    acute = tuple(one for one in strong if not one.regular)
    if acute and facts.plan.pain_plan.opioid_exposure is OpioidExposure.SUBSTITUTION:
        text = f"{names_of(acute)} {are(acute)} planned and opioid substitution is recorded."
        yield Finding("R10", Severity.WARN, text, paths_of(acute, "pain_plan.opioid_exposure"))
    for note, path in _drinks(facts):
        text = f"{names_of(strong)} {are(strong)} planned and alcohol is noted: “{note}”."
        yield Finding("R10", Severity.WARN, text, paths_of(strong, path))


def _drinks(facts: Facts) -> Iterator[tuple[str, str]]:
    pain, phrases = facts.plan.pain_plan, facts.phrases
    texts = [(step.note, "pain_plan.steps.note") for step in pain.steps]
    texts += [
        (pain.opioid_drug, "pain_plan.opioid_drug"),
        (pain.monitoring, "pain_plan.monitoring"),
        (pain.escalation_action, "pain_plan.escalation_action"),
        (pain.home_supply, "pain_plan.home_supply"),
        (pain.home_stop, "pain_plan.home_stop"),
    ]
    for text, path in places(*texts):
        if said(text, phrases.alcohol) and not named(text, phrases.alcohol_but_not):
            yield text, path


def r17_slow_or_opposing(facts: Facts) -> Iterator[Finding]:
    """A patch or a modified-release form as an acute step; buprenorphine with a full agonist."""
    for one in facts.treatments:
        if form := _slow_form(one, facts):
            stage = one.step.stage if one.step else ""
            text = f"{one.name} is {form} and stands in {stage}."
            yield Finding("R17", Severity.WARN, text, (one.path, "pain_plan.steps.stage"))
    partial = tuple(one for one in facts.treatments if "buprenorphine" in one.ingredients)
    full = tuple(one for one in facts.given("full_agonists") if one not in partial)
    if partial and full:
        shown = partial[0].name.strip()
        text = f"{shown} is in the plan, and {names_of(full)} {are(full)} planned with it."
        yield Finding("R17", Severity.WARN, text, paths_of(partial, full))


def _slow_form(one: Treatment, facts: Facts) -> str | None:
    step = one.step
    opioid = facts.drugs.is_opioid(one.name)
    if step is None or step.stage not in _ACUTE or not opioid:
        return None
    if Route.TRANSDERMAL in step.routes or facts.drugs.has_form(one.name, "transdermal"):
        return "a patch"
    modified = step.formulation is Formulation.MODIFIED
    if modified or facts.drugs.has_form(one.name, "modified_release"):
        return "modified release"
    return None


def r18_into_muscle(facts: Facts) -> Iterator[Finding]:
    for one in facts.treatments:
        entry = one.step or one.adjunct
        if entry and Route.INTRAMUSCULAR in entry.routes:
            text = f"{one.name} is planned by the intramuscular route."
            routes = one.path.replace(".drug", ".routes")
            yield Finding("R18", Severity.WARN, text, (one.path, routes))


def r19_steroid(facts: Facts) -> Iterator[Finding]:
    """In the pain plan only: a steroid taken for something else is nobody's business here."""
    planned = tuple(
        one
        for one in facts.given("corticosteroids")
        if not one.regular and one.path.startswith("pain_plan.")
    )
    if planned:
        text = f"{names_of(planned)} {are(planned)} planned for pain."
        yield Finding("R19", Severity.WARN, text, paths_of(planned))


def r23_unwatched(facts: Facts) -> Iterator[Finding]:
    strong = tuple(one for one in facts.given("strong_opioids") if one.where is Where.STEP)
    if not strong:
        return
    missing = dict(_unsaid(facts))
    relief = not facts.given("laxatives", "antiemetics")
    every_day = facts.plan.pain_plan.opioid_exposure in _EVERY_DAY
    if relief and (missing or every_day):
        missing["a laxative or antiemetic"] = "pain_plan.adjuncts"
    if missing:
        planned = f"{names_of(strong)} {are(strong)} planned"
        text = f"{planned} and these are missing: {in_a_row(missing)}."
        yield Finding("R23", Severity.WARN, text, paths_of(strong, *missing.values()))


def _unsaid(facts: Facts) -> Iterator[tuple[str, str]]:
    pain = facts.plan.pain_plan
    if not (pain.monitoring or "").strip():
        yield "what to watch", "pain_plan.monitoring"
    if not (pain.reassess or "").strip():
        yield "when to check again", "pain_plan.reassess"
    texts = [pain.monitoring, pain.escalation_action, *(step.note for step in pain.steps)]
    naloxone = any(named(text, facts.phrases.naloxone) for text in texts)
    if not naloxone and not any("naloxone" in one.ingredients for one in facts.treatments):
        yield "a line on naloxone", "pain_plan.monitoring"
