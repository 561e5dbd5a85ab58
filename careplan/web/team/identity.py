"""At the desk: put right who a person is, after checking it again with them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for

from careplan.acts.desk import open_desk
from careplan.acts.identity import correct_identity, identity_now
from careplan.acts.linking import NumberTaken
from careplan.acts.publishing import ChangedMeanwhile
from careplan.plan.codec import from_plain, to_plain
from careplan.plan.person import Identity
from careplan.render.paper import DoesNotFit
from careplan.web.access import Reader, open_to
from careplan.web.drafts import posted
from careplan.web.forms.read import empty_body, read_page
from careplan.web.forms.reading import FieldError, Reading
from careplan.web.forms.show import view_of
from careplan.web.forms.views import ErrorLine
from careplan.web.here import here
from careplan.web.session import who
from careplan.web.team.header import header_of
from careplan.web.team.link import METHODS, identity_page, missing
from careplan.web.words import _


@open_to(Reader.TEAM)
def identity(patient_id: UUID) -> Any:
    world = here().world
    if request.method == "GET":
        now = identity_now(world, by=who(), patient_id=patient_id)
        return _show(patient_id, Reading({**empty_body(), "plain": to_plain(now)}))
    page = identity_page()
    reading = read_page(page, posted(), empty_body(), world.new_id, today=here().today())
    errors = [*reading.errors, *missing(reading)]
    method = request.form.get("method", "")
    if errors or reading.asks or method not in METHODS:
        return _show(patient_id, reading, errors=errors, method=method), 422
    try:
        correct_identity(
            world,
            by=who(),
            patient_id=patient_id,
            identity=from_plain(Identity, reading.body["plain"], "identity"),
            method=method,
            at=here().now(),
            today=here().today(),
        )
    except NumberTaken:
        sentence = _("Another plan already has this NHS number. Nothing was changed.")
        taken = FieldError("nhs_number", "nhs_number", sentence)
        return _show(patient_id, reading, errors=[taken], method=method), 422
    except DoesNotFit as problem:
        return _show(patient_id, reading, method=method, problem=str(problem)), 422
    except ChangedMeanwhile:
        sentence = _("The plan changed while you wrote. Press again to publish the new name.")
        return _show(patient_id, reading, method=method, problem=sentence), 409
    flash(
        _(
            "Put right. Every link and new copy shows it from now on. Paper copies do not: ask "
            "them to print again and to throw the old ones away."
        )
    )
    return redirect(url_for("team.overview", patient_id=patient_id))


def _show(
    patient_id: UUID,
    reading: Reading,
    *,
    errors: Sequence[FieldError] = (),
    method: str = "",
    problem: str = "",
) -> str:
    desk = open_desk(here().world, by=who(), patient_id=patient_id, at=here().now())
    view = view_of(identity_page(), reading.body, errors, reading.asks, new_id=here().world.new_id)
    pressed = request.method == "POST"
    method_error = _("Say how you checked.") if pressed and method not in METHODS else ""
    said = [
        *([ErrorLine("#put-right", problem)] if problem else []),
        *view.errors,
        *([ErrorLine("#method", method_error)] if method_error else []),
    ]
    return render_template(
        "team/identity.html",
        header=header_of(desk, here().today()),
        view=view,
        method=method,
        errors=said,
        method_error=method_error,
    )
