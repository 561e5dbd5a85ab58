"""What the tests of the rules build on: Ada, who raises nothing, and one thing of hers changed."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from careplan.plan.care_plan import CarePlan
from careplan.plan.drugs import drugs
from careplan.plan.medicines import (
    Allergies,
    Allergy,
    AllergyState,
    RegularMedicine,
)
from careplan.plan.pain import Stage, Step
from careplan.plan.safety import RULES, Facts, Finding, Severity
from careplan.plan.sickle import Complication, Event
from careplan.plan.values import Answer3, Formulation, Route
from tests.make import TODAY, ada, an_event, an_id, mg, minutes

DRUGS = drugs()
DAY = timedelta(days=1)


def found(plan: CarePlan, rule: str, today: date = TODAY, **more: Any) -> list[Finding]:
    return list(RULES[rule](Facts(plan, today, DRUGS, **more)))


def severities(plan: CarePlan, rule: str, today: date = TODAY) -> list[Severity]:
    return [one.severity for one in found(plan, rule, today)]


def with_pain(**changes: Any) -> CarePlan:
    return ada().with_section("pain_plan", replace(ada().pain_plan, **changes))


def with_step(number: int, **changes: Any) -> CarePlan:
    steps = list(ada().pain_plan.steps)
    steps[number] = replace(steps[number], **changes)
    return with_pain(steps=tuple(steps))


def first(**changes: Any) -> CarePlan:
    return with_step(3, **changes)


def second(**changes: Any) -> CarePlan:
    return with_step(4, **changes)


def allergic(substance: str, plan: CarePlan | None = None) -> CarePlan:
    entries = (Allergy(an_id("allergy"), substance),)
    return (plan or ada()).with_section("allergies", Allergies(AllergyState.LIST, entries=entries))


def strong(drug: str, *routes: Route, stage: Stage = Stage.FIRST_DOSE, **more: Any) -> Step:
    return Step(
        an_id(f"{drug}-{routes}-{stage}"), stage, drug, Formulation.IMMEDIATE, mg("5"),
        routes, minutes(30), **more,
    )  # fmt: skip


def having(plan: CarePlan | None = None, **sections: dict[str, Any]) -> CarePlan:
    """The plan with fields of these sections changed: `having(pregnancy={"weeks": 20})`."""
    plan = plan or ada()
    for name, changes in sections.items():
        plan = plan.with_section(name, replace(plan.section(name), **changes))
    return plan


def med(drug: str, dose: str | None = None, **more: Any) -> RegularMedicine:
    return RegularMedicine(an_id(f"med {drug}"), drug, dose, **more)


def taking(*medicines: RegularMedicine, plan: CarePlan | None = None) -> CarePlan:
    """These regular medicines, and no other."""
    return having(plan, medicines={"entries": medicines})


def with_history(*events: Event, plan: CarePlan | None = None) -> CarePlan:
    return having(plan, complications={"events": events})


def had(kind: Complication, answer: Answer3 = Answer3.YES, **more: Any) -> Event:
    return replace(an_event(kind, answer), **more)


def only_steps(*steps: Step, plan: CarePlan | None = None) -> CarePlan:
    """These steps, nothing beside them and nothing taken."""
    plan = having(plan, pain_plan={"steps": steps, "adjuncts": ()})
    return taking(plan=plan)


def aged(years: int, plan: CarePlan | None = None, today: date = TODAY) -> CarePlan:
    born = date(today.year - years, today.month, today.day)
    return having(plan, identity={"date_of_birth": born})
