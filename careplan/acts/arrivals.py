"""Who of a team is in an emergency department now, for those who agreed that their team knows.

From the first press until they have left, and for a day at most.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from careplan.accounts.people import Who
from careplan.accounts.permissions import may_list_patients, may_write_clinical
from careplan.acts.visiting import GoingIn, said_in
from careplan.acts.world import NotAllowed, World, actor, allowed_patient
from careplan.audit.events import AuditEvent, Kind
from careplan.store.patients import Face
from careplan.store.trail import append
from careplan.store.visits import in_departments, visit_near
from careplan.visits.visit import Visit


@dataclass(frozen=True)
class InDepartment:
    """One line of the desk's list."""

    visit: Visit
    face: Face | None


def in_departments_now(world: World, *, by: Who, at: datetime) -> tuple[InDepartment, ...]:
    """Newest first; whoever looks is written down when there was somebody to see."""
    if by.team_id is None or not may_list_patients(by, team_id=by.team_id):
        raise NotAllowed
    with world.store.read() as tx:
        found = in_departments(tx, UUID(by.team_id), at=at)
    if found:
        what = {"team": by.team_id, "count": str(len(found))}
        with world.store.begin() as tx:
            append(tx, AuditEvent(Kind.VISITS_LISTED, at, actor(by), None, what))
    return tuple(InDepartment(visit, face) for visit, face in found)


def told_to_team(world: World, *, by: Who, patient_id: UUID, at: datetime) -> GoingIn | None:
    """What somebody of the team's own tapped in the visit that they agreed to tell of, and in no
    other; each look is written down."""
    with world.store.begin() as tx:
        allowed_patient(tx, by, patient_id, may_write_clinical)
        visit = visit_near(tx, patient_id, at=at)
        if visit is None or not visit.tells_team or at >= visit.shown_until:
            return None
        what = {"visit": str(visit.visit_id)}
        append(tx, AuditEvent(Kind.VISIT_LOOKED_AT, at, actor(by), str(patient_id), what))
        return said_in(visit, at)
