"""What the two sides of a plan say to each other: remarks and suggestions about one place in it.

Nothing is overwritten: a thread is its entries, and where it stands is worked out from them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Any
from uuid import UUID

from careplan.plan.care_plan import CLINICAL, OWN_WORDS
from careplan.plan.places import Place

LONGEST = 1000
"""Letters in one remark, reason or suggestion."""
LONGEST_STANDING = 200
"""Letters in the line that stands beside an entry."""


class Side(StrEnum):
    PATIENT = "patient"
    TEAM = "team"

    @property
    def other(self) -> Side:
        return Side.TEAM if self is Side.PATIENT else Side.PATIENT


class Kind(StrEnum):
    COMMENT = "comment"
    SUGGESTION = "suggestion"


class State(StrEnum):
    OPEN = "open"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    OVERTAKEN = "overtaken"


class Deed(StrEnum):
    """What an entry of a thread did."""

    SAID = "said"
    SUGGESTED = "suggested"
    REPLIED = "replied"
    NOTED = "noted"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    WITHDREW = "withdrew"
    OVERTOOK = "overtook"
    LET_STAND = "let_stand"
    TOOK_AWAY = "took_away"


class Why(StrEnum):
    """Why something was refused; the web has the sentence for each."""

    SETTLED = "settled"
    NOT_YOURS = "not_yours"
    NOT_NOW = "not_now"
    GONE = "gone"
    CHANGED = "changed"
    NO_WORDS = "no_words"
    TOO_LONG = "too_long"
    UNREADABLE = "unreadable"
    UNFINISHED = "unfinished"
    SUSPENDED = "suspended"


class Refused(ValueError):
    """It was not done, and nothing that was there has changed."""

    def __init__(self, why: Why) -> None:
        super().__init__(str(why))
        self.why = why


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One thing somebody did in a thread, in their words where it has any."""

    number: int
    side: Side
    deed: Deed
    at: datetime
    by: str
    by_id: str
    title: str = ""
    words: str = ""


@dataclass(frozen=True, slots=True)
class Suggested:
    """What it should say: in words always, as the plan's own value where it may be filled in.

    `was` is what stood there when it was suggested, for whoever finds it changed since.
    """

    words: str
    value: Any = None
    was: str | None = None
    was_value: Any = None

    @property
    def fills(self) -> bool:
        return self.value is not None


@dataclass(frozen=True, slots=True)
class Thread:
    """`label` names the place as it was called when the thread began: its item may go."""

    id: UUID
    place: Place
    label: str
    entries: tuple[Entry, ...]
    suggested: Suggested | None = None

    @property
    def kind(self) -> Kind:
        return Kind.SUGGESTION if self.suggested else Kind.COMMENT

    @property
    def opened_by(self) -> Side:
        return self.entries[0].side

    @property
    def last(self) -> Entry:
        return self.entries[-1]

    @property
    def state(self) -> State:
        found = (_ENDS[one.deed] for one in self.entries if one.deed in _ENDS)
        return next(found, State.OPEN)

    @property
    def waiting_for(self) -> Side | None:
        """Who is to do something about it: answer a suggestion, or read and reply to words."""
        if self.kind is Kind.SUGGESTION and self.state is State.OPEN:
            return self.opened_by.other
        return self.last.side.other if self.last.deed in _SPOKEN else None

    @property
    def standing(self) -> Entry | None:
        """The person's line that stands beside this entry, if one does."""
        marks = [one for one in self.entries if one.deed in (Deed.LET_STAND, Deed.TOOK_AWAY)]
        return marks[-1] if marks and marks[-1].deed is Deed.LET_STAND else None


_ENDS: Mapping[Deed, State] = MappingProxyType(
    {
        Deed.ACCEPTED: State.ACCEPTED,
        Deed.DECLINED: State.DECLINED,
        Deed.WITHDREW: State.WITHDRAWN,
        Deed.OVERTOOK: State.OVERTAKEN,
    }
)
_SPOKEN = frozenset({Deed.SAID, Deed.REPLIED})
_NEEDS_WORDS = frozenset({Deed.SAID, Deed.SUGGESTED, Deed.REPLIED, Deed.DECLINED, Deed.LET_STAND})


def owner_of(section: str) -> Side:
    """Whose words a section holds (domain 2, column By). What both write is two sections."""
    if section in OWN_WORDS:
        return Side.PATIENT
    if section in CLINICAL:
        return Side.TEAM
    raise KeyError(section)


def may_suggest(side: Side, section: str) -> bool:
    """A change is suggested to the other side; one's own words one simply changes."""
    return owner_of(section) is not side


def begun(
    thread_id: UUID,
    place: Place,
    label: str,
    first: Entry,
    suggested: Suggested | None = None,
) -> Thread:
    """A new thread. Raises Refused."""
    if suggested is not None and not may_suggest(first.side, place.section):
        raise Refused(Why.NOT_YOURS)
    check_words(first)
    if suggested is not None:
        _check_length(suggested.words, LONGEST)
        if not suggested.words.strip():
            raise Refused(Why.NO_WORDS)
    deed = Deed.SUGGESTED if suggested else Deed.SAID
    return Thread(thread_id, place, label, (replace(first, number=1, deed=deed),), suggested)


def add(thread: Thread, entry: Entry, *, changed: bool = False) -> Thread:
    """The thread with one more entry. `changed`: what stands there is not what stood there when
    it was suggested. Raises Refused."""
    _may(thread, entry.side, entry.deed, changed=changed)
    check_words(entry)
    return replace(thread, entries=(*thread.entries, replace(entry, number=thread.last.number + 1)))


def open_deeds(thread: Thread, side: Side, *, changed: bool = False) -> frozenset[Deed]:
    """What this side may do now: the buttons of its page."""
    found = set()
    for deed in Deed:
        try:
            _may(thread, side, deed, changed=changed)
        except Refused:
            continue
        found.add(deed)
    return frozenset(found)


def _may(thread: Thread, side: Side, deed: Deed, *, changed: bool) -> None:
    own = thread.opened_by is side
    if deed in _ENDS and thread.state is not State.OPEN:
        raise Refused(Why.SETTLED)
    if deed in (Deed.ACCEPTED, Deed.DECLINED, Deed.OVERTOOK) and thread.kind is Kind.COMMENT:
        raise Refused(Why.NOT_NOW)
    if deed in (Deed.ACCEPTED, Deed.DECLINED) and own:
        raise Refused(Why.NOT_YOURS)
    if deed is Deed.WITHDREW and not own:
        raise Refused(Why.NOT_YOURS)
    may = {
        Deed.SAID: False,
        Deed.SUGGESTED: False,
        Deed.OVERTOOK: changed,
        Deed.NOTED: thread.last.deed in _SPOKEN and thread.last.side is not side,
        Deed.LET_STAND: _may_stand(thread, side) and thread.standing is None,
        Deed.TOOK_AWAY: side is Side.PATIENT and thread.standing is not None,
    }
    if not may.get(deed, True):
        raise Refused(Why.NOT_NOW)


def _may_stand(thread: Thread, side: Side) -> bool:
    """The person's line beside what the team wrote: the right of reply is theirs alone."""
    about_the_team = owner_of(thread.place.section) is Side.TEAM
    return side is Side.PATIENT and about_the_team and thread.state is not State.WITHDRAWN


def check_words(entry: Entry) -> None:
    """Raises Refused where words are missing, or are too many."""
    if entry.deed in _NEEDS_WORDS and not entry.words.strip():
        raise Refused(Why.NO_WORDS)
    _check_length(entry.words, LONGEST_STANDING if entry.deed is Deed.LET_STAND else LONGEST)


def _check_length(text: str, most: int) -> None:
    if len(text) > most:
        raise Refused(Why.TOO_LONG)
