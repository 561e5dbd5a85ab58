"""Phones that keep a copy of somebody's plan: found by a hash of their own random token.

The row outlives the forgetting, so that the person still sees which phone it was; the token's
hash does not, so that a forgotten phone and one that never was are the same to whoever asks.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, bindparam, insert, select, update

from careplan.store import directory
from careplan.store.db import Transaction
from careplan.store.owners import of_patient
from careplan.store.signatures import State
from careplan.store.tables import kept_phone, plan_version, signature

PHONE_IN_SESSION = "phone"
"""Under this name a session knows the phone it kept a copy on, so that signing out ends both."""

_c = kept_phone.c
_FACTS = [column for column in _c if column is not _c.name]
_ONE = (_c.patient_id == bindparam("of_patient"), _c.phone_id == bindparam("of_phone"))
_BY_ID = select(*_FACTS).where(*_ONE)
_OF_PATIENT = (
    select(kept_phone)
    .where(_c.patient_id == bindparam("of_patient"), _c.expires_at > bindparam("after"))
    .order_by(_c.kept_at.desc(), _c.phone_id)
)
_KEEP = insert(kept_phone)
_SEEN = update(kept_phone).where(*_ONE).values(last_seen_at=bindparam("at"))
_FORGET = (
    update(kept_phone).where(*_ONE, _c.forgotten_at.is_(None)).values(forgotten_at=bindparam("at"))
)
# All in clear, so that a phone that asks costs neither a key nor a document.
_SIGNED = select(signature.c.state).where(
    plan_version.c.patient_id == bindparam("of_patient"),
    plan_version.c.number == bindparam("of_version"),
    signature.c.patient_id == plan_version.c.patient_id,
    signature.c.signature_id == plan_version.c.signature_id,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Phone:
    """`name` is what the person calls it, and empty unless their phones were asked for."""

    patient_id: UUID
    phone_id: UUID
    account_id: UUID
    version: int
    kept_at: datetime
    expires_at: datetime
    last_seen_at: datetime
    forgotten_at: datetime | None = None
    name: str = ""


def keep_phone(tx: Transaction, phone: Phone, *, token: str) -> None:
    """Raises Taken when the token is another's, which random tokens never are."""
    owner, key = of_patient(phone.patient_id), str(phone.phone_id)
    row = {
        "patient_id": phone.patient_id,
        "phone_id": phone.phone_id,
        "account_id": phone.account_id,
        "version": phone.version,
        "kept_at": phone.kept_at,
        "expires_at": phone.expires_at,
        "last_seen_at": phone.last_seen_at,
        "name": tx.seal(owner, _c.name, key, phone.name.encode()),
    }
    tx.run(_KEEP, row)
    kind, mine = directory.Kind.PHONE_TOKEN, phone.patient_id
    directory.enter(tx, kind, token, patient_id=mine, target=phone.phone_id)


def phone_by_token(tx: Transaction, token: str) -> Phone | None:
    """None for a token nobody has, and for one that was made to forget."""
    found = directory.led_to(tx, directory.Kind.PHONE_TOKEN, token)
    if found is None or found.target is None:
        return None
    return phone_of(tx, found.patient_id, found.target)


def phone_of(tx: Transaction, patient_id: UUID, phone_id: UUID) -> Phone | None:
    row = tx.run(_BY_ID, {"of_patient": patient_id, "of_phone": phone_id}).one_or_none()
    return None if row is None else _phone(row)


def phones_of(tx: Transaction, patient_id: UUID, *, at: datetime) -> tuple[Phone, ...]:
    """Newest first, forgotten ones too, until the day each copy would have ended."""
    rows = tx.run(_OF_PATIENT, {"of_patient": patient_id, "after": at})
    owner = of_patient(patient_id)
    return tuple(
        _phone(row, name=tx.unseal(owner, _c.name, str(row.phone_id), row.name).decode())
        for row in rows
    )


def signature_on(tx: Transaction, phone: Phone) -> State | None:
    """How the signature under the kept version stands now; None when it has none."""
    kept = {"of_patient": phone.patient_id, "of_version": phone.version}
    found = tx.run(_SIGNED, kept).scalar_one_or_none()
    return None if found is None else State(found)


def note_phone_seen(tx: Transaction, phone: Phone, *, at: datetime) -> None:
    tx.run(_SEEN, {"of_patient": phone.patient_id, "of_phone": phone.phone_id, "at": at})


def forget_phone(tx: Transaction, patient_id: UUID, phone_id: UUID, *, at: datetime) -> bool:
    """Whether this call did it; its token opens nothing from now on."""
    forgotten = {"of_patient": patient_id, "of_phone": phone_id, "at": at}
    if tx.run(_FORGET, forgotten).rowcount == 0:
        return False
    directory.leave(tx, directory.Kind.PHONE_TOKEN, patient_id=patient_id, target=phone_id)
    return True


def _phone(row: Row[Any], *, name: str = "") -> Phone:
    return Phone(
        patient_id=row.patient_id,
        phone_id=row.phone_id,
        account_id=row.account_id,
        version=row.version,
        kept_at=row.kept_at,
        expires_at=row.expires_at,
        last_seen_at=row.last_seen_at,
        forgotten_at=row.forgotten_at,
        name=name,
    )
