"""What these pages say in words: how a thread stands, who spoke, and why something was refused."""

from __future__ import annotations

from careplan.plan.conversation import LONGEST, Entry, Refused, State, Thread, Why
from careplan.web.conversation.door import Door
from careplan.web.forms.text import Refused as BadText
from careplan.web.forms.text import clean, fits
from careplan.web.session import who
from careplan.web.words import _


def state_words(thread: Thread) -> str:
    if thread.suggested is None:
        return _("A remark")
    return {
        State.OPEN: _("Suggested change: not answered yet"),
        State.ACCEPTED: _("Suggested change: accepted"),
        State.DECLINED: _("Suggested change: not accepted"),
        State.WITHDRAWN: _("Suggested change: taken back"),
        State.OVERTAKEN: _("Suggested change: closed, it changed meanwhile"),
    }[thread.state]


def by_whom(entry: Entry) -> str:
    return _("You") if entry.by_id == who().account_id else entry.by


def text_problem(name: str, text: str, empty: str, most: int = LONGEST) -> dict[str, str]:
    try:
        if not fits(clean(text), most):
            return {name: empty}
    except BadText as problem:
        return {name: str(problem)}
    return {}


def refused(door: Door, problem: Refused) -> str:
    return door.show("refused", text=say(problem.why))


def code_of(problem: Refused) -> int:
    bad_words = (Why.NO_WORDS, Why.TOO_LONG, Why.UNREADABLE)
    if problem.why is Why.SUSPENDED:
        return 403
    return 422 if problem.why in bad_words else 409


def say(why: Why) -> str:
    return {
        Why.SETTLED: _("Somebody answered this a moment ago. What they said is below."),
        Why.NOT_YOURS: _("This is for the other side to answer."),
        Why.NOT_NOW: _("This cannot be done any more. Look at what was said below."),
        Why.GONE: _("What this was about is no longer in the plan. You can close it."),
        Why.CHANGED: _("It changed while you were reading. Look at both, then answer again."),
        Why.NO_WORDS: _("Write something first."),
        Why.TOO_LONG: _("That is too long. Make it shorter."),
        Why.UNREADABLE: _("There is a sign in your words that cannot be kept. Take it out."),
        Why.UNFINISHED: _(
            "Something is half written there and is not lost. Finish it in the section first, "
            "then accept."
        ),
        Why.SUSPENDED: _("Your account has been stopped, so nothing was sent. Ask your team."),
    }[why]
