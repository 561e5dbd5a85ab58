"""The person's photograph: look at it, change it, take it back."""

from __future__ import annotations

from contextlib import closing
from typing import Any

from flask import Blueprint, Response, abort, redirect, render_template, request, url_for

from careplan.acts.photos import give_photo, photo_of, take_photo_back
from careplan.render.portrait import MOST_BYTES, NotAPicture
from careplan.web.access import Reader, open_to, own_patient
from careplan.web.here import here
from careplan.web.session import who
from careplan.web.words import _

photo = Blueprint("photo", __name__)


@photo.route("/plan/photo", methods=["GET", "POST"])
@open_to(Reader.PATIENT)
def home() -> Any:
    error = None
    if request.method == "POST":
        error = _give()
        if error is None:
            return redirect(url_for("photo.home"))
    there = photo_of(here().world, by=who(), patient_id=own_patient()) is not None
    return render_template("patient/photo.html", there=there, error=error), 422 if error else 200


def _give() -> str | None:
    sent = request.files.get("photo")
    if sent is None:
        return _("Choose a photo first.")
    with closing(sent):
        data = sent.read(MOST_BYTES + 1)
    if not data:
        return _("Choose a photo first.")
    try:
        give_photo(here().world, by=who(), patient_id=own_patient(), data=data, at=here().now())
    except NotAPicture as problem:
        return str(problem)
    return None


@photo.get("/plan/photo.jpg")
@open_to(Reader.PATIENT)
def picture() -> Response:
    data = photo_of(here().world, by=who(), patient_id=own_patient())
    if data is None:
        abort(404)
    return Response(data, mimetype="image/jpeg")


@photo.post("/plan/photo/take-back")
@open_to(Reader.PATIENT)
def take_back() -> Any:
    take_photo_back(here().world, by=who(), patient_id=own_patient(), at=here().now())
    return redirect(url_for("photo.home"))
