"""Reads the chains of the trail from end to end, in pieces: is the past as it was?

Needs no key: a chain runs over ciphertext. However long it is, one piece of it is in memory.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Select, Table, bindparam, select

from careplan.audit.chain import Broken, Head, Row, is_of_service
from careplan.audit.heads import ChainHead, Judged, Walked, beginning, judge, walk
from careplan.store.db import Transaction
from careplan.store.ready import Ready
from careplan.store.tables import audit_event, service_event, service_head, trail_head

_PIECE = 200


def _after(events: Table, column: str) -> Ready:
    c = events.c
    return Ready(
        select(c.sequence, c.body, c.digest)
        .where(c[column] == bindparam("of_chain"), c.sequence > bindparam("after"))
        .order_by(c.sequence)
        .limit(bindparam("most", type_=c.sequence.type))
    )


def _head(heads: Table, column: str) -> Select[Any]:
    return select(heads.c.sequence, heads.c.digest).where(heads.c[column] == bindparam("of_chain"))


_OF_PERSON = _after(audit_event, "patient_id")
_OF_SERVICE = _after(service_event, "chain")
_HEAD_OF_PERSON = _head(trail_head, "patient_id")
_HEAD_OF_SERVICE = _head(service_head, "chain")
_FIRST_PEOPLE = (
    select(trail_head.c.patient_id, trail_head.c.sequence, trail_head.c.digest)
    .order_by(trail_head.c.patient_id)
    .limit(bindparam("most", type_=trail_head.c.sequence.type))
)
_MORE_PEOPLE = _FIRST_PEOPLE.where(trail_head.c.patient_id > bindparam("after"))
_SERVICE = select(service_head.c.chain, service_head.c.sequence, service_head.c.digest)


# --- heads -----------------------------------------------------------------------------------


def heads(tx: Transaction) -> Iterator[ChainHead]:
    """Where every chain ends, in the order of their names: people's, then the service's."""
    rows = tx.run(_FIRST_PEOPLE, {"most": _PIECE}).all()
    while rows:
        for row in rows:
            yield ChainHead(str(row.patient_id), Head(row.sequence, row.digest))
        after = {"after": rows[-1].patient_id, "most": _PIECE}
        rows = tx.run(_MORE_PEOPLE, after).all()
    # One for each day: few. Sorted here, because each database has an order of letters of its own.
    for row in sorted(tx.run(_SERVICE), key=lambda one: str(one.chain)):
        yield ChainHead(row.chain, Head(row.sequence, row.digest))


def head_of(tx: Transaction, chain: str) -> Head | None:
    asked = _HEAD_OF_SERVICE if is_of_service(chain) else _HEAD_OF_PERSON
    row = tx.run(asked, {"of_chain": _key(chain)}).one_or_none()
    return None if row is None else Head(row.sequence, row.digest)


def _key(chain: str) -> str | UUID:
    return chain if is_of_service(chain) else UUID(chain)


# --- chains ----------------------------------------------------------------------------------


def judged(tx: Transaction, chain: str, *, end: Head, kept: Head | None = None) -> Judged:
    """What has become of the whole chain since `kept`."""
    walked = _walk(tx, chain, beginning(chain), end, through=kept.sequence if kept else 0)
    return judge(chain, kept, walked, end=end)


def judged_since(tx: Transaction, chain: str, *, end: Head, kept: Head) -> Judged:
    """The same of what came after it. What lies before is taken to be as it was."""
    if end.sequence <= kept.sequence:
        return judge(chain, kept, Walked(0, None, passed=end), end=end)
    return judge(chain, kept, _walk(tx, chain, kept, end, through=kept.sequence), end=end)


def _walk(tx: Transaction, chain: str, start: Head, end: Head, *, through: int) -> Walked:
    return walk(rows_after(tx, chain, start.sequence), start=start, end=end, through=through)


def rows_after(tx: Transaction, chain: str, after: int) -> Iterator[Row]:
    """The rows of one chain, a piece at a time."""
    asked = _OF_SERVICE if is_of_service(chain) else _OF_PERSON
    wanted = {"of_chain": _key(chain), "after": after, "most": _PIECE}
    while found := tx.run_ready(asked, wanted):
        for sequence, body, digest in found:
            yield Row(sequence, body, digest)
        if len(found) < _PIECE:
            return
        wanted["after"] = found[-1][0]


# --- all of them -----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Whole:
    """Every chain holds."""

    chains: int
    events: int


@dataclass(frozen=True, slots=True)
class BrokenChain:
    """The first chain that does not hold, and where in it."""

    chain: str
    broken: Broken


def verify_all(tx: Transaction) -> Whole | BrokenChain:
    """Reads the whole trail once."""
    chains = events = 0
    for one in heads(tx):
        walked = _walk(tx, one.chain, beginning(one.chain), one.head, through=0)
        if walked.broken is not None:
            return BrokenChain(one.chain, walked.broken)
        chains += 1
        events += walked.events
    return Whole(chains, events)
