"""One press saves a picture for the lock screen, after saying plainly what a stranger would see."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, redirect, render_template, request, url_for

from careplan.acts.lock_screen import lock_screen_picture, picture_is_dead
from careplan.acts.sharing import NothingToShare
from careplan.render.lock_screen import NoRoom
from careplan.web.access import Reader, open_to, own_patient
from careplan.web.here import here
from careplan.web.session import who
from careplan.web.words import _

lock_screen = Blueprint("lock_screen", __name__)


@lock_screen.route("/plan/print/lock-screen", methods=["GET", "POST"])
@open_to(Reader.PATIENT)
def home() -> Any:
    mine: dict[str, Any] = {"by": who(), "patient_id": own_patient(), "at": here().now()}
    dead = picture_is_dead(here().world, **mine)
    if request.method == "GET":
        return render_template("patient/lock_screen.html", error=None, dead=dead)
    shown = request.form.getlist("shown")
    try:
        picture = lock_screen_picture(
            here().world,
            **mine,
            named="name" in shown,
            says_what="what" in shown,
        )
    except NothingToShare:
        return redirect(url_for("publishing.look"))
    except NoRoom:
        error = _("Your name is too long for this picture. Leave it out.")
        return render_template("patient/lock_screen.html", error=error, dead=dead), 422
    headers = {"Content-Disposition": 'attachment; filename="lock-screen.png"'}
    return Response(picture, mimetype="image/png", headers=headers)
