"""The team's administrator invites somebody, hands them a code, and may take it back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for

from careplan.accounts.clinic_codes import shown
from careplan.accounts.people import Role
from careplan.accounts.registration import NotARegistrationNumber
from careplan.acts.accounts import BadAccount
from careplan.acts.inviting_staff import Asked, invite_member, withdraw_invitation
from careplan.web.access import Reader, open_to
from careplan.web.forms.text import keepable
from careplan.web.here import here
from careplan.web.session import who
from careplan.web.words import _

_FIELDS = ("legal_name", "email", "title", "role", "registration")


@open_to(Reader.TEAM_ADMIN)
def enter() -> Any:
    """Whether the address has an account already is not said: the page is the same."""
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
    asked = Asked(
        name=typed["legal_name"],
        email=typed["email"],
        title=typed["title"],
        role=Role(typed["role"]),
        registration=typed["registration"],
    )
    try:
        made = invite_member(here().world, by=who(), asked=asked, at=here().now())
    except BadAccount as problem:
        return _show(typed, problem.problems), 422
    except NotARegistrationNumber:
        shape = _("Write the body and the number, like GMC 7012345 or NMC 07A1234E.")
        return _show(typed, {"registration": shape}), 422
    return render_template(
        "team/entered.html",
        name=asked.name,
        email=asked.email,
        code=shown(made.code),
        until=made.until,
        address=f"{here().settings.base_url}{url_for('recovery.invited')}",
    )


@open_to(Reader.TEAM_ADMIN)
def take_back(invitation_id: UUID) -> Any:
    taken = withdraw_invitation(
        here().world, by=who(), invitation_id=invitation_id, at=here().now()
    )
    flash(
        _("The invitation is taken back. Its code opens nothing any more.")
        if taken
        else _("That invitation was used, or was over, before you took it back.")
    )
    return redirect(url_for("team.members"), 303)


def _roles() -> tuple[Role, ...]:
    """Where a deployment has opened the staff door, an emergency department is a team too."""
    usual = (Role.CLINICIAN, Role.NURSE, Role.TEAM_ADMIN)
    return (*usual, Role.EMERGENCY_STAFF) if here().settings.break_glass else usual


def _show(typed: dict[str, str], errors: Mapping[str, str]) -> str:
    return render_template("team/enter.html", typed=typed, errors=errors)
