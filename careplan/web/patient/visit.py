"""The person's own doors to "I'm going in", and the phones that remember it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Blueprint, redirect, url_for

from careplan.acts.tapping import forget_tapping_phone
from careplan.web import remembering, visiting
from careplan.web.access import Reader, open_to, own_patient
from careplan.web.here import here
from careplan.web.session import who
from careplan.web.visiting import Doors

visit = Blueprint("visit", __name__, url_prefix="/plan/visit")
BOTH = ["GET", "POST"]


def _doors() -> Doors:
    return Doors(
        patient_id=own_patient(),
        frame="patient/shell.html",
        address=lambda name, **more: url_for(f"visit.{name}", **more),
        show_plan=url_for("copies.show"),
        remember=url_for("visit.remember"),
        report=url_for("report.home"),
    )


@visit.get("")
@open_to(Reader.PATIENT)
def home() -> str:
    return visiting.home(_doors())


@visit.post("/begin")
@open_to(Reader.PATIENT)
def begin() -> Any:
    return visiting.press_begin(_doors())


@visit.post("/tap")
@open_to(Reader.PATIENT)
def tap() -> Any:
    return visiting.press(_doors())


@visit.route("/took", methods=BOTH)
@open_to(Reader.PATIENT)
def took() -> Any:
    return visiting.took(_doors())


@visit.route("/where", methods=BOTH)
@open_to(Reader.PATIENT)
def where() -> Any:
    return visiting.where(_doors())


@visit.route("/phone", methods=BOTH)
@open_to(Reader.PATIENT)
def remember() -> Any:
    return remembering.remember(_doors())


@visit.post("/phone/<uuid:phone_id>/forget")
@open_to(Reader.PATIENT)
def forget(phone_id: UUID) -> Any:
    at, mine = here().now(), own_patient()
    forget_tapping_phone(here().world, by=who(), patient_id=mine, phone_id=phone_id, at=at)
    return redirect(url_for("phone.home"), 303)
