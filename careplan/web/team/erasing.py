"""Somebody asked for their plan to be erased: what was decided at the trust is written down here.

The page erases nothing; the command `erase` does, by this decision.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import abort, flash, redirect, render_template, request, url_for

from careplan.acts.desk import open_desk
from careplan.acts.erasing import (
    LONGEST,
    LONGEST_NAME,
    Decision,
    erasure_asked,
    write_down_decision,
)
from careplan.acts.world import NotThere
from careplan.store.erasure_requests import ErasureRequest
from careplan.web.access import Reader, open_to
from careplan.web.forms.text import Refused, clean, fits, keepable, line
from careplan.web.forms.views import ErrorLine
from careplan.web.here import here
from careplan.web.session import who
from careplan.web.team.header import header_of
from careplan.web.words import _

_SAYS = {"yes": True, "no": False}


@open_to(Reader.TEAM)
def erasure(patient_id: UUID) -> Any:
    if request.method == "GET":
        return _show(patient_id)
    decision, errors = _read()
    if decision is None:
        return _show(patient_id, errors), 422
    mine: dict[str, Any] = {"by": who(), "patient_id": patient_id, "at": here().now()}
    try:
        write_down_decision(here().world, **mine, decision=decision)
    except NotThere:
        if erasure_asked(here().world, by=who(), patient_id=patient_id) is None:
            abort(404)
        return _show(patient_id), 409
    flash(_("The decision is written down. The person reads it in their plan."))
    return redirect(url_for("team.overview", patient_id=patient_id), 303)


def waiting(patient_id: UUID) -> ErasureRequest | None:
    """For the person's page at the desk."""
    found = erasure_asked(here().world, by=who(), patient_id=patient_id)
    return found if found is not None and found.open else None


def _read() -> tuple[Decision | None, list[ErrorLine]]:
    form, errors = request.form, []
    if form.get("decision") not in _SAYS:
        errors.append(ErrorLine("#decision", _("Say whether the answer is yes or no.")))
    said = {}
    for name, sentence in (
        ("by", _("Write who decided it, with name and post.")),
        ("answer", _("Write what the person will read.")),
    ):
        try:
            typed = form.get(name, "")
            said[name] = line(typed, LONGEST_NAME) if name == "by" else fits(clean(typed), LONGEST)
            if not said[name]:
                errors.append(ErrorLine(f"#{name}", sentence))
        except Refused as problem:
            errors.append(ErrorLine(f"#{name}", str(problem)))
    if errors:
        return None, errors
    return Decision(agreed=_SAYS[form["decision"]], **said), []


def _show(patient_id: UUID, errors: list[ErrorLine] | None = None) -> str:
    desk = open_desk(here().world, by=who(), patient_id=patient_id, at=here().now())
    return render_template(
        "team/erasure.html",
        header=header_of(desk, here().today()),
        asked=erasure_asked(here().world, by=who(), patient_id=patient_id),
        form={name: keepable(value) for name, value in request.form.items()},
        most=LONGEST,
        errors=errors or [],
    )
