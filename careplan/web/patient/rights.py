"""Everything that is kept about a person, for them to take along: one press, one file."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, render_template

from careplan.acts.everything import MOST, TooOften, everything
from careplan.web.access import Reader, open_to, own_patient
from careplan.web.account.again import asked_first
from careplan.web.here import here
from careplan.web.session import session_token, who
from careplan.web.words import _

rights = Blueprint("rights", __name__)


@rights.get("/plan/everything")
@open_to(Reader.PATIENT)
def home() -> Any:
    return asked_first() or _page()


@rights.post("/plan/everything")
@open_to(Reader.PATIENT)
def take() -> Any:
    try:
        body = everything(
            here().world,
            by=who(),
            token=session_token() or "",
            patient_id=own_patient(),
            at=here().now(),
        )
    except TooOften:
        problem = _("You have taken it %(most)s times today. Try again tomorrow.", most=MOST)
        return _page(problem), 429
    answer = Response(body, mimetype="application/zip")
    answer.headers["Content-Disposition"] = 'attachment; filename="everything-about-me.zip"'
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _page(problem: str | None = None) -> str:
    return render_template("patient/everything.html", errors={"take": problem} if problem else {})
