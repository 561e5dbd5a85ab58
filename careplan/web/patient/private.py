"""The person's private words: pages that nobody at the hospital, and no carer, can open."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Blueprint, redirect, render_template, request, url_for

from careplan.acts.private_words import (
    MOST,
    change_note,
    private_note,
    private_notes,
    tell_team,
    throw_away,
    write_note,
)
from careplan.store.errors import Stale
from careplan.store.private_words import PrivateNote
from careplan.web.access import Reader, open_to, own_patient
from careplan.web.forms.text import Refused, clean, fits
from careplan.web.here import here
from careplan.web.session import who
from careplan.web.words import _

private = Blueprint("private", __name__)


@private.route("/plan/private", methods=["GET", "POST"])
@open_to(Reader.PATIENT)
def home() -> Any:
    """What is there, and an empty box for more."""
    if request.method == "GET":
        return _home()
    try:
        text = _typed()
    except Refused as problem:
        return _home(typed=request.form.get("text", ""), error=str(problem)), 422
    write_note(here().world, by=who(), patient_id=own_patient(), text=text, at=here().now())
    return redirect(url_for("private.home"))


def _home(typed: str = "", error: str | None = None) -> str:
    notes = private_notes(here().world, by=who(), patient_id=own_patient())
    told = request.args.get("told") == "yes"
    return render_template(
        "private/home.html", notes=notes, typed=typed, error=error, most=MOST, told=told
    )


@private.route("/plan/private/<uuid:note_id>", methods=["GET", "POST"])
@open_to(Reader.PATIENT)
def one(note_id: UUID) -> Any:
    world, me = here().world, own_patient()
    note = private_note(world, by=who(), patient_id=me, note_id=note_id)
    if request.method == "GET":
        return _one(note, note.text)
    try:
        change_note(
            world,
            by=who(),
            patient_id=me,
            note_id=note_id,
            text=_typed(),
            based_on=_revision(),
            at=here().now(),
        )
    except Refused as problem:
        return _one(note, request.form.get("text", ""), error=str(problem)), 422
    except Stale as newer:
        return _one(newer.current, request.form.get("text", ""), theirs=newer.current.text), 409
    return redirect(url_for("private.home"))


def _one(note: PrivateNote, text: str, error: str | None = None, theirs: str | None = None) -> str:
    return render_template(
        "private/one.html", note=note, text=text, error=error, theirs=theirs, most=MOST
    )


@private.route("/plan/private/<uuid:note_id>/tell", methods=["GET", "POST"])
@open_to(Reader.PATIENT)
def tell(note_id: UUID) -> Any:
    """One press, after what the team will see is shown."""
    world, me = here().world, own_patient()
    if request.method == "POST":
        tell_team(world, by=who(), patient_id=me, note_id=note_id, at=here().now())
        return redirect(url_for("private.home", told="yes"))
    note = private_note(world, by=who(), patient_id=me, note_id=note_id)
    return render_template("private/tell.html", note=note)


@private.route("/plan/private/<uuid:note_id>/throw-away", methods=["GET", "POST"])
@open_to(Reader.PATIENT)
def drop(note_id: UUID) -> Any:
    world, me = here().world, own_patient()
    if request.method == "POST":
        throw_away(world, by=who(), patient_id=me, note_id=note_id, at=here().now())
        return redirect(url_for("private.home"))
    note = private_note(world, by=who(), patient_id=me, note_id=note_id)
    return render_template("private/throw_away.html", note=note)


def _typed() -> str:
    """Raises Refused."""
    text = fits(clean(request.form.get("text", "")), MOST)
    if not text:
        raise Refused(_("Write something first, or go back."))
    return text


def _revision() -> int:
    text = request.form.get("revision", "0")
    return int(text) if text.isdecimal() and len(text) < 10 else 0
