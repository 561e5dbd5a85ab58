"""The team's administrator gives somebody an account, and a first password to hand over."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import render_template, request

from careplan.accounts.people import Role
from careplan.accounts.registration import NotARegistrationNumber
from careplan.acts.accounts import BadAccount, EmailInUse
from careplan.acts.members import enter_member
from careplan.web.access import Reader, open_to
from careplan.web.forms.text import keepable
from careplan.web.here import here
from careplan.web.session import who
from careplan.web.words import _

_FIELDS = ("legal_name", "email", "title", "role", "registration")


@open_to(Reader.TEAM_ADMIN)
def enter() -> Any:
    typed = {name: keepable(request.form.get(name, "")).strip()[:120] for name in _FIELDS}
    if request.method == "GET":
        return _show(typed, {})
    errors: dict[str, str] = {}
    if typed["role"] not in _roles():
        errors["role"] = _("Choose what this person does in the team.")
    if not typed["title"]:
        errors["title"] = _("Write their job, as it stands under a signature.")
    if errors:
        return _show(typed, errors), 422
    try:
        entered = enter_member(
            here().world,
            by=who(),
            name=typed["legal_name"],
            email=typed["email"],
            title=typed["title"],
            role=Role(typed["role"]),
            registration=typed["registration"],
            at=here().now(),
        )
    except BadAccount as problem:
        return _show(typed, problem.problems), 422
    except EmailInUse:
        taken = _("This e-mail address has an account already. Use their work address.")
        return _show(typed, {"email": taken}), 422
    except NotARegistrationNumber:
        shape = _("Write the body and the number, like GMC 7012345 or NMC 07A1234E.")
        return _show(typed, {"registration": shape}), 422
    return render_template("team/entered.html", name=typed["legal_name"], entered=entered)


def _roles() -> tuple[Role, ...]:
    """Where a deployment has opened the staff door, an emergency department is a team too."""
    usual = (Role.CLINICIAN, Role.NURSE, Role.TEAM_ADMIN)
    return (*usual, Role.EMERGENCY_STAFF) if here().settings.break_glass else usual


def _show(typed: dict[str, str], errors: Mapping[str, str]) -> str:
    return render_template("team/enter.html", typed=typed, errors=errors)
