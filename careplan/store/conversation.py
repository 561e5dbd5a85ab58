"""The threads of a plan's two sides: each entry is kept for good, and read only with the person's
key. In clear stand only who is waited for, how many entries there are, and up to which each side
has read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from datetime import datetime
from itertools import groupby
from typing import Any
from uuid import UUID

from sqlalchemy import Row, and_, bindparam, func, insert, select, update

from careplan.plan.conversation import Deed, Entry, Side, Suggested, Thread
from careplan.plan.places import Place
from careplan.store.db import Transaction, on_both
from careplan.store.errands import note_waiting
from careplan.store.errors import Stale
from careplan.store.owners import of_patient
from careplan.store.tables import thread, thread_entry, thread_seen

_t, _e, _s = thread.c, thread_entry.c, thread_seen.c
_OF_PATIENT = _t.patient_id == bindparam("of_patient")
_IS_THIS = and_(_OF_PATIENT, _t.thread_id == bindparam("of_thread"))
_NEW, _ENTER = insert(thread), insert(thread_entry)
_GO_ON = (
    update(thread)
    .where(_IS_THIS, _t.entries == bindparam("after"))
    .values(
        state=bindparam("new_state"),
        waiting_for=bindparam("new_waiting"),
        last_at=bindparam("at"),
        entries=_t.entries + 1,
        stands=bindparam("new_stands"),
    )
)
_THREADS = select(thread).where(_OF_PATIENT).order_by(_t.last_at.desc(), _t.thread_id)
_ONE = select(thread).where(_IS_THIS)
_THEIRS = _e.patient_id == bindparam("of_patient")
_ENTRIES = select(thread_entry).where(_THEIRS).order_by(_e.thread_id, _e.number)
_ENTRIES_OF_ONE = _ENTRIES.where(_e.thread_id == bindparam("of_thread"))
_SEE = on_both(
    lambda insert: (made := insert(thread_seen)).on_conflict_do_update(
        index_elements=["patient_id", "thread_id", "side"],
        set_={"number": made.excluded.number},
        where=_s.number < made.excluded.number,
    )
)
_BY_SIDE = and_(
    _s.patient_id == _e.patient_id,
    _s.thread_id == _e.thread_id,
    _s.side == bindparam("of_side"),
)
_UNREAD = (
    select(_e.thread_id, func.count().label("unread"))
    .select_from(thread_entry.outerjoin(thread_seen, _BY_SIDE))
    .where(
        _THEIRS,
        _e.side != bindparam("of_side"),
        _e.number > func.coalesce(_s.number, 0),
    )
    .group_by(_e.thread_id)
)
_WAITING = select(func.count()).where(_OF_PATIENT, _t.waiting_for == bindparam("for_side"))


def keep_thread(tx: Transaction, patient_id: UUID, begun: Thread) -> None:
    """A new thread, with its first entry."""
    facts = {
        "path": begun.place.path,
        "item": begun.place.item,
        "label": begun.label,
        "suggested": asdict(begun.suggested) if begun.suggested else None,
    }
    row = {
        "patient_id": patient_id,
        "thread_id": begun.id,
        "kind": begun.kind,
        "side": begun.opened_by,
        "state": begun.state,
        "waiting_for": begun.waiting_for,
        "began_at": begun.last.at,
        "last_at": begun.last.at,
        "entries": 1,
        "stands": begun.standing is not None,
        "body": tx.seal_facts(of_patient(patient_id), _t.body, str(begun.id), facts),
    }
    tx.run(_NEW, row)
    _enter(tx, patient_id, begun)


def keep_entry(tx: Transaction, patient_id: UUID, longer: Thread) -> None:
    """The thread's last entry. Raises Stale when somebody else entered something first."""
    moved = {
        "of_patient": patient_id,
        "of_thread": longer.id,
        "after": longer.last.number - 1,
        "new_state": longer.state,
        "new_waiting": longer.waiting_for,
        "new_stands": longer.standing is not None,
        "at": longer.last.at,
    }
    if tx.run(_GO_ON, moved).rowcount == 0:
        raise Stale(thread_of(tx, patient_id, longer.id))
    _enter(tx, patient_id, longer)


def _enter(tx: Transaction, patient_id: UUID, longer: Thread) -> None:
    """What one says one has read; and the desk's list knows whether somebody waits for it."""
    last = longer.last
    body = {
        "deed": last.deed,
        "by": last.by,
        "by_id": last.by_id,
        "title": last.title,
        "words": last.words,
    }
    row = {
        "patient_id": patient_id,
        "thread_id": longer.id,
        "number": last.number,
        "side": last.side,
        "at": last.at,
        "body": tx.seal_facts(
            of_patient(patient_id), _e.body, _entry_row(longer.id, last.number), body
        ),
    }
    tx.run(_ENTER, row)
    mark_seen(tx, patient_id, longer.id, side=last.side, number=last.number)
    note_waiting(tx, patient_id)


def thread_of(tx: Transaction, patient_id: UUID, thread_id: UUID) -> Thread | None:
    wanted = {"of_patient": patient_id, "of_thread": thread_id}
    row = tx.run(_ONE, wanted).one_or_none()
    return None if row is None else _thread(tx, row, tx.run(_ENTRIES_OF_ONE, wanted))


def threads_of(tx: Transaction, patient_id: UUID) -> tuple[Thread, ...]:
    """Every thread of a plan, the one last spoken in first; always two queries."""
    wanted = {"of_patient": patient_id}
    by_thread = {
        thread_id: tuple(rows)
        for thread_id, rows in groupby(tx.run(_ENTRIES, wanted), key=lambda row: row.thread_id)
    }
    rows = tx.run(_THREADS, wanted)
    return tuple(_thread(tx, row, by_thread[row.thread_id]) for row in rows)


def mark_seen(
    tx: Transaction, patient_id: UUID, thread_id: UUID, *, side: Side, number: int
) -> None:
    """This side has read up to this entry; never back again."""
    row = {"patient_id": patient_id, "thread_id": thread_id, "side": side, "number": number}
    tx.run(_SEE, row)


def unread_of(tx: Transaction, patient_id: UUID, side: Side) -> Mapping[UUID, int]:
    """How many entries of the other side this one has not read, by thread; needs no key."""
    rows = tx.run(_UNREAD, {"of_patient": patient_id, "of_side": side})
    return {row.thread_id: row.unread for row in rows}


def waiting_for(tx: Transaction, patient_id: UUID, side: Side) -> int:
    """How many threads wait for this side."""
    wanted = {"of_patient": patient_id, "for_side": side}
    return int(tx.run(_WAITING, wanted).scalar_one())


# --- rows to values --------------------------------------------------------------------------


def _entry_row(thread_id: UUID, number: int) -> str:
    return f"{thread_id}/{number}"


def _thread(tx: Transaction, row: Row[Any], entries: Iterable[Row[Any]]) -> Thread:
    owner = of_patient(row.patient_id)
    facts = tx.unseal_facts(owner, _t.body, str(row.thread_id), row.body)
    suggested = facts["suggested"]
    return Thread(
        id=row.thread_id,
        place=Place(facts["path"], facts["item"]),
        label=facts["label"],
        entries=tuple(_entry(tx, one) for one in entries),
        suggested=Suggested(**suggested) if suggested else None,
    )


def _entry(tx: Transaction, row: Row[Any]) -> Entry:
    where = _entry_row(row.thread_id, row.number)
    facts = tx.unseal_facts(of_patient(row.patient_id), _e.body, where, row.body)
    at: datetime = row.at
    return Entry(
        number=row.number,
        side=Side(row.side),
        deed=Deed(facts["deed"]),
        at=at,
        by=facts["by"],
        by_id=facts["by_id"],
        title=facts["title"],
        words=facts["words"],
    )
