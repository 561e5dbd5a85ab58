"""Takes somebody out: their key, what finds them, and every row of theirs that may go.

The key is what counts. Whatever has to stay — the trail, the published versions, what was signed —
stays as bytes that nobody can ever open, so that the chains still hold; and a copy of the database
made before holds the wrapped key and must be let run out by itself (`docs/keeping.md`).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from types import MappingProxyType
from typing import Any
from uuid import UUID

from sqlalchemy import Delete, Table, Update, and_, bindparam, delete, exists, select, update

from careplan.keys.tokens import draw
from careplan.store import patients
from careplan.store.accounts import accounts_of_patient
from careplan.store.cards import revoke_cards
from careplan.store.db import Transaction
from careplan.store.owners import of_account
from careplan.store.tables import (
    account,
    account_patient,
    carer_grant,
    ceremony,
    invitation_row,
    issued_card,
    link,
    membership,
    metadata,
    outside_identity,
    passkey,
    patient,
    recovery_code,
    session,
)

STAYS: Mapping[str, str] = MappingProxyType(
    {
        "patient": "the stub: an id, the day it began and the day it ended",
        "trail_head": "the end of their chain, which still verifies",
        "audit_event": "their chain, over bytes that nobody can open",
        "plan_version": "frozen; its documents are sealed under the key that is gone",
        "signature": "frozen, as the version is",
        "thread": "what its entries stand in, without a word of it",
        "thread_entry": "witnessed by both sides; sealed under the key that is gone",
        "link": "only one that a signed card stands on, stopped and without a name",
        "issued_card": "the name by which every checker knows that this card is taken back",
    }
)
"""Of all tables with a person in their key, those whose rows do not go, each with its reason."""

OF_ACCOUNT: tuple[Table, ...] = (session, passkey, ceremony, outside_identity, recovery_code)
"""Ways into an account, which go with it."""

_OF_PATIENT: Any = bindparam("of_patient")
_SAID_BY_CARD = exists().where(
    and_(issued_card.c.patient_id == link.c.patient_id, issued_card.c.link_id == link.c.link_id)
)
_STOP = update(link).where(link.c.patient_id == _OF_PATIENT, link.c.revoked_at.is_(None))
_STUB: Update = (
    update(patient)
    .where(patient.c.patient_id == _OF_PATIENT)
    .values(
        erased_at=bindparam("at"),
        team_id=None,
        next_team_id=None,
        current_version=None,
        review_due=None,
        valid_to=None,
        due_on=None,
        next_due=None,
        signed_at=None,
        signed_by=None,
        signer_left_at=None,
        answer_pending=False,
        changed_since_signed=False,
        dose_stopped=False,
        unlinked=False,
        disagreed=False,
        waiting_for_team=False,
        tell_opened=False,
    )
)
_LISTED = delete(invitation_row).where(invitation_row.c.made_patient == _OF_PATIENT)


def _rows_that_go() -> tuple[Delete, ...]:
    """Those that refer to others first."""
    tables = [one for one in reversed(metadata.sorted_tables) if "patient_id" in one.c]
    gone = [
        delete(one).where(one.c.patient_id == _OF_PATIENT)
        for one in tables
        if one.name not in STAYS
    ]
    return (*gone, delete(link).where(link.c.patient_id == _OF_PATIENT, ~_SAID_BY_CARD))


_ROWS = _rows_that_go()


def erase_person(tx: Transaction, patient_id: UUID, *, at: datetime) -> int:
    """From now on every door answers as if they had never been. How many of their accounts went
    with them: those that opened nothing else."""
    own = accounts_of_patient(tx, patient_id)
    revoke_cards(tx, patient_id, at=at)
    patients.erase_patient(tx, patient_id)
    this = {"of_patient": patient_id}
    tx.run(_STOP.values(revoked_at=at), this)
    for rows in _ROWS:
        tx.run(rows, this)
    tx.run(_LISTED, this)
    tx.run(_STUB, this | {"at": at})
    return sum(erase_if_nothing_is_left(tx, one.account_id) for one in own)


# --- the account -----------------------------------------------------------------------------

_OF_ACCOUNT: Any = bindparam("of_account")
_KEPT_BY = (
    select(account_patient.c.account_id).where(account_patient.c.account_id == _OF_ACCOUNT),
    select(membership.c.account_id).where(membership.c.account_id == _OF_ACCOUNT),
    select(carer_grant.c.account_id).where(
        carer_grant.c.account_id == _OF_ACCOUNT, carer_grant.c.state != "ended"
    ),
)
_WAYS_IN = tuple(delete(one).where(one.c.account_id == _OF_ACCOUNT) for one in OF_ACCOUNT)
_EMPTY = (
    update(account)
    .where(account.c.account_id == _OF_ACCOUNT)
    .values(
        state="erased",
        data_key=None,
        master_id=None,
        email_hash=bindparam("nobodys"),
        password_hash=None,
        password_changed_at=None,
        totp_secret=None,
        last_totp_step=None,
        second_factor_since=None,
        failures=0,
    )
)


def erase_if_nothing_is_left(tx: Transaction, account_id: UUID) -> bool:
    """Somebody who also helps another, or works here, still signs in for that."""
    this = {"of_account": account_id}
    if any(tx.run(one, this).first() is not None for one in _KEPT_BY):
        return False
    for rows in _WAYS_IN:
        tx.run(rows, this)
    # The row stays for what refers to it; its address is free, and finds nobody.
    tx.run(_EMPTY, this | {"nobodys": draw(tx.entropy, 32)})
    tx.forget(of_account(account_id))
    return True


# --- who may go ------------------------------------------------------------------------------


def born_on(tx: Transaction, patient_id: UUID) -> date | None:
    face = patients.face_of(tx, patient_id)
    return face.date_of_birth if face else None
