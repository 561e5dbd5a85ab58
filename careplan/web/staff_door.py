"""Whether emergency department staff who sign in may look a person up: theirs to say, or whoever
decides in their place."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Blueprint, abort, redirect, render_template, request, url_for

from careplan.acts.consents import give_consent, staff_door, withdraw_consent
from careplan.acts.reading import overview
from careplan.sharing.consents import Consent
from careplan.web.access import Reader, open_to, own_patient
from careplan.web.carer.acting import whom
from careplan.web.here import here
from careplan.web.session import who

staff_door_doors = Blueprint("staff_door", __name__)

BOTH = ["GET", "POST"]


@staff_door_doors.route("/plan/share/emergency-staff", methods=BOTH)
@open_to(Reader.PATIENT)
def home() -> Any:
    top = {"frame": "patient/shell.html", "back_to": url_for("sharing.home")}
    return _page(own_patient(), address=url_for("staff_door.home"), top=top)


@staff_door_doors.route("/for/<uuid:patient_id>/emergency-staff", methods=BOTH)
@open_to(Reader.CARER)
def for_somebody(patient_id: UUID) -> Any:
    """Only for a helper who may answer in the person's place: anybody else finds nothing here."""
    staff_door(here().world, by=who(), patient_id=patient_id)
    seen = overview(here().world, by=who(), patient_id=patient_id, at=here().now())
    back = url_for("carer.home", patient_id=patient_id)
    top = {**whom(seen.face), "frame": "carer/shell.html", "back_to": back}
    address = url_for("staff_door.for_somebody", patient_id=patient_id)
    return _page(patient_id, address=address, top=top)


def _page(patient_id: UUID, *, address: str, top: dict[str, Any]) -> Any:
    if not here().settings.break_glass:
        abort(404)
    if request.method == "POST":
        _say(patient_id)
        return redirect(address, 303)
    found = staff_door(here().world, by=who(), patient_id=patient_id)
    return render_template("emergency/opt_out.html", found=found, address=address, **top)


def _say(patient_id: UUID) -> None:
    act = {"on": give_consent, "off": withdraw_consent}.get(request.form.get("turn", ""))
    if act is None:
        abort(400)
    consent, at = Consent.EMERGENCY_STAFF, here().now()
    act(here().world, by=who(), patient_id=patient_id, consent=consent, at=at)
