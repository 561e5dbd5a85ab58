"""The person's links: see what each does and what happened at it, name it, print it, end it."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta
from typing import Any
from uuid import UUID

from flask import Blueprint, redirect, render_template, request, url_for
from markupsafe import Markup

from careplan.acts.errands import errands
from careplan.acts.papers import Paper, paper, stale_since
from careplan.acts.sharing import NothingToShare, rename_link, replace_link, revoke_link
from careplan.acts.watching import (
    Held,
    held_links,
    story_of_link,
    warning_seen,
    warnings_of,
)
from careplan.render.qr import qr_svg
from careplan.sharing.links import Kind, NotFromHere, State
from careplan.store.errands import Errand
from careplan.web.access import Reader, open_to, own_patient
from careplan.web.forms.text import Refused, keepable, line
from careplan.web.here import here
from careplan.web.links import AlertView, alert_view, story_line, stranger_words, view_of
from careplan.web.papers import pdf
from careplan.web.session import who

sharing = Blueprint("sharing", __name__)
QR_ON_SCREEN_MM = 60
MOST_IN_NAME = 40
LAST_PAGE = 500
NEWS_FOR = timedelta(days=14)


def _mine() -> dict[str, Any]:
    return {"by": who(), "patient_id": own_patient(), "at": here().now()}


def alerts() -> tuple[AlertView, ...]:
    """Shown on the front page and on the list until the person has seen them."""
    return tuple(map(alert_view, warnings_of(here().world, **_mine())))


def news_of_errands() -> tuple[Errand, ...]:
    """The card that was asked for, and for two weeks that it is on its way."""
    asked = errands(here().world, by=who(), patient_id=own_patient())
    lately = here().now() - NEWS_FOR
    return tuple(one for one in asked if one.open or (one.done_at and one.done_at > lately))


@sharing.get("/plan/share")
@open_to(Reader.PATIENT)
def home() -> str:
    found = [view_of(one) for one in held_links(here().world, **_mine())]
    return render_template(
        "patient/share.html",
        alerts=alerts(),
        live=[one for one in found if one.works],
        dead=[one for one in found if not one.works],
        errands=news_of_errands(),
    )


@sharing.get("/plan/share/<uuid:link_id>")
@open_to(Reader.PATIENT)
def one(link_id: UUID) -> str:
    return _one(link_id)


def _one(link_id: UUID, *, typed: str | None = None, error: str = "") -> str:
    page = request.args.get("page", "")
    number = min(int(page), LAST_PAGE) if page.isdecimal() and len(page) < 6 else 1
    story = story_of_link(here().world, **_mine(), link_id=link_id, page=max(number, 1))
    held = story.held
    return render_template(
        "patient/link.html",
        one=held.shared,
        view=view_of(held),
        stranger=stranger_words(held.link),
        qr=_drawing(held),
        lines=[story_line(one, held.link) for one in story.happened],
        page=story.page,
        more=story.more,
        typed=held.link.label if typed is None else typed,
        errors={"label": error} if error else {},
        Kind=Kind,
    )


def _drawing(held: Held) -> Markup | None:
    if held.state is not State.LIVE:
        return None
    return Markup(qr_svg(held.shared.address, mm=QR_ON_SCREEN_MM))  # noqa: S704 (our own drawing)


@sharing.post("/plan/share/<uuid:link_id>/name")
@open_to(Reader.PATIENT)
def rename(link_id: UUID) -> Any:
    """The person's own name for it. Empty is a name too: then it is called by its kind."""
    typed = request.form.get("label", "")
    try:
        label = line(typed, MOST_IN_NAME)
    except Refused as problem:
        return _one(link_id, typed=keepable(typed), error=str(problem)), 422
    rename_link(here().world, **_mine(), link_id=link_id, label=label)
    return redirect(url_for("sharing.one", link_id=link_id))


@sharing.post("/plan/share/<uuid:link_id>/turn-off")
@open_to(Reader.PATIENT)
def turn_off(link_id: UUID) -> Any:
    with suppress(NotFromHere):  # it is off already, which is what was asked for
        revoke_link(here().world, **_mine(), link_id=link_id)
    return redirect(url_for("sharing.one", link_id=link_id))


@sharing.post("/plan/share/<uuid:link_id>/replace")
@open_to(Reader.PATIENT)
def replace(link_id: UUID) -> Any:
    """I have lost it, or somebody locked it: one tap, and a new one is ready to print."""
    try:
        made = replace_link(here().world, **_mine(), link_id=link_id)
    except NotFromHere:
        return redirect(url_for("sharing.one", link_id=link_id))
    return redirect(url_for("sharing.one", link_id=made.link.id))


@sharing.post("/plan/share/<uuid:link_id>/seen")
@open_to(Reader.PATIENT)
def seen(link_id: UUID) -> Any:
    """Takes the warning away from the top of the pages; what happens later is a new one."""
    warning_seen(here().world, **_mine(), link_id=link_id)
    back = "patient.home" if request.form.get("from") == "plan" else "sharing.home"
    return redirect(url_for(back))


@sharing.get("/plan/print")
@open_to(Reader.PATIENT)
def print_home() -> str:
    """Which print shows what, in plain words, before anybody prints."""
    stale = stale_since(here().world, by=who(), patient_id=own_patient())
    return render_template("patient/print.html", stale=stale)


@sharing.post("/plan/print/<any('page','card','private-card'):kind>")
@open_to(Reader.PATIENT)
def print_paper(kind: str) -> Any:
    """Makes the link of this kind of print where there is none, so it is a POST."""
    try:
        made = paper(
            here().world,
            **_mine(),
            kind=Paper(kind),
            named=request.form.get("nameless") != "yes",
        )
    except NothingToShare:
        return redirect(url_for("publishing.look"))
    return pdf(made, f"my-plan-{kind}.pdf")
