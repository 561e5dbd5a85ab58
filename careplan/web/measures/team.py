"""A team's own measures, the same page over the team's own sheet, and what its administrators
promise about them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for

from careplan.accounts.people import CARE_TEAM, Role
from careplan.acts.measuring import ENOUGH, Published, WorkedOut, published, work_out
from careplan.acts.promising import BadPromise, Promised, make_promise, promise_done, promises
from careplan.acts.world import NotThere
from careplan.measures.measures import Measure
from careplan.measures.words import MEASURES
from careplan.summary.wording import day
from careplan.web.access import Reader, open_to
from careplan.web.forms.text import Refused, clean, keepable
from careplan.web.here import here
from careplan.web.measures.asked import Asked
from careplan.web.measures.pages import asked_here, csv_of, fhir_of, page_of, shown_or_404
from careplan.web.measures.promised import told
from careplan.web.session import who
from careplan.web.words import _, gettext

team_measures = Blueprint("team_measures", __name__, url_prefix="/team/measures")


@team_measures.get("")
@open_to(Reader.TEAM)
def page() -> str:
    asked = asked_here()
    return render_template(
        "measures/team.html",
        page=page_of(asked, _published(asked), "team_measures"),
        promises=told(promises(here().world, by=who()), about=asked, today=here().today()),
        team=who().organisation or "",
        manages=Role.TEAM_ADMIN in who().roles,
        enough=ENOUGH,
    )


@team_measures.get("/figures.csv")
@open_to(Reader.TEAM)
def csv_file() -> Response:
    asked = asked_here()
    return csv_of(shown_or_404(asked, _published(asked)))


@team_measures.get("/figures.json")
@open_to(Reader.TEAM)
def fhir_file() -> Response:
    asked = asked_here()
    return fhir_of(shown_or_404(asked, _published(asked)), who().organisation or "")


def _published(asked: Asked) -> Published:
    return published(here().world, about=asked.about, until=asked.until, by=who())


@team_measures.post("/work-out")
@open_to(Reader.TEAM_ADMIN)
def work_out_now() -> Any:
    flash(_outcome(work_out(here().world, at=here().now(), by=who())))
    return redirect(url_for("team_measures.promised"), 303)


def _outcome(made: WorkedOut) -> str:
    if made.tonight:
        return _("So many reports are new that they are read tonight.")
    if made.published:
        return _("New figures are published, up to %(day)s.", day=day(made.until))
    if made.waiting:
        return _(
            "Something is new, but of fewer than %(enough)s people. It is counted with the next "
            "month’s, so that nobody can be told apart.",
            enough=ENOUGH,
        )
    return _("Nothing is new since the last figures. They are worked out from whole months.")


# --- promises ----------------------------------------------------------------------------------


@team_measures.route("/promises", methods=("GET", "POST"))
@open_to(Reader.TEAM_ADMIN)
def promised() -> Any:
    if request.method == "GET":
        return _form({}, {})
    typed = {name: keepable(text) for name, text in request.form.items()}
    if unreadable := _unreadable(typed):
        return _form(typed, unreadable), 400
    asked = Promised(
        measure=typed.get("measure", ""),
        owner=typed.get("owner", ""),
        action=typed.get("action", ""),
        due_on=_day(typed.get("day", ""), typed.get("month", ""), typed.get("year", "")),
        public=typed.get("public") == "yes",
    )
    try:
        make_promise(here().world, by=who(), asked=asked, at=here().now())
    except BadPromise as problem:
        return _form(typed, dict(problem.problems)), 400
    flash(_("The promise is kept here until it is done."))
    return redirect(url_for("team_measures.promised"), 303)


@team_measures.post("/promises/<uuid:promise_id>/done")
@open_to(Reader.TEAM_ADMIN)
def done(promise_id: UUID) -> Any:
    try:
        promise_done(here().world, by=who(), promise_id=promise_id, at=here().now())
    except NotThere:
        flash(_("This was done already, or is not a promise of your team."))
        return _form({}, {}), 404
    flash(_("Marked as done."))
    return redirect(url_for("team_measures.promised"), 303)


def _form(typed: dict[str, str], problems: dict[str, str]) -> str:
    places = {"measure": "#measure", "owner": "#owner", "action": "#action", "due_on": "#due-day"}
    return render_template(
        "measures/promises.html",
        promises=told(promises(here().world, by=who()), today=here().today()),
        measures=[(one.value, gettext(MEASURES[one])) for one in Measure],
        typed=typed,
        problems={name: gettext(words) for name, words in problems.items()},
        errors=[{"text": gettext(problems[one]), "href": places[one]} for one in problems],
        works_here=bool(who().roles & CARE_TEAM),
        team=who().organisation or "",
    )


def _unreadable(typed: Mapping[str, str]) -> dict[str, str]:
    """A database that cannot keep a sign would refuse all of it without a word."""
    found = {}
    for name in ("owner", "action"):
        try:
            clean(typed.get(name, ""))
        except Refused as refused:
            found[name] = str(refused)
    return found


def _day(number: str, month: str, year: str) -> date | None:
    try:
        return date(int(year), int(month), int(number))
    except (ValueError, OverflowError):
        return None
