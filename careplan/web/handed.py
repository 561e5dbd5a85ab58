"""The screen in the person's hands: their plan and their answer, and no way into the desk.

Whoever wants the desk back gives their second step again.
"""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, redirect, render_template, request, url_for

from careplan.acts.publishing import ChangedMeanwhile
from careplan.acts.together import (
    LONGEST_WORDS,
    Handed,
    NothingHanded,
    NoWords,
    TooLate,
    Unkept,
    answer_together,
    handed_in,
    shown_on_handed,
)
from careplan.plan.care_plan import AnswerKind
from careplan.plan.lifecycle import NotNow
from careplan.render.paper import DoesNotFit
from careplan.web.access import Reader, open_to
from careplan.web.forms.text import Refused, clean, fits, keepable
from careplan.web.forms.views import ErrorLine
from careplan.web.here import here
from careplan.web.narratives import emergency_page
from careplan.web.session import session_token, signed_in, who
from careplan.web.words import _

handed = Blueprint("handed", __name__)


@handed.route("/together", methods=["GET", "POST"])
@open_to(Reader.SIGNED_IN)
def screen() -> Any:
    given = _given()
    if request.method == "GET" or given.done is not None:
        return _show(given, {})
    kind = request.form.get("answer", "")
    words = keepable(request.form.get("words", ""))
    errors = _problems(kind, words)
    if "answer" in errors:
        return _show(given, errors), 422
    try:
        answer_together(
            here().world,
            by=who(),
            token=session_token() or "",
            kind=AnswerKind(kind),
            words=words,
            at=here().now(),
        )
    except (NoWords, Unkept):
        return _show(given, errors or {"words": _("These words cannot be kept.")}), 422
    except DoesNotFit:
        sentence = _("Your words do not fit on the printed page. Make them shorter.")
        return _show(given, {"words": sentence}), 422
    except (TooLate, ChangedMeanwhile, NotNow):
        return _show(given, {}), 409
    except NothingHanded:
        return redirect(url_for("handed.screen"))
    return redirect(url_for("handed.screen"))


def _given() -> Handed:
    visitor = signed_in()
    found = handed_in(visitor.session.data) if visitor else None
    if found is None:
        abort(404)
    return found


def _problems(kind: str, words: str) -> dict[str, str]:
    errors = {}
    if kind not in list(AnswerKind):
        errors["answer"] = _("Choose one answer.")
    if kind in (AnswerKind.AGREE_EXCEPT, AnswerKind.DO_NOT_AGREE) and not words.strip():
        errors["words"] = _("Say in your own words what you do not agree with.")
    try:
        fits(clean(words), LONGEST_WORDS)
    except Refused as problem:
        errors["words"] = str(problem)
    return errors


def _show(given: Handed, errors: dict[str, str]) -> str:
    """Without anybody else's data, and without a way to anywhere but back to the desk's lock."""
    over, version = "", None
    try:
        version = shown_on_handed(here().world, by=who(), handed=given, at=here().now())
    except TooLate:
        over = _("Too much time has gone by, so no answer can be given on this screen any more.")
    except ChangedMeanwhile:
        over = _("The plan changed in the meantime. Read it together again, then answer.")
    return render_template(
        "conversation/handed.html",
        given=given,
        staff=who().name,
        over=over,
        version=version,
        emergency=emergency_page(version) if version and given.done is None else None,
        leave=url_for(
            "account.second_step",
            next=url_for("team_together.meet", patient_id=given.patient_id),
        ),
        errors=[ErrorLine(f"#{name}", text) for name, text in errors.items()],
        wrong=errors,
        form=request.form,
    )
