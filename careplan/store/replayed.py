"""Which lines of the nodes' spools were told already, so that each is told once and never twice."""

from __future__ import annotations

from datetime import datetime

from careplan.store.db import Transaction, on_both
from careplan.store.tables import replayed

_TELL = on_both(
    lambda insert: insert(replayed).on_conflict_do_nothing().returning(replayed.c.entry_hash)
)


def is_new(tx: Transaction, digest: bytes, *, at: datetime) -> bool:
    """Whether this transaction is the one that tells it."""
    return tx.run(_TELL, {"entry_hash": digest, "at": at}).one_or_none() is not None
