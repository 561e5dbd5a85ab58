"""Whom a sign-in elsewhere lets in: whose account it opens, and whose it may come to open.

A person whose plan a team has begun, and who has no account yet, is let in by NHS number and birth
date where NHS login has seen their photo identification. Everybody else joins it to an account
they are in already, or opens an invitation with it. Nobody is ever made staff by a provider.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime
from uuid import UUID

from careplan.accounts.outside import (
    Proven,
    Purpose,
    Side,
    contact,
    may_come_alone,
    proven,
    took_two_steps,
)
from careplan.accounts.people import Role, Standing, Who
from careplan.acts.accounts import NO_ADDRESS, BadAccount, keep_account
from careplan.acts.inviting_staff import InvitationNotGood, come_without_password
from careplan.acts.outside import NotThisWay, Said, Way
from careplan.acts.own_sessions import must_be_sure
from careplan.acts.signing_in import (
    SELF,
    TooManyTries,
    begin_session,
    folded_email,
    own_plan,
    write_down_failure,
)
from careplan.acts.ways_in import must_be_able_to_change, must_leave_a_way_in
from careplan.acts.world import NotThere, World, actor, london_day
from careplan.audit.events import AuditEvent, Kind
from careplan.keys.tokens import new_token
from careplan.plan.rules.facts import age_on
from careplan.store.accounts import (
    Account,
    account_of,
    accounts_of_patient,
    has_account,
    link_account,
)
from careplan.store.db import Transaction
from careplan.store.directory import Kind as Finds
from careplan.store.errors import NotFound, Taken
from careplan.store.fences import Door, Fence, let_in, within
from careplan.store.outbox import add_message
from careplan.store.outside import (
    Identity,
    account_by_outside,
    keep_outside,
    note_outside_used,
    outside_of,
)
from careplan.store.outside import leave_outside as leave
from careplan.store.passkeys import passkeys_of
from careplan.store.patients import (
    Face,
    Patient,
    face_of,
    face_of_nobody,
    find_patient,
    lock_patient,
)
from careplan.store.teams import memberships_of
from careplan.store.trail import append

JOINED = "outside-joined"
"""The name of a message: another way into this account was joined to it."""
_NOBODY = UUID(int=0)


def come_in(
    world: World,
    way: Way,
    said: Said,
    *,
    at: datetime,
    old_token: str | None = None,
    device: str = "",
) -> str:
    """A new session's token, for whoever set off to sign in or to open an invitation. Raises
    NotThisWay, which says nothing of whom we know."""
    if said.purpose is Purpose.INVITED:
        account_id = _invited(world, way, said, at)
    elif said.purpose is Purpose.SIGN_IN:
        account_id = _known(world, way, said, at) or _first_time(world, way, said, at)
    else:
        raise NotThisWay
    with world.store.begin() as tx:
        account = account_of(tx, account_id)
        if account is None or account.state != Standing.ACTIVE:
            raise NotThisWay
        note_outside_used(tx, way.provider.issuer, said.subject, at=at)
        given = at if took_two_steps(way.provider, said.claims) else None
        return begin_session(
            world,
            tx,
            account,
            at=at,
            old_token=old_token,
            device=device,
            second_factor_at=given,
        )


def _known(world: World, way: Way, said: Said, at: datetime) -> UUID | None:
    """Whose it is already; None where it is nobody's, or where less was asked there than we want:
    what we ask of NHS login stands in an address that whoever comes can change."""
    with world.store.read() as tx:
        found = account_by_outside(tx, way.provider.issuer, said.subject, kind=way.side)
        mine = found if _is_enough(way, said) else None
        account = account_of(tx, mine or _NOBODY)
        places = memberships_of(tx, mine or _NOBODY)
    if mine is None:
        return None
    stands = account is not None and account.state == Standing.ACTIVE
    if way.side is Side.STAFF and not any(one.state == Standing.ACTIVE for one in places):
        stands = False
    if account is None or not stands or account.kind != way.side.kind:
        raise _refused(world, at)
    return mine


def _is_enough(way: Way, said: Said) -> bool:
    """For people no other step follows here; staff are asked for ours."""
    return way.side is Side.STAFF or took_two_steps(way.provider, said.claims)


def _refused(world: World, at: datetime) -> NotThisWay:
    write_down_failure(world, None, "outside", at)
    return NotThisWay()


# --- a person's first time -------------------------------------------------------------------


def _first_time(world: World, way: Way, said: Said, at: datetime) -> UUID:
    """An account for the person whose plan a team has begun; nobody else's plan is ever opened.

    The same is asked of the database whether we know nobody of this number or all but the date.
    """
    sure = proven(said.claims) if way.side is Side.PEOPLE else None
    with world.store.read() as tx:
        found = find_patient(tx, Finds.NHS_NUMBER, sure.nhs_number if sure else "")
    patient_id = found or _NOBODY
    account_id = world.new_id()
    with within(Fence(Door.INSIDE, people=frozenset({patient_id}))), world.store.begin() as tx:
        face = _whose(tx, patient_id, sure, at)
        if face is not None:
            who = Who(
                account_id=str(account_id),
                name=face.legal_name,
                roles=frozenset({Role.PATIENT}),
                patient_id=str(patient_id),
            )
            _make_account(world, tx, way, said, who, at)
            return account_id
    raise _refused(world, at)


def _whose(tx: Transaction, patient_id: UUID, sure: Proven | None, at: datetime) -> Face | None:
    patient: Patient | None = None
    with suppress(NotFound):
        patient = lock_patient(tx, patient_id)
    face = face_of(tx, patient_id)
    accounts = accounts_of_patient(tx, patient_id)
    if face is None:
        face_of_nobody(tx, patient_id)
    if patient is None or face is None or sure is None or patient.erased or accounts:
        return None
    if patient.team_id is None or face.date_of_birth != sure.born:
        return None
    return face if may_come_alone(age_on(sure.born, london_day(at))) else None


def _make_account(
    world: World, tx: Transaction, way: Way, said: Said, who: Who, at: datetime
) -> None:
    mine, patient_id = UUID(who.account_id), UUID(who.patient_id)
    told = contact(said.claims)
    free = told is not None and not has_account(tx, folded_email(told))
    email = told if told and free else f"{new_token(world.entropy)}{NO_ADDRESS}"
    keep_account(tx, who, kind=way.side.kind, email=email, password_hash=None, at=at)
    link_account(tx, mine, patient_id, relation=SELF, at=at)
    what = {"account": who.account_id, "role": str(Role.PATIENT)}
    append(tx, AuditEvent(Kind.ACCOUNT_CREATED, at, actor(who), who.patient_id, what))
    linked = {"account": who.account_id}
    append(tx, AuditEvent(Kind.PLAN_LINKED, at, actor(who), who.patient_id, linked))
    _keep(tx, way, said, by=who, at=at)


# --- an invitation ---------------------------------------------------------------------------


def _invited(world: World, way: Way, said: Said, at: datetime) -> UUID:
    """Their place in a team, opened by what they were given and by this instead of a password."""
    typed = said.invitation
    if typed is None or way.side is not Side.STAFF:
        raise NotThisWay

    def join(tx: Transaction, who: Who) -> None:
        _keep(tx, way, said, by=who, at=at)

    try:
        return come_without_password(world, email=typed.email, typed=typed.code, also=join, at=at)
    except (InvitationNotGood, BadAccount, TooManyTries, Taken) as problem:
        raise _refused(world, at) from problem


# --- one's own account -----------------------------------------------------------------------


def join_outside(world: World, way: Way, said: Said, *, by: Who, at: datetime) -> None:
    """From now on it opens the account of whoever set off from it. Raises NotThisWay, NotAllowed,
    SecondStepFirst."""
    if said.purpose is not Purpose.JOIN or str(said.account_id) != by.account_id:
        raise NotThisWay
    with world.store.begin() as tx:
        account = must_be_able_to_change(tx, by=by)
        let_in(tx, *own_plan(by))
        if not _is_theirs(tx, way, said, account, by):
            raise NotThisWay
        if any(one.kind == way.side for one in outside_of(tx, account.account_id)):
            raise NotThisWay
        try:
            _keep(tx, way, said, by=by, at=at)
        except Taken:
            raise NotThisWay from None


def _is_theirs(tx: Transaction, way: Way, said: Said, account: Account, by: Who) -> bool:
    """For people, whose plan it is must be who NHS login says, in two steps: a helper has none
    here."""
    if account.kind != way.side.kind:
        return False
    if way.side is Side.STAFF:
        return True
    sure = proven(said.claims)
    if sure is None or not by.patient_id:
        return sure is not None
    mine = UUID(by.patient_id)
    face = face_of(tx, mine)
    number = find_patient(tx, Finds.NHS_NUMBER, sure.nhs_number)
    return number == mine and face is not None and face.date_of_birth == sure.born


def own_outside(world: World, *, by: Who) -> tuple[Identity, ...]:
    with world.store.read() as tx:
        return outside_of(tx, UUID(by.account_id))


def leave_outside(world: World, side: Side, *, by: Who, token: str, at: datetime) -> None:
    """It opens this account no longer. Raises NotSure, NotAllowed, SecondStepFirst, NotThere,
    LastWayIn."""
    mine = UUID(by.account_id)
    with world.store.begin() as tx:
        must_be_sure(tx, by=by, token=token, at=at)
        account = must_be_able_to_change(tx, by=by)
        others = [one for one in outside_of(tx, mine) if one.kind != side]
        known = passkeys_of(tx, mine)
        must_leave_a_way_in(account, passkeys=len(known), elsewhere=len(others))
        if not leave(tx, mine, side):
            raise NotThere
        what = {"account": by.account_id}
        append(tx, AuditEvent(Kind.OUTSIDE_LEFT, at, actor(by), by.patient_id, what))


def _keep(tx: Transaction, way: Way, said: Said, *, by: Who, at: datetime) -> None:
    """Raises Taken. Whose account it is learns of it by a letter too."""
    mine = UUID(by.account_id)
    issuer, kind = way.provider.issuer, str(way.side)
    kept = Identity(account_id=mine, kind=kind, issuer=issuer, subject=said.subject, linked_at=at)
    keep_outside(tx, kept)
    what = {"account": by.account_id}
    append(tx, AuditEvent(Kind.OUTSIDE_JOINED, at, actor(by), by.patient_id or None, what))
    add_message(tx, JOINED, what, patient_id=None, at=at)
