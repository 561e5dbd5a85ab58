"""Stop a dose now, in two steps: what will happen, then the press that does it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for

from careplan.acts.desk import Desk, open_desk
from careplan.acts.publishing import ChangedMeanwhile, stop_dose
from careplan.plan.lifecycle import NotNow, State, state_of
from careplan.plan.pain import Step
from careplan.web.access import Reader, open_to
from careplan.web.forms.views import ErrorLine
from careplan.web.here import here
from careplan.web.session import who
from careplan.web.team.header import header_of
from careplan.web.words import _


@open_to(Reader.TEAM)
def stop(patient_id: UUID) -> Any:
    if request.method == "GET":
        return _show(_open(patient_id))
    try:
        stop_dose(
            here().world,
            by=who(),
            patient_id=patient_id,
            version_seen=_number(request.form.get("version", "")),
            at=here().now(),
        )
    except ChangedMeanwhile:
        sentence = _(
            "A newer version was published while you read this, and the dose is not stopped yet. "
            "If it must still be stopped, press again."
        )
        return _show(_open(patient_id), error=sentence), 409
    except NotNow:
        return _show(_open(patient_id)), 409
    flash(_("The dose is stopped. Every link to this plan says so now. Paper copies do not."))
    return redirect(url_for("team.overview", patient_id=patient_id))


def _open(patient_id: UUID) -> Desk:
    return open_desk(here().world, by=who(), patient_id=patient_id, at=here().now())


def _show(desk: Desk, *, error: str = "") -> str:
    state = state_of(desk.current)
    can_stop = state in (State.NOT_SEEN, State.ANSWERED)
    current = desk.current
    steps = current.plan.pain_plan.steps if current else ()
    return render_template(
        "team/stop.html",
        header=header_of(desk, here().today()),
        can_stop=can_stop,
        stopped=state is State.STOPPED,
        version=current.number if current else 0,
        ring=(current.plan.care_team.phone_24h if current else None) or "",
        doses=[_dose(step) for step in steps],
        errors=[ErrorLine("#stop-now", error)] if error and can_stop else [],
    )


def _dose(step: Step) -> str:
    """ "First dose: morphine, 10 mg, subcutaneous"."""
    parts = (step.drug, step.dose.words if step.dose else "", " or ".join(step.routes))
    return f"{step.stage.capitalize()}: {', '.join(filter(None, parts))}"


def _number(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) < 10 else 0
