"""Two teams and one plan: begin a move, agree to it, and what is coming to one's own team."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for

from careplan.acts.handover import (
    BadHandover,
    Moving,
    agree_handover,
    begin_handover,
    call_off_handover,
    coming,
    open_handover,
    other_teams,
)
from careplan.web.access import Reader, open_to
from careplan.web.forms.dates import WrongDate, whole_date
from careplan.web.forms.views import ErrorLine
from careplan.web.here import here
from careplan.web.narratives import emergency_page, record_page
from careplan.web.session import who
from careplan.web.team.header import born_words, number_words
from careplan.web.words import _


@open_to(Reader.TEAM)
def handovers() -> str:
    """Plans this team is about to take over."""
    found = coming(here().world, by=who(), at=here().now())
    return render_template("carer/team_coming.html", found=found)


@open_to(Reader.TEAM)
def handover(patient_id: UUID) -> Any:
    if request.method == "GET":
        return _page(patient_id)
    mine: dict[str, Any] = {"by": who(), "patient_id": patient_id, "at": here().now()}
    deed = request.form.get("deed", "")
    if deed == "begin":
        return _begin(patient_id, mine)
    if deed == "agree":
        moved = agree_handover(here().world, **mine)
        flash(_("The plan has moved to the next team.") if moved else _("Your team has agreed."))
        if moved and who().team_id is not None:
            return redirect(url_for("team.people"))
    elif deed == "call-off":
        call_off_handover(here().world, **mine)
        flash(_("The move is called off. Nothing else changed."))
        return redirect(url_for("team.people"))
    return redirect(url_for("team.handover", patient_id=patient_id))


def _begin(patient_id: UUID, mine: dict[str, Any]) -> Any:
    form, errors = request.form, []
    try:
        to_team = UUID(form.get("to_team", ""))
    except ValueError:
        to_team = None
        errors.append(ErrorLine("#to_team", _("Choose the team that takes over.")))
    day = _day(errors)
    if not errors and to_team is not None and day is not None:
        try:
            begin_handover(here().world, **mine, to_team=to_team, move_on=day)
        except BadHandover as problem:
            anchor = "#to_team" if problem.question == "to_team" else "#move-day"
            errors.append(ErrorLine(anchor, _(problem.sentence)))
    if errors:
        return _page(patient_id, errors=errors), 422
    flash(_("The move has begun. Both teams see the plan now."))
    return redirect(url_for("team.handover", patient_id=patient_id))


def _day(errors: list[ErrorLine]) -> date | None:
    boxes = {f"-{part}": request.form.get(f"move-{part}", "") for part in ("day", "month", "year")}
    try:
        text = whole_date(boxes, here().world.words.field("review.review_due"), here().today())
    except WrongDate as wrong:
        errors.append(ErrorLine(f"#move{wrong.box}", wrong.sentence))
        return None
    if not text:
        errors.append(ErrorLine("#move-day", _("Write the day of the move.")))
        return None
    return date.fromisoformat(text)


def _page(patient_id: UUID, *, errors: list[ErrorLine] | None = None) -> str:
    seen = open_handover(here().world, by=who(), patient_id=patient_id, at=here().now())
    current, mine = seen.current, seen.mine == "from"
    return render_template(
        "carer/team_handover.html",
        patient_id=patient_id,
        seen=seen,
        born=born_words(seen.face, here().today()),
        number=number_words(seen.face),
        ready=_ready(seen),
        teams=other_teams(here().world, by=who()) if mine and not seen.handover else (),
        emergency=emergency_page(current) if current and not mine else "",
        record=record_page(current) if current and not mine else "",
        typed=request.form,
        errors=errors or [],
    )


def _ready(seen: Moving) -> str:
    if seen.current is None:
        return ""
    done = seen.current.plan.growing_up.ready
    every = here().world.words_of(seen.current).options.get("readiness", ())
    return _("%(done)s of %(every)s", done=len(done), every=len(every)) if done else ""
