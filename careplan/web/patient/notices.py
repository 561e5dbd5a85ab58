"""Choosing what to be told of, by messages that say nothing."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for

from careplan.acts.notifying import News, choose, chosen
from careplan.web.access import Reader, open_to, own_patient
from careplan.web.here import here
from careplan.web.session import who

notices = Blueprint("notices", __name__)


@notices.route("/plan/tell-me", methods=["GET", "POST"])
@open_to(Reader.PATIENT)
def home() -> Any:
    world, me = here().world, own_patient()
    if request.method == "POST":
        kinds = frozenset(one for one in News if one in request.form.getlist("kinds"))
        choose(world, by=who(), patient_id=me, kinds=kinds, at=here().now())
        return redirect(url_for("notices.home", kept="yes"))
    kinds_now = chosen(world, by=who(), patient_id=me)
    return render_template(
        "notices/home.html", kinds=sorted(kinds_now), kept=request.args.get("kept") == "yes"
    )
