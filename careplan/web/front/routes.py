"""The first page, and the demonstration's three doors: phone, desk and emergency department."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Blueprint, Response, abort, redirect, render_template, url_for
from markupsafe import Markup

from careplan.acts.seeding import DEMO_CLINICIAN, DEMO_EMERGENCY, DEMO_PATIENT
from careplan.acts.sharing import Shared, links
from careplan.acts.signing_in import demo_sign_in, who_is
from careplan.render.qr import qr_svg
from careplan.sharing.links import Kind, State
from careplan.store.fences import Door, Fence, within
from careplan.web.access import Reader, open_to
from careplan.web.account.landing import first_page
from careplan.web.front.machines import machines
from careplan.web.here import here
from careplan.web.session import remember, session_token, who
from careplan.web.sheet import framed_css
from careplan.web.words import _

front = Blueprint("front", __name__)
front.register_blueprint(machines)

_DOORS = {
    DEMO_PATIENT: "patient.home",
    DEMO_CLINICIAN: "team.people",
    DEMO_EMERGENCY: "emergency.ask",
}
_HELD_UP_MM = 90
"""A card held up to somebody, on a screen."""


@front.get("/")
@open_to(Reader.ANYONE)
def home() -> Any:
    if here().settings.demo:
        return render_template("front/demo.html")
    if who().known:
        return redirect(first_page(who()))
    return render_template("front/home.html")


@front.post("/demo/patient")
@open_to(Reader.DEMO)
def demo_patient() -> Any:
    return _in_as(DEMO_PATIENT)


@front.post("/demo/team")
@open_to(Reader.DEMO)
def demo_team() -> Any:
    return _in_as(DEMO_CLINICIAN)


@front.post("/demo/staff-door")
@open_to(Reader.DEMO)
def demo_staff_door() -> Any:
    if not here().settings.break_glass:
        abort(404)
    return _in_as(DEMO_EMERGENCY)


@front.get("/demo/emergency")
@open_to(Reader.DEMO)
def demo_emergency() -> str:
    """The invented person's card, as they would hold it up, and a way in without a phone."""
    _only_in_the_demonstration()
    card = _card()
    drawing = None
    if card is not None:
        drawn = qr_svg(card.address, mm=_HELD_UP_MM, title=_("QR code of the card"))
        drawing = Markup(drawn)  # noqa: S704 (our own drawing, its title escaped there)
    return render_template("front/emergency.html", card=card, drawing=drawing)


@front.get("/emergency.css")
@open_to(Reader.ANYONE)
def emergency_css() -> Response:
    """The emergency page's own style, for where it stands framed inside another page."""
    return Response(framed_css(), mimetype="text/css", headers={"Cache-Control": "max-age=3600"})


def _in_as(email: str) -> Any:
    _only_in_the_demonstration()
    token = demo_sign_in(here().world, email=email, at=here().now(), old_token=session_token())
    return remember(redirect(url_for(_DOORS[email])), token)


def _only_in_the_demonstration() -> None:
    if not here().settings.demo:
        abort(404)


def _card() -> Shared | None:
    """The newest live full print; None when it was turned off while trying things out."""
    person = who_is(here().world, email=DEMO_PATIENT)
    own = UUID(person.patient_id)
    with within(Fence(Door.INSIDE, people=frozenset({own}))):  # whoever tries things out is nobody
        found = links(here().world, by=person, patient_id=own, at=here().now())
    live = (one for one in found if one.state is State.LIVE)
    return next((one for one in live if one.link.kind is Kind.FULL_PRINT), None)
