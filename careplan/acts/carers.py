"""Letting somebody help with a plan, and ending it: by the team in clinic, or by the person.

The one who is let in proves nothing but that they hold a code given face to face; whether their
access still lasts is asked at every request, of the plan's birth date and today's.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import UUID

from careplan.accounts.clinic_codes import LIFETIME, new_code, read_code
from careplan.accounts.grants import (
    CHECKED_BY_STAFF,
    Basis,
    Grant,
    State,
    live,
    may_rest_on,
    outgrown,
    own_consent,
    review_owed,
)
from careplan.accounts.people import Role, Who
from careplan.accounts.permissions import (
    may_let_in,
    may_suspend_carer,
    may_use_carer_code,
    may_write_own_words,
)
from careplan.acts.drafting import identity_of
from careplan.acts.linking import CodeNotGood
from careplan.acts.signing_in import count_try
from careplan.acts.standing import AccessEnded
from careplan.acts.world import NotAllowed, NotThere, World, actor, allowed_patient, london_day
from careplan.audit.events import AuditEvent, Kind
from careplan.plan.safety import age_on
from careplan.store.carers import (
    KeptGrant,
    Terms,
    carer_code_is_for,
    grants_of_account,
    grants_of_patient,
    keep_grant,
    make_carer_code,
    new_grant,
    people_of_grants,
    use_carer_code,
    void_carer_codes,
)
from careplan.store.db import Transaction
from careplan.store.drafts import draft_of
from careplan.store.errors import NotFound
from careplan.store.fences import let_in
from careplan.store.patients import face_of, note_standing
from careplan.store.trail import append

LONGEST = 80


class BadGrant(ValueError):
    """This access cannot be given: the question it is about, and a sentence that helps."""

    def __init__(self, question: str, sentence: str) -> None:
        super().__init__(sentence)
        self.question, self.sentence = question, sentence


class NeedsContact(ValueError):
    """Nobody to ring is named yet: that is asked for before a parent is let in again."""


@dataclass(frozen=True)
class Helper:
    """Somebody's access as it stands today. `review`: the birthday at which to look again."""

    kept: KeptGrant
    live: bool
    outgrown: bool
    review: int | None

    @property
    def grant(self) -> Grant:
        return self.kept.grant

    @property
    def to_settle(self) -> bool:
        """Over because of the sixteenth birthday, and the person has not said whether again."""
        return self.outgrown and self.grant.state is State.ACTIVE and not self.kept.settled


@dataclass(frozen=True)
class Helped:
    """A plan that an account was let in to, for the carer's own first page."""

    patient_id: UUID
    called: str
    helper: Helper


@dataclass(frozen=True)
class Asked:
    """Who is to be let in, on what, and for how long; `paper`: which one was seen."""

    relation: str
    basis: Basis
    writes: bool
    ends_on: date | None = None
    paper: str | None = None


# --- the carer -------------------------------------------------------------------------------


def plans_to_help(world: World, *, by: Who, at: datetime) -> tuple[Helped, ...]:
    """Everybody this account was let in to help, and whether it still is."""
    if not by.known:
        return ()
    with world.store.read() as tx:
        found = []
        let_in(tx, *people_of_grants(tx, UUID(by.account_id)))
        for kept in grants_of_account(tx, UUID(by.account_id)):
            face = face_of(tx, kept.patient_id)
            if face is not None:
                called = face.known_as or face.legal_name
                found.append(Helped(kept.patient_id, called, _helper(tx, kept, at)))
    newest = {one.patient_id: one for one in found}
    lasting = {one.patient_id: one for one in found if one.helper.live}
    return tuple((newest | lasting).values())


def here_for(world: World, *, by: Who, patient_id: UUID, at: datetime) -> Who:
    """Who a signed-in person is while they act for this one. Raises NotThere for somebody who was
    never let in, AccessEnded for somebody whose access is over, and then it is written down."""
    if not by.known:
        raise NotThere
    with world.store.read() as tx:
        mine = [
            _helper(tx, kept, at)
            for kept in grants_of_account(tx, UUID(by.account_id))
            if kept.patient_id == patient_id
        ]
    if not mine:
        raise NotThere
    lasting = next((one for one in mine if one.live), None)
    acting = _acting(by, patient_id, (lasting or mine[-1]).grant)
    if lasting is None:
        _write_down(world, acting, mine[-1].grant.state, at)
        raise AccessEnded
    return acting


def helping(
    tx: Transaction, *, account_id: UUID, name: str, patient_id: UUID, at: datetime
) -> Who | None:
    """Who this account is for somebody it may help at this moment; None when it may not."""
    for kept in grants_of_account(tx, account_id):
        if kept.patient_id == patient_id and _helper(tx, kept, at).live:
            account = Who(account_id=str(account_id), name=name, roles=frozenset())
            return _acting(account, patient_id, kept.grant)
    return None


def _write_down(world: World, acting: Who, state: State, at: datetime) -> None:
    """A try while access is paused is for the team's eyes: it may have been paused in private."""
    paused = state is State.SUSPENDED
    kind = Kind.CARER_TURNED_AWAY if paused else Kind.ACCESS_HAD_ENDED
    with world.store.begin() as tx:
        append(tx, AuditEvent(kind, at, actor(acting), acting.patient_id))


def _acting(by: Who, patient_id: UUID, grant: Grant) -> Who:
    """One role and one plan: whatever else they are waits at another door."""
    return Who(
        account_id=by.account_id,
        name=by.name,
        roles=frozenset({Role.CARER}),
        patient_id=str(patient_id),
        grant=grant,
        standing=by.standing,
    )


def take_up_code(world: World, *, by: Who, typed: str, at: datetime) -> UUID:
    """The code somebody was given: from now on they may help. Raises CodeNotGood, TooManyTries,
    and NotAllowed for a code that opens one's own plan (which is not used up by it)."""
    if not may_use_carer_code(by):
        raise NotAllowed
    count_try(world, f"carer-code:{by.account_id}", at=at)
    code = read_code(typed)
    account_id = UUID(by.account_id)
    with world.store.begin() as tx:
        patient_id = carer_code_is_for(tx, code, at) if code else None
        if patient_id is None or code is None:
            raise CodeNotGood
        let_in(tx, patient_id)
        if by.patient_id == str(patient_id) and by.grant is None:
            raise NotAllowed
        used = use_carer_code(tx, code, by=account_id, at=at)
        if used is None:
            raise CodeNotGood
        kept = _let_in(tx, used[1], patient_id, account_id, by.name, at)
        acting = _acting(by, patient_id, kept.grant)
        what = {"access": "write" if kept.grant.writes else "read"}
        append(tx, AuditEvent(Kind.CARER_LET_IN, at, actor(acting), str(patient_id), what))
    return patient_id


def _let_in(
    tx: Transaction, terms: Terms, patient_id: UUID, account_id: UUID, name: str, at: datetime
) -> KeptGrant:
    """An access somebody had before is over when they are let in anew: one at a time.

    What the team paused stays paused whoever gives the code: a person who is pressed may be made
    to give one. The team gives it back.
    """
    notes, state = terms.paper, State.ACTIVE
    if terms.basis in CHECKED_BY_STAFF and not terms.by_team:
        state = State.WAITING
    for old in grants_of_patient(tx, patient_id):
        if old.account_id == account_id and old.grant.state is not State.ENDED:
            if old.grant.state is State.SUSPENDED and not terms.by_team:
                notes, state = old.notes, State.SUSPENDED
            keep_grant(tx, replace(old, grant=replace(old.grant, state=State.ENDED)))
    grant = Grant(
        id=str(tx.new_id()),
        name=name,
        relation=terms.relation,
        basis=terms.basis,
        writes=terms.writes,
        granted_by=terms.granted_by,
        granted_at=at,
        state=state,
        ends_on=date.fromisoformat(terms.ends_on) if terms.ends_on else None,
    )
    kept = KeptGrant(patient_id, account_id, grant, notes=notes)
    new_grant(tx, kept)
    note_standing(tx, patient_id, unlinked=False)
    return kept


# --- the person and the team -----------------------------------------------------------------


def helpers_of(world: World, *, by: Who, patient_id: UUID, at: datetime) -> tuple[Helper, ...]:
    """Who may help, and who might: for the person and their team, never for a carer."""
    with world.store.read() as tx:
        allowed_patient(tx, by, patient_id, may_let_in)
        return tuple(_helper(tx, kept, at) for kept in grants_of_patient(tx, patient_id))


def bases_for(world: World, *, by: Who, patient_id: UUID, at: datetime) -> tuple[Basis, ...]:
    """What an access may rest on at this person's age, and for whoever gives it."""
    with world.store.read() as tx:
        allowed_patient(tx, by, patient_id, may_let_in)
        age = _age(tx, patient_id, at)
    return _bases(_for_the_team(by, patient_id), age)


def _for_the_team(by: Who, patient_id: UUID) -> bool:
    """A clinician with a plan of their own is there the person, who checks nobody's papers."""
    return by.is_staff and by.patient_id != str(patient_id)


def _bases(by_team: bool, age: int | None) -> tuple[Basis, ...]:  # noqa: FBT001
    if by_team:
        return tuple(basis for basis in Basis if may_rest_on(basis, age=age))
    if not may_rest_on(own_consent(age), age=age):
        return ()
    papers = (basis for basis in Basis if basis in CHECKED_BY_STAFF and may_rest_on(basis, age=age))
    return (own_consent(age), *papers)


def make_code_for(world: World, *, by: Who, patient_id: UUID, asked: Asked, at: datetime) -> str:
    """A code for the one who is to be let in, for fifteen minutes. Raises BadGrant.

    The team has checked who is in front of them; the person knows whom they give it to. Where
    somebody else's paper is the ground, the access waits until staff have seen it.
    """
    code, by_team = new_code(world.entropy), _for_the_team(by, patient_id)
    with world.store.begin() as tx:
        allowed_patient(tx, by, patient_id, may_let_in)
        problem = _problem(by_team, asked, _age(tx, patient_id, at), london_day(at))
        if problem is not None:
            raise problem
        terms = Terms(
            relation=asked.relation.strip(),
            basis=asked.basis,
            writes=asked.writes,
            granted_by=by.name,
            ends_on=asked.ends_on.isoformat() if asked.ends_on else None,
            by_team=by_team,
            paper=(asked.paper or "").strip() or None,
        )
        mine, until = UUID(by.account_id), at + LIFETIME
        make_carer_code(tx, code, terms, patient_id=patient_id, by=mine, at=at, expires_at=until)
        append(tx, AuditEvent(Kind.CARER_CODE_MADE, at, actor(by), str(patient_id)))
    return code


def _problem(
    by_team: bool,  # noqa: FBT001
    asked: Asked,
    age: int | None,
    today: date,
) -> BadGrant | None:
    if not 1 <= len(asked.relation.strip()) <= LONGEST:
        return BadGrant("relation", f"Say who they are, in {LONGEST} letters or fewer.")
    if asked.basis not in _bases(by_team, age):
        return BadGrant("basis", "At this person’s age, access cannot rest on this.")
    if by_team and asked.basis in CHECKED_BY_STAFF and not (asked.paper or "").strip():
        return BadGrant("paper", "Say which paper you saw.")
    if asked.ends_on is not None and asked.ends_on <= today:
        return BadGrant("ends_on", "The last day must be in the future.")
    return None


def end_access(world: World, *, by: Who, patient_id: UUID, grant_id: UUID, at: datetime) -> None:
    """For good. The carer is told that it is over and whom to ask, never why."""
    _change(world, by, patient_id, grant_id, State.ENDED, Kind.CARER_ENDED, at)


def suspend_access(
    world: World, *, by: Who, patient_id: UUID, grant_id: UUID, reason: str, at: datetime
) -> None:
    """By the team, at once. The reason is for the team alone. Raises BadGrant without one."""
    if not reason.strip():
        raise BadGrant("reason", "Say why, in a few words. Only the team reads it.")
    _change(
        world, by, patient_id, grant_id, State.SUSPENDED, Kind.CARER_SUSPENDED, at, notes=reason
    )


def restore_access(
    world: World, *, by: Who, patient_id: UUID, grant_id: UUID, at: datetime
) -> None:
    _change(world, by, patient_id, grant_id, State.ACTIVE, Kind.CARER_RESTORED, at)


def confirm_access(
    world: World, *, by: Who, patient_id: UUID, grant_id: UUID, paper: str, at: datetime
) -> None:
    """Staff have seen the attorney's or deputy's paper. Raises BadGrant without saying which."""
    if not paper.strip():
        raise BadGrant("paper", "Say which paper you saw.")
    _change(world, by, patient_id, grant_id, State.ACTIVE, Kind.CARER_CONFIRMED, at, notes=paper)


_FROM = {
    Kind.CARER_ENDED: frozenset({State.WAITING, State.ACTIVE, State.SUSPENDED}),
    Kind.CARER_SUSPENDED: frozenset({State.ACTIVE, State.WAITING}),
    Kind.CARER_RESTORED: frozenset({State.SUSPENDED}),
    Kind.CARER_CONFIRMED: frozenset({State.WAITING}),
}


def _change(
    world: World,
    by: Who,
    patient_id: UUID,
    grant_id: UUID,
    state: State,
    kind: Kind,
    at: datetime,
    *,
    notes: str | None = None,
) -> None:
    may = may_let_in if kind is Kind.CARER_ENDED else may_suspend_carer
    with world.store.begin() as tx:
        allowed_patient(tx, by, patient_id, may)
        kept = _one(tx, patient_id, grant_id)
        if kept.grant.state not in _FROM[kind]:
            raise NotThere
        changed = replace(kept, grant=replace(kept.grant, state=state), notes=notes or kept.notes)
        _keep(tx, changed)
        if state in (State.SUSPENDED, State.ENDED):  # or a code kept back would let them in again
            void_carer_codes(tx, patient_id, at=at)
        append(tx, AuditEvent(kind, at, actor(by), str(patient_id)))


def note_review(world: World, *, by: Who, patient_id: UUID, at: datetime) -> None:
    """The team has looked at who may act, and every access that lasts is left as it is."""
    with world.store.begin() as tx:
        allowed_patient(tx, by, patient_id, may_suspend_carer)
        for kept in grants_of_patient(tx, patient_id):
            if kept.grant.state is not State.ENDED:
                _keep(tx, replace(kept, reviewed_at=at))
        append(tx, AuditEvent(Kind.CARERS_REVIEWED, at, actor(by), str(patient_id)))


# --- at sixteen ------------------------------------------------------------------------------


def has_contact(world: World, *, by: Who, patient_id: UUID) -> bool:
    """Whether the person has named somebody to ring, with a number."""
    with world.store.read() as tx:
        allowed_patient(tx, by, patient_id, may_write_own_words)
        return _has_contact(tx, patient_id)


def _has_contact(tx: Transaction, patient_id: UUID) -> bool:
    kept = draft_of(tx, patient_id, "my_people")
    contacts = kept.body.get("plain", {}).get("contacts", ()) if kept else ()
    return any(one.get("name") and one.get("phone") for one in contacts)


def decisions_owed(world: World, *, by: Who, patient_id: UUID, at: datetime) -> bool:
    """Whether the person, now sixteen, has still to say who may help."""
    found = helpers_of(world, by=by, patient_id=patient_id, at=at)
    return any(one.to_settle for one in found)


def let_in_again(
    world: World, *, by: Who, patient_id: UUID, grant_id: UUID, writes: bool, at: datetime
) -> None:
    """The young person lets a parent in again, by consent. Raises NeedsContact first."""
    with world.store.begin() as tx:
        allowed_patient(tx, by, patient_id, may_write_own_words)
        kept = _one(tx, patient_id, grant_id)
        age = _age(tx, patient_id, at)
        if not _helper(tx, kept, at).to_settle:
            raise NotThere
        if not _has_contact(tx, patient_id):
            raise NeedsContact
        terms = Terms(
            relation=kept.grant.relation,
            basis=own_consent(age),
            writes=writes,
            granted_by=by.name,
        )
        new = _let_in(tx, terms, patient_id, kept.account_id, kept.grant.name, at)
        acting = Who(
            account_id=str(kept.account_id),
            name=kept.grant.name,
            roles=frozenset({Role.CARER}),
            patient_id=str(patient_id),
            grant=new.grant,
        )
        what = {"access": "write" if writes else "read"}
        append(tx, AuditEvent(Kind.CARER_LET_IN, at, actor(acting), str(patient_id), what))


def leave_ended(world: World, *, by: Who, patient_id: UUID, grant_id: UUID, at: datetime) -> None:
    """The young person leaves it as it is: the parent's access is over."""
    with world.store.begin() as tx:
        allowed_patient(tx, by, patient_id, may_write_own_words)
        kept = _one(tx, patient_id, grant_id)
        if not _helper(tx, kept, at).to_settle:
            raise NotThere
        over = replace(kept.grant, state=State.ENDED)
        _keep(tx, replace(kept, grant=over, settled=True))
        void_carer_codes(tx, patient_id, at=at)
        append(tx, AuditEvent(Kind.CARER_ENDED, at, actor(by), str(patient_id)))


# --- how it stands today ---------------------------------------------------------------------


def _one(tx: Transaction, patient_id: UUID, grant_id: UUID) -> KeptGrant:
    found = (kept for kept in grants_of_patient(tx, patient_id) if kept.grant.id == str(grant_id))
    kept = next(found, None)
    if kept is None:
        raise NotThere
    return kept


def _keep(tx: Transaction, kept: KeptGrant) -> None:
    try:
        keep_grant(tx, kept)
    except NotFound:
        raise NotThere from None


def _helper(tx: Transaction, kept: KeptGrant, at: datetime) -> Helper:
    born, today = identity_of(tx, kept.patient_id).date_of_birth, london_day(at)
    age = age_on(born, today)
    seen = kept.reviewed_at or kept.grant.granted_at
    lasts = live(kept.grant, age=age, today=today)
    over = outgrown(kept.grant, age=age)
    owed = review_owed(replace(kept.grant, granted_at=seen), born=born, age=age)
    return Helper(kept, lasts, over, owed if kept.grant.state is not State.ENDED else None)


def _age(tx: Transaction, patient_id: UUID, at: datetime) -> int | None:
    return age_on(identity_of(tx, patient_id).date_of_birth, london_day(at))
