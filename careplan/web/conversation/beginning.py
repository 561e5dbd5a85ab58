"""A new thread: a remark about a place in the plan, or a suggested change with its reason."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from flask import abort, flash, redirect, request

from careplan.acts.conversation import start_remark, suggest
from careplan.acts.talks import Spot, spot
from careplan.plan.conversation import Refused
from careplan.plan.places import NoSuchPlace, Place, fits_at, in_words_at
from careplan.web.conversation.door import Door
from careplan.web.conversation.sentences import code_of, refused, say, text_problem
from careplan.web.drafts import posted
from careplan.web.forms.pages import Page
from careplan.web.forms.read import empty_body, read_page
from careplan.web.forms.reading import FieldError, Reading
from careplan.web.forms.show import view_of
from careplan.web.forms.text import keepable
from careplan.web.forms.views import ErrorLine, FieldView
from careplan.web.here import here
from careplan.web.session import who
from careplan.web.words import _

TALK, CHANGE = "say", "change"


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
        found = spot(here().world, by=who(), patient_id=door.patient_id, place=place)
    except NoSuchPlace:
        abort(404)
    except Refused as problem:
        return refused(door, problem), 409
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
            made = suggest(
                here().world, **asked, words=typed.words, reason=typed.reason, value=value
            )
        else:
            made = start_remark(here().world, **asked, words=typed.reason)
    except Refused as problem:
        wrong = {"reason": say(problem.why)}
        typed = _typed(found, kind, reading, wrong)
        return _form(door, found, typed), code_of(problem)
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
        problems |= text_problem("words", words, _("Write what it should say."))
    empty = _("Write why.") if kind == CHANGE else _("Write what you want to say.")
    problems |= {} if "reason" in problems else text_problem("reason", reason, empty)
    lines = [ErrorLine(f"#{one.html_id}", one.summary) for one in errors]
    lines += [ErrorLine(f"#{name}", text) for name, text in problems.items()]
    fields = _fields(found, reading, errors)
    return Typed(kind, words, reason, fields, tuple(lines), problems)


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
