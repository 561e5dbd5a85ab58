"""Reading what the two sides say about a plan: threads, what is new, and where they stand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from careplan.accounts.people import Who
from careplan.accounts.permissions import may_comment
from careplan.acts.talk_seen import (
    Seen,
    Spot,
    Talk,
    hidden_from_carers,
    is_for,
    may_talk,
    side_of,
    spot_in,
    thread_for,
)
from careplan.acts.world import World, actor, allowed_patient
from careplan.audit.events import AuditEvent, Kind
from careplan.plan.conversation import Entry, Thread
from careplan.plan.places import Place
from careplan.store.conversation import mark_seen, threads_of, unread_of, waiting_for
from careplan.store.trail import append

__all__ = [
    "Counts",
    "Spot",
    "Talk",
    "counts",
    "hidden_from_carers",
    "section_seen",
    "spot",
    "standing_lines",
    "talk",
    "talks",
    "talks_of_section",
]


@dataclass(frozen=True)
class Counts:
    """`unread` entries by the other side; `waiting` threads this side is to do something about."""

    unread: int
    waiting: int
    by_section: Mapping[str, int]


def talks(world: World, *, by: Who, patient_id: UUID, at: datetime) -> tuple[Talk, ...]:
    """Every thread, the last spoken in first. The look is written down; nothing is marked read."""
    with world.store.begin() as tx:
        allowed_patient(tx, by, patient_id, may_talk)
        found = filter(is_for(tx, by, patient_id), threads_of(tx, patient_id))
        seen = Seen.by(world, tx, patient_id, by)
        append(tx, AuditEvent(Kind.TALK_READ, at, actor(by), str(patient_id)))
        return tuple(seen.talk(one) for one in found)


def talk(world: World, *, by: Who, patient_id: UUID, thread_id: UUID, at: datetime) -> Talk:
    """One thread, from now on read by this side."""
    with world.store.begin() as tx:
        allowed_patient(tx, by, patient_id, may_talk)
        found = thread_for(tx, by, patient_id, thread_id)
        seen = Seen.by(world, tx, patient_id, by)
        shown = seen.talk(found)
        if shown.unread:
            mark_seen(tx, patient_id, thread_id, side=seen.side, number=found.last.number)
        what = {"section": found.place.section, "thread": str(thread_id)}
        append(tx, AuditEvent(Kind.TALK_READ, at, actor(by), str(patient_id), what))
    return shown


def counts(world: World, *, by: Who, patient_id: UUID) -> Counts:
    """Numbers for a front page: no words are read, so nothing is written down."""
    side = side_of(by, patient_id)
    with world.store.read() as tx:
        allowed_patient(tx, by, patient_id, may_talk)
        unread = unread_of(tx, patient_id, side)
        if by.grant is None and not unread:
            return Counts(0, waiting_for(tx, patient_id, side), {})
        mine = [one for one in threads_of(tx, patient_id) if is_for(tx, by, patient_id)(one)]
    sections: dict[str, int] = {}
    for one in mine:
        if one.id in unread:
            name = one.place.section
            sections[name] = sections.get(name, 0) + unread[one.id]
    waiting = sum(one.waiting_for is side for one in mine)
    return Counts(sum(sections.values()), waiting, sections)


def talks_of_section(
    world: World, *, by: Who, patient_id: UUID, section: str
) -> tuple[Thread, ...]:
    """For the page on which a section is written, whose opening is written down already."""
    with world.store.read() as tx:
        allowed_patient(tx, by, patient_id, may_comment)
        return tuple(one for one in threads_of(tx, patient_id) if one.place.section == section)


def standing_lines(world: World, *, by: Who, patient_id: UUID) -> tuple[tuple[str, Entry], ...]:
    """What the person wants to stand beside the team's entries: where, and their line."""
    with world.store.read() as tx:
        allowed_patient(tx, by, patient_id, may_comment)
        found = threads_of(tx, patient_id)
    return tuple((one.label, one.standing) for one in found if one.standing)


def spot(world: World, *, by: Who, patient_id: UUID, place: Place) -> Spot:
    """Raises NoSuchPlace, and Refused when the item has gone meanwhile."""
    with world.store.read() as tx:
        allowed_patient(tx, by, patient_id, may_talk)
        return spot_in(Seen.by(world, tx, patient_id, by), place)


def section_seen(world: World, *, by: Who, patient_id: UUID, section: str) -> Mapping[str, Any]:
    """A section's plain values as this side sees them: its own draft, or what is published."""
    with world.store.read() as tx:
        allowed_patient(tx, by, patient_id, may_talk)
        return Seen.by(world, tx, patient_id, by).plain(section)
