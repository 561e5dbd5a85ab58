"""The person's own doors to what they say happened at a visit."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Blueprint, Response, url_for

from careplan.acts.own_told import own_told
from careplan.web import reporting
from careplan.web.access import Reader, open_to, own_patient
from careplan.web.here import here
from careplan.web.reporting import Teller
from careplan.web.session import who

report = Blueprint("report", __name__)


def _teller() -> Teller:
    return Teller(
        patient_id=own_patient(),
        frame="patient/shell.html",
        address=lambda name, **more: url_for(f"report.{name}", **more),
        home=url_for("patient.home"),
        equality=url_for("equality.mine"),
    )


@report.route("/plan/report", methods=["GET", "POST"])
@open_to(Reader.PATIENT)
def home() -> Any:
    return reporting.home(_teller())


@report.post("/plan/report/all")
@open_to(Reader.PATIENT)
def everything() -> Response:
    """All of it in one file, the answers about fairness too. Written down, so it is a POST."""
    world, at = here().world, here().now()
    body = own_told(world, by=who(), patient_id=own_patient(), at=at)
    answer = Response(body, mimetype="application/json")
    answer.headers["Content-Disposition"] = 'attachment; filename="what-i-told.json"'
    return answer


@report.get("/plan/report/<uuid:report_id>")
@open_to(Reader.PATIENT)
def one(report_id: UUID) -> Any:
    return reporting.one(_teller(), report_id)


@report.route("/plan/report/<uuid:report_id>/<page_id>", methods=["GET", "POST"])
@open_to(Reader.PATIENT)
def page(report_id: UUID, page_id: str) -> Any:
    return reporting.page(_teller(), report_id, page_id)


@report.route("/plan/report/<uuid:report_id>/take-back", methods=["GET", "POST"])
@open_to(Reader.PATIENT)
def take_back(report_id: UUID) -> Any:
    return reporting.take_back(_teller(), report_id)
