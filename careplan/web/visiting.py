"""Going in, on the pages of the person and of whoever may write for them: the same for both.

For somebody in severe pain with one thumb: each answer is one large button, nothing needs typing
and nothing needs a script; what was pressed last can be taken back where it is said.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

from flask import abort, redirect, render_template, request

from careplan.acts.hospitals import offered_hospitals
from careplan.acts.taps import BadTap, Press, TooLate, TooManyTaps, TooManyVisits
from careplan.acts.visiting import Going, begin, going, tap
from careplan.store.hospitals import Hospital
from careplan.visits.visit import (
    LONGEST_WORDS,
    MAY_TAKE_BACK,
    Stage,
    Tap,
    Tapped,
    Visit,
    When,
    Where,
    waiting,
)
from careplan.web.forms.text import Refused, keepable, line
from careplan.web.here import here
from careplan.web.session import who
from careplan.web.words import _

_OLD = timedelta(hours=4)
"""After this long without a tap the page asks first whether it is the same visit."""


@dataclass(frozen=True)
class Doors:
    """Where this visitor's pages are. `called`: whom a helper presses for; None for oneself."""

    patient_id: UUID
    frame: str
    address: Callable[..., str]
    show_plan: str
    remember: str
    report: str
    called: str | None = None
    top: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Said:
    """One tap in the words of its button; `back`: whether it can still be taken back."""

    one: Tapped
    words: str
    back: bool


# --- pages -------------------------------------------------------------------------------------


def home(doors: Doors, problem: str = "") -> str:
    found = _going(doors)
    if found.visit is None:
        return _page(doors, "visit/start.html", problem=problem)
    return _page(
        doors,
        "visit/live.html",
        problem=problem,
        visit=found.visit,
        arrived=found.visit.stage is Stage.ARRIVED,
        clock=waiting(found.visit, here().now()),
        said=_said(found.visit),
        old=here().now() - found.visit.taps[-1].at > _OLD,
    )


def press_begin(doors: Doors) -> Any:
    """A second press is the same visit; `another` says that it is not."""
    try:
        begin(
            here().world,
            by=who(),
            patient_id=doors.patient_id,
            tap_id=_id("tap_id"),
            another=request.form.get("another") == "yes",
            at=here().now(),
        )
    except (TooManyVisits, TooManyTaps):
        return home(doors, _too_many_visits()), 409
    return redirect(doors.address("home"), 303)


def press(doors: Doors) -> Any:
    """Any of the other buttons. Each has an id of its own, so that twice is once."""
    try:
        kind = Tap(request.form.get("tap", ""))
        made = _press(kind)
    except (ValueError, Refused):
        abort(400)
    return _tap(doors, made)


def _press(kind: Tap) -> Press:
    facts: dict[str, Any] = {"tap_id": _id("tap_id"), "tap": kind, "at": here().now()}
    if kind is Tap.TAKEN_BACK:
        return Press(**facts, back=_id("back"))
    if kind is Tap.TELL_TEAM:
        return Press(**facts, tells={"yes": True, "no": False}.get(request.form.get("tells", "")))
    if kind in (Tap.TOOK, Tap.WHERE, Tap.GOING_IN):
        raise ValueError(kind)
    return Press(**facts)


def _tap(doors: Doors, made: Press) -> Any:
    try:
        tap(
            here().world,
            by=who(),
            patient_id=doors.patient_id,
            visit_id=_id("visit"),
            press=made,
            at=here().now(),
        )
    except TooManyTaps:
        return home(doors, _too_many_taps()), 409
    except TooLate:
        text = _("That was more than 10 minutes ago, so it stands. You can put it right later.")
        return home(doors, text), 409
    except BadTap:
        abort(400)
    return redirect(doors.address("home"), 303)


def took(doors: Doors) -> Any:
    """What was taken and how long ago, in the words of the buttons."""
    found = _going(doors)
    if found.visit is None:
        return redirect(doors.address("home"))
    if request.method == "GET":
        return _ask_took(doors, found)
    facts: dict[str, Any] = {"tap_id": _id("tap_id"), "tap": Tap.TOOK, "at": here().now()}
    chosen = request.form.get("what", "")
    if request.form.get("nothing") == "yes":
        return _tap(doors, Press(**facts))
    written = request.form.get("words", "").strip()
    if written and chosen not in ("", "other"):
        problem = _("You wrote something, and tapped something else. Tap which it was, then when.")
        return _ask_took(doors, found, problem=problem), 422
    try:
        words = line(written if chosen in ("", "other") else chosen, LONGEST_WORDS)
        when = When(request.form.get("when", ""))
    except Refused as refused:
        return _ask_took(doors, found, problem=str(refused)), 422
    except ValueError:
        abort(400)
    if not words and chosen != "other":
        return _ask_took(doors, found, problem=_("First tap what you took. Then tap when.")), 422
    return _tap(doors, Press(**facts, words=words or _("something else"), when=when))


def _ask_took(doors: Doors, found: Going, problem: str = "") -> str:
    typed = keepable(request.form.get("words", ""))
    return _page(
        doors,
        "visit/took.html",
        problem=problem,
        visit=found.visit,
        names=found.medicines or [_("My usual pain relief")],
        whens=when_words(),
        typed=typed,
        most=LONGEST_WORDS,
    )


def where(doors: Doors) -> Any:
    found = _going(doors)
    if found.visit is None:
        return redirect(doors.address("home"))
    listed = offered_hospitals(here().world, by=who(), patient_id=doors.patient_id)
    if request.method == "GET":
        return _ask_where(doors, found, listed)
    try:
        chosen = _where(listed)
    except Refused as refused:
        return _ask_where(doors, found, listed, problem=str(refused)), 422
    facts: dict[str, Any] = {"tap_id": _id("tap_id"), "tap": Tap.WHERE, "at": here().now()}
    return _tap(doors, Press(**facts, where=chosen))


def _where(listed: tuple[Hospital, ...]) -> Where:
    """The button that was pressed: one of the list, the place on it, or own words."""
    code = request.form.get("hospital") or request.form.get("listed") or ""
    if request.form.get("use") == "words":
        words = line(request.form.get("words", ""), LONGEST_WORDS)
        if not words:
            raise Refused(_("Write where, or tap one of the buttons."))
        return Where(words=words)
    named = next((one for one in listed if one.code == code), None)
    if named is not None:
        return Where(hospital=named.code, listed_as=named.words)
    words = line(request.form.get("place", ""), LONGEST_WORDS)
    if not words:
        raise Refused(_("Choose a hospital from the list, or tap one of the buttons."))
    return Where(words=words)


def _ask_where(doors: Doors, found: Going, listed: tuple[Hospital, ...], problem: str = "") -> str:
    own = [found.own_hospital] if found.own_hospital else []
    return _page(
        doors,
        "visit/where.html",
        problem=problem,
        visit=found.visit,
        own=own,
        listed=[one for one in listed if one.code not in {mine.hospital for mine in own}],
        typed=keepable(request.form.get("words", "")),
        most=LONGEST_WORDS,
    )


# --- words ---------------------------------------------------------------------------------------


def when_words() -> dict[When, str]:
    return {
        When.JUST_NOW: _("Just now"),
        When.HALF_HOUR: _("About 30 minutes ago"),
        When.HOUR: _("About 1 hour ago"),
        When.TWO_HOURS: _("About 2 hours ago"),
        When.FOUR_HOURS: _("About 4 hours ago"),
        When.EARLIER: _("Longer ago than that"),
    }


def tap_words(one: Tapped) -> str:
    """The words of the button that was pressed."""
    if one.tap is Tap.TOOK:
        if one.words is None:
            return _("I took nothing for the pain")
        when = when_words()[one.when].lower() if one.when else ""
        return _("I took %(what)s, %(when)s", what=one.words, when=when)
    said = {
        Tap.GOING_IN: _("I’m going in"),
        Tap.ARRIVED: _("I have arrived"),
        Tap.RELIEF_GIVEN: _("I was given pain relief"),
        Tap.CHECKED_AGAIN: _("They checked me again"),
        Tap.LEFT: _("I have left"),
    }
    return said[one.tap]


def _said(visit: Visit) -> list[Said]:
    """Newest first."""
    now = here().now()
    return [
        Said(one, tap_words(one), now - one.at <= MAY_TAKE_BACK) for one in reversed(visit.taps)
    ]


def _too_many_taps() -> str:
    return _("That is as much as one visit can keep. All of it is kept, and you can still leave.")


def _too_many_visits() -> str:
    return _("You have started 6 visits today, which is as many as can be kept. Nothing is lost.")


def _going(doors: Doors) -> Going:
    return going(here().world, by=who(), patient_id=doors.patient_id, at=here().now())


def _id(name: str) -> UUID:
    try:
        return UUID(request.form.get(name, ""))
    except ValueError:
        abort(400)


def _page(doors: Doors, template: str, **facts: Any) -> str:
    """`new_id` gives each button an id of its own."""
    more = {"back_to": doors.address("home"), **doors.top}
    return render_template(
        template, doors=doors, new_id=here().world.new_id, now=here().now(), **facts, **more
    )
