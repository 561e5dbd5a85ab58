"""Many people with a published plan each, cheaper than through the acts and kept the same way."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime
from uuid import UUID

from careplan.acts.world import World
from careplan.fhir.bundle import to_emergency_bundle
from careplan.plan.dictionary import dictionary
from careplan.store.db import Transaction
from careplan.store.patients import Face, know_nhs_number, new_patient, note_standing
from careplan.store.versions import NewVersion, keep_version
from tests import make

DIV = '<div xmlns="http://www.w3.org/1999/xhtml"><p>What to give</p></div>'


def publish(
    tx: Transaction, patient_id: UUID, number: int, *, at: datetime, due: date | None, plan: str
) -> None:
    version = make.a_version(
        patient_id=patient_id,
        number=number,
        plan_number=plan,
        published_at=at,
        record_id=tx.new_id(),
        emergency_id=tx.new_id(),
    )
    review = replace(version.plan.review, review_due=due)
    version = replace(version, plan=version.plan.with_section("review", review))
    kept = NewVersion(
        patient_id=patient_id,
        number=number,
        published_at=at,
        record_id=version.record_id,
        emergency_id=version.emergency_id,
        record=b"{}",
        emergency=to_emergency_bundle(version, dictionary(), narrative=DIV),
        head={"reason": "made for a test", "by": "Test"},
    )
    keep_version(tx, kept)
    note_standing(tx, patient_id, review_due=due, unlinked=False)


def crowd(world: World, team_id: UUID, when: Iterable[tuple[datetime, date | None]]) -> list[UUID]:
    """One person for each moment of publication, with the day their review is due."""
    people = []
    with world.store.begin() as tx:
        for number, (at, due) in enumerate(when):
            patient_id, plan = tx.new_id(), f"SCP-TEST-{number:04}"
            face = Face(legal_name=f"Person {number}", plan_number=plan)
            new_patient(tx, patient_id, face, at=at, team_id=team_id)
            know_nhs_number(tx, patient_id, f"99900000{number:02}")
            publish(tx, patient_id, 1, at=at, due=due, plan=plan)
            people.append(patient_id)
    return people
