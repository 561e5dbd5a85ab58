"""The two halves of signing in by a passkey or at another provider: begun here, ended once.

Between the halves somebody is at another place, their phone's own lock or a provider. What we must
remember of the first half is kept sealed and is found by a token that only they were given.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, delete, insert

from careplan.keys.tokens import new_token
from careplan.store.db import Transaction
from careplan.store.owners import SERVICE
from careplan.store.tables import ceremony

_c = ceremony.c
_NEW = insert(ceremony)
_TAKE = (
    delete(ceremony)
    .where(_c.token_hash == bindparam("of_token"), _c.kind == bindparam("of_kind"))
    .returning(_c.account_id, _c.expires_at, _c.body)
)


class Ceremony(StrEnum):
    """What was begun. One kind is never ended as another."""

    ADD_PASSKEY = "add_passkey"
    USE_PASSKEY = "use_passkey"
    OUTSIDE = "outside"


@dataclass(frozen=True, slots=True)
class Taken:
    """The first half, as it was. `account_id` is nobody's where nobody had signed in."""

    account_id: UUID | None
    body: Mapping[str, Any] = field(repr=False)


def begin(
    tx: Transaction,
    kind: Ceremony,
    *,
    body: Mapping[str, Any],
    account_id: UUID | None,
    at: datetime,
    lives: timedelta,
) -> str:
    """The token with which the second half is taken. It is kept as a hash only."""
    token = new_token(tx.entropy)
    hashed = _hash(tx, token)
    row = {
        "token_hash": hashed,
        "kind": kind,
        "account_id": account_id,
        "made_at": at,
        "expires_at": at + lives,
        "body": tx.seal_facts(SERVICE, _c.body, hashed.hex(), dict(body)),
    }
    tx.run(_NEW, row)
    return token


def take(tx: Transaction, kind: Ceremony, token: str, *, at: datetime) -> Taken | None:
    """For the one who comes first and in time; from then on there is nothing left to take.

    Give it a transaction of its own: what is refused later must not bring it back.
    """
    hashed = _hash(tx, token)
    row = tx.run(_TAKE, {"of_token": hashed, "of_kind": kind}).one_or_none()
    if row is None or row.expires_at <= at:
        return None
    return Taken(row.account_id, tx.unseal_facts(SERVICE, _c.body, hashed.hex(), row.body))


def _hash(tx: Transaction, token: str) -> bytes:
    return tx.hash("ceremony", token)
