"""The paper form for people without a phone: nobody is named on it, so anybody may print it."""

from __future__ import annotations

from flask import Blueprint, render_template

from careplan.visits.questions import asked
from careplan.web.access import Reader, open_to

visit_form = Blueprint("visit_form", __name__)


@visit_form.get("/visit-form")
@open_to(Reader.ANYONE)
def paper() -> str:
    return render_template(
        "report/paper.html",
        pages=asked().pages,
        audience_hints=asked().audience_hints,
        beside=asked().beside,
    )
