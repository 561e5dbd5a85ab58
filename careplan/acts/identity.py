"""The team puts right who a linked person is: a new NHS number, a name spelt wrong at the desk."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from uuid import UUID

from careplan.accounts.people import Who
from careplan.accounts.permissions import may_write_clinical
from careplan.acts.drafting import identity_of, keep_identity
from careplan.acts.linking import keep_checked
from careplan.acts.publishing import Deed, ground, next_version, publish
from careplan.acts.sheets import lay_out_all
from careplan.acts.world import World, actor, allowed_patient
from careplan.audit.events import AuditEvent, Kind
from careplan.plan.care_plan import Version
from careplan.plan.lifecycle import Event
from careplan.plan.person import Identity, Sex
from careplan.store.trail import append
from careplan.summary.narrative import narrative


def identity_now(world: World, *, by: Who, patient_id: UUID) -> Identity:
    with world.store.read() as tx:
        allowed_patient(tx, by, patient_id, may_write_clinical)
        return identity_of(tx, patient_id)


def correct_identity(
    world: World,
    *,
    by: Who,
    patient_id: UUID,
    identity: Identity,
    method: str,
    at: datetime,
    today: date,
) -> Version | None:
    """From now on the person is found and named by this; where a plan is published, its next
    version carries it at once. Raises NumberTaken, DoesNotFit, ChangedMeanwhile.

    A birth date is what a private link asks for, so it must be right on every copy.
    """
    sex = identity.sex_registered or Sex.NOT_KNOWN
    checked = replace(identity, sex_registered=sex, checked_on=today, checked_by=by.name)
    _must_fit(world, by, patient_id, checked, at)
    with world.store.begin() as tx:
        patient = allowed_patient(tx, by, patient_id, may_write_clinical)
        keep_checked(tx, patient_id, checked)
        keep_identity(tx, patient_id, checked, by=by, at=at)
        what = {"method": method}
        append(tx, AuditEvent(Kind.IDENTITY_CHECKED, at, actor(by), str(patient_id), what))
    if patient.current_version is None:
        return None
    found = ground(
        world, by=by, patient_id=patient_id, may=may_write_clinical, sections=("identity",)
    )
    version = next_version(world, found, at=at, reason=f"{by.name} put right who this is")
    deed = Deed(by, may_write_clinical, Event.CHECK_IDENTITY, Kind.PLAN_PUBLISHED, {})
    return publish(world, found, version, deed)


def _must_fit(world: World, by: Who, patient_id: UUID, checked: Identity, at: datetime) -> None:
    """A name with no room on paper stops here, before the desk and the plan say two things."""
    found = ground(world, by=by, patient_id=patient_id, may=may_write_clinical, sections=())
    if found.current is None:
        return
    found = replace(found, plan=found.plan.with_section("identity", checked))
    trial = next_version(world, found, at=at, reason="trial")
    shown = narrative(trial, world.words_of(trial))
    lay_out_all(world, trial, narrative=shown, at=at)
