"""The ends of all chains, for somebody else to keep, and what has become of the trail since.

A trail that its database's owner rewrote, or cut short, may hold by itself. It does not lead to a
head that lies where they could not reach it.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from operator import itemgetter
from typing import IO
from uuid import UUID

from careplan.acts.backing_up import Sink
from careplan.acts.exporting import NoSuchPerson, person_of
from careplan.acts.heads_file import Summed, check, read_heads, write_heads
from careplan.acts.world import SYSTEM, World
from careplan.audit.chain import Head, is_of_service
from careplan.audit.events import AuditEvent, Kind
from careplan.audit.heads import ChainHead, Judged, Verdict
from careplan.store.chains import head_of, heads, judged, judged_since
from careplan.store.db import Transaction
from careplan.store.upkeep import write_down

Tell = Callable[[Judged], object]


def export_heads(world: World, sink: Sink, *, at: datetime) -> Summed:
    """Every chain's end at one moment. That it was done is the last event they hold."""
    with world.store.begin() as tx:
        write_down(tx, AuditEvent(Kind.HEADS_EXPORTED, at, SYSTEM, None, {}))
    with world.store.read() as tx:
        written = write_heads(sink, heads(tx), world.store.keyring, service=world.base_url, at=at)
    sink.finish()
    return written


@dataclass(frozen=True, slots=True)
class Against:
    """The heads to compare with. `since`: only what came after them is read."""

    file: IO[bytes]
    since: bool = False


def compare(world: World, against: Against, *, tell: Tell) -> None:
    """What has become of every chain, one after the other. Raises NotHeads, before any is told."""
    keyring = world.store.keyring
    check(against.file, keyring)
    with world.store.read() as tx:
        for chain, end, kept in _beside(heads(tx), read_heads(against.file, keyring)):
            tell(_judged(tx, chain, end, kept, since=against.since))


def compare_one(world: World, person: str, against: Against | None) -> Judged:
    """The same of one chain: by an NHS number, a plan number, or the chain's own name.

    Without heads to compare with it has only to hold by itself. Raises NotHeads, NoSuchPerson.
    """
    keyring = world.store.keyring
    if against is not None:
        check(against.file, keyring)
    with world.store.read() as tx:
        chain = _chain_of(tx, person)
        end = head_of(tx, chain)
        kept = None
        if against is not None:
            found = read_heads(against.file, keyring)
            kept = next((one.head for one in found if one.chain == chain), None)
        if end is None and kept is None:
            raise NoSuchPerson
        return _judged(tx, chain, end, kept, since=against is not None and against.since)


def _chain_of(tx: Transaction, person: str) -> str:
    if is_of_service(person):
        return person
    try:
        return str(UUID(person))
    except ValueError:
        return str(person_of(tx, person))


def _judged(
    tx: Transaction, chain: str, end: Head | None, kept: Head | None, *, since: bool
) -> Judged:
    if end is None:
        return Judged(chain, Verdict.MISSING, at=1)
    if since and kept is not None:
        return judged_since(tx, chain, end=end, kept=kept)
    return judged(tx, chain, end=end, kept=kept)


def _beside(
    ours: Iterator[ChainHead], theirs: Iterator[ChainHead]
) -> Iterator[tuple[str, Head | None, Head | None]]:
    """Each chain with its end here and its end there. Both come in the order of their names."""
    here = ((one.chain, 0, one.head) for one in ours)
    there = ((one.chain, 1, one.head) for one in theirs)
    merged = heapq.merge(here, there, key=itemgetter(0, 1))
    for chain, found in groupby(merged, key=itemgetter(0)):
        both = {side: head for _, side, head in found}
        yield chain, both.get(0), both.get(1)
