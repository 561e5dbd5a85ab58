"""Questions about fairness, for the person and for whoever answers for them in law."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Blueprint, redirect, render_template, request, url_for

from careplan.acts.equality import tell_equality, told_equality
from careplan.acts.reporting import whose_report
from careplan.visits.equality import LONGEST_WORDS, Equality
from careplan.web.access import Reader, open_to, own_patient
from careplan.web.carer.acting import whom
from careplan.web.forms.text import Refused, keepable, line
from careplan.web.here import here
from careplan.web.session import who
from careplan.web.words import _

equality = Blueprint("equality", __name__)
_YES_NO = {"yes": True, "no": False, "": None}


@equality.route("/plan/equality", methods=["GET", "POST"])
@open_to(Reader.PATIENT)
def mine() -> Any:
    frame = {"frame": "patient/shell.html", "back_to": url_for("patient.home")}
    return _page(own_patient(), url_for("equality.mine", saved="yes"), frame)


@equality.route("/for/<uuid:patient_id>/equality", methods=["GET", "POST"])
@open_to(Reader.CARER)
def for_somebody(patient_id: UUID) -> Any:
    face = whose_report(here().world, by=who(), patient_id=patient_id)
    back = url_for("carer.home", patient_id=patient_id)
    frame = {"frame": "carer/shell.html", "back_to": back, "of_them": True, **whom(face)}
    saved = url_for("equality.for_somebody", patient_id=patient_id, saved="yes")
    return _page(patient_id, saved, frame)


def _page(patient_id: UUID, saved: str, frame: dict[str, Any]) -> Any:
    world = here().world
    if request.method == "GET":
        kept = told_equality(world, by=who(), patient_id=patient_id)
        return _show(_boxes(kept), frame, told=kept.changed_at is not None)
    typed = {
        name: keepable(request.form.get(name, ""))
        for name in _boxes(Equality(patient_id=patient_id))
    }
    told, errors = _read(patient_id, typed)
    if errors:
        return _show(typed, frame, errors), 422
    tell_equality(world, by=who(), told=told, at=here().now())
    return redirect(saved, 303)


def _boxes(kept: Equality) -> dict[str, str]:
    words = {True: "yes", False: "no", None: ""}
    return {
        "ethnic": kept.ethnic_category or "",
        "described": kept.described or "",
        "smartphone": words[kept.smartphone],
        "postcode": words[kept.count_postcode],
    }


def _read(patient_id: UUID, typed: dict[str, str]) -> tuple[Equality, dict[str, str]]:
    errors: dict[str, str] = {}
    one_of_these = _("Choose one of these, or skip the question.")
    if typed["ethnic"] not in {"", *_categories()}:
        errors["ethnic"] = one_of_these
    for name in ("smartphone", "postcode"):
        if typed[name] not in _YES_NO:
            errors[name] = one_of_these
    described = ""
    try:
        described = line(typed["described"], LONGEST_WORDS)
    except Refused as problem:
        errors["described"] = str(problem)
    told = Equality(
        patient_id=patient_id,
        ethnic_category=typed["ethnic"] or None,
        described=described or None,
        smartphone=_YES_NO.get(typed["smartphone"]),
        count_postcode=_YES_NO.get(typed["postcode"]),
    )
    return told, errors


def _categories() -> dict[str, str]:
    """The national codes and their words, as the plan's own question has them."""
    return dict(here().world.words.options["ethnicity"])


def _show(
    typed: dict[str, str],
    frame: dict[str, Any],
    errors: dict[str, str] | None = None,
    *,
    told: bool = False,
) -> str:
    return render_template(
        "equality/page.html",
        typed=typed,
        errors=errors or {},
        told=told,
        categories=_categories(),
        saved=request.args.get("saved") == "yes",
        **frame,
    )
