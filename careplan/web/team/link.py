"""In clinic: the code on the person's phone, who they say they are, and who has been checked."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import flash, redirect, render_template, request, url_for

from careplan.acts.linking import (
    CodeNotGood,
    FoundByCode,
    NumberTaken,
    find_by_code,
    link_in_clinic,
)
from careplan.acts.signing_in import TooManyTries
from careplan.plan.codec import from_plain, to_plain
from careplan.plan.person import Identity
from careplan.web.access import Reader, open_to
from careplan.web.drafts import posted
from careplan.web.forms.pages import Page, section_pages
from careplan.web.forms.read import empty_body, read_page
from careplan.web.forms.reading import FieldError, Reading
from careplan.web.forms.show import view_of
from careplan.web.forms.text import keepable
from careplan.web.forms.views import ErrorLine
from careplan.web.here import here
from careplan.web.session import who
from careplan.web.words import _

METHODS = ("known_to_team", "photo_id", "questions")
_NEEDED = ("legal_name", "date_of_birth")


@open_to(Reader.TEAM)
def link() -> Any:
    if request.method == "GET":
        return _ask_code("", "")
    typed = keepable(request.form.get("code", "")).strip()
    if request.form.get("step") == "confirm":
        return _confirm(typed)
    try:
        found = find_by_code(here().world, by=who(), typed=typed, at=here().now())
    except (CodeNotGood, TooManyTries) as problem:
        return _ask_code(typed, _code_words(problem)), 422
    return _show(typed, found, Reading({**empty_body(), "plain": to_plain(found.identity)}))


def _confirm(typed: str) -> Any:
    """Nothing typed is lost, whatever is wrong with it."""
    world, page = here().world, identity_page()
    reading = read_page(page, posted(), empty_body(), world.new_id, today=here().today())
    errors = [*reading.errors, *missing(reading)]
    method = request.form.get("method", "")
    if errors or reading.asks or method not in METHODS:
        return _show(typed, None, reading, errors=errors, method=method), 422
    identity = from_plain(Identity, reading.body["plain"], "identity")
    try:
        patient_id = link_in_clinic(
            world,
            by=who(),
            typed=typed,
            identity=identity,
            method=method,
            at=here().now(),
            today=here().today(),
        )
    except (CodeNotGood, TooManyTries) as problem:
        return _show(typed, None, reading, method=method, code_error=_code_words(problem)), 422
    except NumberTaken:
        sentence = _(
            "Another plan already has this NHS number. Nothing was linked. Check the number; "
            "if it is right, ask the other team before going on."
        )
        taken = FieldError("nhs_number", "nhs_number", sentence)
        return _show(typed, None, reading, errors=[taken], method=method), 422
    flash(_("Linked. %(name)s is now on your team’s list.", name=identity.legal_name))
    return redirect(url_for("team.overview", patient_id=patient_id))


def _code_words(problem: Exception) -> str:
    if isinstance(problem, TooManyTries):
        return _("Too many codes were tried. Wait a quarter of an hour, then ask for a new one.")
    return _(
        "This code is not known, has been used, or is more than 15 minutes old. "
        "Ask the person to show a new one."
    )


def missing(reading: Reading) -> list[FieldError]:
    """A plan is signed for somebody: without a name and a birth date there is nobody to check."""
    plain, known = reading.body["plain"], {error.name for error in reading.errors}
    sentences = {
        "legal_name": ("legal_name", _("Write the name as on the record.")),
        "date_of_birth": ("date_of_birth-day", _("Write the date of birth.")),
    }
    return [
        FieldError(name, *sentences[name])
        for name in _NEEDED
        if not plain.get(name) and name not in known
    ]


def identity_page() -> Page:
    return section_pages("identity").pages[0]


def _ask_code(typed: str, error: str) -> str:
    errors = [ErrorLine("#code", error)] if error else []
    return render_template("team/link.html", typed=typed[:40], errors=errors)


def _show(
    typed: str,
    found: FoundByCode | None,
    reading: Reading,
    *,
    errors: Sequence[FieldError] = (),
    method: str = "",
    code_error: str = "",
) -> str:
    view = view_of(identity_page(), reading.body, errors, reading.asks, new_id=here().world.new_id)
    posted_once = request.form.get("step") == "confirm"
    method_error = _("Say how you checked.") if posted_once and method not in METHODS else ""
    said = [
        *([ErrorLine("#code", code_error)] if code_error else []),
        *view.errors,
        *([ErrorLine("#method", method_error)] if method_error else []),
    ]
    return render_template(
        "team/confirm.html",
        typed=typed[:40],
        plan_number=found.plan_number if found else "",
        view=view,
        method=method,
        errors=said,
        code_error=code_error,
        method_error=method_error,
    )
