"""Saying something about a plan: remarks, suggestions, and what becomes of them.

An accepted value goes into the draft of whoever owns the section, under the name of whoever
accepted it; nothing here touches a published version.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import Any
from uuid import UUID

from careplan.accounts.people import Who
from careplan.acts.drafting import EMPTY, keep_section
from careplan.acts.publishing import current_of
from careplan.acts.signing_in import as_they_stand
from careplan.acts.talk_seen import (
    THE_PERSONS_ALONE,
    Seen,
    Spot,
    Talk,
    may_talk,
    side_of,
    spot_in,
    thread_for,
)
from careplan.acts.world import World, actor, allowed_patient
from careplan.audit.events import AuditEvent, Kind
from careplan.fhir.writable import text_problem
from careplan.plan.codec import to_plain
from careplan.plan.conversation import (
    Deed,
    Entry,
    Refused,
    Side,
    Suggested,
    Thread,
    Why,
    add,
    begun,
)
from careplan.plan.places import Gone, Place, fits_at, in_words_at, names_a_dose, put_at
from careplan.store.conversation import keep_entry, keep_thread
from careplan.store.db import Transaction
from careplan.store.drafts import draft_of
from careplan.store.errors import Stale
from careplan.store.patients import lock_patient
from careplan.store.trail import append


def start_remark(
    world: World, *, by: Who, patient_id: UUID, place: Place, words: str, at: datetime
) -> UUID:
    """Say something about a place in the plan. Raises Refused, NoSuchPlace."""
    with _refusals_written_down(world, by, patient_id, place.section, at):
        with world.store.begin() as tx:
            found = _ground(world, tx, by, patient_id, place)
            first = _entry(by, side_of(by, patient_id), Deed.SAID, words, at)
            made = begun(world.new_id(), place, found.label, first)
            keep_thread(tx, patient_id, made)
            what = {"step": str(Deed.SAID), "section": place.section, "thread": str(made.id)}
            append(tx, AuditEvent(Kind.TALK_WRITTEN, at, actor(by), str(patient_id), what))
        return made.id


def suggest(
    world: World,
    *,
    by: Who,
    patient_id: UUID,
    place: Place,
    words: str,
    reason: str,
    value: Any = None,
    at: datetime,
) -> UUID:
    """Suggest a change to the other side's words, with a reason. `value` is the plan's own value
    where one may be filled in; a person's words about a dose stay words. Raises Refused."""
    with _refusals_written_down(world, by, patient_id, place.section, at):
        with world.store.begin() as tx:
            found = _ground(world, tx, by, patient_id, place)
            side = side_of(by, patient_id)
            filled = value if _may_fill(found, side, value) else None
            said = in_words_at(filled, place, found.words) if filled is not None else words
            _must_be_kept(words, said or "")
            suggested = Suggested((said or words).strip(), filled, found.now, found.value)
            first = _entry(by, side, Deed.SUGGESTED, reason, at)
            made = begun(world.new_id(), place, found.label, first, suggested)
            keep_thread(tx, patient_id, made)
            what = {"section": place.section, "thread": str(made.id)}
            append(tx, AuditEvent(Kind.CHANGE_SUGGESTED, at, actor(by), str(patient_id), what))
        return made.id


def _may_fill(found: Spot, side: Side, value: Any) -> bool:
    if not found.fills or not fits_at(found.place.path, value):
        return False
    doses = any(names_a_dose(text) for text in _texts(value))
    return not (doses and side is Side.PATIENT)


def _texts(value: Any) -> list[str]:
    return [one for one in (value if isinstance(value, list) else [value]) if isinstance(one, str)]


def _ground(world: World, tx: Transaction, by: Who, patient_id: UUID, place: Place) -> Spot:
    allowed_patient(tx, by, patient_id, may_talk)
    _must_still_be_active(tx, by)
    lock_patient(tx, patient_id)
    return spot_in(Seen.by(world, tx, patient_id, by), place)


def go_on(
    world: World,
    *,
    by: Who,
    patient_id: UUID,
    thread_id: UUID,
    deed: Deed,
    words: str = "",
    seal: str = "",
    at: datetime,
) -> Talk:
    """One more entry: a reply, an answer to a suggestion, a line that stands. Raises Refused.

    An acceptance repeats the `seal` of what its page showed, so that nobody accepts a change to
    something they have not seen; a value that may be filled in then goes into the draft.
    """
    with _refusals_written_down(world, by, patient_id, None, at, thread_id):
        try:
            with world.store.begin() as tx:
                return _enter(world, tx, by, patient_id, thread_id, (deed, words, seal), at)
        except Stale:
            raise Refused(Why.SETTLED) from None


def _enter(
    world: World,
    tx: Transaction,
    by: Who,
    patient_id: UUID,
    thread_id: UUID,
    asked: tuple[Deed, str, str],
    at: datetime,
) -> Talk:
    deed, words, seal = asked
    allowed_patient(tx, by, patient_id, may_talk)
    _must_still_be_active(tx, by)
    lock_patient(tx, patient_id)
    seen = Seen.by(world, tx, patient_id, by)
    before = seen.talk(thread_for(tx, by, patient_id, thread_id))
    entry = _entry(by, seen.side, deed, words, at)
    if by.grant is not None and deed in THE_PERSONS_ALONE:
        raise Refused(Why.NOT_YOURS)
    longer = add(before.thread, entry, changed=before.changed or before.gone)
    if deed is Deed.ACCEPTED:
        if before.gone:
            raise Refused(Why.GONE)
        if seal != before.seal:
            raise Refused(Why.CHANGED)
        _fill(tx, by, patient_id, before.thread, at)
    keep_entry(tx, patient_id, longer)
    section = before.thread.place.section
    kind = Kind.SUGGESTION_SETTLED if longer.state is not before.thread.state else Kind.TALK_WRITTEN
    what = {"step": str(deed), "section": section, "thread": str(thread_id)}
    append(tx, AuditEvent(kind, at, actor(by), str(patient_id), what))
    return Seen.by(world, tx, patient_id, by).talk(longer)


def _fill(tx: Transaction, by: Who, patient_id: UUID, thread: Thread, at: datetime) -> None:
    """The accepted value into the draft of whoever owns the section; what is half typed there is
    never overwritten."""
    suggested, place = thread.suggested, thread.place
    if suggested is None or not suggested.fills:
        return
    kept = draft_of(tx, patient_id, place.section)
    body: Mapping[str, Any] = kept.body if kept else _published_body(tx, patient_id, place.section)
    if _half_typed(body, place):
        raise Refused(Why.UNFINISHED)
    try:
        plain = put_at(body.get("plain", {}), place, suggested.value)
    except Gone:
        raise Refused(Why.GONE) from None
    keep_section(
        tx,
        by=by,
        patient_id=patient_id,
        section=place.section,
        body={**EMPTY, **body, "plain": plain},
        based_on=kept.revision if kept else 0,
        at=at,
    )


def _published_body(tx: Transaction, patient_id: UUID, section: str) -> Mapping[str, Any]:
    current = current_of(tx, patient_id)
    plain = to_plain(current.plan.section(section)) if current else {}
    return {**EMPTY, "plain": plain}


def _half_typed(body: Mapping[str, Any], place: Place) -> bool:
    """Text that did not pass stands beside the plain values, under its control's name."""
    _section, first, *rest = place.path.split(".")
    name = "-".join((first, *([place.item] if place.item else []), *rest))
    return any(one == name or one.startswith(f"{name}-") for one in body.get("typed", {}))


def _entry(by: Who, side: Side, deed: Deed, words: str, at: datetime) -> Entry:
    kept = words.strip()
    _must_be_kept(kept)
    return Entry(
        number=0,
        side=side,
        deed=deed,
        at=at,
        by=by.grant.called if by.grant else by.name,
        by_id=by.account_id,
        title=by.title or "",
        words=kept,
    )


def _must_be_kept(*texts: str) -> None:
    if any(text and text.strip() and text_problem(text) for text in texts):
        raise Refused(Why.UNREADABLE)


def _must_still_be_active(tx: Transaction, by: Who) -> None:
    """Asked again inside the act: an account may have been stopped since the page was opened."""
    now = as_they_stand(tx, by)
    if now is None or now.team_id != by.team_id:
        raise Refused(Why.SUSPENDED)


@contextmanager
def _refusals_written_down(
    world: World,
    by: Who,
    patient_id: UUID,
    section: str | None,
    at: datetime,
    thread_id: UUID | None = None,
) -> Iterator[None]:
    try:
        yield
    except Refused as problem:
        what = {"why": str(problem.why)}
        what |= {"section": section} if section else {}
        what |= {"thread": str(thread_id)} if thread_id else {}
        with world.store.begin() as tx:
            append(tx, AuditEvent(Kind.TALK_REFUSED, at, actor(by), str(patient_id), what))
        raise
