"""Whether somebody still is who their session says: asked again inside the transaction.

A page may have been open for an hour, and paper takes a second to lay out: meanwhile somebody may
have been suspended. The answer is then a clear refusal, nothing is done, and it is written down.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from careplan.accounts.people import Standing, Who
from careplan.acts.signing_in import as_they_stand
from careplan.acts.world import NotAllowed, World, actor
from careplan.audit.events import AuditEvent, Kind
from careplan.store.db import Transaction
from careplan.store.patients import patient_of
from careplan.store.teams import memberships_of
from careplan.store.trail import append


class AccessEnded(NotAllowed):
    """They had the right when they began, and have it no longer. Nothing was changed."""


def fresh(tx: Transaction, by: Who) -> Who:
    """`by` as the database knows them now. Raises AccessEnded for an account that is no more."""
    found = as_they_stand(tx, by)
    if found is None:
        raise AccessEnded
    return found


def write_down_refusal(world: World, *, by: Who, patient_id: UUID, at: datetime) -> None:
    """In a transaction of its own: that of the deed was given up."""
    with world.store.begin() as tx:
        append(tx, AuditEvent(Kind.ACCESS_HAD_ENDED, at, actor(by), str(patient_id)))


def was_in_the_team(world: World, *, by: Who, patient_id: UUID, at: datetime) -> bool:
    """Whether somebody turned away at the door had a place in this person's team until it was
    suspended or ended; then their try is written down."""
    if not by.known:
        return False
    with world.store.begin() as tx:
        patient = patient_of(tx, patient_id)
        places = memberships_of(tx, UUID(by.account_id))
        ended = (one for one in places if one.state != Standing.ACTIVE)
        if patient is None or patient.team_id not in {one.team_id for one in ended}:
            return False
        append(tx, AuditEvent(Kind.ACCESS_HAD_ENDED, at, actor(by), str(patient_id)))
    return True
