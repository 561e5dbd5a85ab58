"""Into a team: an administrator invites, and whoever was invited chooses a password of their own.

Nobody ever knows another's password. A code is given by hand, opens once, within seven days, and
only together with the address it was made for. It dies with its maker's place in the team.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from careplan.accounts.passwords import check_password, hash_password
from careplan.accounts.people import Role, Standing, Who
from careplan.accounts.permissions import may_manage_members
from careplan.accounts.recovery import (
    INVITATION_LIFETIME,
    new_invitation_code,
    read_invitation_code,
)
from careplan.accounts.registration import read_registration
from careplan.acts.accounts import (
    BadAccount,
    EmailInUse,
    helper_problems,
    keep_account,
    member_problems,
)
from careplan.acts.signing_in import count_try, folded_email
from careplan.acts.standing import fresh
from careplan.acts.world import NotAllowed, NotThere, World, actor
from careplan.audit.events import Actor, ActorKind, AuditEvent, Kind
from careplan.store.accounts import Account, account_by_email
from careplan.store.db import Transaction
from careplan.store.errors import Taken
from careplan.store.staff_invitations import (
    Invitation,
    is_of_team,
    new_invitation,
    open_invitation,
    open_invitations,
    use_invitation,
    withdraw,
)
from careplan.store.teams import Team, add_member, memberships_of, new_team, teams
from careplan.store.trail import append

STAFF = "staff"
"""The kind of account that a team's people have; a person's own never becomes one."""


Also = Callable[[Transaction, Who], None]
"""What else belongs to somebody's coming, in the same transaction."""


def nothing_more(_tx: Transaction, _who: Who) -> None:
    pass


class InvitationNotGood(ValueError):
    """Address and code do not belong together, or the code is over: one answer for all of it."""


class TeamThere(ValueError):
    """A team of this name and hospital is there; `name`: as it is kept."""

    def __init__(self, name: str) -> None:
        super().__init__(f"there is a team with the name “{name}” already")
        self.name = name


@dataclass(frozen=True)
class Asked:
    """Who is asked to come, and as what. `registration` may be blank."""

    name: str
    email: str
    title: str
    role: Role
    registration: str = ""


@dataclass(frozen=True)
class Invited:
    """What the administrator hands over: the code is shown once and kept nowhere."""

    invitation_id: UUID
    code: str
    until: datetime


def invite_member(world: World, *, by: Who, asked: Asked, at: datetime) -> Invited:
    """Raises BadAccount naming the fields, NotARegistrationNumber. Says nothing of whether the
    address has an account."""
    team_id = _team_of(by)
    if asked.role is Role.EMERGENCY_STAFF and not world.break_glass:
        raise NotAllowed
    with world.store.begin() as tx:
        if not may_manage_members(fresh(tx, by), team_id=str(team_id)):
            raise NotAllowed
        made_by = UUID(by.account_id)
        return _invite(world, tx, asked, team_id=team_id, made_by=made_by, doer=actor(by), at=at)


def invite_from_server(
    world: World, *, team_id: UUID, asked: Asked, doer: str, at: datetime
) -> Invited:
    """For commands and the seed: whoever runs the service invites, and belongs to no team."""
    by = Actor(ActorKind.SYSTEM, None, doer)
    with world.store.begin() as tx:
        return _invite(world, tx, asked, team_id=team_id, made_by=None, doer=by, at=at)


def begin_team(world: World, team: Team, *, admin: Asked, doer: str, at: datetime) -> Invited:
    """A team with the invitation of its first administrator: both, or neither of them.

    Raises BadAccount, TeamThere.
    """
    by = Actor(ActorKind.SYSTEM, None, doer)
    with world.store.begin() as tx:
        for known in teams(tx):
            if (known.name, known.ods) == (team.name, team.ods):
                raise TeamThere(known.name)
        new_team(
            tx,
            team.team_id,
            name=team.name,
            organisation=team.organisation,
            ods=team.ods,
            phone=team.phone,
            at=at,
        )
        return _invite(world, tx, admin, team_id=team.team_id, made_by=None, doer=by, at=at)


def _invite(
    world: World,
    tx: Transaction,
    asked: Asked,
    *,
    team_id: UUID,
    made_by: UUID | None,
    doer: Actor,
    at: datetime,
) -> Invited:
    problems = member_problems(name=asked.name, email=asked.email)
    if problems:
        raise BadAccount(problems)
    written = asked.registration.strip()
    registration = str(read_registration(written)) if written else ""
    code, until = new_invitation_code(world.entropy), at + INVITATION_LIFETIME
    made = Invitation(
        invitation_id=world.new_id(),
        team_id=team_id,
        made_by=made_by,
        made_at=at,
        expires_at=until,
        name=asked.name.strip(),
        email=asked.email.strip(),
        title=asked.title.strip(),
        role=asked.role,
        registration=registration,
    )
    new_invitation(tx, made, code)
    what = {
        "invitation": str(made.invitation_id),
        "team": str(team_id),
        "role": str(asked.role),
    }
    append(tx, AuditEvent(Kind.MEMBER_INVITED, at, doer, None, what))
    return Invited(made.invitation_id, code, until)


def invitations(world: World, *, by: Who, at: datetime) -> tuple[Invitation, ...]:
    """Those that still open, oldest first."""
    team_id = _team_of(by)
    with world.store.read() as tx:
        return open_invitations(tx, team_id, at)


def withdraw_invitation(world: World, *, by: Who, invitation_id: UUID, at: datetime) -> bool:
    """Whether it was still open. From now on its code opens nothing. Raises NotThere for another
    team's."""
    team_id = _team_of(by)
    with world.store.begin() as tx:
        if not may_manage_members(fresh(tx, by), team_id=str(team_id)):
            raise NotAllowed
        if not is_of_team(tx, invitation_id, team_id):
            raise NotThere
        if not withdraw(tx, invitation_id, team_id, at=at):
            return False
        what = {"invitation": str(invitation_id), "team": str(team_id)}
        append(tx, AuditEvent(Kind.INVITATION_WITHDRAWN, at, actor(by), None, what))
    return True


def take_up_invitation(
    world: World, *, email: str, typed: str, password: str, at: datetime
) -> UUID | None:
    """A place in the team, for whoever has the code and the address it was made for.

    Somebody of a team's staff who has an account keeps it: then the password is the one they had.
    None when that is not right, or the address is somebody's own account: nothing is changed, and
    the page must not tell it from a new account. Raises InvitationNotGood, BadAccount,
    TooManyTries.
    """
    folded = folded_email(email)
    invited = _their_invitation(world, folded, typed, at)
    with world.store.read() as tx:
        had = account_by_email(tx, folded)
    if had is not None:  # a password may be tried here as well
        count_try(world, f"sign-in:{folded}", at=at)
    problems = helper_problems(
        name=invited.name, email=invited.email, password=password, leaked=world.leaked
    )
    if problems:
        raise BadAccount(problems)
    with suppress(EmailInUse, Taken):
        if had is None:
            hashed = hash_password(password, entropy=world.entropy, strength=world.strength)
            return _come_in(world, invited, at, password_hash=hashed)
        right = check_password(had.password_hash, password, strength=world.strength)
        if right and had.kind == STAFF and had.state == Standing.ACTIVE:
            return _come_in(world, invited, at, had=had)
    return None


def come_without_password(
    world: World, *, email: str, typed: str, also: Also, at: datetime
) -> UUID:
    """The same for somebody who has shown elsewhere who they are, and needs no password here.

    Only for somebody new: whoever has an account joins the other sign-in to it. Raises
    InvitationNotGood, TooManyTries.
    """
    invited = _their_invitation(world, folded_email(email), typed, at)
    try:
        return _come_in(world, invited, at, password_hash=None, also=also)
    except EmailInUse:
        raise InvitationNotGood from None


def _come_in(
    world: World,
    invited: Invitation,
    at: datetime,
    *,
    password_hash: str | None = "",
    had: Account | None = None,
    also: Also = nothing_more,
) -> UUID:
    """Raises Taken for a place that they have, or had: their administrator gives it back."""
    account_id = had.account_id if had else world.new_id()
    who = Who(
        account_id=str(account_id),
        name=had.name if had else invited.name,
        roles=frozenset({invited.role}),
        title=invited.title,
    )
    registration = read_registration(invited.registration) if invited.registration else None
    place = {"team": str(invited.team_id), "role": str(invited.role)}
    with world.store.begin() as tx:
        if not use_invitation(tx, invited.invitation_id, by=account_id, at=at):
            raise InvitationNotGood
        if had is None:
            keep_account(
                tx, who, kind=STAFF, email=invited.email, password_hash=password_hash, at=at
            )
            what = {"account": who.account_id, "role": place["role"]}
            append(tx, AuditEvent(Kind.ACCOUNT_CREATED, at, actor(who), None, what))
        add_member(
            tx,
            account_id,
            invited.team_id,
            role=invited.role,
            registration=registration,
            entered_by=invited.made_by,
            at=at,
        )
        what = place | {"account": who.account_id, "invitation": str(invited.invitation_id)}
        append(tx, AuditEvent(Kind.MEMBER_CAME, at, actor(who), None, what))
        also(tx, who)
    return account_id


def _their_invitation(world: World, folded: str, typed: str, at: datetime) -> Invitation:
    """The one that this code opens, made for this address. Raises InvitationNotGood, TooManyTries.

    Only what is wrong is counted: whoever knows the address could shut its owner out otherwise.
    """
    code = read_invitation_code(typed)
    with world.store.read() as tx:
        invited = open_invitation(tx, code, at) if code else None
        right = invited is not None and _is_for(tx, invited, folded)
    if invited is None or not right:
        count_try(world, f"invitation:{folded}", at=at)
        raise InvitationNotGood
    return invited


def _is_for(tx: Transaction, invited: Invitation, folded: str) -> bool:
    """Made for this address, by somebody who still administers the team."""
    if folded_email(invited.email) != folded:
        return False
    if invited.made_by is None:
        return True
    return any(
        one.team_id == invited.team_id
        and one.role is Role.TEAM_ADMIN
        and one.state == Standing.ACTIVE
        for one in memberships_of(tx, invited.made_by)
    )


def _team_of(by: Who) -> UUID:
    if by.team_id is None or not may_manage_members(by, team_id=by.team_id):
        raise NotAllowed
    return UUID(by.team_id)
