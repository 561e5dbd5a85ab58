"""What one side sees of the plan and of what is said about it: whose words, which places, how a
thread stands. Nothing here is an act; both reading and writing look through it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Any
from uuid import UUID

from careplan.accounts.people import Who
from careplan.accounts.permissions import PatientFacts, may_answer_beside, may_comment
from careplan.acts.drafting import kept_from_helpers
from careplan.acts.publishing import current_of
from careplan.acts.signing_in import SELF
from careplan.acts.world import NotThere, World, condition_of
from careplan.plan.care_plan import OWN_WORDS, Version
from careplan.plan.codec import canonical, to_plain
from careplan.plan.conversation import (
    Deed,
    Refused,
    Side,
    State,
    Thread,
    Why,
    open_deeds,
    owner_of,
)
from careplan.plan.dictionary import Dictionary
from careplan.plan.places import (
    Gone,
    NoSuchPlace,
    Place,
    check_place,
    in_words_at,
    label_at,
    may_be_filled,
    same,
    value_at,
)
from careplan.plan.proxies import HIDDEN, WRITTEN, body_for_a_carer, version_for_a_carer
from careplan.store.accounts import accounts_of_patient
from careplan.store.conversation import thread_of, unread_of
from careplan.store.db import Transaction
from careplan.store.drafts import Draft, drafts_of

THE_PERSONS_ALONE = frozenset({Deed.LET_STAND, Deed.TOOK_AWAY})


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
        return found - THE_PERSONS_ALONE if self.for_another else found

    @property
    def mine(self) -> bool:
        return self.thread.waiting_for is self.side


def side_of(by: Who, patient_id: UUID) -> Side:
    """A clinician may have a plan of their own: there they are the person."""
    own = by.patient_id == str(patient_id)
    return Side.TEAM if by.is_staff and not own else Side.PATIENT


def may_talk(who: Who, patient: PatientFacts) -> bool:
    """The person and the team; and a carer who was let in to write, of what is theirs."""
    return may_comment(who, patient) or may_answer_beside(who, patient)


def is_for(tx: Transaction, by: Who, patient_id: UUID) -> Callable[[Thread], bool]:
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


@dataclass(frozen=True)
class Seen:
    """What one side sees of the plan: drafts are for those who write them."""

    side: Side
    current: Version | None
    drafts: Mapping[str, Draft]
    unread: Mapping[UUID, int]
    words: Dictionary
    for_another: bool

    @classmethod
    def by(cls, world: World, tx: Transaction, patient_id: UUID, by: Who) -> Seen:
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


def spot_in(seen: Seen, place: Place) -> Spot:
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


def thread_for(tx: Transaction, by: Who, patient_id: UUID, thread_id: UUID) -> Thread:
    found = thread_of(tx, patient_id, thread_id)
    if found is None or not is_for(tx, by, patient_id)(found):
        raise NotThere
    return found
