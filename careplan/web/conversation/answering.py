"""One thread: what was said, and what this side may do about it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from flask import flash, redirect, request

from careplan.acts.conversation import go_on
from careplan.acts.talks import Talk, talk
from careplan.plan.conversation import (
    LONGEST,
    LONGEST_STANDING,
    Deed,
    Refused,
    State,
    Why,
    owner_of,
)
from careplan.plan.places import may_be_filled
from careplan.web.conversation.door import Door
from careplan.web.conversation.sentences import by_whom, code_of, say, state_words, text_problem
from careplan.web.forms.text import keepable
from careplan.web.forms.views import ErrorLine
from careplan.web.here import here
from careplan.web.session import who
from careplan.web.words import _

_PRESSED = {
    "reply": Deed.REPLIED,
    "accept": Deed.ACCEPTED,
    "decline": Deed.DECLINED,
    "withdraw": Deed.WITHDREW,
    "close": Deed.OVERTOOK,
    "note": Deed.NOTED,
    "stand": Deed.LET_STAND,
    "take-away": Deed.TOOK_AWAY,
}


def thread(door: Door, thread_id: UUID) -> Any:
    if request.method == "GET":
        return _thread_page(door, _talk(door, thread_id))
    deed = _PRESSED.get(request.form.get("action", ""))
    box = "line" if deed is Deed.LET_STAND else "words"
    words = keepable(request.form.get(box, ""))
    wrong = _wrong(deed, words, box)
    if deed is None or wrong:
        if deed is not None:
            _try(door, thread_id, deed, words)
        return _put_right(door, thread_id, deed, wrong)
    try:
        talk = _go_on(door, thread_id, deed, words)
    except Refused as problem:
        told = {"action": say(problem.why)}
        return _thread_page(door, _talk(door, thread_id), told), code_of(problem)
    flash(_told(talk, deed))
    return redirect(_following(door, talk, deed))


def _try(door: Door, thread_id: UUID, deed: Deed, words: str) -> None:
    """What cannot be kept is refused by the act too, which writes the try down."""
    try:
        _go_on(door, thread_id, deed, words)
    except Refused:
        return


def _put_right(door: Door, thread_id: UUID, deed: Deed | None, wrong: dict[str, str]) -> Any:
    """The words are wrong; but if this cannot be done any more, there is no box to mend them in."""
    seen = _talk(door, thread_id)
    if deed is None or deed in seen.deeds:
        return _thread_page(door, seen, wrong), 422
    return _thread_page(door, seen, {"action": say(Why.NOT_NOW)}), 409


def _go_on(door: Door, thread_id: UUID, deed: Deed, words: str) -> Talk:
    return go_on(
        here().world,
        by=who(),
        patient_id=door.patient_id,
        thread_id=thread_id,
        deed=deed,
        words=words,
        seal=request.form.get("seal", ""),
        at=here().now(),
    )


def _wrong(deed: Deed | None, words: str, box: str) -> dict[str, str]:
    if deed is None:
        return {"action": _("Choose what you want to do.")}
    most = LONGEST_STANDING if deed is Deed.LET_STAND else LONGEST
    needed = {
        Deed.REPLIED: _("Write what you want to say."),
        Deed.DECLINED: _("Say why, so that the other side can read it."),
        Deed.LET_STAND: _("Write the line that is to stand beside this."),
    }
    if deed in needed:
        return text_problem(box, words, needed[deed], most)
    return text_problem(box, words, "", most) if words.strip() else {}


def _talk(door: Door, thread_id: UUID) -> Talk:
    return talk(
        here().world, by=who(), patient_id=door.patient_id, thread_id=thread_id, at=here().now()
    )


def _thread_page(door: Door, talk: Talk, wrong: Mapping[str, str] | None = None) -> str:
    wrong = wrong or {}
    place = talk.thread.place
    known = place.path in door.words.fields
    form = request.form
    line = form.get("line", "")
    lost = "" if Deed.LET_STAND in talk.deeds else line  # the page has no box for it any more
    return door.show(
        "thread",
        talk=talk,
        thread=talk.thread,
        state=state_words(talk.thread),
        said=[(entry, by_whom(entry)) for entry in talk.thread.entries],
        deeds={deed.value for deed in talk.deeds},
        wrong=wrong,
        errors=[ErrorLine(f"#{_BOX.get(name, name)}", text) for name, text in wrong.items()],
        typed={"words": form.get("words", "") or lost, "line": line},
        chosen=form.get("action", ""),
        fills=known and may_be_filled(place, door.words) and _has_value(talk),
        to_type=_to_type(door, talk),
        came_from=request.values.get("back", ""),
    )


_BOX = {"action": "answer"}


def _has_value(talk: Talk) -> bool:
    return talk.thread.suggested is not None and talk.thread.suggested.fills


def _to_type(door: Door, talk: Talk) -> bool:
    """Accepted in words: whoever owns the section still has to type it."""
    accepted = talk.thread.state is State.ACCEPTED and not _has_value(talk)
    return accepted and owner_of(talk.thread.place.section) is door.side


def _told(talk: Talk, deed: Deed) -> str:
    filled = _has_value(talk)
    return {
        Deed.ACCEPTED: _("Accepted. It is in your draft now: nobody else sees it until then.")
        if filled
        else _("Accepted. Nothing is filled in for you: type it in the section yourself."),
        Deed.DECLINED: _("Not accepted. The other side can read why."),
        Deed.WITHDREW: _("Taken back."),
        Deed.OVERTOOK: _("Closed."),
        Deed.LET_STAND: _("Your line stands beside this now."),
        Deed.TOOK_AWAY: _("Your line is taken away."),
        Deed.NOTED: _("Marked as read."),
    }.get(deed, _("Sent."))


def _following(door: Door, talk: Talk, deed: Deed) -> str:
    settled = deed in (Deed.ACCEPTED, Deed.DECLINED, Deed.OVERTOOK, Deed.NOTED)
    if request.form.get("back") == "together" and settled:
        return door.to("together")
    return door.to("thread", thread_id=talk.thread.id)
