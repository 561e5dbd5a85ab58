"""What a database says of itself, for the doctor: its clock, its promises, its room."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select, text

from careplan.keys.errors import Tampered, WrongKey
from careplan.store.db import Transaction
from careplan.store.engines import Patience
from careplan.store.owners import SERVICE
from careplan.store.tables import service_event

PROMISES = {
    "sqlite": (
        (text("PRAGMA journal_mode"), "wal", "journal_mode"),
        (text("PRAGMA synchronous"), "2", "synchronous"),
        (text("PRAGMA foreign_keys"), "1", "foreign_keys"),
        (text("PRAGMA secure_delete"), "1", "secure_delete"),
    ),
    "postgresql": (
        (text("SHOW fsync"), "on", "fsync"),
        (text("SHOW full_page_writes"), "on", "full_page_writes"),
    ),
}
"""What has to hold, or a power cut may lose what was acknowledged."""
_FLUSHED = frozenset({"on", "remote_write", "remote_apply", "local"})
_NEWEST = (
    select(service_event.c.chain, service_event.c.sequence, service_event.c.body)
    .order_by(service_event.c.at.desc())
    .limit(1)
)
_MAX = text("SELECT current_setting('max_connections')::int")
_WAITS = text("SELECT current_setting('synchronous_commit')")


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """`broken_promises`: settings that are not as they must be. `most_connections`: of the server,
    and what one of our processes may take; None on SQLite."""

    at: datetime | None
    broken_promises: tuple[str, ...]
    most_connections: int | None
    of_a_process: int


def facts(tx: Transaction) -> Facts:
    patience = Patience()
    of_server = tx.run(_MAX).scalar_one() if tx.dialect == "postgresql" else None
    return Facts(
        at=tx.run(select(func.now())).scalar_one() if tx.dialect == "postgresql" else None,
        broken_promises=tuple(_broken(tx)),
        most_connections=of_server,
        of_a_process=patience.connections + patience.more_connections,
    )


def _broken(tx: Transaction) -> list[str]:
    found = []
    for asked, wanted, name in PROMISES[tx.dialect]:
        is_so = str(tx.run(asked).scalar_one())
        if is_so != wanted:
            found.append(f"{name} is {is_so} and must be {wanted}")
    if tx.dialect == "postgresql" and tx.run(_WAITS).scalar_one() not in _FLUSHED:
        found.append("synchronous_commit is off and must be on")
    return found


def service_key_fits(tx: Transaction) -> bool | None:
    """Whether the newest event of the service opens with our PEPPER; None where there is none."""
    row = tx.run(_NEWEST).one_or_none()
    if row is None:
        return None
    try:
        tx.unseal(SERVICE, service_event.c.body, f"{row.chain}/{row.sequence}", row.body)
    except (Tampered, WrongKey):
        return False
    return True
