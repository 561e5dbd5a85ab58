"""Every thread somebody may read, by whose turn it is."""

from __future__ import annotations

from dataclasses import dataclass

from careplan.acts.talks import Talk, talks
from careplan.plan.conversation import Side
from careplan.web.conversation.door import Door
from careplan.web.conversation.sentences import by_whom, state_words
from careplan.web.here import here
from careplan.web.session import who
from careplan.web.words import _


@dataclass(frozen=True, slots=True)
class Line:
    """One thread in a list: where it leads, what it is about, and the last thing said in it."""

    href: str
    label: str
    state: str
    last: str
    by: str
    unread: int


def home(door: Door) -> str:
    found = talks(here().world, by=who(), patient_id=door.patient_id, at=here().now())
    mine = [one for one in found if one.mine]
    theirs = [one for one in found if one.thread.waiting_for not in (None, door.side)]
    rest = [one for one in found if one.thread.waiting_for is None]
    groups = (
        (_("Waiting for you") if door.side is Side.PATIENT else _("Waiting for the team"), mine),
        (_waiting_there(door), theirs),
        (_("Nothing more to do"), rest),
    )
    shown = [(title, [_line(door, one) for one in group]) for title, group in groups if group]
    return door.show("home", groups=shown)


def _waiting_there(door: Door) -> str:
    if door.side is Side.PATIENT:
        return _("Waiting for your team")
    return _("Waiting for %(name)s", name=door.called)


def _line(door: Door, talk: Talk) -> Line:
    thread, last = talk.thread, talk.thread.last
    words = last.words or (thread.suggested.words if thread.suggested else "")
    return Line(
        href=door.to("thread", thread_id=thread.id),
        label=thread.label,
        state=state_words(thread),
        last=words,
        by=by_whom(last),
        unread=talk.unread,
    )
