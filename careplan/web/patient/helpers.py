"""The person decides who helps: let somebody in, end it, and, at sixteen, say whether again."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from flask import Blueprint, redirect, render_template, request, url_for

from careplan.accounts.clinic_codes import shown
from careplan.accounts.grants import CHECKED_BY_STAFF, Basis, State
from careplan.acts.carers import (
    Asked,
    BadGrant,
    Helper,
    NeedsContact,
    bases_for,
    end_access,
    has_contact,
    helpers_of,
    leave_ended,
    let_in_again,
    make_code_for,
)
from careplan.acts.quietly import LONGEST, NoTeam, tell_in_private
from careplan.web.access import Reader, open_to, own_patient
from careplan.web.forms.dates import WrongDate, whole_date
from careplan.web.forms.text import Refused, clean, fits, keepable, line
from careplan.web.here import here
from careplan.web.session import who
from careplan.web.words import _

helpers = Blueprint("helpers", __name__)
SHOWN = 200


def found_helpers() -> tuple[Helper, ...]:
    return helpers_of(here().world, by=who(), patient_id=own_patient(), at=here().now())


@helpers.get("/plan/helpers")
@open_to(Reader.PATIENT)
def home() -> str:
    return _home()


def _home(*, needs_contact: bool = False, unsaid: str = "") -> str:
    found = found_helpers()
    mine: dict[str, Any] = {"by": who(), "patient_id": own_patient()}
    return render_template(
        "carer/mine.html",
        helping=[one for one in found if _stands(one)],
        to_settle=[one for one in found if one.to_settle],
        contact=has_contact(here().world, **mine),
        may_let_in=bool(bases_for(here().world, **mine, at=here().now())),
        needs_contact=needs_contact,
        unsaid=unsaid,
        errors=bool(unsaid),
    )


def _stands(one: Helper) -> bool:
    """Nothing shows that somebody was paused: whoever presses the person may look here."""
    paused = one.grant.state is State.SUSPENDED and not one.outgrown
    return one.live or paused or one.grant.state is State.WAITING


@helpers.route("/plan/helpers/let-in", methods=["GET", "POST"])
@open_to(Reader.PATIENT)
def let_in() -> Any:
    """A code for somebody to type on their own phone."""
    bases = bases_for(here().world, by=who(), patient_id=own_patient(), at=here().now())
    if not bases:
        return redirect(url_for("helpers.home"))
    if request.method == "GET":
        return render_template("carer/let_in.html", typed={}, errors={}, bases=bases)
    asked, errors = read_asked(bases, papers=False)
    if asked is not None:
        try:
            code = make_code_for(
                here().world, by=who(), patient_id=own_patient(), asked=asked, at=here().now()
            )
            waits = asked.basis in CHECKED_BY_STAFF
            return render_template("carer/code_made.html", code=shown(code), waits=waits)
        except BadGrant as problem:
            errors = {problem.question: _(problem.sentence)}
    typed = typed_asked()
    return render_template("carer/let_in.html", typed=typed, errors=errors, bases=bases), 422


def typed_asked() -> dict[str, str]:
    return {name: keepable(value)[:SHOWN] for name, value in request.form.items()}


def read_asked(bases: tuple[Basis, ...], *, papers: bool) -> tuple[Asked | None, dict[str, str]]:
    """Who is to be let in, as typed; or what must be put right, by question."""
    form, errors = request.form, {}
    try:
        relation = fits(line(form.get("relation", "")), 80).strip()
    except Refused as problem:
        relation, errors["relation"] = "", str(problem)
    if not relation:
        errors.setdefault("relation", _("Say who they are to the person, like “mother”."))
    basis = form.get("basis", "")
    if basis not in bases:
        errors["basis"] = _("Choose one.")
    if form.get("writes") not in ("read", "write"):
        errors["writes"] = _("Choose one.")
    ends_on = _last_day(errors)
    paper = line(form.get("paper", ""))[:SHOWN] if papers and not errors else None
    if errors:
        return None, errors
    return Asked(relation, Basis(basis), form["writes"] == "write", ends_on, paper), {}


def _last_day(errors: dict[str, str]) -> date | None:
    boxes = {f"-{part}": request.form.get(f"until-{part}", "") for part in ("day", "month", "year")}
    if not any(box.strip() for box in boxes.values()):
        return None
    try:
        text = whole_date(boxes, here().world.words.field("review.review_due"), here().today())
    except WrongDate as wrong:
        errors["until-day"] = wrong.sentence
        return None
    day = date.fromisoformat(text) if text else None
    if day is not None and day <= here().today():
        errors["until-day"] = _("The last day must be in the future.")
    return day


@helpers.post("/plan/helpers/<uuid:grant_id>/end")
@open_to(Reader.PATIENT)
def end(grant_id: UUID) -> Any:
    mine: dict[str, Any] = {"by": who(), "patient_id": own_patient(), "at": here().now()}
    end_access(here().world, **mine, grant_id=grant_id)
    return redirect(url_for("helpers.home"))


@helpers.post("/plan/helpers/<uuid:grant_id>/again")
@open_to(Reader.PATIENT)
def again(grant_id: UUID) -> Any:
    """At sixteen: yes, to read; yes, to read and write; or no."""
    said = request.form.get("again", "")
    mine: dict[str, Any] = {"by": who(), "patient_id": own_patient(), "at": here().now()}
    if said == "no":
        leave_ended(here().world, **mine, grant_id=grant_id)
    elif said in ("read", "write"):
        try:
            let_in_again(here().world, **mine, grant_id=grant_id, writes=said == "write")
        except NeedsContact:
            return _home(needs_contact=True), 409
    else:
        return _home(unsaid=str(grant_id)), 422
    return redirect(url_for("helpers.home"))


@helpers.route("/plan/contact", methods=["GET", "POST"])
@open_to(Reader.PATIENT)
def talk() -> Any:
    """Tell the team in private. Nothing on the person's own pages shows that it was used."""
    found = [one for one in found_helpers() if _stands(one)]
    if request.method == "GET":
        return _talk(found, {})
    typed = request.form.get("words", "")
    chosen = {one.grant.id: one for one in found}.get(request.form.get("stop", ""))
    try:
        words = fits(clean(typed), LONGEST).strip()
    except Refused as problem:
        return _talk(found, {"words": str(problem)}), 422
    try:
        tell_in_private(
            here().world,
            by=who(),
            patient_id=own_patient(),
            words=words or None,
            stop=UUID(chosen.grant.id) if chosen else None,
            at=here().now(),
        )
    except NoTeam:
        sentence = _("You have no team here yet. Ring one of the numbers on this page.")
        return _talk(found, {"words": sentence}), 409
    return redirect(url_for("helpers.told"))


def _talk(found: list[Helper], errors: dict[str, str]) -> str:
    return render_template(
        "carer/talk.html", helping=found, errors=errors, form=request.form, most=LONGEST
    )


@helpers.get("/plan/contact/sent")
@open_to(Reader.PATIENT)
def told() -> str:
    return render_template("carer/talk_sent.html")
