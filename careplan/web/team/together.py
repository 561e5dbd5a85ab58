"""Agree it together, at the desk: what is new, what is open, the plan in plain words, and then the
screen goes into the person's hands."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Blueprint, redirect, render_template, request, url_for

from careplan.acts.desk import open_desk
from careplan.acts.publishing import ChangedMeanwhile
from careplan.acts.talks import talks
from careplan.acts.together import (
    LONGEST_LINE,
    LONGEST_WORDS,
    Around,
    Unkept,
    hand_over,
    meeting,
)
from careplan.plan.conversation import Kind, State
from careplan.plan.lifecycle import NotNow, state_of
from careplan.plan.lifecycle import State as PlanState
from careplan.web.access import Reader, open_to
from careplan.web.comparing import changes_by_section
from careplan.web.forms.text import Refused, clean, fits, keepable
from careplan.web.forms.views import ErrorLine
from careplan.web.here import here
from careplan.web.narratives import emergency_page
from careplan.web.session import session_token, who
from careplan.web.team.header import header_of
from careplan.web.words import _

team_together = Blueprint("team_together", __name__, url_prefix="/team/<uuid:patient_id>/together")

_LIMITS = {"interpreter": LONGEST_LINE, "language": 60, "present": LONGEST_LINE}


@team_together.route("", methods=["GET", "POST"])
@open_to(Reader.TEAM)
def meet(patient_id: UUID) -> Any:
    if request.method == "GET":
        return _show(patient_id, {})
    errors = _problems()
    if errors:
        return _show(patient_id, errors), 422
    try:
        hand_over(
            here().world,
            by=who(),
            token=session_token() or "",
            patient_id=patient_id,
            version_seen=_number(request.form.get("version", "")),
            around=_around(),
            at=here().now(),
        )
    except ChangedMeanwhile:
        changed = _("The plan changed while this page was open. Look again, then hand it over.")
        return _show(patient_id, {"hand-over": changed}), 409
    except NotNow:
        return _show(patient_id, {"hand-over": _("There is nothing to answer just now.")}), 409
    except Unkept as problem:
        return _show(patient_id, {problem.name: _("These words cannot be kept.")}), 422
    return redirect(url_for("handed.screen"))


def _around() -> Around:
    said = {name: _typed(name) for name in ("interpreter", "language", "present", "basis")}
    interpreter = said["interpreter"]
    if interpreter and said["language"]:
        interpreter = f"{interpreter} ({said['language']})"
    basis = said["basis"] if request.form.get("decides") == "other" else None
    return Around(interpreter or None, said["present"] or None, basis or None)


def _typed(name: str) -> str:
    return keepable(request.form.get(name, "")).strip()


def _problems() -> dict[str, str]:
    errors: dict[str, str] = {}
    decides = request.form.get("decides", "")
    if decides not in ("person", "other"):
        errors["decides"] = _("Say who decides.")
    if decides == "other" and not _typed("basis"):
        errors["basis"] = _("Say who decides with or for the person, and on what basis.")
    if _typed("language") and not _typed("interpreter"):
        errors["interpreter"] = _("Write the interpreter’s name.")
    for name, most in {**_LIMITS, "basis": LONGEST_WORDS}.items():
        try:
            fits(clean(_typed(name)), most)
        except Refused as problem:
            errors[name] = str(problem)
    return errors


def _show(patient_id: UUID, errors: dict[str, str]) -> str:
    world, now = here().world, here().now()
    desk = open_desk(world, by=who(), patient_id=patient_id, at=now)
    header = header_of(desk, here().today())
    met = meeting(world, by=who(), patient_id=patient_id)
    found = talks(world, by=who(), patient_id=patient_id, at=now)
    can_answer = state_of(desk.current) in (PlanState.NOT_SEEN, PlanState.ANSWERED)
    if errors and not can_answer:  # answered or withdrawn meanwhile: there are no boxes to mend
        errors = {"hand-over": _("There is nothing to answer just now.")}
    open_ones = [
        one
        for one in found
        if one.thread.kind is Kind.SUGGESTION and one.thread.state is State.OPEN
    ]
    return render_template(
        "conversation/together.html",
        header=header,
        met=met,
        changes=changes_by_section(met.changes, desk.condition),
        open_ones=open_ones,
        standing=[(one.thread.label, one.thread.standing) for one in found if one.thread.standing],
        can_answer=can_answer,
        emergency=emergency_page(met.current) if met.current else None,
        back_to=url_for("team.overview", patient_id=patient_id),
        talk=lambda one: url_for(
            "team_conversation.thread",
            patient_id=patient_id,
            thread_id=one.thread.id,
            back="together",
        ),
        errors=[ErrorLine(f"#{name}", text) for name, text in errors.items()],
        wrong=errors,
        form=request.form,
    )


def _number(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) < 10 else 0
