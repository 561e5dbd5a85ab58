"""One tap back: what whoever read a plan says became of it, and who is shown that.

Nobody's identity is known, so an answer is bound to one opening by a ticket, counted once, shown
as a reader's word to the person and their team, and used for nothing else.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from careplan.accounts.people import Who
from careplan.accounts.permissions import may_list_patients, may_share
from careplan.acts import tickets
from careplan.acts.world import NotAllowed, World, actor, allowed_patient
from careplan.audit.events import AuditEvent, Kind, stranger
from careplan.store.counters import count_in
from careplan.store.db import Transaction
from careplan.store.errors import NotFound
from careplan.store.fences import let_in
from careplan.store.outbox import add_message
from careplan.store.patients import Face, Patient, lock_patient
from careplan.store.replies import (
    change_reply,
    keep_reply,
    mark_replies_seen,
    people_with_news,
    replies_of,
    reply_of,
    unseen_in_team,
    unseen_replies,
)
from careplan.store.trail import append
from careplan.visits.reply import Because, Reply, Said

HOUR = timedelta(hours=1)
MOST_OF_OPENING = 12
"""Changes of mind about one opening in an hour."""
MOST_OF_LINK = 60
"""Answers and changes through one link, or through the staff door about one person, in an hour:
more than any department gives, and few enough to read."""


@dataclass(frozen=True)
class NotTaken:
    """An unknown ticket, an old one and one used too often are the same to whoever asks."""


# --- answering ---------------------------------------------------------------------------------


def say(
    world: World, *, ticket: str, said: Said, because: Because | None = None, at: datetime
) -> Reply | NotTaken:
    """Kept as the answer of one opening. The same one again changes nothing and writes nothing."""
    look = tickets.read_reply_ticket(world, ticket, at=at)
    if look is None:
        return NotTaken()
    given = Reply(
        patient_id=look.patient_id,
        opening_id=look.opening_id,
        version=look.version,
        said=said,
        at=at,
        because=because if said is Said.COULD_NOT else None,
        door=look.door,
        link_id=look.link_id,
        opened_at=look.at,
    )
    with world.store.begin() as tx:
        let_in(tx, look.patient_id)
        patient = _held(tx, look.patient_id)
        if patient is None:
            return NotTaken()
        kept = reply_of(tx, look.patient_id, look.opening_id)
        if kept is not None and _says_no_more(given, kept):
            return kept
        if _too_often(tx, given):
            return NotTaken()
        if kept is None:
            keep_reply(tx, given)
        else:
            change_reply(tx, given)
        _write_down(tx, patient, given, again=kept is not None)
    return given


def _held(tx: Transaction, patient_id: UUID) -> Patient | None:
    """Two taps of one opening wait for each other here. None for somebody who is no longer here."""
    try:
        patient = lock_patient(tx, patient_id)
    except NotFound:
        return None
    return None if patient.erased else patient


def _says_no_more(given: Reply, kept: Reply) -> bool:
    """The same tap again. The first of two taps that comes late takes no reason away."""
    return given.said is kept.said and given.because in (None, kept.because)


def _too_often(tx: Transaction, given: Reply) -> bool:
    of_opening = f"reply:{given.opening_id}"
    if count_in(tx, of_opening, window=HOUR, at=given.at) > MOST_OF_OPENING:
        return True
    of_link = f"replies:{given.patient_id}:{given.link_id}"
    return count_in(tx, of_link, window=HOUR, at=given.at) > MOST_OF_LINK


def _write_down(tx: Transaction, patient: Patient, given: Reply, *, again: bool) -> None:
    what = {"outcome": str(given.said), "version": str(given.version)}
    if given.link_id is not None:
        what["link"] = str(given.link_id)
    if given.because is not None:
        what["hindrance"] = str(given.because)
    if again:
        what["again"] = "yes"
    whom = str(given.patient_id)
    append(tx, AuditEvent(Kind.DEPARTMENT_REPLIED, given.at, stranger(""), whom, what))
    if patient.tell_opened and not again:
        told = {"link": str(given.link_id)} if given.link_id else {}
        add_message(tx, "department-replied", told, patient_id=given.patient_id, at=given.at)


# --- reading -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Answer:
    """One reply as it is listed. `new`: whoever lists it now had not seen it."""

    reply: Reply
    new: bool


def replies_for(world: World, *, by: Who, patient_id: UUID, at: datetime) -> tuple[Answer, ...]:
    """What departments said, the unread first and then the newest; with this they are read.

    For the person and their team. No carer: one who puts pressure on the person must not learn
    where they were.
    """
    with world.store.begin() as tx:
        allowed_patient(tx, by, patient_id, may_share)
        found = [Answer(one, _unseen(by, one)) for one in replies_of(tx, patient_id)]
        _mark(tx, by, patient_id, found, at)
    return tuple(sorted(found, key=lambda one: not one.new))


def _unseen(by: Who, reply: Reply) -> bool:
    return (reply.seen_by_team_at if by.is_staff else reply.seen_at) is None


def _mark(tx: Transaction, by: Who, patient_id: UUID, found: list[Answer], at: datetime) -> None:
    news = sum(one.new for one in found)
    if news:
        newest = max(one.reply.at for one in found)
        mark_replies_seen(tx, patient_id, by_team=by.is_staff, until=newest, at=at)
    if news or by.is_staff:
        kind = Kind.REPLIES_READ if by.is_staff else Kind.REPLIES_SEEN
        append(tx, AuditEvent(kind, at, actor(by), str(patient_id), {"count": str(len(found))}))


def reply_news(world: World, *, by: Who, patient_id: UUID) -> int:
    """How many answers they have not seen: the person, or their team."""
    with world.store.read() as tx:
        allowed_patient(tx, by, patient_id, may_share)
        return unseen_replies(tx, patient_id, by_team=by.is_staff)


def news_in_team(world: World, *, by: Who) -> int:
    """How many answers wait for anybody of the team to read them."""
    with world.store.read() as tx:
        return unseen_in_team(tx, _team_of(by))


def people_answered_about(
    world: World, *, by: Who, at: datetime
) -> tuple[tuple[UUID, Face | None, int], ...]:
    """Whom they are about, newest first, with how many. One event, as for every list."""
    team_id = _team_of(by)
    with world.store.begin() as tx:
        found = people_with_news(tx, team_id)
        what = {"team": str(team_id), "count": str(len(found))}
        append(tx, AuditEvent(Kind.REPLIES_LISTED, at, actor(by), None, what))
    return found


def _team_of(by: Who) -> UUID:
    if by.team_id is None or not may_list_patients(by, team_id=by.team_id):
        raise NotAllowed
    return UUID(by.team_id)
