"""Turning one's own second step off again: for patients and helpers, whom nobody obliges to it."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from careplan.accounts.people import Who
from careplan.acts.own_sessions import must_be_sure
from careplan.acts.ways_in import is_staffs, must_be_able_to_change
from careplan.acts.world import NotAllowed, World, actor
from careplan.audit.events import AuditEvent, Kind
from careplan.store.accounts import forget_totp
from careplan.store.trail import append


def turn_off_second_step(world: World, *, by: Who, token: str, at: datetime) -> None:
    """From now on the password is enough. Raises NotSure; NotAllowed for staff, for whoever has
    not given the code in this session, and where there is nothing to turn off."""
    if not by.second_factor_set or by.owes_second_step:
        raise NotAllowed
    with world.store.begin() as tx:
        must_be_sure(tx, by=by, token=token, at=at)
        if is_staffs(must_be_able_to_change(tx, by=by)):
            raise NotAllowed
        forget_totp(tx, UUID(by.account_id))
        what = {"account": by.account_id}
        append(tx, AuditEvent(Kind.SECOND_FACTOR_REMOVED, at, actor(by), by.patient_id, what))
