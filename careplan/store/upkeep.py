"""The service's short chain of backups, restores and drills, asked for the newest of each.

They have a chain of their own because the day's chain is long on a busy day, sealed, and a new one
every day: "when was the last drill?" would mean opening everything since.
"""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import bindparam, select

from careplan.audit.chain import UPKEEP
from careplan.audit.events import AuditEvent, Kind, from_bytes
from careplan.store.db import Transaction
from careplan.store.owners import SERVICE
from careplan.store.tables import service_event
from careplan.store.trail import append

_c = service_event.c
_NEWEST_FIRST = (
    select(_c.sequence, _c.body)
    .where(_c.chain == bindparam("of_chain"))
    .order_by(_c.sequence.desc())
    .limit(bindparam("most"))
)
_ENOUGH = 1_000
"""A year and more of nightly backups. A drill that is longer ago than that is none."""


def write_down(tx: Transaction, event: AuditEvent) -> int:
    return append(tx, event, chain=UPKEEP)


def newest(tx: Transaction, kind: Kind) -> AuditEvent | None:
    """The last time this was done, if it ever was."""
    return next((one for one in _events(tx) if one.kind is kind), None)


def _events(tx: Transaction) -> Iterator[AuditEvent]:
    for row in tx.run(_NEWEST_FIRST, {"of_chain": UPKEEP, "most": _ENOUGH}).all():
        sealed_at = f"{UPKEEP}/{row.sequence}"
        yield from_bytes(tx.unseal(SERVICE, _c.body, sealed_at, row.body))
