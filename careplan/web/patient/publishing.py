"""The person's pages that change what others see: publish, answer the plan, meet a team."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for

from careplan.accounts.clinic_codes import shown
from careplan.acts.drafting import Unfinished
from careplan.acts.linking import show_code
from careplan.acts.publishing import ChangedMeanwhile, answer_plan, publish_words, words_page
from careplan.acts.reading import overview
from careplan.plan.care_plan import AnswerKind, CarePlan
from careplan.plan.changes import compare
from careplan.plan.lifecycle import NotNow
from careplan.render.paper import DoesNotFit
from careplan.web.access import Reader, open_to, own_patient
from careplan.web.answer_form import answer_problems, beside_boxes, number_shown
from careplan.web.forms.text import keepable
from careplan.web.here import here
from careplan.web.narratives import emergency_page
from careplan.web.session import who
from careplan.web.words import _

publishing = Blueprint("publishing", __name__)


@publishing.get("/plan/publish")
@open_to(Reader.PATIENT)
def look() -> Any:
    """What emergency departments would see, and what would change, before it does."""
    world, me = here().world, own_patient()
    try:
        ground, trial = words_page(world, by=who(), patient_id=me, at=here().now())
    except Unfinished as problem:
        return render_template("patient/unfinished.html", problem=problem), 422
    before = ground.current.plan if ground.current else CarePlan()
    changes = compare(before, ground.plan, world.words_for(ground.condition))
    shown_page = emergency_page(trial)
    return render_template(
        "patient/publish.html", changes=changes, emergency=shown_page, first=ground.current is None
    )


@publishing.post("/plan/publish")
@open_to(Reader.PATIENT)
def publish() -> Any:
    try:
        version = publish_words(here().world, by=who(), patient_id=own_patient(), at=here().now())
    except Unfinished as problem:
        return render_template("patient/unfinished.html", problem=problem), 422
    except DoesNotFit as problem:
        return render_template("patient/too_long.html", named=problem.named), 422
    except ChangedMeanwhile:
        return redirect(url_for("publishing.look"))
    return render_template("patient/published.html", version=version)


@publishing.route("/plan/answer", methods=["GET", "POST"])
@open_to(Reader.PATIENT)
def answer() -> Any:
    """Agree, agree except, or do not agree: in the person's own words."""
    if request.method == "GET":
        return _answer_page({})
    kind, words = request.form.get("answer", ""), request.form.get("words", "").strip()
    interpreter = request.form.get("interpreter", "").strip()
    errors = answer_problems(kind, words, interpreter)
    if errors:
        return _answer_page(errors), 422
    try:
        answer_plan(
            here().world,
            by=who(),
            patient_id=own_patient(),
            version_seen=number_shown(request.form.get("version", "")),
            kind=AnswerKind(kind),
            words=words or None,
            interpreter=interpreter or None,
            at=here().now(),
        )
    except ChangedMeanwhile:
        changed = _("Your plan changed while this page was open. Read it again, then answer.")
        return _answer_page({"answer": changed}), 409
    except NotNow:
        return _answer_page({"answer": _("There is nothing to answer just now.")}), 409
    except DoesNotFit:
        return _answer_page(
            {"words": _("Your words do not fit on the printed page. Make them shorter.")}
        ), 422
    return redirect(url_for("patient.home"))


def _answer_page(errors: dict[str, str]) -> str:
    seen = overview(here().world, by=who(), patient_id=own_patient(), at=here().now())
    current = seen.current
    page = emergency_page(current) if current else None
    return render_template(
        "patient/answer.html",
        version=current,
        emergency=page,
        errors=beside_boxes(errors, current),
        form={name: keepable(value) for name, value in request.form.items()},
    )


@publishing.route("/plan/meet-my-team", methods=["GET", "POST"])
@open_to(Reader.PATIENT)
def meet_team() -> str:
    """A code for the clinician in front of the person: it links the plan to their team."""
    code = None
    if request.method == "POST":
        code = shown(show_code(here().world, by=who(), patient_id=own_patient(), at=here().now()))
    return render_template("patient/meet_team.html", code=code)
