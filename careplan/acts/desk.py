"""What the team's desk has in front of it: the person, what is drafted, what is published."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

from careplan.accounts.people import Who
from careplan.accounts.permissions import may_sign, may_write_clinical
from careplan.acts.checking import check_plan, plan_facts
from careplan.acts.drafting import EMPTY, Unfinished, put_together
from careplan.acts.publishing import current_of
from careplan.acts.signing import clinical_bytes
from careplan.acts.world import NotThere, World, actor, allowed_patient, facts_of
from careplan.audit.events import AuditEvent, Kind
from careplan.plan.care_plan import CLINICAL, OWN_WORDS, CarePlan, Version
from careplan.plan.codec import to_plain
from careplan.plan.due import Due, due
from careplan.plan.safety import Finding
from careplan.store.drafts import Draft, drafts_of
from careplan.store.patients import Face, Patient, face_of
from careplan.store.trail import append


@dataclass(frozen=True)
class Desk:
    """`may_sign` is asked of whoever looks, so that a page can say beforehand that they may not."""

    patient: Patient
    face: Face
    current: Version | None
    drafts: Mapping[str, Draft]
    may_sign: bool

    @property
    def condition(self) -> str:
        return self.current.condition if self.current else self.face.condition

    def own_words(self, section: str) -> Mapping[str, Any]:
        """What the person wrote, as a draft's body: as published, or as typed before anything was.

        What they have typed since is theirs until they publish it.
        """
        if self.current is not None:
            return {**EMPTY, "plain": to_plain(self.current.plan.section(section))}
        draft = self.drafts.get(section)
        return draft.body if draft and section in OWN_WORDS else EMPTY


def open_desk(
    world: World, *, by: Who, patient_id: UUID, at: datetime, section: str | None = None
) -> Desk:
    """The desk of somebody's own team. Each look is shown to the person; `section` says at what."""
    with world.store.begin() as tx:
        patient = allowed_patient(tx, by, patient_id, may_write_clinical)
        face, current = face_of(tx, patient_id), current_of(tx, patient_id)
        if face is None:
            raise NotThere
        drafts = drafts_of(tx, patient_id)
        what = {"section": section} if section else {}
        append(tx, AuditEvent(Kind.READ_BY_TEAM, at, actor(by), str(patient_id), what))
    return Desk(patient, face, current, drafts, may_sign(by, facts_of(patient)))


def desk_findings(world: World, desk: Desk, *, today: date) -> tuple[Finding, ...]:
    """What the rules say of the clinical part as drafted, from what the desk has in front of it.

    Raises Unfinished. The act of signing reads and checks everything again for itself.
    """
    sections, onto = ("identity", *CLINICAL), _published(world, desk)
    plan = put_together(world, desk.drafts, sections, onto, condition=desk.condition)
    left = desk.patient.standing.signer_left_at is not None
    return _findings(
        _Question(plan, desk.current, desk.condition, left, today, world, desk.patient)
    )


@dataclass(frozen=True)
class _Question:
    """All that the rules' answer depends on; the last two only carry the way to it."""

    plan: CarePlan
    current: Version | None
    condition: str
    signer_left: bool
    today: date
    world: World = field(compare=False)
    patient: Patient = field(compare=False)


@lru_cache(maxsize=64)
def _findings(asked: _Question) -> tuple[Finding, ...]:
    """The same facts on the same day have the same findings, however often the page is opened."""
    current = asked.current
    return check_plan(
        asked.world,
        asked.plan,
        patient=asked.patient,
        current=current,
        condition=asked.condition,
        clinical=clinical_bytes(asked.plan),
        signed=clinical_bytes(current.plan) if current and current.signature else None,
        today=asked.today,
    )


def desk_due(world: World, desk: Desk, *, today: date) -> tuple[Due, ...]:
    """What is due for the person now or soon, by the plan that is published."""
    if desk.current is None:
        return ()
    facts = plan_facts(
        world,
        desk.current.plan,
        patient=desk.patient,
        current=desk.current,
        condition=desk.condition,
        today=today,
    )
    return due(facts)


def _published(world: World, desk: Desk) -> CarePlan:
    """The person's words as published, here or where the plan was brought from; before that only
    what they report of allergies."""
    if desk.current is not None:
        return desk.current.plan
    brought = (
        name
        for name, draft in desk.drafts.items()
        if name in OWN_WORDS and draft.body.get("brought")
    )
    try:
        return put_together(world, desk.drafts, ("my_allergies", *brought), CarePlan())
    except Unfinished:
        return CarePlan()
