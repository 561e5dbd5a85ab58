"""The person's own doors to copies of their plan, and to the screen they hold out to staff."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, url_for

from careplan.acts.renditions import Copy
from careplan.web import copying
from careplan.web.access import Reader, open_to, own_patient
from careplan.web.copying import Doors

copies = Blueprint("copies", __name__)


def _doors() -> Doors:
    return Doors(
        patient_id=own_patient(),
        frame="patient/shell.html",
        address=lambda name, **more: url_for(f"copies.{name}", **more),
        unpublished=url_for("publishing.look"),
    )


@copies.get("/plan/copies")
@open_to(Reader.PATIENT)
def home() -> str:
    return copying.home(_doors())


@copies.post("/plan/copies/<any(ambulance, gp, school):consent>/agree")
@open_to(Reader.PATIENT)
def agree(consent: str) -> Any:
    return copying.agree(_doors(), consent)


@copies.post("/plan/copies/<any(ambulance, gp, school):consent>/stop")
@open_to(Reader.PATIENT)
def stop(consent: str) -> Any:
    return copying.stop(_doors(), consent)


@copies.post("/plan/copies/make/<any(large, text, ambulance, school, gp):copy>")
@open_to(Reader.PATIENT)
def make(copy: str) -> Any:
    """Kept once made, and written down each time it is taken, so it is a POST."""
    return copying.make(_doors(), copy)


@copies.get("/plan/show")
@open_to(Reader.PATIENT)
def show() -> Any:
    return copying.show(_doors())


@copies.get("/plan/show/ambulance")
@open_to(Reader.PATIENT)
def show_ambulance() -> Any:
    """The same facts in the order of an ambulance crew."""
    return copying.show(_doors(), Copy.AMBULANCE)
