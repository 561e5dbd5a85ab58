"""A new link that is on no paper: to send to one person, or for an app that reads them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for

from careplan.acts.sharing import BadPasscode, NothingToShare, make_link
from careplan.sharing.links import Kind, Opening
from careplan.web.access import Reader, open_to, own_patient
from careplan.web.forms.text import Refused, line
from careplan.web.here import here
from careplan.web.patient.sharing import MOST_IN_NAME
from careplan.web.session import who
from careplan.web.words import _

new_link = Blueprint("new_link", __name__)
_ASKS = (Opening.DATE_OF_BIRTH, Opening.PASSCODE)
_LASTS = {"day": timedelta(days=1), "week": timedelta(days=7), "month": timedelta(days=30)}
_WITHOUT_END = ("always", "once")


@new_link.route("/plan/share/new", methods=["GET", "POST"])
@open_to(Reader.PATIENT)
def to_send() -> Any:
    """It always asks something, and may end."""
    if request.method == "GET":
        return render_template("patient/new_link.html", errors={}, form={})
    label, errors = _label()
    asks, lasts = request.form.get("asks", ""), request.form.get("lasts", "")
    if asks not in _ASKS:
        errors["asks"] = _("Choose what the link asks for.")
    if lasts not in (*_LASTS, *_WITHOUT_END):
        errors["lasts"] = _("Choose how long it should work.")
    if not errors:
        try:
            return _made(
                kind=Kind.MESSAGE,
                opening=Opening(asks),
                passcode=request.form.get("passcode"),
                label=label,
                lasts=_LASTS.get(lasts),
                max_views=1 if lasts == "once" else None,
            )
        except BadPasscode as problem:
            errors["passcode"] = str(problem)
    return render_template("patient/new_link.html", errors=errors, form=request.form), 422


@new_link.route("/plan/share/new/app", methods=["GET", "POST"])
@open_to(Reader.PATIENT)
def for_app() -> Any:
    """An app cannot answer a question, so the link opens by itself, and must end soon."""
    if request.method == "GET":
        return render_template("patient/new_app_link.html", errors={}, form={})
    label, errors = _label()
    lasts = _LASTS.get(request.form.get("lasts", ""))
    if lasts is None:
        errors["lasts"] = _("Choose how long it should work.")
    if not errors:
        direct = request.form.get("direct") == "yes"
        return _made(kind=Kind.APP, label=label, lasts=lasts, direct=direct)
    return render_template("patient/new_app_link.html", errors=errors, form=request.form), 422


def _label() -> tuple[str, dict[str, str]]:
    try:
        return line(request.form.get("label", ""), MOST_IN_NAME), {}
    except Refused as problem:
        return "", {"label": str(problem)}


def _made(*, lasts: timedelta | None, **asked: Any) -> Any:
    """Raises BadPasscode."""
    now = here().now()
    mine: dict[str, Any] = {"by": who(), "patient_id": own_patient(), "at": now}
    ends = now + lasts if lasts else None
    try:
        made = make_link(here().world, **mine, expires_at=ends, **asked)
    except NothingToShare:
        return redirect(url_for("publishing.look"))
    return redirect(url_for("sharing.one", link_id=made.link.id))
