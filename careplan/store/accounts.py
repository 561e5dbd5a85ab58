"""Accounts: what somebody signs in with, under a key of their own, and whose plans are theirs."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, bindparam, delete, or_, select, update

from careplan.accounts.people import Standing
from careplan.accounts.second_factor import AHEAD
from careplan.store.db import Transaction, on_both
from careplan.store.errors import NotFound, Taken
from careplan.store.owners import of_account
from careplan.store.tables import account, account_patient, patient

_c, _p = account.c, account_patient.c
_DEVICES = "devices"
_IS_THIS = _c.account_id == bindparam("of_account")
_SHOWN = [column for column in _c if column is not _c.totp_secret]
_BY_ID = select(*_SHOWN).where(_IS_THIS)
_HOLD = _BY_ID.with_for_update(key_share=True)
_BY_EMAIL = select(*_SHOWN).where(_c.email_hash == bindparam("of_email"))
_HAS = select(_c.account_id).where(_c.email_hash == bindparam("of_email"))
_CREDENTIAL = _HAS.add_columns(_c.state, _c.password_hash)
_NEW = on_both(lambda insert: insert(account).on_conflict_do_nothing().returning(_c.account_id))
_THIS = update(account).where(_IS_THIS)
_SET_PASSWORD = _THIS.values(password_hash=bindparam("new_hash"))
_NEW_PASSWORD = _SET_PASSWORD.values(password_changed_at=bindparam("at"))
_SET_STATE = _THIS.values(state=bindparam("new_state"))
_SET_PROFILE = _THIS.values(profile=bindparam("new_profile"), email_hash=bindparam("new_email"))
_KEEP_PROFILE = _THIS.values(profile=bindparam("new_profile"))
_OF_PROFILE = select(_c.profile, _c.data_key).where(_IS_THIS)
_HOLD_PROFILE = _OF_PROFILE.with_for_update(key_share=True)
_SET_TOTP = _THIS.values(
    totp_secret=bindparam("new_secret"),
    second_factor_since=bindparam("since"),
    last_totp_step=None,
)
_TOTP = select(_c.totp_secret, _c.last_totp_step).where(_IS_THIS)
_USE_STEP = _THIS.where(
    or_(
        _c.last_totp_step.is_(None),
        _c.last_totp_step < bindparam("step"),
        _c.last_totp_step > bindparam("too_far"),  # while the clock was wrong
    )
).values(last_totp_step=bindparam("step"))
_FAILED = _THIS.values(failures=_c.failures + 1).returning(_c.failures)
_NO_FAILURES = _THIS.where(_c.failures > 0).values(failures=0)
_LINK = on_both(
    lambda insert: insert(account_patient).on_conflict_do_nothing().returning(_p.account_id)
)
_LINKED = (
    update(patient)
    .where(patient.c.patient_id == bindparam("of_patient"), patient.c.unlinked)
    .values(unlinked=False)
)
_UNLINK = delete(account_patient).where(
    _p.account_id == bindparam("of_account"), _p.patient_id == bindparam("of_patient")
)
_PATIENTS = (
    select(_p.patient_id, _p.account_id, _p.relation, _p.since)
    .where(_p.account_id == bindparam("of_account"))
    .order_by(_p.since, _p.patient_id)
)
_ACCOUNTS = (
    select(_p.patient_id, _p.account_id, _p.relation, _p.since)
    .where(_p.patient_id == bindparam("of_patient"))
    .order_by(_p.since, _p.account_id)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    account_id: UUID
    kind: str
    state: str
    name: str
    email: str
    title: str | None
    password_hash: str | None
    password_changed_at: datetime | None
    second_factor_since: datetime | None
    failures: int
    created_at: datetime

    @property
    def has_totp(self) -> bool:
        return self.second_factor_since is not None


@dataclass(frozen=True, slots=True)
class Credential:
    """What a password is held against, and nothing of whose it is."""

    account_id: UUID
    state: str
    password_hash: str | None = field(repr=False)


@dataclass(frozen=True, slots=True)
class Totp:
    """The secret of the second factor, and the last of its steps that was used."""

    secret: str
    last_step: int | None

    def __repr__(self) -> str:
        return f"Totp(last_step={self.last_step})"


@dataclass(frozen=True, slots=True)
class Relation:
    """An account that has been linked to somebody's plan: as the person or as their carer."""

    patient_id: UUID
    account_id: UUID
    relation: str
    since: datetime


def new_account(
    tx: Transaction,
    account_id: UUID,
    *,
    kind: str,
    email: str,
    name: str,
    title: str | None,
    password_hash: str | None,
    at: datetime,
) -> None:
    """Raises Taken when the email address has an account already. It is active from now on."""
    owner = of_account(account_id)
    row = tx.new_key(owner) | {
        "account_id": account_id,
        "kind": kind,
        "state": Standing.ACTIVE,
        "email_hash": _email_hash(tx, email),
        "password_hash": password_hash,
        "failures": 0,
        "created_at": at,
        "profile": _profile(tx, account_id, {"name": name, "email": email, "title": title}),
    }
    if tx.run(_NEW, row).one_or_none() is None:
        tx.forget(owner)
        raise Taken("this email address, or this id, has an account already")


def has_account(tx: Transaction, email: str) -> bool:
    """Whether this address has one, and nothing else of it: for doors that must not tell."""
    return tx.run(_HAS, {"of_email": _email_hash(tx, email)}).one_or_none() is not None


def credential_of(tx: Transaction, email: str) -> Credential | None:
    """Nothing is unsealed for it, so an address with an account takes no longer than another."""
    row = tx.run(_CREDENTIAL, {"of_email": _email_hash(tx, email)}).one_or_none()
    return None if row is None else Credential(row.account_id, row.state, row.password_hash)


def account_by_email(tx: Transaction, email: str) -> Account | None:
    row = tx.run(_BY_EMAIL, {"of_email": _email_hash(tx, email)}).one_or_none()
    return None if row is None else _account(tx, row)


def account_of(tx: Transaction, account_id: UUID, *, held: bool = False) -> Account | None:
    """None for nobody, and for somebody who was erased. `held`: as it is until this transaction
    ends."""
    row = tx.run(_HOLD if held else _BY_ID, {"of_account": account_id}).one_or_none()
    return None if row is None or row.data_key is None else _account(tx, row)


def set_profile(
    tx: Transaction, account_id: UUID, *, email: str, name: str, title: str | None
) -> None:
    """Raises Taken when the email address is another account's."""
    facts = {"name": name, "email": email, "title": title}
    sealed = _profile(tx, account_id, {**_kept_profile(tx, account_id, _HOLD_PROFILE), **facts})
    hashed = _email_hash(tx, email)
    other = tx.run(_BY_EMAIL, {"of_email": hashed}).one_or_none()
    if other is not None and other.account_id != account_id:
        raise Taken("this email address has an account already")
    changed = {"of_account": account_id, "new_profile": sealed, "new_email": hashed}
    _must_find(tx.run(_SET_PROFILE, changed).rowcount)


def set_state(tx: Transaction, account_id: UUID, state: str) -> None:
    _must_find(tx.run(_SET_STATE, {"of_account": account_id, "new_state": state}).rowcount)


def set_password(
    tx: Transaction, account_id: UUID, password_hash: str, *, changed_at: datetime | None = None
) -> None:
    """`changed_at` is for a new password; the same one kept at another cost is not a change."""
    changed = {"of_account": account_id, "new_hash": password_hash}
    if changed_at is None:
        _must_find(tx.run(_SET_PASSWORD, changed).rowcount)
    else:
        _must_find(tx.run(_NEW_PASSWORD, changed | {"at": changed_at}).rowcount)


def devices_of(tx: Transaction, account_id: UUID) -> dict[str, date] | None:
    """The kinds of device it was signed in to on, in words, and the last day of each; None before
    the first."""
    return _devices(_kept_profile(tx, account_id, _OF_PROFILE))


def hold_devices(tx: Transaction, account_id: UUID) -> dict[str, date] | None:
    """The same, and nobody else changes them until the transaction ends."""
    return _devices(_kept_profile(tx, account_id, _HOLD_PROFILE))


def keep_devices(tx: Transaction, account_id: UUID, devices: Mapping[str, date]) -> None:
    said = {one: day.isoformat() for one, day in devices.items()}
    kept = _kept_profile(tx, account_id, _HOLD_PROFILE)
    profile = _profile(tx, account_id, {**kept, _DEVICES: said})
    tx.run(_KEEP_PROFILE, {"of_account": account_id, "new_profile": profile})


def _devices(kept: Mapping[str, Any]) -> dict[str, date] | None:
    said = kept.get(_DEVICES)
    return None if said is None else {one: date.fromisoformat(day) for one, day in said.items()}


def _kept_profile(tx: Transaction, account_id: UUID, how: Select[Any]) -> dict[str, Any]:
    row = tx.run(how, {"of_account": account_id}).one_or_none()
    if row is None:
        raise NotFound("there is no such account")
    owner = of_account(account_id)
    tx.remember(owner, row.data_key)
    return dict(tx.unseal_facts(owner, _c.profile, "", row.profile))


def forget_totp(tx: Transaction, account_id: UUID) -> None:
    """The code app counts no longer, and its secret is gone."""
    changed = {"of_account": account_id, "new_secret": None, "since": None}
    _must_find(tx.run(_SET_TOTP, changed).rowcount)


def set_totp(tx: Transaction, account_id: UUID, secret: str, since: datetime | None) -> None:
    """`since` is when the person proved that they have it; None until then."""
    sealed = tx.seal(of_account(account_id), _c.totp_secret, "", secret.encode())
    changed = {"of_account": account_id, "new_secret": sealed, "since": since}
    _must_find(tx.run(_SET_TOTP, changed).rowcount)


def totp_of(tx: Transaction, account_id: UUID) -> Totp | None:
    row = tx.run(_TOTP, {"of_account": account_id}).one_or_none()
    if row is None or row.totp_secret is None:
        return None
    secret = tx.unseal(of_account(account_id), _c.totp_secret, "", row.totp_secret)
    return Totp(secret.decode(), row.last_totp_step)


def use_totp_step(tx: Transaction, account_id: UUID, step: int) -> bool:
    """Whether this step was still unused: steps only go forward, so no code works twice."""
    used = {"of_account": account_id, "step": step, "too_far": step + AHEAD}
    return tx.run(_USE_STEP, used).rowcount == 1


def note_failure(tx: Transaction, account_id: UUID) -> int:
    """How many failures in a row, with this one."""
    failures = tx.run(_FAILED, {"of_account": account_id}).scalar_one_or_none()
    return int(failures or 0)


def forget_failures(tx: Transaction, account_id: UUID) -> None:
    tx.run(_NO_FAILURES, {"of_account": account_id})


# --- whose plan ------------------------------------------------------------------------------


def link_account(
    tx: Transaction, account_id: UUID, patient_id: UUID, *, relation: str, at: datetime
) -> bool:
    """Whether this call linked them; false when they were linked already."""
    row = {
        "account_id": account_id,
        "patient_id": patient_id,
        "relation": relation,
        "since": at,
    }
    tx.run(_LINKED, {"of_patient": patient_id})
    return tx.run(_LINK, row).one_or_none() is not None


def move_account(
    tx: Transaction, account_id: UUID, *, away_from: UUID, to: UUID, relation: str, at: datetime
) -> None:
    """From one plan to another, which from now on is the account's."""
    tx.run(_UNLINK, {"of_account": account_id, "of_patient": away_from})
    link_account(tx, account_id, to, relation=relation, at=at)


def patients_of_account(tx: Transaction, account_id: UUID) -> tuple[Relation, ...]:
    """Oldest link first."""
    rows = tx.run(_PATIENTS, {"of_account": account_id})
    return tuple(_relation(row) for row in rows)


def patient_of_account(tx: Transaction, account_id: UUID) -> UUID | None:
    """The person whose plan the account was linked to first."""
    first = next(iter(patients_of_account(tx, account_id)), None)
    return None if first is None else first.patient_id


def accounts_of_patient(tx: Transaction, patient_id: UUID) -> tuple[Relation, ...]:
    rows = tx.run(_ACCOUNTS, {"of_patient": patient_id})
    return tuple(_relation(row) for row in rows)


# --- rows to values --------------------------------------------------------------------------


def _relation(row: Row[Any]) -> Relation:
    return Relation(row.patient_id, row.account_id, row.relation, row.since)


def _must_find(rows: int) -> None:
    if rows == 0:
        raise NotFound("there is no such account")


def _email_hash(tx: Transaction, email: str) -> bytes:
    return tx.hash("email", unicodedata.normalize("NFKC", email).strip().casefold())


def _profile(tx: Transaction, account_id: UUID, facts: Mapping[str, Any]) -> bytes:
    return tx.seal_facts(of_account(account_id), _c.profile, "", dict(facts))


def _account(tx: Transaction, row: Row[Any]) -> Account:
    owner = of_account(row.account_id)
    tx.remember(owner, row.data_key)
    profile = tx.unseal_facts(owner, _c.profile, "", row.profile)
    return Account(
        account_id=row.account_id,
        kind=row.kind,
        state=row.state,
        name=profile["name"],
        email=profile["email"],
        title=profile["title"],
        password_hash=row.password_hash,
        password_changed_at=row.password_changed_at,
        second_factor_since=row.second_factor_since,
        failures=row.failures,
        created_at=row.created_at,
    )
