"""Back into an account that was lost: a code from somebody who has seen who it is, and a new
password.

An e-mail address alone opens nothing. Whoever gives a code reaches no further by it than they
could before: a clinician gives one only where every plan behind the account is of their own team,
an administrator only for somebody who works in their team and nowhere else.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from careplan.accounts.clinic_codes import new_code, read_code
from careplan.accounts.grants import State
from careplan.accounts.passwords import hash_password, problem_with
from careplan.accounts.people import Standing, Who
from careplan.accounts.permissions import may_let_back_in, may_manage_members
from careplan.accounts.recovery import METHODS, RECOVERY_LIFETIME
from careplan.acts.accounts import BadAccount
from careplan.acts.linking import CodeNotGood
from careplan.acts.members import NotYourself
from careplan.acts.signing_in import SELF, as_they_stand, count_try, folded_email, let_go
from careplan.acts.standing import fresh
from careplan.acts.world import NotAllowed, NotThere, World, actor, allowed_patient, facts_of
from careplan.audit.events import Actor, ActorKind, AuditEvent, Kind
from careplan.store.accounts import (
    Account,
    account_by_email,
    account_of,
    accounts_of_patient,
    forget_totp,
    patients_of_account,
    set_password,
)
from careplan.store.carers import grants_of_patient
from careplan.store.db import Transaction
from careplan.store.fences import let_in
from careplan.store.outbox import add_message
from careplan.store.passkeys import remove_passkeys
from careplan.store.patients import patient_of
from careplan.store.recovery import (
    forget_outside_identities,
    make_recovery_code,
    plans_behind,
    use_recovery_code,
    way_back,
)
from careplan.store.sessions import end_all_of_account, sessions_of
from careplan.store.teams import let_back_in, memberships_of
from careplan.store.trail import append

NEW_PASSWORD = "account-recovered"  # noqa: S105 (the name of a message)


class BeyondReach(ValueError):
    """This account opens more than whoever would give the code may see. Whoever runs the service
    can give one. Of what else it opens nothing is said."""


@dataclass(frozen=True)
class WayIn:
    """An account through which somebody comes to a person's plan. `relation` is blank for the
    person's own."""

    account_id: UUID
    name: str
    relation: str = ""


@dataclass(frozen=True)
class Given:
    """The code is shown once, to whoever hands it over."""

    name: str
    code: str
    until: datetime


# --- giving the code -------------------------------------------------------------------------


def ways_in(world: World, *, by: Who, patient_id: UUID) -> tuple[WayIn, ...]:
    """The person's own account, and those of whoever helps them."""
    with world.store.read() as tx:
        allowed_patient(tx, by, patient_id, may_let_back_in)
        return _ways_in(tx, patient_id)


def let_back(
    world: World, *, by: Who, patient_id: UUID, account_id: UUID, method: str, at: datetime
) -> Given:
    """For a person, or somebody who helps them, whom this clinician has in front of them. `method`
    says how they checked who it is. Raises NotThere, BeyondReach."""
    _need_method(method)
    with world.store.begin() as tx:
        now = fresh(tx, by)
        allowed_patient(tx, now, patient_id, may_let_back_in)
        way = next((one for one in _ways_in(tx, patient_id) if one.account_id == account_id), None)
        account = account_of(tx, account_id)
        if way is None or account is None or account.state != Standing.ACTIVE:
            raise NotThere
        if account_id == UUID(by.account_id):
            raise NotYourself
        if account.kind == "staff" or not _reaches_all(tx, now, account_id):
            raise BeyondReach
        whom = {"whom": "helper", "seen": method} if way.relation else {"whom": "person"}
        what = whom | {"account": str(account_id)} | ({} if way.relation else {"method": method})
        told = AuditEvent(Kind.RECOVERY_CODE_MADE, at, actor(by), str(patient_id), what)
        return _give(world, tx, account, told, by=UUID(by.account_id))


def let_member_back(world: World, *, by: Who, account_id: UUID, method: str, at: datetime) -> Given:
    """For somebody of their own team, by another administrator of it who has seen them. Raises
    NotYourself, NotThere, BeyondReach."""
    if by.team_id is None or not may_manage_members(by, team_id=by.team_id):
        raise NotAllowed
    if account_id == UUID(by.account_id):
        raise NotYourself
    _need_method(method)
    with world.store.begin() as tx:
        if not may_manage_members(fresh(tx, by), team_id=by.team_id):
            raise NotAllowed
        places = [one for one in memberships_of(tx, account_id) if one.state != Standing.LEFT]
        here = any(str(p.team_id) == by.team_id and p.state == Standing.ACTIVE for p in places)
        account = account_of(tx, account_id)
        if account is None or account.state != Standing.ACTIVE or not here:
            raise NotThere
        # A place that only rests in another team may stand again tomorrow.
        elsewhere = any(str(one.team_id) != by.team_id for one in places)
        if elsewhere or plans_behind(tx, account_id):
            raise BeyondReach
        what = {"whom": "staff", "account": str(account_id), "seen": method}
        told = AuditEvent(Kind.RECOVERY_CODE_MADE, at, actor(by), None, what)
        return _give(world, tx, account, told, by=UUID(by.account_id))


def let_back_from_server(world: World, *, email: str, doer: str, at: datetime) -> Given:
    """For whom nobody else may give one: a team's only administrator, or an account that reaches
    beyond one team. `doer` has seen them. Raises NotThere."""
    with world.store.begin() as tx:
        account = account_by_email(tx, folded_email(email))
        if account is None or account.state != Standing.ACTIVE:
            raise NotThere
        own = _own_plan(tx, account.account_id)
        whom = "person" if own else "staff" if account.kind == "staff" else "helper"
        what = {"whom": whom, "account": str(account.account_id)}
        by = Actor(ActorKind.SYSTEM, None, doer)
        told = AuditEvent(Kind.RECOVERY_CODE_MADE, at, by, own, what)
        return _give(world, tx, account, told, by=None)


def _give(
    world: World, tx: Transaction, account: Account, told: AuditEvent, *, by: UUID | None
) -> Given:
    code, until = new_code(world.entropy), told.at + RECOVERY_LIFETIME
    make_recovery_code(tx, code, account_id=account.account_id, by=by, at=told.at, expires_at=until)
    append(tx, told)
    return Given(account.name, code, until)


def _ways_in(tx: Transaction, patient_id: UUID) -> tuple[WayIn, ...]:
    found = {}
    for own in accounts_of_patient(tx, patient_id):
        account = account_of(tx, own.account_id)
        if account is not None:
            found[own.account_id] = WayIn(own.account_id, account.name)
    for kept in grants_of_patient(tx, patient_id):
        if kept.grant.state is State.ACTIVE and kept.account_id not in found:
            way = WayIn(kept.account_id, kept.grant.name, kept.grant.relation)
            found[kept.account_id] = way
    return tuple(found.values())


def _reaches_all(tx: Transaction, by: Who, account_id: UUID) -> bool:
    if any(one.state != Standing.LEFT for one in memberships_of(tx, account_id)):
        return False
    behind = (patient_of(tx, one) for one in plans_behind(tx, account_id))
    return all(one is not None and may_let_back_in(by, facts_of(one)) for one in behind)


def _need_method(method: str) -> None:
    if method not in METHODS:
        raise ValueError("say how it was checked who this is")


# --- using it --------------------------------------------------------------------------------


def come_back(world: World, *, email: str, typed: str, password: str, at: datetime) -> None:
    """A new password for the account with this address, for whoever has its code.

    Its second step, its passkeys and whatever else opened it are gone, and everybody who was in it
    is out. Raises CodeNotGood, which never says what of it was wrong, BadAccount, TooManyTries.
    Only what is wrong is counted: whoever knows the address could shut its owner out otherwise. A
    code is forty bits that live for a quarter of an hour.
    """
    folded = folded_email(email)
    code = read_code(typed)
    with world.store.read() as tx:
        # By the code alone: an address is compared only once somebody holds a code that is good.
        account = _account_behind(tx, code, at) if code else None
    if account is None or folded_email(account.email) != folded or code is None:
        count_try(world, f"recovery:{folded}", at=at)
        raise CodeNotGood
    mine = {"name": account.name, "email": account.email}
    weak = problem_with(password, **mine, leaked=world.leaked)
    if weak is not None:
        raise BadAccount({"password": weak.sentence})
    hashed = hash_password(password, entropy=world.entropy, strength=world.strength)
    with world.store.begin() as tx:
        used = use_recovery_code(tx, code, at=at)
        if used is None:
            raise CodeNotGood
        _begin_anew(tx, account, hashed, made_by=used.made_by, at=at)


def _account_behind(tx: Transaction, code: str, at: datetime) -> Account | None:
    """The account a code leads into, while whoever gave it still may give any."""
    way = way_back(tx, code, at)
    if way is None or (way.made_by is not None and not _still_works_here(tx, way.made_by)):
        return None
    account = account_of(tx, way.account_id)
    return account if account and account.state == Standing.ACTIVE else None


def _still_works_here(tx: Transaction, account_id: UUID) -> bool:
    account = account_of(tx, account_id)
    places = memberships_of(tx, account_id)
    active = any(one.state == Standing.ACTIVE for one in places)
    return active and account is not None and account.state == Standing.ACTIVE


def _begin_anew(
    tx: Transaction, account: Account, hashed: str, *, made_by: UUID | None, at: datetime
) -> None:
    mine = account.account_id
    found = as_they_stand(tx, Who(account_id=str(mine), name=account.name, roles=frozenset()))
    if found is None:
        raise CodeNotGood
    let_in(tx, *plans_behind(tx, mine))
    set_password(tx, mine, hashed, changed_at=at)
    forget_totp(tx, mine)
    remove_passkeys(tx, mine)
    forget_outside_identities(tx, mine)
    for session in sessions_of(tx, mine):  # what their browsers kept goes with them
        let_go(tx, session.data, by=found, at=at, cause="signed_out")
    end_all_of_account(tx, mine)
    # Whoever gave the code could have used it: who checks the registration must be another.
    let_back_in(tx, mine, by=made_by)
    what = {"account": str(mine)}
    append(tx, AuditEvent(Kind.ACCOUNT_RECOVERED, at, actor(found), _own_plan(tx, mine), what))
    add_message(tx, NEW_PASSWORD, what, patient_id=None, at=at)


def _own_plan(tx: Transaction, account_id: UUID) -> str | None:
    mine = patients_of_account(tx, account_id)
    return next((str(one.patient_id) for one in mine if one.relation == SELF), None)
