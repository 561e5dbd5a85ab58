"""Who may have a copy of the plan, the copies themselves, and the screen held out to staff."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, redirect, render_template, url_for

from careplan.acts.consents import NotAgreed, consents, give_consent, withdraw_consent
from careplan.acts.renditions import Copy, ambulance_narrative, copy_of, held_out
from careplan.acts.sharing import NothingToShare
from careplan.plan.care_plan import Version
from careplan.plan.lifecycle import standing
from careplan.sharing.consents import Consent
from careplan.web.access import Reader, open_to, own_patient
from careplan.web.here import here
from careplan.web.narratives import emergency_page, framed
from careplan.web.papers import pdf, plain
from careplan.web.session import who

copies = Blueprint("copies", __name__)


@copies.get("/plan/copies")
@open_to(Reader.PATIENT)
def home() -> str:
    """Each consent alone: what it means, how it stands, since when; and the copies it allows."""
    found = consents(here().world, by=who(), patient_id=own_patient())
    return render_template("copies/home.html", standings=found)


@copies.post("/plan/copies/<any(ambulance, gp, school):consent>/agree")
@open_to(Reader.PATIENT)
def agree(consent: str) -> Any:
    world, at = here().world, here().now()
    give_consent(world, by=who(), patient_id=own_patient(), consent=Consent(consent), at=at)
    return redirect(url_for("copies.home", _anchor=consent))


@copies.post("/plan/copies/<any(ambulance, gp, school):consent>/stop")
@open_to(Reader.PATIENT)
def stop(consent: str) -> Any:
    """At once: what is on paper already is on paper, but nobody makes it anew."""
    world, at = here().world, here().now()
    withdraw_consent(world, by=who(), patient_id=own_patient(), consent=Consent(consent), at=at)
    return redirect(url_for("copies.home", _anchor=consent))


@copies.post("/plan/copies/make/<any(large, text, ambulance, school, gp):copy>")
@open_to(Reader.PATIENT)
def make(copy: str) -> Any:
    """Kept once made, and written down each time it is taken, so it is a POST."""
    world, at = here().world, here().now()
    try:
        made = copy_of(world, by=who(), patient_id=own_patient(), kind=Copy(copy), at=at)
    except NotAgreed as problem:
        return _none(problem.consent)
    except NothingToShare:
        return redirect(url_for("publishing.look"))
    return as_file(made, copy)


def as_file(made: bytes, copy: str) -> Response:
    return plain(made, "my-plan.txt") if copy == Copy.TEXT else pdf(made, f"my-plan-{copy}.pdf")


def _none(consent: Consent) -> Any:
    return render_template("copies/none.html", consent=consent), 404


@copies.get("/plan/show")
@open_to(Reader.PATIENT)
def show() -> Any:
    """The emergency page alone on the screen, large, with no way into anything private."""
    try:
        version = held_out(here().world, by=who(), patient_id=own_patient(), at=here().now())
    except NothingToShare:
        return redirect(url_for("publishing.look"))
    return _held_out(version, emergency_page(version), "hospital")


@copies.get("/plan/show/ambulance")
@open_to(Reader.PATIENT)
def show_ambulance() -> Any:
    """The same facts in the order of an ambulance crew."""
    world, at, kind = here().world, here().now(), Copy.AMBULANCE
    try:
        version = held_out(world, by=who(), patient_id=own_patient(), kind=kind, at=at)
    except NotAgreed as problem:
        return _none(problem.consent)
    except NothingToShare:
        return redirect(url_for("publishing.look"))
    return _held_out(version, framed(ambulance_narrative(here().world, version)), "ambulance")


def _held_out(version: Version, plan: Any, order: str) -> str:
    found = consents(here().world, by=who(), patient_id=own_patient())
    return render_template(
        "copies/show.html",
        version=version,
        plan=plan,
        order=order,
        chip=standing(version, here().today()),
        now=here().now(),
        crews=any(one.on for one in found if one.consent is Consent.AMBULANCE),
    )
