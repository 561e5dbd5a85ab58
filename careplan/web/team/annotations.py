"""What a person says is wrong in the signed part, and the team's one answer to each."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for

from careplan.acts.annotating import LONGEST, Settled, answer, called_wrong
from careplan.acts.desk import open_desk
from careplan.web.access import Reader, open_to
from careplan.web.conditions import words_for
from careplan.web.forms.text import Refused, clean, fits, keepable
from careplan.web.forms.views import ErrorLine
from careplan.web.here import here
from careplan.web.session import who
from careplan.web.team.header import header_of
from careplan.web.words import _


@open_to(Reader.TEAM)
def wrong(patient_id: UUID) -> str:
    return _show(patient_id)


@open_to(Reader.TEAM)
def answer_wrong(patient_id: UUID, note_id: UUID) -> Any:
    box = f"#answer-{note_id}"
    try:
        words = fits(clean(request.form.get("words", "")), LONGEST)
    except Refused as problem:
        return _show(patient_id, [ErrorLine(box, str(problem))]), 422
    if not words:
        return _show(patient_id, [ErrorLine(box, _("Write what the person will read."))]), 422
    mine: dict[str, Any] = {"by": who(), "patient_id": patient_id, "at": here().now()}
    try:
        answer(here().world, **mine, note_id=note_id, words=words)
    except Settled:
        flash(_("Nothing was kept: it was answered or taken back meanwhile."))
    else:
        flash(_("Your answer is kept. The person reads it beside their words."))
    return redirect(url_for("team.overview", patient_id=patient_id), 303)


def _show(patient_id: UUID, errors: list[ErrorLine] | None = None) -> str:
    desk = open_desk(here().world, by=who(), patient_id=patient_id, at=here().now())
    return render_template(
        "team/wrong.html",
        header=header_of(desk, here().today()),
        annotations=called_wrong(here().world, by=who(), patient_id=patient_id),
        titles=words_for(patient_id).sections,
        form={name: keepable(value) for name, value in request.form.items()},
        most=LONGEST,
        errors=errors or [],
    )
