"""What the two sides say about a plan: remarks, suggestions, and what becomes of them.

An accepted value goes into the draft of whoever owns the section, under the name of whoever
accepted it; nothing here touches a published version.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256
from typing import Any
from uuid import UUID

from careplan.accounts.people import Who
from careplan.accounts.permissions import PatientFacts, may_answer_beside, may_comment
from careplan.acts.drafting import EMPTY, keep_section, kept_from_helpers
from careplan.acts.publishing import current_of
from careplan.acts.signing_in import SELF, as_they_stand
from careplan.acts.world import NotThere, World, actor, allowed_patient, condition_of
from careplan.audit.events import AuditEvent, Kind
from careplan.fhir.writable import text_problem
from careplan.plan.care_plan import OWN_WORDS, Version
from careplan.plan.codec import canonical, to_plain
from careplan.plan.conversation import (
    Deed,
    Entry,
    Refused,
    Side,
    State,
    Suggested,
    Thread,
    Why,
    add,
    begun,
    open_deeds,
    owner_of,
)
from careplan.plan.dictionary import Dictionary
from careplan.plan.places import (
    Gone,
    NoSuchPlace,
    Place,
    check_place,
    fits_at,
    in_words_at,
    label_at,
    may_be_filled,
    names_a_dose,
    put_at,
    same,
    value_at,
)
from careplan.plan.proxies import HIDDEN, WRITTEN, body_for_a_carer, version_for_a_carer
from careplan.store.accounts import accounts_of_patient
from careplan.store.conversation import (
    keep_entry,
    keep_thread,
    mark_seen,
    thread_of,
    threads_of,
    unread_of,
    waiting_for,
)
from careplan.store.db import Transaction
from careplan.store.drafts import Draft, draft_of, drafts_of
from careplan.store.errors import Stale
from careplan.store.patients import lock_patient
from careplan.store.trail import append

_THE_PERSONS_ALONE = frozenset({Deed.LET_STAND, Deed.TOOK_AWAY})


@dataclass(frozen=True)
class Talk:
    """A thread as one side sees it now.

    `now` is what stands there for this reader, `changed` whether that is something else than what
    stood there when the change was suggested, `seal` what an acceptance must repeat.
    """

    thread: Thread
    side: Side
    now: str | None
    changed: bool
    gone: bool
    unread: int
    seal: str
    for_another: bool = False

    @property
    def deeds(self) -> frozenset[Deed]:
        """A carer speaks for themself: no line of theirs stands as the person's."""
        found = open_deeds(self.thread, self.side, changed=self.changed or self.gone)
        return found - _THE_PERSONS_ALONE if self.for_another else found

    @property
    def mine(self) -> bool:
        return self.thread.waiting_for is self.side


@dataclass(frozen=True)
class Counts:
    """`unread` entries by the other side; `waiting` threads this side is to do something about."""

    unread: int
    waiting: int
    by_section: Mapping[str, int]


def side_of(by: Who, patient_id: UUID) -> Side:
    """A clinician may have a plan of their own: there they are the person."""
    own = by.patient_id == str(patient_id)
    return Side.TEAM if by.is_staff and not own else Side.PATIENT


def _may_talk(who: Who, patient: PatientFacts) -> bool:
    """The person and the team; and a carer who was let in to write, of what is theirs."""
    return may_comment(who, patient) or may_answer_beside(who, patient)


def _is_for(tx: Transaction, by: Who, patient_id: UUID) -> Callable[[Thread], bool]:
    """Which threads somebody may read. A carer: those they began, and, where the person has no
    account of their own, what the team says of the words that the carer may write."""
    if by.grant is None:
        return lambda _thread: True
    related = accounts_of_patient(tx, patient_id)
    alone = not any(one.relation == SELF for one in related)

    def theirs(thread: Thread) -> bool:
        if thread.entries[0].by_id == by.account_id:
            return True
        told = thread.opened_by is Side.TEAM and thread.place.section in _WORDS_A_CARER_IS_TOLD_OF
        return alone and told and not hidden_from_carers(thread.place)

    return theirs


_WORDS_A_CARER_IS_TOLD_OF = frozenset(WRITTEN) - {"my_medicines"}
"""Not the medicines: one of them may be kept private from whoever helps."""


def hidden_from_carers(place: Place) -> bool:
    parts = place.path.split(".")
    if place.section in OWN_WORDS and place.section not in WRITTEN:
        return True
    return parts[1] in HIDDEN.get(place.section, ())


# --- reading -------------------------------------------------------------------------------------


def talks(world: World, *, by: Who, patient_id: UUID, at: datetime) -> tuple[Talk, ...]:
    """Every thread, the last spoken in first. The look is written down; nothing is marked read."""
    with world.store.begin() as tx:
        allowed_patient(tx, by, patient_id, _may_talk)
        found = filter(_is_for(tx, by, patient_id), threads_of(tx, patient_id))
        seen = _Seen.by(world, tx, patient_id, by)
        append(tx, AuditEvent(Kind.TALK_READ, at, actor(by), str(patient_id)))
        return tuple(seen.talk(one) for one in found)


def talk(world: World, *, by: Who, patient_id: UUID, thread_id: UUID, at: datetime) -> Talk:
    """One thread, from now on read by this side."""
    with world.store.begin() as tx:
        allowed_patient(tx, by, patient_id, _may_talk)
        found = _thread(tx, by, patient_id, thread_id)
        seen = _Seen.by(world, tx, patient_id, by)
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
        allowed_patient(tx, by, patient_id, _may_talk)
        unread = unread_of(tx, patient_id, side)
        if by.grant is None and not unread:
            return Counts(0, waiting_for(tx, patient_id, side), {})
        mine = [one for one in threads_of(tx, patient_id) if _is_for(tx, by, patient_id)(one)]
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


@dataclass(frozen=True)
class Spot:
    """A place as its reader finds it: what it is called and what stands there."""

    place: Place
    label: str
    now: str | None
    value: Any
    fills: bool
    owner: Side
    words: Dictionary


def spot(world: World, *, by: Who, patient_id: UUID, place: Place) -> Spot:
    """Raises NoSuchPlace, and Refused when the item has gone meanwhile."""
    with world.store.read() as tx:
        allowed_patient(tx, by, patient_id, _may_talk)
        return _spot(_Seen.by(world, tx, patient_id, by), place)


def section_seen(world: World, *, by: Who, patient_id: UUID, section: str) -> Mapping[str, Any]:
    """A section's plain values as this side sees them: its own draft, or what is published."""
    with world.store.read() as tx:
        allowed_patient(tx, by, patient_id, _may_talk)
        return _Seen.by(world, tx, patient_id, by).plain(section)


def _spot(seen: _Seen, place: Place) -> Spot:
    check_place(place, seen.words)
    if seen.for_another and hidden_from_carers(place):
        raise NoSuchPlace(place.path)
    plain = seen.plain(place.section)
    try:
        value = value_at(plain, place)
    except Gone:
        raise Refused(Why.GONE) from None
    return Spot(
        place=place,
        label=label_at(place, plain, seen.words),
        now=in_words_at(value, place, seen.words),
        value=value,
        fills=may_be_filled(place, seen.words),
        owner=owner_of(place.section),
        words=seen.words,
    )


@dataclass(frozen=True)
class _Seen:
    """What one side sees of the plan: drafts are for those who write them."""

    side: Side
    current: Version | None
    drafts: Mapping[str, Draft]
    unread: Mapping[UUID, int]
    words: Dictionary
    for_another: bool

    @classmethod
    def by(cls, world: World, tx: Transaction, patient_id: UUID, by: Who) -> _Seen:
        side, current = side_of(by, patient_id), current_of(tx, patient_id)
        drafts = drafts_of(tx, patient_id)
        if by.grant is not None:  # as any carer of the person may see it
            current = version_for_a_carer(current) if current else None
            private = kept_from_helpers(tx, patient_id)
            mine = {name: drafts[name] for name in WRITTEN if name in drafts}
            drafts = {name: _as_a_carer_sees(one, private) for name, one in mine.items()}
        return cls(
            side,
            current,
            drafts,
            unread_of(tx, patient_id, side),
            world.words_for(condition_of(tx, patient_id)),
            by.grant is not None,
        )

    def plain(self, section: str) -> Mapping[str, Any]:
        owner, draft = owner_of(section), self.drafts.get(section)
        if owner is self.side and draft is not None:
            plain: Mapping[str, Any] = draft.body.get("plain", {})
            return plain
        if self.current is not None:
            published: Mapping[str, Any] = to_plain(self.current.plan.section(section))
            return published
        if owner is Side.PATIENT and draft is not None:  # the team reads words never published
            typed: Mapping[str, Any] = draft.body.get("plain", {})
            return typed
        return {}

    def talk(self, thread: Thread) -> Talk:
        plain, gone, value = self.plain(thread.place.section), False, None
        try:
            value = value_at(plain, thread.place)
        except Gone:
            gone = True
        suggested = thread.suggested
        changed = suggested is not None and not gone and not same(value, suggested.was_value)
        return Talk(
            thread=thread,
            side=self.side,
            now=None if gone else in_words_at(value, thread.place, self.words),
            changed=changed and thread.state is State.OPEN,
            gone=gone,
            unread=self.unread.get(thread.id, 0),
            seal=_seal(value),
            for_another=self.for_another,
        )


def _as_a_carer_sees(draft: Draft, private: frozenset[str]) -> Draft:
    return replace(draft, body=body_for_a_carer(draft.section, draft.body, private))


def _seal(value: Any) -> str:
    """What somebody saw when they pressed: an acceptance of something else is refused."""
    return sha256(canonical(value)).hexdigest()[:16]


def _thread(tx: Transaction, by: Who, patient_id: UUID, thread_id: UUID) -> Thread:
    found = thread_of(tx, patient_id, thread_id)
    if found is None or not _is_for(tx, by, patient_id)(found):
        raise NotThere
    return found


# --- writing -------------------------------------------------------------------------------------


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
    allowed_patient(tx, by, patient_id, _may_talk)
    _must_still_be_active(tx, by)
    lock_patient(tx, patient_id)
    return _spot(_Seen.by(world, tx, patient_id, by), place)


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
    allowed_patient(tx, by, patient_id, _may_talk)
    _must_still_be_active(tx, by)
    lock_patient(tx, patient_id)
    seen = _Seen.by(world, tx, patient_id, by)
    before = seen.talk(_thread(tx, by, patient_id, thread_id))
    entry = _entry(by, seen.side, deed, words, at)
    if by.grant is not None and deed in _THE_PERSONS_ALONE:
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
    return _Seen.by(world, tx, patient_id, by).talk(longer)


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
