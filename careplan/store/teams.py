"""Haematology teams and who belongs to them, with the registration that lets somebody sign."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, bindparam, insert, select, update

from careplan.accounts.people import Role, Standing
from careplan.accounts.registration import Body, Registration
from careplan.store.db import Transaction, on_both
from careplan.store.errors import NotFound, Taken
from careplan.store.owners import of_account
from careplan.store.tables import account, membership, team

_t, _m = team.c, membership.c
_TEAM = select(_t.team_id, _t.name, _t.organisation, _t.ods, _t.phone)
_ONE_TEAM = _TEAM.where(_t.team_id == bindparam("of_team"))
_TEAMS = _TEAM.order_by(_t.name, _t.team_id)
_NEW_TEAM = insert(team)
_ADD = on_both(lambda insert: insert(membership).on_conflict_do_nothing().returning(_m.role))
_JOINED = (
    select(
        membership,
        _t.name.label("team_name"),
        _t.organisation,
        _t.ods,
        _t.phone,
        account.c.data_key,
        account.c.profile,
    )
    .where(_t.team_id == _m.team_id, account.c.account_id == _m.account_id)
    .order_by(_m.since, _m.team_id, _m.account_id, _m.role)
)
_OF_ACCOUNT = _JOINED.where(_m.account_id == bindparam("of_account"))
_OF_TEAM = _JOINED.where(_m.team_id == bindparam("of_team"))
_HELD = (
    select(_m.account_id).where(_m.account_id == bindparam("of_account")).with_for_update(read=True)
)
_IN_TEAM = (_m.account_id == bindparam("of_account"), _m.team_id == bindparam("of_team"))
_VERIFY = (
    update(membership)
    .where(*_IN_TEAM, _m.registration.is_not(None))
    .values(verified_at=bindparam("at"), verified_by=bindparam("by"))
)
_REGISTER = (
    update(membership)
    .where(*_IN_TEAM)
    .values(registration=bindparam("number"), verified_at=None, verified_by=None)
)
# Let back in by somebody who may have chosen their password: another must look them up again.
_LET_BACK = (
    update(membership)
    .where(_m.account_id == bindparam("of_account"))
    .values(entered_by=bindparam("by"), verified_at=None, verified_by=None)
)
_SET_STATE = update(membership).where(*_IN_TEAM).values(state=bindparam("new_state"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Team:
    team_id: UUID
    name: str
    organisation: str
    ods: str | None = None
    phone: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Membership:
    """One role of one person in one team. The registration is verified once a colleague checked.

    `entered_by` let them in, or back in last; None where whoever runs the service did.
    """

    account_id: UUID
    team: Team
    role: Role
    state: str
    name: str
    since: datetime
    registration: Registration | None
    verified_by: UUID | None
    entered_by: UUID | None

    @property
    def team_id(self) -> UUID:
        return self.team.team_id

    @property
    def organisation(self) -> str:
        return self.team.organisation


def new_team(
    tx: Transaction,
    team_id: UUID,
    *,
    name: str,
    organisation: str,
    ods: str | None,
    phone: str | None,
    at: datetime,
) -> None:
    row = {
        "team_id": team_id,
        "name": name,
        "organisation": organisation,
        "ods": ods,
        "phone": phone,
        "created_at": at,
    }
    tx.run(_NEW_TEAM, row)


def team_of(tx: Transaction, team_id: UUID) -> Team | None:
    row = tx.run(_ONE_TEAM, {"of_team": team_id}).one_or_none()
    return None if row is None else _team(row, row.name)


def teams(tx: Transaction) -> tuple[Team, ...]:
    return tuple(_team(row, row.name) for row in tx.run(_TEAMS))


def add_member(
    tx: Transaction,
    account_id: UUID,
    team_id: UUID,
    *,
    role: Role,
    at: datetime,
    registration: Registration | None = None,
    verified_by: UUID | None = None,
    entered_by: UUID | None = None,
) -> None:
    """`registration.verified_at` says whether it was checked. Raises Taken when already there."""
    sealed = None if registration is None else _sealed(tx, account_id, team_id, registration)
    row = {
        "account_id": account_id,
        "team_id": team_id,
        "role": role,
        "state": Standing.ACTIVE,
        "since": at,
        "registration": sealed,
        "verified_at": registration.verified_at if registration else None,
        "verified_by": verified_by,
        "entered_by": entered_by,
    }
    if tx.run(_ADD, row).one_or_none() is None:
        raise Taken("this person has that role in this team already")


def set_registration(
    tx: Transaction, account_id: UUID, team_id: UUID, registration: Registration
) -> None:
    """Another number, which nobody has checked yet."""
    sealed = _sealed(tx, account_id, team_id, registration)
    changed = {"of_team": team_id, "of_account": account_id, "number": sealed}
    _must_find(tx.run(_REGISTER, changed).rowcount)


def verify_registration(
    tx: Transaction, account_id: UUID, team_id: UUID, *, by: UUID | None, at: datetime
) -> None:
    """`by` is None where whoever runs the service wrote down that it was checked."""
    checked = {"of_team": team_id, "of_account": account_id, "by": by, "at": at}
    _must_find(tx.run(_VERIFY, checked).rowcount)


def let_back_in(tx: Transaction, account_id: UUID, *, by: UUID | None) -> None:
    """In every place this account has: who let it in is new, so no registration is checked."""
    tx.run(_LET_BACK, {"of_account": account_id, "by": by})


def set_member_state(tx: Transaction, account_id: UUID, team_id: UUID, state: str) -> None:
    changed = {"of_team": team_id, "of_account": account_id, "new_state": state}
    _must_find(tx.run(_SET_STATE, changed).rowcount)


def memberships_of(tx: Transaction, account_id: UUID) -> tuple[Membership, ...]:
    rows = tx.run(_OF_ACCOUNT, {"of_account": account_id})
    return tuple(_membership(tx, row) for row in rows)


def hold_memberships(tx: Transaction, account_id: UUID) -> None:
    """Nobody suspends or reinstates this person until the transaction ends."""
    tx.run(_HELD, {"of_account": account_id})


def members_of(tx: Transaction, team_id: UUID) -> tuple[Membership, ...]:
    rows = tx.run(_OF_TEAM, {"of_team": team_id})
    return tuple(_membership(tx, row) for row in rows)


def _must_find(rows: int) -> None:
    if rows == 0:
        raise NotFound("there is no such member of this team, or nothing to check")


def _sealed(tx: Transaction, account_id: UUID, team_id: UUID, registration: Registration) -> bytes:
    facts = {"body": registration.body, "number": registration.number}
    return tx.seal_facts(of_account(account_id), _m.registration, str(team_id), facts)


def _team(row: Row[Any], name: str) -> Team:
    return Team(
        team_id=row.team_id,
        name=name,
        organisation=row.organisation,
        ods=row.ods,
        phone=row.phone,
    )


def _membership(tx: Transaction, row: Row[Any]) -> Membership:
    owner = of_account(row.account_id)
    tx.remember(owner, row.data_key)
    registration = None
    if row.registration is not None:
        facts = tx.unseal_facts(owner, _m.registration, str(row.team_id), row.registration)
        registration = Registration(
            body=Body(facts["body"]), number=facts["number"], verified_at=row.verified_at
        )
    return Membership(
        account_id=row.account_id,
        team=_team(row, row.team_name),
        role=Role(row.role),
        state=row.state,
        name=tx.unseal_facts(owner, account.c.profile, "", row.profile)["name"],
        since=row.since,
        registration=registration,
        verified_by=row.verified_by,
        entered_by=row.entered_by,
    )
