"""A copy on the person's own phone: kept for thirty days, asked after, and made to forget.

What is handed over is the page they show to staff and nothing else. Their phone locks it with
what only they know, so this service can take a copy back and can never open one.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from careplan.accounts.people import Standing, Who
from careplan.accounts.permissions import may_keep_on_phone
from careplan.acts.publishing import current_of
from careplan.acts.sharing import NothingToShare
from careplan.acts.world import NotThere, World, actor, allowed_patient
from careplan.audit.events import Actor, ActorKind, AuditEvent, Kind
from careplan.fhir.day_notices import notices_of
from careplan.keys.tokens import new_token
from careplan.plan.care_plan import Version
from careplan.store import phones as store
from careplan.store import sessions
from careplan.store.accounts import account_of, patients_of_account
from careplan.store.db import Transaction
from careplan.store.patients import patient_of
from careplan.store.phones import PHONE_IN_SESSION, Phone
from careplan.store.signatures import State
from careplan.store.trail import append
from careplan.store.versions import emergency_of
from careplan.summary.narrative import narrative
from careplan.summary.today import DayNotice

LIVES = timedelta(days=30)
_SEEN_AFTER = timedelta(minutes=1)
_SOME_PHONE = Actor(ActorKind.SYSTEM, None, "A phone")


class Cause(StrEnum):
    """Why a phone says it has erased its copy."""

    WRONG_PINS = "wrong_pins"
    ON_IT = "on_it"


class Dose(StrEnum):
    """How the dose on a kept copy stands now."""

    AS_KEPT = "as kept"
    STOPPED = "stopped"
    SIGNED_ANEW = "signed anew"


@dataclass(frozen=True, slots=True)
class KeptCopy:
    """What goes to the phone, once. The token names the phone to us and opens nothing."""

    phone: Phone
    token: str
    version: Version
    narrative: str
    notices: tuple[DayNotice, ...]
    """What is true on some days only: the phone compares the days."""

    def __repr__(self) -> str:
        return "KeptCopy(…)"


@dataclass(frozen=True, slots=True)
class Still:
    """The copy may stay: how it compares with the plan as it is now."""

    newest: int
    newer: bool
    dose: Dose
    expires_at: datetime


def keep_on_phone(
    world: World,
    *,
    by: Who,
    patient_id: UUID,
    name: str,
    at: datetime,
    instead_of: str = "",
    session: str = "",
) -> KeptCopy:
    """The newest version for a phone called so. `instead_of` is the token of the copy that this
    one takes the place of. Raises NothingToShare."""
    token = new_token(world.entropy)
    with world.store.begin() as tx:
        allowed_patient(tx, by, patient_id, may_keep_on_phone)
        version = current_of(tx, patient_id)
        if version is None:
            raise NothingToShare
        phone = Phone(
            patient_id=patient_id,
            phone_id=tx.new_id(),
            account_id=UUID(by.account_id),
            version=version.number,
            kept_at=at,
            expires_at=at + LIVES,
            last_seen_at=at,
            name=name,
        )
        _instead(tx, by, patient_id, instead_of, at)
        store.keep_phone(tx, phone, token=token)
        _note_in_session(tx, session, phone)
        what = {"phone": name, "version": str(version.number)}
        told = {key: value for key, value in what.items() if value}
        append(tx, AuditEvent(Kind.PHONE_KEPT, at, actor(by), str(patient_id), told))
        document = emergency_of(tx, patient_id, version.number)
    page = narrative(version, world.words_of(version))
    return KeptCopy(phone, token, version, page, notices_of(document) if document else ())


def _instead(tx: Transaction, by: Who, patient_id: UUID, token: str, at: datetime) -> None:
    """The copy that the same phone held until now, if it is a copy of this plan."""
    old = store.phone_by_token(tx, token) if token else None
    if old is not None and old.patient_id == patient_id:
        store.forget_phone(tx, patient_id, old.phone_id, at=at)
        what = {"cause": "newer"}
        append(tx, AuditEvent(Kind.PHONE_ERASED, at, actor(by), str(patient_id), what))


def _note_in_session(tx: Transaction, session: str, phone: Phone) -> None:
    row = sessions.session_by_token(tx, session) if session else None
    if row is not None:
        data = {**row.data, PHONE_IN_SESSION: str(phone.phone_id)}
        sessions.set_session_data(tx, session, data)


def phones(world: World, *, by: Who, patient_id: UUID, at: datetime) -> tuple[Phone, ...]:
    """Newest first; one that was made to forget stays in sight until its thirty days are over."""
    with world.store.read() as tx:
        allowed_patient(tx, by, patient_id, may_keep_on_phone)
        return store.phones_of(tx, patient_id, at=at)


def forget_phone(world: World, *, by: Who, patient_id: UUID, phone_id: UUID, at: datetime) -> None:
    """From now on the phone is told to erase its copy, as soon as it asks. Twice is once."""
    with world.store.begin() as tx:
        allowed_patient(tx, by, patient_id, may_keep_on_phone)
        known = {one.phone_id: one for one in store.phones_of(tx, patient_id, at=at)}
        if phone_id not in known:
            raise NotThere
        if not store.forget_phone(tx, patient_id, phone_id, at=at):
            return
        name = known[phone_id].name
        what = {"phone": name} if name else {}
        append(tx, AuditEvent(Kind.PHONE_FORGOTTEN, at, actor(by), str(patient_id), what))


def still(world: World, *, token: str, at: datetime) -> Still | None:
    """Whether a phone may keep its copy, asked by the phone itself; None for every reason why it
    may not, and for a token that nobody has."""
    with world.store.read() as tx:
        phone = _standing(tx, token, at)
        if phone is None:
            return None
        patient = patient_of(tx, phone.patient_id)
        signed = store.signature_on(tx, phone)
    if patient is None or patient.erased or patient.current_version is None:
        return None
    if at - phone.last_seen_at >= _SEEN_AFTER:
        with world.store.begin() as tx:
            store.note_phone_seen(tx, phone, at=at)
    stands = {State.STOPPED: Dose.STOPPED, State.REPLACED: Dose.SIGNED_ANEW}
    dose = stands.get(signed, Dose.AS_KEPT) if signed else Dose.AS_KEPT
    newest = patient.current_version
    return Still(newest, newest > phone.version, dose, phone.expires_at)


def _standing(tx: Transaction, token: str, at: datetime) -> Phone | None:
    """The phone, while whoever kept the copy on it may still open this plan."""
    phone = store.phone_by_token(tx, token)
    if phone is None or phone.forgotten_at is not None or at >= phone.expires_at:
        return None
    account = account_of(tx, phone.account_id)
    if account is None or account.state != Standing.ACTIVE:
        return None
    own = {one.patient_id for one in patients_of_account(tx, phone.account_id)}
    return phone if phone.patient_id in own else None


def phone_erased(world: World, *, token: str, cause: Cause, at: datetime) -> None:
    """A phone says that it has erased its copy; the person reads why. Of no other use to anybody
    who holds the token."""
    with world.store.begin() as tx:
        phone = store.phone_by_token(tx, token)
        if phone is None:
            return
        store.forget_phone(tx, phone.patient_id, phone.phone_id, at=at)
        mine, what = str(phone.patient_id), {"cause": str(cause)}
        append(tx, AuditEvent(Kind.PHONE_ERASED, at, _SOME_PHONE, mine, what))
