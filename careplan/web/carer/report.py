"""A helper's doors to what they say happened at a visit: their own reports, and no other's."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Blueprint, url_for

from careplan.acts.reporting import whose_report
from careplan.web import reporting
from careplan.web.access import Reader, open_to
from careplan.web.carer.acting import speaks_for_child, whom
from careplan.web.here import here
from careplan.web.reporting import Teller
from careplan.web.session import who

carer_report = Blueprint("carer_report", __name__, url_prefix="/for/<uuid:patient_id>")


def _teller(patient_id: UUID) -> Teller:
    face = whose_report(here().world, by=who(), patient_id=patient_id)
    speaks = speaks_for_child(patient_id)
    return Teller(
        patient_id=patient_id,
        frame="carer/shell.html",
        address=lambda name, **more: url_for(f"carer_report.{name}", patient_id=patient_id, **more),
        home=url_for("carer.home", patient_id=patient_id),
        of_them=True,
        equality=url_for("equality.for_somebody", patient_id=patient_id) if speaks else "",
        top=whom(face),
    )


@carer_report.route("/report", methods=["GET", "POST"])
@open_to(Reader.CARER)
def home(patient_id: UUID) -> Any:
    return reporting.home(_teller(patient_id))


@carer_report.get("/report/<uuid:report_id>")
@open_to(Reader.CARER)
def one(patient_id: UUID, report_id: UUID) -> Any:
    return reporting.one(_teller(patient_id), report_id)


@carer_report.route("/report/<uuid:report_id>/<page_id>", methods=["GET", "POST"])
@open_to(Reader.CARER)
def page(patient_id: UUID, report_id: UUID, page_id: str) -> Any:
    return reporting.page(_teller(patient_id), report_id, page_id)


@carer_report.route("/report/<uuid:report_id>/take-back", methods=["GET", "POST"])
@open_to(Reader.CARER)
def take_back(patient_id: UUID, report_id: UUID) -> Any:
    return reporting.take_back(_teller(patient_id), report_id)
