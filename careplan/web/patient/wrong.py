"""Saying that something in the signed part is wrong, reading the team's answer, taking it back."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Blueprint, redirect, render_template, request, url_for

from careplan.acts.annotating import (
    LONGEST,
    TooMany,
    annotate,
    called_wrong,
    sections_to_name,
    withdraw,
)
from careplan.web.access import Reader, open_to, own_patient
from careplan.web.conditions import words_for
from careplan.web.forms.text import Refused, clean, fits, keepable
from careplan.web.here import here
from careplan.web.session import who
from careplan.web.words import _

wrong = Blueprint("wrong", __name__)


def _mine() -> dict[str, Any]:
    return {"by": who(), "patient_id": own_patient()}


@wrong.route("/plan/wrong", methods=["GET", "POST"])
@open_to(Reader.PATIENT)
def home() -> Any:
    sections = sections_to_name(here().world, **_mine())
    if request.method == "GET":
        return _page(sections)
    section, errors = request.form.get("section", ""), dict[str, str]()
    if section not in sections:
        errors["section"] = _("Choose the part that is wrong.")
    try:
        words = fits(clean(request.form.get("words", "")), LONGEST)
        if not words:
            errors["words"] = _("Write what is wrong.")
    except Refused as problem:
        words, errors["words"] = "", str(problem)
    if errors:
        return _page(sections, errors), 422
    try:
        annotate(here().world, **_mine(), section=section, words=words, at=here().now())
    except TooMany:
        full = _("That is as many as can stand at once. Take one back first.")
        return _page(sections, {"words": full}), 422
    return redirect(url_for("wrong.home"), 303)


@wrong.post("/plan/wrong/<uuid:note_id>/take-back")
@open_to(Reader.PATIENT)
def take_back(note_id: UUID) -> Any:
    withdraw(here().world, **_mine(), note_id=note_id, at=here().now())
    return redirect(url_for("wrong.home"), 303)


def _page(sections: tuple[str, ...], errors: dict[str, str] | None = None) -> str:
    return render_template(
        "patient/wrong.html",
        sections=sections,
        titles=words_for(own_patient()).sections,
        annotations=called_wrong(here().world, **_mine()),
        errors=errors if errors and sections else {},  # without a part to name there are no boxes
        form={name: keepable(value) for name, value in request.form.items()},
        most=LONGEST,
    )
