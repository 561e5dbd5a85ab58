"""Who may act for a person, at the desk: let in, pause, confirm, look again; and what the person
has told the team in private."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for

from careplan.accounts.clinic_codes import shown
from careplan.accounts.grants import State
from careplan.acts.carers import (
    BadGrant,
    Helper,
    bases_for,
    confirm_access,
    end_access,
    helpers_of,
    make_code_for,
    note_review,
    restore_access,
    suspend_access,
)
from careplan.acts.desk import Desk, open_desk
from careplan.acts.quietly import deal_with, notes_for_team, open_notes
from careplan.web.access import Reader, open_to
from careplan.web.forms.text import Refused, fits, line
from careplan.web.forms.views import ErrorLine
from careplan.web.here import here
from careplan.web.patient.helpers import read_asked, typed_asked
from careplan.web.session import who
from careplan.web.team.header import header_of
from careplan.web.words import _

MOST = 200


@open_to(Reader.TEAM)
def helpers(patient_id: UUID) -> Any:
    return _page(patient_id)


def _page(patient_id: UUID, *, errors: tuple[ErrorLine, ...] = ()) -> str:
    desk = _open(patient_id)
    mine: dict[str, Any] = {"by": who(), "patient_id": patient_id}
    found = helpers_of(here().world, **mine, at=here().now())
    return render_template(
        "carer/team_helpers.html",
        header=header_of(desk, here().today()),
        helping=found,
        standing={one.grant.id: _standing(one) for one in found},
        review=next((one.review for one in found if one.review), None),
        notes=notes_for_team(here().world, **mine),
        ready=ready_words(desk),
        errors=errors,
    )


def _open(patient_id: UUID) -> Desk:
    return open_desk(here().world, by=who(), patient_id=patient_id, at=here().now())


def ready_words(desk: Desk) -> str:
    """ "7 of 10 things done": what the young person has ticked for themself."""
    if desk.current is None:
        return ""
    done = desk.current.plan.growing_up.ready
    every = here().world.words_of(desk.current).options.get("readiness", ())
    if not done:
        return ""
    return _("%(done)s of %(every)s done", done=len(done), every=len(every))


def _standing(one: Helper) -> str:
    state = one.grant.state
    if state is State.ENDED:
        return _("Ended")
    if one.outgrown:
        return _("Ended on the sixteenth birthday")
    if state is State.SUSPENDED:
        return _("Paused by the team or the person")
    if state is State.WAITING:
        return _("Waiting: see their paper first")
    return _("May read and write") if one.grant.writes else _("May read")


@open_to(Reader.TEAM)
def let_in(patient_id: UUID) -> Any:
    """The one who helps is in clinic; who they are has been checked."""
    mine: dict[str, Any] = {"by": who(), "patient_id": patient_id, "at": here().now()}
    bases = bases_for(here().world, **mine)
    if request.method == "GET":
        return _let_in(patient_id, bases, {}, {})
    asked, errors = read_asked(bases, papers=True)
    if asked is not None and not request.form.get("checked"):
        asked, errors = None, {"checked": _("Check who they are first, then tick the box.")}
    if asked is not None:
        try:
            code = shown(make_code_for(here().world, **mine, asked=asked))
            return _let_in(patient_id, bases, {}, {}, code=code)
        except BadGrant as problem:
            errors = {problem.question: _(problem.sentence)}
    return _let_in(patient_id, bases, typed_asked(), errors), 422


def _let_in(
    patient_id: UUID, bases: Any, typed: dict[str, str], errors: dict[str, str], *, code: str = ""
) -> str:
    return render_template(
        "carer/team_let_in.html",
        header=header_of(_open(patient_id), here().today()),
        bases=bases,
        typed=typed,
        errors=errors,
        lines=[ErrorLine(f"#{name}", text) for name, text in errors.items()],
        code=code,
    )


@open_to(Reader.TEAM)
def change_helper(patient_id: UUID, grant_id: UUID, deed: str) -> Any:
    world = here().world
    this: dict[str, Any] = {
        "by": who(),
        "patient_id": patient_id,
        "grant_id": grant_id,
        "at": here().now(),
    }
    try:
        words = fits(line(request.form.get("words", "")), MOST)
        if deed == "suspend":
            suspend_access(world, **this, reason=words)
        elif deed == "confirm":
            confirm_access(world, **this, paper=words)
        elif deed == "restore":
            restore_access(world, **this)
        else:
            end_access(world, **this)
    except (Refused, BadGrant) as problem:
        if not _asks_words(patient_id, grant_id, deed):
            flash(_("Their access has changed since this page was opened: look below."))
            return _page(patient_id), 409
        sentence = _(problem.sentence) if isinstance(problem, BadGrant) else str(problem)
        return _page(patient_id, errors=(ErrorLine(f"#words-{grant_id}", sentence),)), 422
    flash(_TOLD[deed]())
    return redirect(url_for("team.helpers", patient_id=patient_id))


def _asks_words(patient_id: UUID, grant_id: UUID, deed: str) -> bool:
    """Whether the page has a box for this deed: only then can a sentence stand beside it."""
    found = helpers_of(here().world, by=who(), patient_id=patient_id, at=here().now())
    one = next((one for one in found if UUID(one.grant.id) == grant_id), None)
    if one is None:
        return False
    return one.live if deed == "suspend" else deed == "confirm" and one.grant.state == "waiting"


_TOLD = {
    "suspend": lambda: _("Paused. They cannot open the plan from now on."),
    "confirm": lambda: _("Confirmed. They can open the plan now."),
    "restore": lambda: _("Given back. They can open the plan again."),
    "end": lambda: _("Ended."),
}


@open_to(Reader.TEAM)
def reviewed(patient_id: UUID) -> Any:
    note_review(here().world, by=who(), patient_id=patient_id, at=here().now())
    flash(_("Noted: the team has looked again at who may act."))
    return redirect(url_for("team.helpers", patient_id=patient_id))


@open_to(Reader.TEAM)
def private_done(patient_id: UUID, note_id: UUID) -> Any:
    mine: dict[str, Any] = {"by": who(), "patient_id": patient_id, "at": here().now()}
    deal_with(here().world, **mine, note_id=note_id)
    flash(_("Noted as dealt with."))
    return redirect(url_for("team.helpers", patient_id=patient_id))


@open_to(Reader.TEAM)
def private_messages() -> str:
    """Everybody who has told this team something in private, the oldest first."""
    return render_template("carer/team_private.html", found=open_notes(here().world, by=who()))
