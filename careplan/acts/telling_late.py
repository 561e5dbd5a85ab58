"""Tells the trail what emergency readers did while nothing could be written: each deed once, marked
late, with everything that would have followed from it then.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from datetime import datetime

from careplan.acts.opening import Reader, count_wrong, look_event, tell_of_look
from careplan.acts.world import World, london_day
from careplan.audit.events import Kind
from careplan.sharing.links import Opening
from careplan.store.db import Transaction
from careplan.store.errors import Erased, NotFound
from careplan.store.links import count_view, lock_link
from careplan.store.patients import patient_of
from careplan.store.replayed import is_new
from careplan.store.spool import Deed, Line, Note
from careplan.store.trail import append

log = logging.getLogger("careplan.acts")

_KINDS = {Deed.LOOK: Kind.LINK_OPENED, Deed.CODE: Kind.SHORT_CODE_OPENED}


@dataclass(frozen=True, slots=True)
class Told:
    """`late`: deeds written down now. `unreadable`: lines that nobody can read, which are kept. Of
    somebody whose record was erased meanwhile nothing can be told any more: `erased`."""

    late: int = 0
    unreadable: int = 0
    erased: int = 0

    def __add__(self, other: Told) -> Told:
        return Told(
            self.late + other.late,
            self.unreadable + other.unreadable,
            self.erased + other.erased,
        )


def tell_what_waits(world: World, *, at: datetime) -> Told:
    """All that this node has in its spool. Safe to stop anywhere, and to run by many at once: they
    go one after the other, and the next finds nothing left."""
    if world.fallback is None:
        return Told()
    spool, told = world.fallback.spool, Told()
    with spool.told_by_one():
        for taken in spool.take():
            here = Told()
            for line in spool.lines(taken):
                here += _tell(world, line, at)
            spool.done(taken, whole=not here.unreadable)
            told += here
    if told.late:
        log.warning("Looks that waited in the spool were told.")
    if told.unreadable:
        log.error("Lines of the spool could not be read: they are kept beside it.")
    return told


def _tell(world: World, line: Line, at: datetime) -> Told:
    if line.note is None:
        return Told(unreadable=1)
    try:
        with world.store.begin() as tx:
            if not is_new(tx, line.digest, at=at):
                return Told()
            _write_down(tx, line.note)
    except Erased:
        return Told(erased=1)
    except NotFound:
        return Told(unreadable=1)
    return Told(late=1)


def _write_down(tx: Transaction, note: Note) -> None:
    link = lock_link(tx, note.patient_id, note.link_id)
    reader = Reader(None, note.recipient, note.at, london_day(note.at), late=True)
    how = Opening(note.how)
    if note.deed is Deed.WRONG:
        count_wrong(tx, link, how, reader, note.answer)
        return
    patient = patient_of(tx, note.patient_id)
    if patient is None:
        raise NotFound("there is no such patient")
    # The link may have ended since: then nothing is counted, and what happened is still told.
    last = max(note.at, link.last_view_at or note.at)
    count_view(tx, note.patient_id, note.link_id, at=last)
    seen = replace(patient, current_version=note.version)
    append(tx, look_event(_KINDS[note.deed], link, seen, reader, how))
    tell_of_look(tx, link, patient, reader)
