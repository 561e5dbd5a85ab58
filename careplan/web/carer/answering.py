"""A helper's own answer and number; and the phone handed to the child, whose words stay theirs."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import abort, redirect, render_template, request, url_for

from careplan.acts.beside import (
    AnsweredThemself,
    NoRoom,
    Number,
    answer_beside,
    answer_from_child,
    child_page,
    child_writes,
    keep_own_number,
    own_number,
)
from careplan.acts.publishing import ChangedMeanwhile
from careplan.acts.reading import overview
from careplan.plan.care_plan import AnswerKind
from careplan.plan.lifecycle import NotNow
from careplan.render.paper import DoesNotFit
from careplan.store.errors import Stale
from careplan.web.access import Reader, open_to
from careplan.web.answer_form import answer_problems, beside_boxes, number_shown
from careplan.web.carer.acting import speaks_for_child, whom, writes
from careplan.web.forms.text import Refused, clean, fits, line
from careplan.web.here import here
from careplan.web.narratives import emergency_page
from careplan.web.session import who
from careplan.web.words import _

MOST_CHILD = 300
MOST_PHONE = 30
MOST_TOLD = 120


@open_to(Reader.CARER)
def answer(patient_id: UUID) -> Any:
    """My own answer: it stands beside the person's and hides nothing."""
    if not writes():
        abort(404)
    return _answer(patient_id, child=False)


@open_to(Reader.CARER)
def child_answer(patient_id: UUID) -> Any:
    """The child's answer, on the phone somebody holds out to them."""
    if not speaks_for_child(patient_id):
        abort(404)
    return _answer(patient_id, child=True)


def _answer(patient_id: UUID, *, child: bool) -> Any:
    if request.method == "GET":
        return _answer_page(patient_id, {}, child=child)
    kind, words = request.form.get("answer", ""), request.form.get("words", "").strip()
    errors = answer_problems(kind, words)
    if errors:
        return _answer_page(patient_id, errors, child=child), 422
    act = answer_from_child if child else answer_beside
    try:
        act(
            here().world,
            by=who(),
            patient_id=patient_id,
            version_seen=number_shown(request.form.get("version", "")),
            kind=AnswerKind(kind),
            words=words or None,
            at=here().now(),
        )
    except ChangedMeanwhile:
        errors = {"answer": _("The plan changed while this page was open. Read it, then answer.")}
        return _answer_page(patient_id, errors, child=child), 409
    except AnsweredThemself:
        errors = {"answer": _("They have answered this themself, and only they can change it.")}
        return _answer_page(patient_id, errors, child=child), 409
    except NotNow:
        errors = {"answer": _("There is nothing to answer just now.")}
        return _answer_page(patient_id, errors, child=child), 409
    except DoesNotFit:
        errors = {"words": _("Your words do not fit on the printed page. Make them shorter.")}
        return _answer_page(patient_id, errors, child=child), 422
    return redirect(url_for("carer.home", patient_id=patient_id))


def _answer_page(patient_id: UUID, errors: dict[str, str], *, child: bool) -> str:
    seen = overview(here().world, by=who(), patient_id=patient_id, at=here().now())
    current, grant = seen.current, who().grant
    mine = next(
        (
            one
            for one in (current.beside if current else ())
            if grant and (one.name, one.relation) == (grant.name, grant.relation)
        ),
        None,
    )
    return render_template(
        "carer/answer.html",
        version=current,
        emergency=emergency_page(current) if current else "",
        errors=beside_boxes(errors, current),
        form=request.form,
        child=child,
        said=current.answer if child and current else mine,
        back_to=url_for("carer.home", patient_id=patient_id),
        **whom(seen.face),
    )


@open_to(Reader.CARER)
def child(patient_id: UUID) -> Any:
    """Hand over the phone: what the child writes here is the child's."""
    if not speaks_for_child(patient_id):
        abort(404)
    if request.method == "GET":
        page = child_page(here().world, by=who(), patient_id=patient_id)
        return _child(patient_id, page.words, page.revision, own_phone=page.own_phone)
    typed = request.form.get("words", "")
    revision = number_shown(request.form.get("revision", "0"))
    try:
        words = fits(clean(typed), MOST_CHILD).strip()
        child_writes(
            here().world,
            by=who(),
            patient_id=patient_id,
            words=words,
            based_on=revision,
            at=here().now(),
        )
    except Refused as problem:
        return _child(patient_id, typed, revision, error=str(problem)), 422
    except Stale:
        page = child_page(here().world, by=who(), patient_id=patient_id)
        sentence = _("Somebody wrote here meanwhile. Your words are still in the box: keep them?")
        return _child(patient_id, typed, page.revision, error=sentence), 409
    return redirect(url_for("carer.home", patient_id=patient_id))


def _child(
    patient_id: UUID, typed: str, revision: int, error: str = "", *, own_phone: bool = False
) -> str:
    seen = overview(here().world, by=who(), patient_id=patient_id, at=here().now())
    return render_template(
        "carer/child.html",
        own_phone=own_phone,
        typed=typed,
        revision=revision,
        errors={"words": error} if error else {},
        most=MOST_CHILD,
        back_to=url_for("carer.home", patient_id=patient_id),
        **whom(seen.face),
    )


@open_to(Reader.CARER)
def number(patient_id: UUID) -> Any:
    """How to reach me. Nobody else who helps sees it."""
    if not writes():
        abort(404)
    if request.method == "GET":
        return _number_page(patient_id, own_number(here().world, by=who(), patient_id=patient_id))
    first = request.form.get("first") == "yes"
    typed = Number(request.form.get("phone", ""), request.form.get("may_be_told", ""), first)
    errors = {}
    for name, most in (("phone", MOST_PHONE), ("may_be_told", MOST_TOLD)):
        try:
            fits(line(getattr(typed, name)), most)
        except Refused as problem:
            errors[name] = str(problem)
    kept = Number(typed.phone.strip(), " ".join(typed.may_be_told.split()), first)
    if not errors and not any(char.isdigit() for char in kept.phone):
        errors["phone"] = _("Write your phone number.")
    if errors:
        return _number_page(patient_id, typed, errors), 422
    try:
        keep_own_number(here().world, by=who(), patient_id=patient_id, number=kept, at=here().now())
    except NoRoom:
        full = {"phone": _("Five people to ring are named already. Ask for one to be taken out.")}
        return _number_page(patient_id, typed, full), 422
    return redirect(url_for("carer.home", patient_id=patient_id))


def _number_page(patient_id: UUID, typed: Number, errors: dict[str, str] | None = None) -> str:
    seen = overview(here().world, by=who(), patient_id=patient_id, at=here().now())
    return render_template(
        "carer/number.html",
        typed=typed,
        errors=errors or {},
        back_to=url_for("carer.home", patient_id=patient_id),
        **whom(seen.face),
    )
