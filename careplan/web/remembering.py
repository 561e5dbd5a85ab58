"""Making this phone remember "I'm going in": what stays on it is asked for, name by name.

The page's own script asks, and lays down what it is answered; it is handed over once.
"""

from __future__ import annotations

from typing import Any

from flask import jsonify, render_template, request

from careplan.acts.tapping import TooManyPhones, remember_phone, tapping_phones
from careplan.acts.visiting import going
from careplan.web.here import here
from careplan.web.session import session_token, who
from careplan.web.visiting import Doors
from careplan.web.words import _


def remember(doors: Doors) -> Any:
    if request.method == "POST":
        return _keep(doors)
    return render_template(
        "visit/phone.html",
        doors=doors,
        phones=tapping_phones(here().world, by=who(), patient_id=doors.patient_id),
        names=_names(doors),
        back_to=doors.address("home"),
        **doors.top,
    )


def _keep(doors: Doors) -> Any:
    if request.form.get("own") != "yes":
        return jsonify(problem=_("Do this only on a phone of your own.")), 422
    try:
        phone, token = remember_phone(
            here().world,
            by=who(),
            patient_id=doors.patient_id,
            at=here().now(),
            session=session_token() or "",
        )
    except TooManyPhones:
        return jsonify(problem=_("Ten phones are remembered. Make one of them forget first.")), 409
    names = _names(doors) if request.form.get("names") == "yes" else {}
    facts = {"phone": str(phone.phone_id), "whose": str(doors.patient_id)}
    return jsonify(token=token, **facts, **names)


def _names(doors: Doors) -> dict[str, Any]:
    """What would stay on the phone for anybody who opens it, if they say that it may."""
    world, mine = here().world, doors.patient_id
    found = going(world, by=who(), patient_id=mine, at=here().now())
    own = [found.own_hospital] if found.own_hospital else []
    return {
        "called": doors.called,
        "medicines": list(found.medicines),
        "hospitals": [{"code": one.hospital, "name": one.called} for one in own],
    }
