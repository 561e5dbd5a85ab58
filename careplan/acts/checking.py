"""What the rules are given of somebody's plan: its words, what stands published, and who signed."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from careplan.acts.publishing import as_signed
from careplan.acts.world import World
from careplan.plan.care_plan import CarePlan, Version
from careplan.plan.due import Due, due
from careplan.plan.safety import Facts, Finding, check
from careplan.plan.values import Answer3
from careplan.store.patients import Patient


def check_plan(
    world: World,
    plan: CarePlan,
    *,
    patient: Patient,
    current: Version | None,
    condition: str,
    clinical: bytes,
    signed: bytes | None,
    today: date,
) -> tuple[Finding, ...]:
    """What the rules say of this plan. `clinical`, `signed`: the bytes now and when signed."""
    facts = plan_facts(
        world, plan, patient=patient, current=current, condition=condition, today=today
    )
    return check(replace(facts, clinical=clinical, signed=signed))


def plan_facts(
    world: World,
    plan: CarePlan,
    *,
    patient: Patient,
    current: Version | None,
    condition: str,
    today: date,
) -> Facts:
    """`plan` as drafted or published; `current` is the version that stands."""
    return Facts(
        plan,
        today,
        world.drugs_for(condition),
        version=current,
        was=_was(world, plan, current),
        signer_left=patient.standing.signer_left_at is not None,
        condition=condition,
    )


def due_now(
    world: World, *, patient: Patient, current: Version | None, today: date
) -> tuple[Due, ...]:
    """What is due or overdue by the signed plan, for whoever has it open already. Before a team
    has written anything, that something is not on record would tell nobody anything."""
    if current is None or current.signature is None:
        return ()
    facts = plan_facts(
        world,
        current.plan,
        patient=patient,
        current=current,
        condition=current.condition,
        today=today,
    )
    return due(facts)


def _was(world: World, plan: CarePlan, current: Version | None) -> CarePlan | None:
    """Read only for somebody of whom it can tell something new: one pregnant, or who may move."""
    asks = plan.pregnancy.pregnant is Answer3.YES or plan.about_me.postcode
    if current is None or current.signature is None or not asks:
        return None
    with world.store.read() as tx:
        signed = as_signed(tx, current)
    return signed.plan if signed else None
