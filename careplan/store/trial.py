"""Work that is done and may be thrown away within one transaction, so that a clock cannot tell."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import text

from careplan.store.db import Transaction

_BEGIN = text("SAVEPOINT on_trial")
_BACK = text("ROLLBACK TO SAVEPOINT on_trial")
_KEEP = text("RELEASE SAVEPOINT on_trial")


@contextmanager
def on_trial(tx: Transaction, *, keep: bool) -> Iterator[None]:
    """What is done inside is kept or not, for the same statements but the one that says so."""
    tx.run(_BEGIN)
    yield
    tx.run(_KEEP if keep else _BACK)
