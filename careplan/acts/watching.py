"""What happens at a person's links: warnings until they have seen them, and each opening."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import islice
from uuid import UUID

from careplan.accounts.people import Who
from careplan.accounts.permissions import (
    PatientFacts,
    may_see_who_looked,
    may_share,
    may_write_own_words,
)
from careplan.acts.sharing import Shared, shared
from careplan.acts.world import NotThere, World, actor, allowed_patient
from careplan.audit.events import AuditEvent, shown_to_person
from careplan.audit.events import Kind as Deed
from careplan.sharing.links import Link, Opening, State, standing
from careplan.store.db import Transaction
from careplan.store.links import (
    KeptLink,
    links_of,
    mark_warning_seen,
    secrets_of,
    warned_links_of,
)
from careplan.store.trail import append, events_of

PAGE = 20
_CHUNK = 200
_STILL_THERE = (State.LIVE, State.LOCKED)


@dataclass(frozen=True)
class Held:
    """A link as its owner's list shows it: with what has happened to it."""

    shared: Shared
    kept: KeptLink

    @property
    def link(self) -> Link:
        return self.shared.link

    @property
    def state(self) -> State:
        return self.shared.state

    @property
    def works(self) -> bool:
        return self.state in _STILL_THERE


@dataclass(frozen=True)
class Alert:
    """Wrong answers at a link that the person has not been shown yet.

    `closed`: too many, so that no answer is taken any more. A card that asks nothing still opens
    then; only its short code is closed.
    """

    link: Link
    at: datetime
    closed: bool

    @property
    def tries(self) -> int:
        return self.link.distinct_wrong

    @property
    def still_opens(self) -> bool:
        return self.link.opening is Opening.CARD


def held_links(world: World, *, by: Who, patient_id: UUID, at: datetime) -> tuple[Held, ...]:
    """Every link, newest first. To the team they are without the names that the person gave
    them, and its look is written down."""
    own = _is_own(by, patient_id)
    with world.store.read() if own else world.store.begin() as tx:
        allowed_patient(tx, by, patient_id, may_share)
        found = tuple(_held(world, tx, by, patient_id, one, at) for one in links_of(tx, patient_id))
        if not own:
            append(tx, AuditEvent(Deed.LINKS_READ, at, actor(by), str(patient_id)))
    return found


def _held(
    world: World, tx: Transaction, by: Who, patient_id: UUID, one: KeptLink, at: datetime
) -> Held:
    facts = one.facts if _is_own(by, patient_id) else replace(one.facts, label="")
    return Held(shared(world, facts, secrets_of(tx, patient_id, one.link_id), at), one)


def _is_own(by: Who, patient_id: UUID) -> bool:
    return may_write_own_words(by, PatientFacts(patient_id=str(patient_id), team_id=None))


# --- warnings --------------------------------------------------------------------------------


def warnings_of(world: World, *, by: Who, patient_id: UUID, at: datetime) -> tuple[Alert, ...]:
    """What the person has not said that they have seen, newest first; gone with its link."""
    with world.store.read() as tx:
        allowed_patient(tx, by, patient_id, may_share)
        found = [one for kept in warned_links_of(tx, patient_id) if (one := _warning(kept, at))]
    if not _is_own(by, patient_id):
        found = [replace(one, link=replace(one.link, label="")) for one in found]
    return tuple(sorted(found, key=lambda one: one.at, reverse=True))


def _warning(kept: KeptLink, at: datetime) -> Alert | None:
    moments = [one for one in (kept.told_at, kept.locked_at) if one is not None]
    last = max(moments)
    if kept.seen_at is not None and kept.seen_at >= last:
        return None
    if standing(kept.facts, now=at) not in _STILL_THERE:
        return None
    return Alert(kept.facts, last, closed=kept.locked_at is not None)


def warning_seen(world: World, *, by: Who, patient_id: UUID, link_id: UUID, at: datetime) -> None:
    """Only the person's own eyes count."""
    with world.store.begin() as tx:
        allowed_patient(tx, by, patient_id, may_see_who_looked)
        if not mark_warning_seen(tx, patient_id, link_id, at=at):
            raise NotThere
        what = {"link": str(link_id)}
        append(tx, AuditEvent(Deed.WARNING_SEEN, at, actor(by), str(patient_id), what))


# --- one link --------------------------------------------------------------------------------


@dataclass(frozen=True)
class Happened:
    """One deed at a link; wrong answers that follow each other are one, or a hundred of them
    would hide an opening. `event` is the newest and `since` the time of the oldest."""

    event: AuditEvent
    times: int
    since: datetime


@dataclass(frozen=True)
class Story:
    """What happened at one link, newest first, a page at a time."""

    held: Held
    happened: tuple[Happened, ...]
    page: int
    more: bool


def story_of_link(
    world: World, *, by: Who, patient_id: UUID, link_id: UUID, page: int = 1, at: datetime
) -> Story:
    """For the person alone: whoever puts pressure on them must not learn who was shown a link."""
    with world.store.read() as tx:
        allowed_patient(tx, by, patient_id, may_see_who_looked)
        kept = next((one for one in links_of(tx, patient_id) if one.link_id == link_id), None)
        if kept is None:
            raise NotThere
        held = _held(world, tx, by, patient_id, kept, at)
        skipped = (page - 1) * PAGE
        told = _gathered(_events(tx, patient_id, kept.facts))
        found = tuple(islice(told, skipped, skipped + PAGE + 1))
    return Story(held, found[:PAGE], page, len(found) > PAGE)


def _gathered(events: Iterator[AuditEvent]) -> Iterator[Happened]:
    told: Happened | None = None
    for event in events:
        if told is not None and _alike(told.event, event):
            told = replace(told, times=told.times + 1, since=event.at)
            continue
        if told is not None:
            yield told
        told = Happened(event, 1, event.at)
    if told is not None:
        yield told


def _alike(one: AuditEvent, other: AuditEvent) -> bool:
    """Wrong answers by whoever gave the same name."""
    wrong = one.kind is other.kind is Deed.WRONG_ANSWER
    return wrong and one.actor.name == other.actor.name


def _events(tx: Transaction, patient_id: UUID, link: Link) -> Iterator[AuditEvent]:
    """Of this link, as far back as it goes, in pieces: nobody waits for a trail of years."""
    before = None
    while kept := events_of(tx, patient_id, limit=_CHUNK, before=before):
        for one in kept:
            mine = link.id in (one.event.what.get("link"), one.event.what.get("by_link"))
            if mine and shown_to_person(one.event):
                yield one.event
        last = kept[-1]
        if last.event.at < link.created_at:
            return
        before = last.sequence
