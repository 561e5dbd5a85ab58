"""Who is in a team: an administrator checks registrations, suspends, takes back, notes who left."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from careplan.accounts.people import Standing, Who
from careplan.accounts.permissions import may_manage_members
from careplan.accounts.two_people import may_check
from careplan.acts.signing_in import folded_email
from careplan.acts.standing import fresh
from careplan.acts.world import NotAllowed, NotThere, World, actor
from careplan.audit.events import Actor, ActorKind, AuditEvent, Kind
from careplan.store.accounts import account_by_email
from careplan.store.db import Transaction
from careplan.store.patients import signed_by, signer_is_gone
from careplan.store.teams import (
    Membership,
    members_of,
    memberships_of,
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


class NotAlone(ValueError):
    """Whoever let somebody in does not check their registration too, nor does anybody they let in:
    no one person makes somebody who can sign."""


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


@dataclass(frozen=True)
class Member:
    """One person's places in the team, how many plans stand on their signature, and whether
    whoever looks may be the one to check their registration."""

    places: tuple[Membership, ...]
    signed: int
    mine_to_check: bool


def member(world: World, *, by: Who, account_id: UUID) -> Member:
    team_id = _team_of(by)
    with world.store.read() as tx:
        found = _one(tx, team_id, account_id)
        mine = _may_check(tx, by, team_id, account_id)
        return Member(found, signed_by(tx, account_id, team_id), mine)


def change_member(world: World, *, by: Who, account_id: UUID, change: Change, at: datetime) -> int:
    """Done at once: from their next request they are what this made them. Gives the number of
    plans whose signer has now left. Raises NotYourself, NotNowForThem, NotAlone."""
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
            if not _may_check(tx, by, team_id, account_id):
                raise NotAlone
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


def check_from_server(world: World, *, email: str, doer: str, at: datetime) -> str:
    """For a team whose only administrator let them in: whoever runs the service writes down who
    looked the registration up. Gives the member's name. Raises NotThere, NotNowForThem."""
    with world.store.begin() as tx:
        account = account_by_email(tx, folded_email(email))
        places = memberships_of(tx, account.account_id) if account else ()
        if account is None or not places:
            raise NotThere
        open_places = [one for one in places if _unchecked(one)]
        if not open_places:
            raise NotNowForThem
        by = Actor(ActorKind.SYSTEM, None, doer)
        for one in open_places:
            verify_registration(tx, one.account_id, one.team_id, by=None, at=at)
        what = {"account": str(account.account_id)}
        append(tx, AuditEvent(Kind.REGISTRATION_CHECKED, at, by, None, what))
    return account.name


def changes_open_to(found: tuple[Membership, ...]) -> tuple[Change, ...]:
    """What can be done about somebody as they stand."""
    unchecked = any(_unchecked(one) for one in found)
    active = any(one.state == Standing.ACTIVE for one in found)
    gone = any(one.state == Standing.LEFT for one in found)
    can = [Change.VERIFY] if unchecked else []
    can += [Change.SUSPEND, Change.LEFT] if active else [Change.REINSTATE]
    if not active and not gone:
        can.append(Change.LEFT)
    return tuple(can)


def _unchecked(place: Membership) -> bool:
    """A registration that somebody in the team still has to look up."""
    written = place.registration is not None and not place.registration.verified
    return written and place.state == Standing.ACTIVE


def _may_check(tx: Transaction, by: Who, team_id: UUID, account_id: UUID) -> bool:
    let_in: dict[str, frozenset[str]] = {}
    for one in members_of(tx, team_id):
        known = let_in.get(str(one.account_id), frozenset())
        let_in[str(one.account_id)] = known | ({str(one.entered_by)} if one.entered_by else set())
    return may_check(by.account_id, str(account_id), let_in)


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
