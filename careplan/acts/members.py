"""Who is in a team: an administrator checks registrations, suspends, takes back, notes who left."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from careplan.accounts.people import Role, Standing, Who
from careplan.accounts.permissions import may_manage_members
from careplan.accounts.registration import read_registration
from careplan.acts.accounts import BadAccount, NewMember, add_to_team, helper_problems
from careplan.acts.standing import fresh
from careplan.acts.world import NotAllowed, NotThere, World, actor
from careplan.audit.events import AuditEvent, Kind
from careplan.keys.tokens import new_token
from careplan.store.db import Transaction
from careplan.store.patients import signed_by, signer_is_gone
from careplan.store.teams import (
    Membership,
    members_of,
    set_member_state,
    verify_registration,
)
from careplan.store.trail import append


class Change(StrEnum):
    """What an administrator may do about a member."""

    VERIFY = "verify"
    SUSPEND = "suspend"
    REINSTATE = "reinstate"
    LEFT = "left"


class NotYourself(ValueError):
    """Nobody checks, suspends or takes back themselves: another administrator must."""


class NotNowForThem(ValueError):
    """The member stands as asked already, or has nothing to check: look at the page again."""


_STATES = {
    Change.SUSPEND: Standing.SUSPENDED,
    Change.REINSTATE: Standing.ACTIVE,
    Change.LEFT: Standing.LEFT,
}
_KINDS = {
    Change.SUSPEND: Kind.MEMBER_SUSPENDED,
    Change.REINSTATE: Kind.MEMBER_REINSTATED,
    Change.LEFT: Kind.MEMBER_LEFT,
    Change.VERIFY: Kind.REGISTRATION_CHECKED,
}


def members(world: World, *, by: Who) -> tuple[tuple[Membership, ...], ...]:
    """Everybody of the team, each with all their roles, in the order in which they came."""
    team_id = _team_of(by)
    with world.store.read() as tx:
        return _grouped(members_of(tx, team_id))


def member(world: World, *, by: Who, account_id: UUID) -> tuple[tuple[Membership, ...], int]:
    """One person's places in the team, and how many plans stand on their signature."""
    team_id = _team_of(by)
    with world.store.read() as tx:
        found = _one(tx, team_id, account_id)
        return found, signed_by(tx, account_id, team_id)


def change_member(world: World, *, by: Who, account_id: UUID, change: Change, at: datetime) -> int:
    """Done at once: from their next request they are what this made them. Gives the number of
    plans whose signer has now left. Raises NotYourself, NotNowForThem."""
    team_id = _team_of(by)
    if account_id == UUID(by.account_id):
        raise NotYourself
    with world.store.begin() as tx:
        if not may_manage_members(fresh(tx, by), team_id=str(team_id)):
            raise NotAllowed
        found = _one(tx, team_id, account_id)
        if change not in changes_open_to(found):
            raise NotNowForThem
        left = 0
        if change is Change.VERIFY:
            verify_registration(tx, account_id, team_id, by=UUID(by.account_id), at=at)
        else:
            set_member_state(tx, account_id, team_id, _STATES[change])
            gone = None if change is Change.REINSTATE else at
            left = signer_is_gone(tx, account_id, team_id, at=gone)
        what = {"account": str(account_id)}
        if change is not Change.VERIFY:
            what["team"] = str(team_id)
        append(tx, AuditEvent(_KINDS[change], at, actor(by), None, what))
    return left


@dataclass(frozen=True)
class Entered:
    """A new member, and the first password, which is shown once and kept nowhere."""

    account_id: UUID
    password: str


def enter_member(
    world: World,
    *,
    by: Who,
    name: str,
    email: str,
    title: str,
    role: Role,
    registration: str,
    at: datetime,
) -> Entered:
    """Give somebody an account in this team. A registration is read, and checked separately.

    Raises BadAccount naming the fields, EmailInUse, NotARegistrationNumber.
    """
    team_id = _team_of(by)
    if role is Role.EMERGENCY_STAFF and not world.break_glass:
        raise NotAllowed
    with world.store.begin() as tx:  # the place in the team is held while it is asked about
        if not may_manage_members(fresh(tx, by), team_id=str(team_id)):
            raise NotAllowed
    password = new_token(world.entropy, 12)
    problems = helper_problems(name=name, email=email, password=password)
    if problems:
        raise BadAccount(problems)
    member = NewMember(
        email=email.strip(),
        password=password,
        name=name.strip(),
        title=title.strip(),
        role=role,
        registration=read_registration(registration) if registration.strip() else None,
    )
    account_id = add_to_team(world, member, team_id=team_id, verified_by=by.name, at=at)
    return Entered(account_id, password)


def changes_open_to(found: tuple[Membership, ...]) -> tuple[Change, ...]:
    """What can be done about somebody as they stand."""
    unchecked = any(one.registration and not one.registration.verified for one in found)
    active = any(one.state == Standing.ACTIVE for one in found)
    gone = any(one.state == Standing.LEFT for one in found)
    can = [Change.VERIFY] if unchecked and active else []
    can += [Change.SUSPEND, Change.LEFT] if active else [Change.REINSTATE]
    if not active and not gone:
        can.append(Change.LEFT)
    return tuple(can)


def _one(tx: Transaction, team_id: UUID, account_id: UUID) -> tuple[Membership, ...]:
    found = tuple(one for one in members_of(tx, team_id) if one.account_id == account_id)
    if not found:
        raise NotThere
    return found


def _grouped(places: tuple[Membership, ...]) -> tuple[tuple[Membership, ...], ...]:
    people: dict[UUID, list[Membership]] = {}
    for one in places:
        people.setdefault(one.account_id, []).append(one)
    return tuple(tuple(one) for one in people.values())


def _team_of(by: Who) -> UUID:
    if by.team_id is None or not may_manage_members(by, team_id=by.team_id):
        raise NotAllowed
    return UUID(by.team_id)
