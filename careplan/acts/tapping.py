"""A phone that says "I'm going in" in one press, signed in or not, with a signal or without.

It is remembered by a token that begins a visit and adds taps; nothing can be read with it. Taps
come when there is a signal, perhaps twice, perhaps in the wrong order, by a clock that is wrong.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from careplan.accounts.people import Role, Standing, Who
from careplan.accounts.permissions import may_write_for
from careplan.acts.carers import helping
from careplan.acts.own_hospital import own_hospital
from careplan.acts.publishing import current_of
from careplan.acts.signing_in import forget_tapper_of_session
from careplan.acts.taps import (
    BadTap,
    Press,
    TooLate,
    TooManyTaps,
    TooManyVisits,
    begin_in,
    tap_in,
)
from careplan.acts.world import NotThere, World, actor, allowed_patient
from careplan.audit.events import AuditEvent, Kind
from careplan.keys.tokens import new_token
from careplan.store import sessions
from careplan.store import tapping as store
from careplan.store.accounts import account_of, patients_of_account
from careplan.store.counters import count_in
from careplan.store.db import Transaction
from careplan.store.hospitals import hospital_of, hospitals
from careplan.store.patients import lock_patient
from careplan.store.tapping import TAPPER_IN_SESSION, Tapper
from careplan.store.trail import append
from careplan.store.visits import visit_near, visit_of, visit_of_tap
from careplan.visits.visit import Tap, Visit, Where, placed

MOST_PHONES = 10
MOST_AT_ONCE = 100
SENDINGS = 120
"""A phone may send this often in ten minutes: a press, a retry and a page that was opened."""
_WINDOW = timedelta(minutes=10)
_SEEN_AFTER = timedelta(minutes=1)


class TooManyPhones(ValueError):
    """One of those that are remembered has to be forgotten first."""


class Why(StrEnum):
    """Why a tap was not kept; the phone says it in words and keeps it for its own page."""

    TOO_MANY = "too_many"
    TOO_LATE = "too_late"
    UNREADABLE = "unreadable"


_REFUSALS: Mapping[type[Exception], Why] = {
    TooManyTaps: Why.TOO_MANY,
    TooManyVisits: Why.TOO_MANY,
    TooLate: Why.TOO_LATE,
    BadTap: Why.UNREADABLE,
    NotThere: Why.UNREADABLE,
}


class Slower(ValueError):
    """This phone sends too often; what it has is kept on it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FromPhone:
    """A tap as a phone sends it. `press.at` is by the phone's clock, and `visit` the id of the
    press of "I'm going in" that it belongs to; `another`: they said it is not the same visit.
    `own`: the place is their own hospital, whose name is not on the phone."""

    press: Press
    visit: UUID
    another: bool = False
    own: bool = False


@dataclass(frozen=True, slots=True)
class Heard:
    """What became of each tap. Of one that was kept: whether it was a press of "I'm going in"
    that was added to a visit which was live already."""

    kept: dict[UUID, bool]
    refused: dict[UUID, Why]


# --- remembering and forgetting ------------------------------------------------------------------


def remember_phone(
    world: World, *, by: Who, patient_id: UUID, at: datetime, session: str = ""
) -> tuple[Tapper, str]:
    """This phone and its token, handed over once. Raises TooManyPhones."""
    token = new_token(world.entropy)
    with world.store.begin() as tx:
        allowed_patient(tx, by, patient_id, may_write_for)
        lock_patient(tx, patient_id)
        if len(store.tappers_of(tx, patient_id)) >= MOST_PHONES:
            raise TooManyPhones
        phone = Tapper(
            patient_id=patient_id,
            phone_id=tx.new_id(),
            account_id=UUID(by.account_id),
            made_at=at,
            last_seen_at=at,
            name=by.grant.called if by.grant else "",
        )
        _forget_in_session(tx, by, session, at)
        store.keep_tapper(tx, phone, token=token)
        _note_in_session(tx, session, phone)
        append(tx, AuditEvent(Kind.TAPPING_PHONE_KEPT, at, actor(by), str(patient_id)))
    return phone, token


def _note_in_session(tx: Transaction, session: str, phone: Tapper) -> None:
    row = sessions.session_by_token(tx, session) if session else None
    if row is not None:
        both = [str(phone.patient_id), str(phone.phone_id)]
        sessions.set_session_data(tx, session, {**row.data, TAPPER_IN_SESSION: both})


def _forget_in_session(tx: Transaction, by: Who, session: str, at: datetime) -> None:
    """What the same phone was remembered by until now."""
    row = sessions.session_by_token(tx, session) if session else None
    if row is not None:
        forget_tapper_of_session(tx, row.data, by=by, at=at)


def tapping_phones(world: World, *, by: Who, patient_id: UUID) -> tuple[Tapper, ...]:
    """The person sees every one; a carer their own."""
    with world.store.read() as tx:
        allowed_patient(tx, by, patient_id, may_write_for)
        return _seen_by(by, store.tappers_of(tx, patient_id))


def forget_tapping_phone(
    world: World, *, by: Who, patient_id: UUID, phone_id: UUID, at: datetime
) -> None:
    """It taps nothing from now on, and says so on its own page. Twice is once."""
    with world.store.begin() as tx:
        allowed_patient(tx, by, patient_id, may_write_for)
        owner = store.tapper_owner(tx, patient_id, phone_id)
        if owner is None or (by.grant is not None and str(owner) != by.account_id):
            raise NotThere
        _forget(tx, by, patient_id, phone_id, "page", at)


def forget_itself(world: World, *, token: str, at: datetime) -> None:
    """Somebody pressed "Forget" on the phone. Of no other use to whoever holds the token."""
    with world.store.begin() as tx:
        phone = store.tapper_by_token(tx, token)
        by = _who(tx, phone, at) if phone else None
        if phone is not None and by is not None:
            _forget(tx, by, phone.patient_id, phone.phone_id, "itself", at)


def _forget(
    tx: Transaction, by: Who, patient_id: UUID, phone_id: UUID, how: str, at: datetime
) -> None:
    if store.forget_tapper(tx, patient_id, phone_id, at=at):
        event = AuditEvent(
            Kind.TAPPING_PHONE_FORGOTTEN, at, actor(by), str(patient_id), {"phone_by": how}
        )
        append(tx, event)


def _seen_by(by: Who, phones: tuple[Tapper, ...]) -> tuple[Tapper, ...]:
    if by.grant is None:
        return phones
    return tuple(one for one in phones if str(one.account_id) == by.account_id)


# --- taps ----------------------------------------------------------------------------------------


def send(
    world: World, *, token: str, sent: datetime, taps: Sequence[FromPhone], at: datetime
) -> Heard | None:
    """Everything a phone has not been told to be kept yet; `sent` is what its clock says now.

    None for a token that nobody has, one that was forgotten, and one whose account may not tap
    any more: the same answer for all. Raises Slower.
    """
    with world.store.begin() as tx:
        phone = store.tapper_by_token(tx, token)
        by = _who(tx, phone, at) if phone else None
        if phone is None or by is None:
            return None
        if count_in(tx, f"taps:{phone.phone_id}", window=_WINDOW, at=at) > SENDINGS:
            raise Slower
        lock_patient(tx, phone.patient_id)
        if at - phone.last_seen_at >= _SEEN_AFTER:
            store.note_tapper_seen(tx, phone, at=at)
        heard = Heard({}, {})
        for one in taps[:MOST_AT_ONCE]:
            _hear(tx, by, phone.patient_id, one, heard, sent=sent, at=at)
        return heard


def _hear(
    tx: Transaction,
    by: Who,
    patient_id: UUID,
    one: FromPhone,
    heard: Heard,
    *,
    sent: datetime,
    at: datetime,
) -> None:
    """A tap that cannot be kept does not keep the others from it: each refusal comes before
    anything is written."""
    tap_id = one.press.tap_id
    try:
        visit = _keep(tx, by, patient_id, one, sent=sent, heard=at)
    except tuple(_REFUSALS) as problem:
        heard.refused[tap_id] = _REFUSALS[type(problem)]
        return
    first = one.press.tap is Tap.GOING_IN
    heard.kept[tap_id] = first and tap_id not in {tap.tap_id for tap in visit.taps[:1]}


def _keep(
    tx: Transaction, by: Who, patient_id: UUID, one: FromPhone, *, sent: datetime, heard: datetime
) -> Visit:
    """A tap whose press of "I'm going in" never came belongs to the visit near it, or begins one:
    it is not lost."""
    known = visit_of_tap(tx, patient_id, one.visit)
    visit = visit_of(tx, patient_id, known) if known else None
    begun = visit.begun_at if visit else None
    when, off = placed(one.press.at, sent=sent, heard=heard, begun=begun)
    where = _where(tx, patient_id, one)
    press = replace(one.press, at=when, clock_off=off, where=where, on="phone")
    if visit is None and press.tap is not Tap.GOING_IN:
        visit = visit_near(tx, patient_id, at=when)
    if visit is None:
        return begin_in(tx, by, patient_id, press, heard=heard, another=one.another)
    return tap_in(tx, by, visit, press, heard=heard)


def _where(tx: Transaction, patient_id: UUID, one: FromPhone) -> Where | None:
    """A hospital's name as the list has it; one that the list does not have is only words."""
    where = one.press.where
    if one.own and where is not None:
        version = current_of(tx, patient_id)
        return (own_hospital(version, hospitals(tx)) if version else None) or where
    if where is None or where.hospital is None:
        return where
    listed = hospital_of(tx, where.hospital)
    if listed is None:
        return Where(words=where.listed_as)
    return Where(hospital=listed.code, listed_as=listed.words)


def _who(tx: Transaction, phone: Tapper, at: datetime) -> Who | None:
    """Who taps on this phone, while they may: the person, or somebody let in to write for them."""
    account = account_of(tx, phone.account_id)
    if account is None or account.state != Standing.ACTIVE:
        return None
    mine, patient_id = phone.account_id, phone.patient_id
    if patient_id in {one.patient_id for one in patients_of_account(tx, mine)}:
        who = Who(
            account_id=str(mine),
            name=account.name,
            roles=frozenset({Role.PATIENT}),
            patient_id=str(patient_id),
        )
    else:
        found = helping(tx, account_id=mine, name=account.name, patient_id=patient_id, at=at)
        if found is None:
            return None
        who = found
    try:
        patient = allowed_patient(tx, who, patient_id, may_write_for)
    except NotThere:
        return None
    return None if patient.erased else who
