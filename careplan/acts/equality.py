"""Questions about somebody that are asked only so that unfairness can be seen. All may be skipped.

No staff read the answers, no page but this one shows them, and no rule knows of them.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from careplan.accounts.people import Who
from careplan.accounts.permissions import may_answer_equality
from careplan.acts.world import World, actor, allowed_patient
from careplan.audit.events import AuditEvent, Kind
from careplan.store.equality import equality_of, keep_equality
from careplan.store.trail import append
from careplan.visits.equality import Equality


def told_equality(world: World, *, by: Who, patient_id: UUID) -> Equality:
    """What they told so far; blank where they were not asked."""
    with world.store.read() as tx:
        allowed_patient(tx, by, patient_id, may_answer_equality)
        return equality_of(tx, patient_id) or Equality(patient_id=patient_id)


def tell_equality(world: World, *, by: Who, told: Equality, at: datetime) -> None:
    """Takes the place of what was told before; all blank is an answer too."""
    with world.store.begin() as tx:
        allowed_patient(tx, by, told.patient_id, may_answer_equality)
        keep_equality(tx, replace(told, changed_at=at))
        append(tx, AuditEvent(Kind.EQUALITY_TOLD, at, actor(by), str(told.patient_id)))
