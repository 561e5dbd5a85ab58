"""The desk gives somebody who stands before it the code with which they come back in."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import render_template, request

from careplan.accounts.clinic_codes import shown
from careplan.accounts.recovery import METHODS
from careplan.acts.desk import open_desk
from careplan.acts.members import NotYourself
from careplan.acts.members import member as one_member
from careplan.acts.recovering import BeyondReach, Given, let_back, let_member_back, ways_in
from careplan.web.access import Reader, open_to
from careplan.web.forms.views import ErrorLine
from careplan.web.here import here
from careplan.web.session import who
from careplan.web.team.header import header_of
from careplan.web.words import _


@open_to(Reader.TEAM)
def let_in_again(patient_id: UUID) -> Any:
    """For the person, or for somebody who helps them."""
    mine: dict[str, Any] = {"by": who(), "patient_id": patient_id}
    ways = ways_in(here().world, **mine)
    if request.method == "GET":
        return _of_person(patient_id, ways, {})
    errors, method = _asked()
    chosen = _chosen(ways)
    if chosen is None:
        errors = {"account": _("Choose whose account it is."), **errors}
    if errors or chosen is None:
        return _of_person(patient_id, ways, errors), 422
    try:
        given = let_back(here().world, **mine, account_id=chosen, method=method, at=here().now())
    except (BeyondReach, NotYourself) as problem:
        return _of_person(patient_id, ways, {"account": _why_not(problem)}), 409
    return _of_person(patient_id, ways, {}, given=given)


def _chosen(ways: Any) -> UUID | None:
    typed = request.form.get("account", "")
    return next((one.account_id for one in ways if str(one.account_id) == typed), None)


def _of_person(
    patient_id: UUID, ways: Any, errors: dict[str, str], *, given: Given | None = None
) -> str:
    desk = open_desk(here().world, by=who(), patient_id=patient_id, at=here().now())
    return render_template(
        "team/let_in_again.html",
        header=header_of(desk, here().today()),
        ways=ways,
        **_shown(errors, given),
    )


@open_to(Reader.TEAM_ADMIN)
def let_member_in_again(account_id: UUID) -> Any:
    found = one_member(here().world, by=who(), account_id=account_id)
    name = found.places[0].name
    if request.method == "GET":
        return _of_member(account_id, name, {})
    errors, method = _asked()
    if errors:
        return _of_member(account_id, name, errors), 422
    try:
        given = let_member_back(
            here().world, by=who(), account_id=account_id, method=method, at=here().now()
        )
    except (BeyondReach, NotYourself) as problem:
        return _of_member(account_id, name, {"seen": _why_not(problem)}), 409
    return _of_member(account_id, name, {}, given=given)


def _of_member(
    account_id: UUID, name: str, errors: dict[str, str], *, given: Given | None = None
) -> str:
    return render_template(
        "team/let_member_in_again.html", account_id=account_id, name=name, **_shown(errors, given)
    )


def _asked() -> tuple[dict[str, str], str]:
    method = request.form.get("method", "")
    errors = {}
    if method not in METHODS:
        errors["method"] = _("Say how you checked.")
    if not request.form.get("seen"):
        errors["seen"] = _("See them first, then tick the box.")
    return errors, method


def _why_not(problem: Exception) -> str:
    if isinstance(problem, NotYourself):
        return _("You cannot do this for yourself. Ask a colleague.")
    return _(
        "A code for this account cannot be made here. Ask the people who run this service: they "
        "can make one for somebody you have seen."
    )


def _shown(errors: dict[str, str], given: Given | None) -> dict[str, Any]:
    return {
        "typed": {name: request.form.get(name, "") for name in ("account", "method", "seen")},
        "errors": errors,
        "lines": [ErrorLine(f"#{name}", text) for name, text in errors.items()],
        "given": given,
        "code": shown(given.code) if given else "",
        "address": f"{here().settings.base_url}/account/lost",
    }
