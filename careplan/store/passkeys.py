"""Passkeys of accounts: found by a hash of the credential, kept under the account's own key."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, and_, bindparam, delete, or_, select, update

from careplan.keys.tokens import from_b64url, to_b64url
from careplan.store.db import Transaction, on_both
from careplan.store.errors import Taken
from careplan.store.owners import of_account
from careplan.store.tables import passkey

_c = passkey.c
_IS_THIS = _c.credential_hash == bindparam("of_credential")
_NEW = on_both(lambda insert: insert(passkey).on_conflict_do_nothing().returning(_c.account_id))
_ONE = select(passkey).where(_IS_THIS)
_OF_ACCOUNT = (
    select(passkey)
    .where(_c.account_id == bindparam("of_account"))
    .order_by(_c.made_at, _c.credential_hash)
)
_COUNT_GOES_ON = or_(
    _c.sign_count < bindparam("new_count"),
    and_(_c.sign_count == 0, bindparam("new_count") == 0),
)
_USED = (
    update(passkey)
    .where(_IS_THIS, _COUNT_GOES_ON)
    .values(sign_count=bindparam("new_count"), last_used_at=bindparam("at"))
)
_REMOVE = delete(passkey).where(_IS_THIS, _c.account_id == bindparam("of_account"))
_REMOVE_ALL = delete(passkey).where(_c.account_id == bindparam("of_account"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Passkey:
    """`name` is what the person calls it. `transports` is how a browser may reach it."""

    account_id: UUID
    credential_id: bytes = field(repr=False)
    public_key: bytes = field(repr=False)
    name: str
    sign_count: int
    made_at: datetime
    last_used_at: datetime | None = None
    transports: tuple[str, ...] = ()
    synced: bool = False

    @property
    def named(self) -> str:
        """What a page and an address may name it by."""
        return to_b64url(self.credential_id)


def keep_passkey(tx: Transaction, kept: Passkey) -> None:
    """Raises Taken when this credential is known already, whosever it is."""
    hashed = _hash(tx, kept.credential_id)
    body = {
        "id": to_b64url(kept.credential_id),
        "public_key": to_b64url(kept.public_key),
        "name": kept.name,
        "transports": list(kept.transports),
        "synced": kept.synced,
    }
    row = {
        "credential_hash": hashed,
        "account_id": kept.account_id,
        "made_at": kept.made_at,
        "last_used_at": kept.last_used_at,
        "sign_count": kept.sign_count,
        "body": tx.seal_facts(of_account(kept.account_id), _c.body, hashed.hex(), body),
    }
    if tx.run(_NEW, row).one_or_none() is None:
        raise Taken("this passkey is known already")


def passkey_of(tx: Transaction, credential_id: bytes) -> Passkey | None:
    row = tx.run(_ONE, {"of_credential": _hash(tx, credential_id)}).one_or_none()
    return None if row is None else _passkey(tx, row)


def passkeys_of(tx: Transaction, account_id: UUID) -> tuple[Passkey, ...]:
    """Oldest first."""
    rows = tx.run(_OF_ACCOUNT, {"of_account": account_id})
    return tuple(_passkey(tx, row) for row in rows)


def note_passkey_used(
    tx: Transaction, credential_id: bytes, *, sign_count: int, at: datetime
) -> bool:
    """False when the count of its uses did not go forward: somebody may hold a copy of it.

    Passkeys that are kept in step between a person's phones count nothing and always say 0.
    """
    used = {"of_credential": _hash(tx, credential_id), "new_count": sign_count, "at": at}
    return tx.run(_USED, used).rowcount == 1


def remove_passkey(tx: Transaction, account_id: UUID, credential_id: bytes) -> bool:
    """Whether this call did it: it was the account's own and was there."""
    this = {"of_credential": _hash(tx, credential_id), "of_account": account_id}
    return tx.run(_REMOVE, this).rowcount == 1


def remove_passkeys(tx: Transaction, account_id: UUID) -> int:
    """All of an account, for somebody who has shown anew who they are."""
    return tx.run(_REMOVE_ALL, {"of_account": account_id}).rowcount


def _passkey(tx: Transaction, row: Row[Any]) -> Passkey:
    owner = of_account(row.account_id)
    body = tx.unseal_facts(owner, _c.body, row.credential_hash.hex(), row.body)
    return Passkey(
        account_id=row.account_id,
        credential_id=from_b64url(body["id"]),
        public_key=from_b64url(body["public_key"]),
        name=body["name"],
        sign_count=row.sign_count,
        made_at=row.made_at,
        last_used_at=row.last_used_at,
        transports=tuple(body["transports"]),
        synced=body["synced"],
    )


def _hash(tx: Transaction, credential_id: bytes) -> bytes:
    return tx.hash("passkey", to_b64url(credential_id))
