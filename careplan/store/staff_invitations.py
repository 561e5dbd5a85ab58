"""Invitations into a team: who was asked to come, sealed, and the code's hash, used once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, bindparam, delete, insert, select, update

from careplan.accounts.people import Role
from careplan.store.db import Transaction
from careplan.store.owners import SERVICE
from careplan.store.tables import staff_invitation

_c = staff_invitation.c
_NEW = insert(staff_invitation)
_IS_OPEN = (_c.used_at.is_(None), _c.withdrawn_at.is_(None), _c.expires_at > bindparam("at"))
_OPEN = select(staff_invitation).where(_c.code_hash == bindparam("of_code"), *_IS_OPEN)
_USE = (
    update(staff_invitation)
    .where(_c.invitation_id == bindparam("of_invitation"), *_IS_OPEN)
    .values(used_at=bindparam("at"), used_by=bindparam("by"))
)
_WITHDRAW = (
    update(staff_invitation)
    .where(
        _c.invitation_id == bindparam("of_invitation"),
        _c.team_id == bindparam("of_team"),
        *_IS_OPEN,
    )
    .values(withdrawn_at=bindparam("at"))
)
_IS_OF = select(_c.invitation_id).where(
    _c.invitation_id == bindparam("of_invitation"), _c.team_id == bindparam("of_team")
)
_OF_TEAM = (
    select(staff_invitation)
    .where(_c.team_id == bindparam("of_team"), *_IS_OPEN)
    .order_by(_c.made_at, _c.invitation_id)
)
_PURGE = delete(staff_invitation).where(_c.expires_at < bindparam("before"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Invitation:
    """`registration` as it was written by whoever invites: nobody has checked it.

    `made_by` is None where a command of whoever runs the service invited.
    """

    invitation_id: UUID
    team_id: UUID
    made_by: UUID | None
    made_at: datetime
    expires_at: datetime
    name: str
    email: str
    title: str
    role: Role
    registration: str

    def __repr__(self) -> str:
        return f"Invitation({self.invitation_id})"


def new_invitation(tx: Transaction, made: Invitation, code: str) -> None:
    facts = {
        "name": made.name,
        "email": made.email,
        "title": made.title,
        "role": str(made.role),
        "registration": made.registration,
    }
    row = {
        "invitation_id": made.invitation_id,
        "code_hash": _hash(tx, code),
        "team_id": made.team_id,
        "made_by": made.made_by,
        "made_at": made.made_at,
        "expires_at": made.expires_at,
        "body": tx.seal_facts(SERVICE, _c.body, str(made.invitation_id), facts),
    }
    tx.run(_NEW, row)


def open_invitation(tx: Transaction, code: str, at: datetime) -> Invitation | None:
    """While it is unused, in time and not withdrawn."""
    row = tx.run(_OPEN, {"of_code": _hash(tx, code), "at": at}).one_or_none()
    return None if row is None else _invitation(tx, row)


def open_invitations(tx: Transaction, team_id: UUID, at: datetime) -> tuple[Invitation, ...]:
    """Oldest first."""
    rows = tx.run(_OF_TEAM, {"of_team": team_id, "at": at})
    return tuple(_invitation(tx, row) for row in rows)


def is_of_team(tx: Transaction, invitation_id: UUID, team_id: UUID) -> bool:
    """Open or over."""
    this = {"of_invitation": invitation_id, "of_team": team_id}
    return tx.run(_IS_OF, this).one_or_none() is not None


def use_invitation(tx: Transaction, invitation_id: UUID, *, by: UUID, at: datetime) -> bool:
    """Whether this account came first, and in time."""
    used = {"of_invitation": invitation_id, "by": by, "at": at}
    return tx.run(_USE, used).rowcount == 1


def withdraw(tx: Transaction, invitation_id: UUID, team_id: UUID, *, at: datetime) -> bool:
    """Whether it was still open: from now on its code opens nothing."""
    this = {"of_invitation": invitation_id, "of_team": team_id, "at": at}
    return tx.run(_WITHDRAW, this).rowcount == 1


def purge_invitations(tx: Transaction, before: datetime) -> int:
    return tx.run(_PURGE, {"before": before}).rowcount


def _invitation(tx: Transaction, row: Row[Any]) -> Invitation:
    facts = tx.unseal_facts(SERVICE, _c.body, str(row.invitation_id), row.body)
    return Invitation(
        invitation_id=row.invitation_id,
        team_id=row.team_id,
        made_by=row.made_by,
        made_at=row.made_at,
        expires_at=row.expires_at,
        **facts | {"role": Role(facts["role"])},
    )


def _hash(tx: Transaction, code: str) -> bytes:
    return tx.hash("staff_invitation", code)
