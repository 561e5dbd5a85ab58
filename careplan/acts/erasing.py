"""Erasing a person: asked for by them, decided by somebody named, carried out on the server.

No page erases anybody. A page asks and a page writes down what was decided; a command, run by
whoever looks after the service, does it. So neither a stolen session nor one member of staff alone
can make a plan vanish.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from careplan.accounts.people import Who
from careplan.accounts.permissions import PatientFacts, may_see_who_looked, may_write_clinical
from careplan.acts.exporting import NoSuchPerson, person_of
from careplan.acts.world import SYSTEM, NotThere, World, actor, allowed_patient
from careplan.audit.events import AuditEvent, Kind
from careplan.store.db import Transaction
from careplan.store.erasing import erase_person
from careplan.store.erasure_requests import (
    ErasureRequest,
    Stands,
    everybodys_requests,
    keep_request,
    requests_of,
    settle_request,
)
from careplan.store.patients import face_of, lock_patient, patient_of
from careplan.store.trail import append

LONGEST = 500
LONGEST_NAME = 120


class Why(StrEnum):
    """A closed list, so that the stub that is left can name nobody."""

    ASKED = "asked"
    KEPT_LONG_ENOUGH = "kept_long_enough"
    MADE_IN_ERROR = "made_in_error"
    ORDERED = "ordered"


class AnotherPlan(ValueError):
    """The plan number that was typed to be sure is not this person's."""


class TooLong(ValueError):
    """More words than are kept; nothing is cut."""


class NobodyDecided(ValueError):
    """Neither a decision is written down nor was somebody named who answers for it."""


# --- asking and deciding ---------------------------------------------------------------------


def ask_to_be_erased(
    world: World, *, by: Who, patient_id: UUID, words: str, at: datetime
) -> ErasureRequest:
    """By the person alone. Asking again while it waits finds the first. Raises TooLong."""
    if len(words) > LONGEST:
        raise TooLong
    with world.store.begin() as tx:
        allowed_patient(tx, by, patient_id, may_see_who_looked)
        lock_patient(tx, patient_id)
        for one in requests_of(tx, patient_id):
            if one.stands in (Stands.OPEN, Stands.AGREED):
                return one
        asked = ErasureRequest(id=world.new_id(), words=words, asked_by=by.name, asked_at=at)
        keep_request(tx, patient_id, asked)
        append(tx, AuditEvent(Kind.ERASURE_ASKED, at, actor(by), str(patient_id)))
    return asked


def erasure_asked(world: World, *, by: Who, patient_id: UUID) -> ErasureRequest | None:
    """The newest request, for the person and for the team that is to have it decided."""
    with world.store.read() as tx:
        allowed_patient(tx, by, patient_id, _may_see)
        return next(iter(requests_of(tx, patient_id)), None)


def call_off_erasure(world: World, *, by: Who, patient_id: UUID, at: datetime) -> None:
    """As long as nothing is decided. Twice is once."""
    with world.store.begin() as tx:
        allowed_patient(tx, by, patient_id, may_see_who_looked)
        one = _open(tx, patient_id)
        off = one and replace(one, stands=Stands.CALLED_OFF, settled_at=at)
        if off and settle_request(tx, patient_id, off):
            append(tx, AuditEvent(Kind.ERASURE_CALLED_OFF, at, actor(by), str(patient_id)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """`by` is who at the trust answers for it, by name and post; `answer` is for the person."""

    agreed: bool
    by: str
    answer: str


def write_down_decision(
    world: World, *, by: Who, patient_id: UUID, decision: Decision, at: datetime
) -> ErasureRequest:
    """By somebody of the team. Raises NotThere where nothing waits for a decision any more, and
    TooLong."""
    if len(decision.by) > LONGEST_NAME or len(decision.answer) > LONGEST:
        raise TooLong
    with world.store.begin() as tx:
        allowed_patient(tx, by, patient_id, may_write_clinical)
        one = _open(tx, patient_id)
        if one is None:
            raise NotThere
        stands = Stands.AGREED if decision.agreed else Stands.DECLINED
        settled = replace(
            one,
            stands=stands,
            settled_at=at,
            decided_by=decision.by,
            recorded_by=by.name,
            answer=decision.answer,
        )
        if not settle_request(tx, patient_id, settled):
            raise NotThere
        what = {"decision": str(stands), "authority": decision.by}
        append(tx, AuditEvent(Kind.ERASURE_DECIDED, at, actor(by), str(patient_id), what))
    return settled


def _may_see(who: Who, patient: PatientFacts) -> bool:
    return may_see_who_looked(who, patient) or may_write_clinical(who, patient)


def _open(tx: Transaction, patient_id: UUID) -> ErasureRequest | None:
    return next((one for one in requests_of(tx, patient_id) if one.open), None)


# --- carrying it out -------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Asked:
    """A request, and the plan number of whoever made it: no name leaves for a list."""

    plan_number: str
    request: ErasureRequest


@dataclass(frozen=True, slots=True)
class ToErase:
    """Whom a command is about to erase, and the decision that is written down, if there is one."""

    patient_id: UUID
    plan_number: str
    decided_by: str | None


@dataclass(frozen=True, slots=True)
class Gone:
    """`accounts`: how many of theirs went with them."""

    patient_id: UUID
    accounts: int


def all_asked(world: World) -> tuple[Asked, ...]:
    """What waits for a decision or for being carried out, the oldest first."""
    with world.store.read() as tx:
        return tuple(
            Asked(_plan_number(tx, patient_id), one) for patient_id, one in everybodys_requests(tx)
        )


def whom_to_erase(world: World, *, person: str) -> ToErase:
    """By NHS number, plan number, or the id that an erasure left: a copy from before holds them
    again. Raises NoSuchPerson."""
    with world.store.read() as tx:
        return _whom(tx, person)


def _whom(tx: Transaction, person: str) -> ToErase:
    patient_id = _left_behind(tx, person) or person_of(tx, person)
    agreed = [one for one in requests_of(tx, patient_id) if one.stands is Stands.AGREED]
    decided_by = agreed[0].decided_by if agreed else None
    return ToErase(patient_id, _plan_number(tx, patient_id), decided_by)


def _left_behind(tx: Transaction, person: str) -> UUID | None:
    try:
        known = patient_of(tx, UUID(person))
    except ValueError:
        return None
    if known is None or known.erased:
        raise NoSuchPerson
    return known.patient_id


def erase(
    world: World,
    *,
    person: str,
    plan_number: str,
    why: Why | None = None,
    authority: str | None = None,
    at: datetime,
) -> Gone:
    """For ever. Without `authority` and `why`, by the decision that is written down.

    Raises NoSuchPerson, AnotherPlan, NobodyDecided, TooLong.
    """
    with world.store.begin() as tx:
        whom = _whom(tx, person)
        if plan_number.strip().upper() != whom.plan_number:
            raise AnotherPlan
        if whom.decided_by and why is None and authority is None:
            why, authority = Why.ASKED, whom.decided_by
        if why is None or not (authority or "").strip():
            raise NobodyDecided
        return erase_for_ever(tx, whom.patient_id, why=why, authority=authority or "", at=at)


def erase_for_ever(
    tx: Transaction, patient_id: UUID, *, why: Why, authority: str, at: datetime
) -> Gone:
    """The key and everything that finds them; a stub in the service's own trail says that it was
    done, of which id, why, and who answers for it. Raises TooLong."""
    authority = " ".join(authority.split())
    if len(authority) > LONGEST_NAME:
        raise TooLong
    team_id = lock_patient(tx, patient_id).team_id
    accounts = erase_person(tx, patient_id, at=at)
    what = {
        "person": str(patient_id),
        "erased_for": str(why),
        "authority": authority,
        "count": str(accounts),
    }
    what |= {"team": str(team_id)} if team_id else {}
    append(tx, AuditEvent(Kind.PLAN_ERASED, at, SYSTEM, None, what))
    return Gone(patient_id, accounts)


def _plan_number(tx: Transaction, patient_id: UUID) -> str:
    face = face_of(tx, patient_id)
    return face.plan_number if face else ""
