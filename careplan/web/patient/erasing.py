"""Asking for one's plan to be erased, and reading what was decided. Nothing is erased by a page."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for

from careplan.acts.erasing import LONGEST, ask_to_be_erased, call_off_erasure, erasure_asked
from careplan.store.erasure_requests import Stands
from careplan.web.access import Reader, open_to, own_patient
from careplan.web.forms.text import Refused, clean, fits, keepable
from careplan.web.here import here
from careplan.web.session import who
from careplan.web.words import _

erasing = Blueprint("erasing", __name__)
_NOTHING_TO_ASK = frozenset({Stands.OPEN, Stands.AGREED})
"""As an asking stands, so that the page has no boxes to put anything right in."""


def _mine() -> dict[str, Any]:
    return {"by": who(), "patient_id": own_patient()}


@erasing.route("/plan/erase", methods=["GET", "POST"])
@open_to(Reader.PATIENT)
def ask() -> Any:
    if request.method == "GET":
        return _page()
    standing = erasure_asked(here().world, **_mine())
    if standing is not None and standing.stands in _NOTHING_TO_ASK:  # this page was left open
        return redirect(url_for("erasing.ask"), 303)
    typed, errors = request.form.get("words", ""), dict[str, str]()
    if request.form.get("sure") != "yes":
        errors["sure"] = _("Tick the box if you want your plan to be erased.")
    try:
        words = fits(clean(typed), LONGEST)
    except Refused as problem:
        words, errors["words"] = "", str(problem)
    if errors:
        return _page(errors), 422
    ask_to_be_erased(here().world, **_mine(), words=words, at=here().now())
    return redirect(url_for("erasing.ask"), 303)


@erasing.post("/plan/erase/take-back")
@open_to(Reader.PATIENT)
def take_back() -> Any:
    call_off_erasure(here().world, **_mine(), at=here().now())
    return redirect(url_for("erasing.ask"), 303)


def _page(errors: dict[str, str] | None = None) -> str:
    form = {name: keepable(value) for name, value in request.form.items()}
    return render_template(
        "patient/erase.html",
        asked=erasure_asked(here().world, **_mine()),
        errors=errors or {},
        form=form,
        most=LONGEST,
    )
