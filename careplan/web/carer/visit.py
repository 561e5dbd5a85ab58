"""A helper who may write presses "I'm going in" for the person; the visit says who pressed it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Blueprint, redirect, url_for

from careplan.acts.reading import overview
from careplan.acts.tapping import forget_tapping_phone
from careplan.web import remembering, visiting
from careplan.web.access import Reader, open_to
from careplan.web.carer.acting import whom
from careplan.web.here import here
from careplan.web.session import who
from careplan.web.visiting import Doors

carer_visit = Blueprint("carer_visit", __name__, url_prefix="/for/<uuid:patient_id>/visit")
BOTH = ["GET", "POST"]


def _doors(patient_id: UUID) -> Doors:
    def address(name: str, **more: Any) -> str:
        return url_for(f"carer_visit.{name}", patient_id=patient_id, **more)

    seen = overview(here().world, by=who(), patient_id=patient_id, at=here().now())
    top = whom(seen.face)
    return Doors(
        patient_id=patient_id,
        frame="carer/shell.html",
        address=address,
        show_plan=url_for("carer_copies.show", patient_id=patient_id),
        remember=address("remember"),
        report=url_for("carer_report.home", patient_id=patient_id),
        called=top["called"],
        top=top,
    )


@carer_visit.get("")
@open_to(Reader.CARER)
def home(patient_id: UUID) -> str:
    return visiting.home(_doors(patient_id))


@carer_visit.post("/begin")
@open_to(Reader.CARER)
def begin(patient_id: UUID) -> Any:
    return visiting.press_begin(_doors(patient_id))


@carer_visit.post("/tap")
@open_to(Reader.CARER)
def tap(patient_id: UUID) -> Any:
    return visiting.press(_doors(patient_id))


@carer_visit.route("/took", methods=BOTH)
@open_to(Reader.CARER)
def took(patient_id: UUID) -> Any:
    return visiting.took(_doors(patient_id))


@carer_visit.route("/where", methods=BOTH)
@open_to(Reader.CARER)
def where(patient_id: UUID) -> Any:
    return visiting.where(_doors(patient_id))


@carer_visit.route("/phone", methods=BOTH)
@open_to(Reader.CARER)
def remember(patient_id: UUID) -> Any:
    return remembering.remember(_doors(patient_id))


@carer_visit.post("/phone/<uuid:phone_id>/forget")
@open_to(Reader.CARER)
def forget(patient_id: UUID, phone_id: UUID) -> Any:
    this: dict[str, Any] = {"by": who(), "patient_id": patient_id, "phone_id": phone_id}
    forget_tapping_phone(here().world, **this, at=here().now())
    return redirect(url_for("carer_visit.remember", patient_id=patient_id), 303)
