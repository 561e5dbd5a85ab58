"""What the pages of both sides share when they talk about a plan: forms read, sentences said.

Each side has addresses and a frame of its own; `Door` is what differs.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from flask import abort, flash, redirect, render_template, request

from careplan.acts import conversation as acts
from careplan.acts.conversation import Spot, Talk
from careplan.plan.care_plan import CLINICAL, OWN_WORDS
from careplan.plan.conversation import (
    LONGEST,
    LONGEST_STANDING,
    Deed,
    Entry,
    Refused,
    Side,
    State,
    Thread,
    Why,
    owner_of,
)
from careplan.plan.dictionary import Dictionary
from careplan.plan.places import (
    NoSuchPlace,
    Place,
    fits_at,
    in_words_at,
    may_be_filled,
    value_at,
)
from careplan.web.drafts import posted
from careplan.web.forms.pages import Page, section_pages
from careplan.web.forms.read import empty_body, read_page
from careplan.web.forms.reading import FieldError, Reading
from careplan.web.forms.show import view_of
from careplan.web.forms.text import Refused as BadText
from careplan.web.forms.text import clean, fits, keepable
from careplan.web.forms.views import ErrorLine, FieldView
from careplan.web.here import here
from careplan.web.session import who
from careplan.web.words import _

TALK, CHANGE = "say", "change"


@dataclass(frozen=True)
class Door:
    """One side's pages about one plan. `to(name, **values)` gives the address of a page of this
    side: home, about, section, new, thread. `frame` is what the side's shell needs."""

    patient_id: UUID
    side: Side
    shell: str
    to: Callable[..., str]
    called: str
    words: Dictionary
    condition: str
    frame: Mapping[str, Any] = field(default_factory=dict)
    sections: tuple[str, ...] = (*CLINICAL, *OWN_WORDS)
    helping: bool = False

    def show(self, template: str, **more: Any) -> str:
        return render_template(
            f"conversation/{template}.html",
            shell=self.shell,
            door=self,
            team_side=self.side is Side.TEAM,
            **self.frame,
            **more,
        )


# --- the list ------------------------------------------------------------------------------------


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
    found = acts.talks(here().world, by=who(), patient_id=door.patient_id, at=here().now())
    mine = [one for one in found if one.mine]
    theirs = [one for one in found if one.thread.waiting_for not in (None, door.side)]
    rest = [one for one in found if one.thread.waiting_for is None]
    groups = (
        (_("Waiting for you") if door.side is Side.PATIENT else _("Waiting for the team"), mine),
        (_waiting_there(door), theirs),
        (_("Nothing more to do"), rest),
    )
    shown = [(title, [_line(door, one) for one in talks]) for title, talks in groups if talks]
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
        by=_by(last),
        unread=talk.unread,
    )


def _by(entry: Entry) -> str:
    return _("You") if entry.by_id == who().account_id else entry.by


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


# --- what to talk about --------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Row:
    """A place in a section: what it is called, what stands there, and where to talk about it."""

    label: str
    now: str
    href: str
    parts: tuple[Row, ...] = ()


def about(door: Door) -> str:
    """Every section that can be talked about: the person's own, then the team's."""
    sections = door.words.sections
    groups = [
        (
            title,
            [
                (sections[name].title, door.to("section", section=name))
                for name in names
                if name in sections and name not in door.words.left_out
            ],
        )
        for title, names in (
            (_("What the team writes"), CLINICAL),
            (_own_title(door), OWN_WORDS),
        )
    ]
    return door.show("about", groups=groups if door.side is Side.PATIENT else groups[::-1])


def _own_title(door: Door) -> str:
    if door.side is Side.PATIENT:
        return _("Your own words")
    return _("What %(name)s wrote", name=door.called)


def section(door: Door, name: str) -> str:
    words = door.words
    if name not in door.sections or name not in words.sections or name in words.left_out:
        abort(404)
    plain = acts.section_seen(here().world, by=who(), patient_id=door.patient_id, section=name)
    rows = [row for path in _in_order(door, name) for row in _rows(door, path, plain)]
    theirs = owner_of(name) is not door.side
    title = door.words.sections[name].title
    return door.show("section", rows=rows, section_title=title, theirs=theirs)


def _in_order(door: Door, name: str) -> tuple[str, ...]:
    """A section's fields as its pages ask them: what matters most comes first."""
    every = door.words.sections[name].fields
    asked = [path for page in section_pages(name, door.condition).pages for path in page.fields]
    return tuple(sorted(every, key=lambda path: asked.index(path) if path in asked else 1000))


def _rows(door: Door, path: str, plain: Mapping[str, Any]) -> list[Row]:
    words = door.words
    known = words.field(path)
    if known.shown == "status" or (door.helping and acts.hidden_from_carers(Place(path))):
        return []
    if known.type != "list":
        parts = tuple(_row(door, Place(inner), plain) for inner in known.children)
        return [_row(door, Place(path), plain, parts)]
    found = []
    for item in value_at(plain, Place(path)) or ():
        inner = (one for one in known.children if words.field(one).shown != "status")
        parts = tuple(
            _row(door, Place(one, item["id"]), plain)
            for one in inner
            if item.get(one.rpartition(".")[2]) is not None
        )
        found.append(_row(door, Place(path, item["id"]), plain, parts))
    missing = Row(_("%(list)s: something is missing", list=known.label), "", _new(door, path))
    return [*found, missing]


def _row(door: Door, place: Place, plain: Mapping[str, Any], parts: tuple[Row, ...] = ()) -> Row:
    words = door.words
    now = in_words_at(value_at(plain, place), place, words) or _("Nothing written")
    return Row(words.field(place.path).label, now, _new(door, place.path, place.item), parts)


def _new(door: Door, path: str, item: str | None = None) -> str:
    return door.to("new", where=path, item=item)


# --- a new thread --------------------------------------------------------------------------------


@dataclass(frozen=True)
class Typed:
    """What stands in the form, and what is wrong with it."""

    kind: str
    words: str = ""
    reason: str = ""
    fields: tuple[FieldView, ...] = ()
    errors: tuple[ErrorLine, ...] = ()
    wrong: Mapping[str, str] = field(default_factory=dict)


def new(door: Door, where: str) -> Any:
    place = Place(where, request.args.get("item"))
    try:
        found = acts.spot(here().world, by=who(), patient_id=door.patient_id, place=place)
    except NoSuchPlace:
        abort(404)
    except Refused as problem:
        return _refused(door, problem), 409
    if request.method == "GET":
        kind = CHANGE if _may_change(door, found) and request.args.get("kind") == CHANGE else TALK
        return _form(door, found, Typed(kind, fields=_fields(found, None)))
    return _begin(door, found)


def _may_change(door: Door, found: Spot) -> bool:
    return found.owner is not door.side


def _begin(door: Door, found: Spot) -> Any:
    kind = CHANGE if _may_change(door, found) and request.form.get("kind") == CHANGE else TALK
    reading = _read(found) if kind == CHANGE and found.fills else None
    typed = _typed(found, kind, reading)
    if typed.errors:
        return _form(door, found, typed), 422
    asked: dict[str, Any] = {
        "by": who(),
        "patient_id": door.patient_id,
        "place": found.place,
        "at": here().now(),
    }
    try:
        if kind == CHANGE:
            value = reading.body["plain"].get(_key(found)) if reading else None
            made = acts.suggest(
                here().world, **asked, words=typed.words, reason=typed.reason, value=value
            )
        else:
            made = acts.start_remark(here().world, **asked, words=typed.reason)
    except Refused as problem:
        wrong = {"reason": say(problem.why)}
        typed = _typed(found, kind, reading, wrong)
        return _form(door, found, typed), _code(problem)
    flash(_("Sent.") if kind == TALK else _("Your suggestion has been sent."))
    return redirect(door.to("thread", thread_id=made))


def _typed(
    found: Spot, kind: str, reading: Reading | None, wrong: Mapping[str, str] | None = None
) -> Typed:
    words = keepable(request.form.get("words", ""))
    reason = keepable(request.form.get("reason", ""))
    problems = dict(wrong or {})
    errors: list[FieldError] = list(reading.errors) if reading else []
    if reading is not None:
        errors += [FieldError(one.name, one.html_id, one.text, one.where) for one in reading.asks]
        plain = reading.body["plain"].get(_key(found))
        if not errors and not fits_at(found.place.path, plain):
            first = _question_id(found)
            errors.append(FieldError(first, first, _("Write what it should say.")))
        words = in_words_at(plain, found.place, found.words) or ""
    elif kind == CHANGE:
        problems |= _text_problem("words", words, _("Write what it should say."))
    empty = _("Write why.") if kind == CHANGE else _("Write what you want to say.")
    problems |= {} if "reason" in problems else _text_problem("reason", reason, empty)
    lines = [ErrorLine(f"#{one.html_id}", one.summary) for one in errors]
    lines += [ErrorLine(f"#{name}", text) for name, text in problems.items()]
    fields = _fields(found, reading, errors)
    return Typed(kind, words, reason, fields, tuple(lines), problems)


def _text_problem(name: str, text: str, empty: str, most: int = LONGEST) -> dict[str, str]:
    try:
        if not fits(clean(text), most):
            return {name: empty}
    except BadText as problem:
        return {name: str(problem)}
    return {}


def _form(door: Door, found: Spot, typed: Typed) -> str:
    return door.show(
        "new", spot=found, typed=typed, errors=typed.errors, may_change=_may_change(door, found)
    )


def _page(found: Spot) -> Page:
    """One question of the form kit: the very control with which its owner answers it."""
    section, path = found.place.section, found.place.path
    heading, condition = found.words.field(path).label, str(found.words.condition["id"])
    return Page(
        section=section,
        id="suggest",
        heading=heading,
        fields=(path,),
        desk=True,
        condition=condition,
    )


def _key(found: Spot) -> str:
    return found.place.path.rpartition(".")[2]


def _question_id(found: Spot) -> str:
    return found.place.path.partition(".")[2].replace(".", "-")


def _read(found: Spot) -> Reading:
    new_id = here().world.new_id
    return read_page(_page(found), posted(), empty_body(), new_id, today=here().today())


def _fields(
    found: Spot, reading: Reading | None, errors: list[FieldError] | None = None
) -> tuple[FieldView, ...]:
    """The control for the suggested value, where the program may fill it in; else words."""
    if not found.fills:
        return ()
    body: dict[str, Any] = reading.body if reading else empty_body()
    if reading is None and found.value is not None:
        body["plain"] = {_key(found): found.value}
    asks = reading.asks if reading else ()
    return view_of(_page(found), body, errors or (), asks, new_id=here().world.new_id).fields


# --- one thread ----------------------------------------------------------------------------------

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
        return _thread_page(door, _talk(door, thread_id), wrong), 422
    try:
        talk = _go_on(door, thread_id, deed, words)
    except Refused as problem:
        told = {"action": say(problem.why)}
        return _thread_page(door, _talk(door, thread_id), told), _code(problem)
    flash(_told(talk, deed))
    return redirect(_following(door, talk, deed))


def _try(door: Door, thread_id: UUID, deed: Deed, words: str) -> None:
    """What cannot be kept is refused by the act too, which writes the try down."""
    try:
        _go_on(door, thread_id, deed, words)
    except Refused:
        return


def _go_on(door: Door, thread_id: UUID, deed: Deed, words: str) -> Talk:
    return acts.go_on(
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
        return _text_problem(box, words, needed[deed], most)
    return _text_problem(box, words, "", most) if words.strip() else {}


def _talk(door: Door, thread_id: UUID) -> Talk:
    return acts.talk(
        here().world, by=who(), patient_id=door.patient_id, thread_id=thread_id, at=here().now()
    )


def _thread_page(door: Door, talk: Talk, wrong: Mapping[str, str] | None = None) -> str:
    wrong = wrong or {}
    place = talk.thread.place
    known = place.path in door.words.fields
    form = request.form
    return door.show(
        "thread",
        talk=talk,
        thread=talk.thread,
        state=state_words(talk.thread),
        said=[(entry, _by(entry)) for entry in talk.thread.entries],
        deeds={deed.value for deed in talk.deeds},
        wrong=wrong,
        errors=[ErrorLine(f"#{_BOX.get(name, name)}", text) for name, text in wrong.items()],
        typed={"words": form.get("words", ""), "line": form.get("line", "")},
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


# --- sentences -----------------------------------------------------------------------------------


def _refused(door: Door, problem: Refused) -> str:
    return door.show("refused", text=say(problem.why))


def _code(problem: Refused) -> int:
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
