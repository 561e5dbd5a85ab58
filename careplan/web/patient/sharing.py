"""The person's links: make one, print it, take it back, and see what each does."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta
from typing import Any
from uuid import UUID

from flask import Blueprint, redirect, render_template, request, url_for
from markupsafe import Markup

from careplan.acts.papers import Paper, paper
from careplan.acts.sharing import (
    BadPasscode,
    NothingToShare,
    Shared,
    links,
    make_link,
    one_link,
    replace_link,
    revoke_link,
)
from careplan.render.qr import qr_svg
from careplan.sharing.links import Kind, NotFromHere, Opening, State
from careplan.web.access import Reader, open_to, own_patient
from careplan.web.forms.text import Refused, line
from careplan.web.here import here
from careplan.web.papers import pdf
from careplan.web.session import who
from careplan.web.words import _

sharing = Blueprint("sharing", __name__)
QR_ON_SCREEN_MM = 60
_LASTS = {"day": timedelta(days=1), "week": timedelta(days=7), "month": timedelta(days=30)}


@sharing.get("/plan/share")
@open_to(Reader.PATIENT)
def home() -> str:
    found = links(here().world, by=who(), patient_id=own_patient(), at=here().now())
    live = [one for one in found if one.state is State.LIVE or one.state is State.LOCKED]
    dead = [one for one in found if one not in live]
    return render_template("patient/share.html", live=live, dead=dead, State=State)


@sharing.route("/plan/share/new", methods=["GET", "POST"])
@open_to(Reader.PATIENT)
def new() -> Any:
    """A link to send to one person, which always asks something and may end."""
    if request.method == "GET":
        return render_template("patient/new_link.html", errors={}, form={})
    errors: dict[str, str] = {}
    try:
        label = line(request.form.get("label", ""), 40)
    except Refused as problem:
        label, errors["label"] = "", str(problem)
    asks = request.form.get("asks", "")
    if asks not in (Opening.DATE_OF_BIRTH, Opening.PASSCODE):
        errors["asks"] = _("Choose what the link asks for.")
    if not errors:
        lasts = _LASTS.get(request.form.get("lasts", ""))
        try:
            made = make_link(
                here().world,
                by=who(),
                patient_id=own_patient(),
                kind=Kind.MESSAGE,
                opening=Opening(asks),
                passcode=request.form.get("passcode"),
                label=label,
                expires_at=here().now() + lasts if lasts else None,
                at=here().now(),
            )
        except BadPasscode as problem:
            errors["passcode"] = str(problem)
        except NothingToShare:
            return redirect(url_for("publishing.look"))
        else:
            return redirect(url_for("sharing.one", link_id=made.link.id))
    return render_template("patient/new_link.html", errors=errors, form=request.form), 422


@sharing.get("/plan/share/<uuid:link_id>")
@open_to(Reader.PATIENT)
def one(link_id: UUID) -> str:
    found = one_link(
        here().world, by=who(), patient_id=own_patient(), link_id=link_id, at=here().now()
    )
    return render_template("patient/link.html", one=found, qr=_drawing(found), State=State)


def _drawing(found: Shared) -> Markup | None:
    if found.state is not State.LIVE:
        return None
    return Markup(qr_svg(found.address, mm=QR_ON_SCREEN_MM))  # noqa: S704 (our own drawing)


@sharing.post("/plan/share/<uuid:link_id>/turn-off")
@open_to(Reader.PATIENT)
def turn_off(link_id: UUID) -> Any:
    with suppress(NotFromHere):  # it is off already, which is what was asked for
        revoke_link(
            here().world, by=who(), patient_id=own_patient(), link_id=link_id, at=here().now()
        )
    return redirect(url_for("sharing.one", link_id=link_id))


@sharing.post("/plan/share/<uuid:link_id>/replace")
@open_to(Reader.PATIENT)
def replace(link_id: UUID) -> Any:
    """I have lost it, or somebody locked it: one tap, and a new one is ready to print."""
    try:
        made = replace_link(
            here().world, by=who(), patient_id=own_patient(), link_id=link_id, at=here().now()
        )
    except NotFromHere:
        return redirect(url_for("sharing.one", link_id=link_id))
    return redirect(url_for("sharing.one", link_id=made.link.id))


@sharing.get("/plan/print")
@open_to(Reader.PATIENT)
def print_home() -> str:
    """Which print shows what, in plain words, before anybody prints."""
    return render_template("patient/print.html")


@sharing.post("/plan/print/<any('page','card','private-card'):kind>")
@open_to(Reader.PATIENT)
def print_paper(kind: str) -> Any:
    """Makes the link of this kind of print where there is none, so it is a POST."""
    try:
        made = paper(
            here().world,
            by=who(),
            patient_id=own_patient(),
            kind=Paper(kind),
            named=request.form.get("nameless") != "yes",
            at=here().now(),
        )
    except NothingToShare:
        return redirect(url_for("publishing.look"))
    return pdf(made, f"my-plan-{kind}.pdf")
