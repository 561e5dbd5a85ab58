"""By which sign-ins elsewhere an account is opened: found by a hash of who somebody is there."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, bindparam, delete, select, update

from careplan.store.db import Transaction, on_both
from careplan.store.errors import Taken
from careplan.store.owners import of_account
from careplan.store.tables import outside_identity

_c = outside_identity.c
_IS_THIS = _c.subject_hash == bindparam("of_subject")
_NEW = on_both(
    lambda insert: insert(outside_identity).on_conflict_do_nothing().returning(_c.account_id)
)
_ONE = select(_c.account_id, _c.kind).where(_IS_THIS)
_OF_ACCOUNT = (
    select(outside_identity)
    .where(_c.account_id == bindparam("of_account"))
    .order_by(_c.linked_at, _c.subject_hash)
)
_USED = update(outside_identity).where(_IS_THIS).values(last_used_at=bindparam("at"))
_LEAVE = delete(outside_identity).where(
    _c.account_id == bindparam("of_account"), _c.kind == bindparam("of_kind")
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """`kind` says for whom the provider signs in. `subject` is nothing but its own word for them,
    and `issuer` whose word it is."""

    account_id: UUID
    kind: str
    issuer: str
    subject: str = field(repr=False)
    linked_at: datetime
    last_used_at: datetime | None = None


def keep_outside(tx: Transaction, kept: Identity) -> None:
    """Raises Taken where it opens an account already, whosever."""
    hashed = _hash(tx, kept.issuer, kept.subject)
    body = {"issuer": kept.issuer, "subject": kept.subject}
    row = {
        "subject_hash": hashed,
        "account_id": kept.account_id,
        "kind": kept.kind,
        "linked_at": kept.linked_at,
        "last_used_at": kept.last_used_at,
        "body": tx.seal_facts(of_account(kept.account_id), _c.body, hashed.hex(), body),
    }
    if tx.run(_NEW, row).one_or_none() is None:
        raise Taken("this sign-in opens an account already")


def account_by_outside(tx: Transaction, issuer: str, subject: str, *, kind: str) -> UUID | None:
    """Whose account it opens."""
    row = tx.run(_ONE, {"of_subject": _hash(tx, issuer, subject)}).one_or_none()
    return None if row is None or row.kind != kind else row.account_id


def outside_of(tx: Transaction, account_id: UUID) -> tuple[Identity, ...]:
    """Oldest first."""
    rows = tx.run(_OF_ACCOUNT, {"of_account": account_id})
    return tuple(_identity(tx, row) for row in rows)


def note_outside_used(tx: Transaction, issuer: str, subject: str, *, at: datetime) -> None:
    tx.run(_USED, {"of_subject": _hash(tx, issuer, subject), "at": at})


def leave_outside(tx: Transaction, account_id: UUID, kind: str) -> bool:
    """Whether there was one."""
    return tx.run(_LEAVE, {"of_account": account_id, "of_kind": kind}).rowcount > 0


def _identity(tx: Transaction, row: Row[Any]) -> Identity:
    body = tx.unseal_facts(of_account(row.account_id), _c.body, row.subject_hash.hex(), row.body)
    return Identity(
        account_id=row.account_id,
        kind=row.kind,
        issuer=body["issuer"],
        subject=body["subject"],
        linked_at=row.linked_at,
        last_used_at=row.last_used_at,
    )


def _hash(tx: Transaction, issuer: str, subject: str) -> bytes:
    """Of both together: the same word of another provider is somebody else."""
    return tx.hash("outside", f"{issuer}\n{subject}")
