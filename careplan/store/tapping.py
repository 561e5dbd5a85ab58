"""Phones that may say "I'm going in" without signing in: found by a hash of their own token.

Such a token begins a visit and adds taps. It reads nothing, so a phone that was found or stolen
tells no more than what its own page keeps.
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
from careplan.store.tables import tapping_phone

TAPPER_IN_SESSION = "tapper"
"""Under this name a session knows the phone it made remember, so that signing out ends both."""
_KIND = directory.Kind.TAPPING_TOKEN
_c = tapping_phone.c
_FACTS = [column for column in _c if column is not _c.name]
_ONE = (_c.patient_id == bindparam("of_patient"), _c.phone_id == bindparam("of_phone"))
_BY_ID = select(*_FACTS).where(*_ONE)
_OF_PATIENT = (
    select(tapping_phone)
    .where(_c.patient_id == bindparam("of_patient"), _c.forgotten_at.is_(None))
    .order_by(_c.made_at.desc(), _c.phone_id)
)
_OWNER = select(_c.account_id).where(*_ONE)
_KEEP = insert(tapping_phone)
_SEEN = update(tapping_phone).where(*_ONE).values(last_seen_at=bindparam("at"))
_FORGET = (
    update(tapping_phone)
    .where(*_ONE, _c.forgotten_at.is_(None))
    .values(forgotten_at=bindparam("at"))
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tapper:
    """`name`: whose it is, empty for the person's own and unless the phones were asked for."""

    patient_id: UUID
    phone_id: UUID
    account_id: UUID
    made_at: datetime
    last_seen_at: datetime
    forgotten_at: datetime | None = None
    name: str = ""


def keep_tapper(tx: Transaction, phone: Tapper, *, token: str) -> None:
    """Raises Taken when the token is another's, which random tokens never are."""
    owner, key = of_patient(phone.patient_id), str(phone.phone_id)
    row = {
        "patient_id": phone.patient_id,
        "phone_id": phone.phone_id,
        "account_id": phone.account_id,
        "made_at": phone.made_at,
        "last_seen_at": phone.last_seen_at,
        "name": tx.seal(owner, _c.name, key, phone.name.encode()),
    }
    tx.run(_KEEP, row)
    directory.enter(tx, _KIND, token, patient_id=phone.patient_id, target=phone.phone_id)


def tapper_by_token(tx: Transaction, token: str) -> Tapper | None:
    """None for a token nobody has, and for one that was made to forget."""
    found = directory.led_to(tx, _KIND, token)
    if found is None or found.target is None:
        return None
    this = {"of_patient": found.patient_id, "of_phone": found.target}
    row = tx.run(_BY_ID, this).one_or_none()
    return None if row is None or row.forgotten_at is not None else _tapper(row)


def tappers_of(tx: Transaction, patient_id: UUID) -> tuple[Tapper, ...]:
    """Those that are remembered, newest first."""
    owner = of_patient(patient_id)
    return tuple(
        _tapper(row, name=tx.unseal(owner, _c.name, str(row.phone_id), row.name).decode())
        for row in tx.run(_OF_PATIENT, {"of_patient": patient_id})
    )


def tapper_owner(tx: Transaction, patient_id: UUID, phone_id: UUID) -> UUID | None:
    """The account that a phone taps for, or tapped for until it was forgotten."""
    asked = {"of_patient": patient_id, "of_phone": phone_id}
    owner: UUID | None = tx.run(_OWNER, asked).scalar_one_or_none()
    return owner


def note_tapper_seen(tx: Transaction, phone: Tapper, *, at: datetime) -> None:
    tx.run(_SEEN, {"of_patient": phone.patient_id, "of_phone": phone.phone_id, "at": at})


def forget_tapper(tx: Transaction, patient_id: UUID, phone_id: UUID, *, at: datetime) -> bool:
    """Whether this call did it; its token taps nothing from now on."""
    if tx.run(_FORGET, {"of_patient": patient_id, "of_phone": phone_id, "at": at}).rowcount == 0:
        return False
    directory.leave(tx, _KIND, patient_id=patient_id, target=phone_id)
    return True


def _tapper(row: Row[Any], *, name: str = "") -> Tapper:
    return Tapper(
        patient_id=row.patient_id,
        phone_id=row.phone_id,
        account_id=row.account_id,
        made_at=row.made_at,
        last_seen_at=row.last_seen_at,
        forgotten_at=row.forgotten_at,
        name=name,
    )
