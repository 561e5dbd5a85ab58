"""The doors for whoever holds a code: back into an account, and into a team for the first time.

What they say is the same for an address that has an account and for one that has none.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, render_template, request

from careplan.acts.accounts import BadAccount
from careplan.acts.inviting_staff import InvitationNotGood, take_up_invitation
from careplan.acts.linking import CodeNotGood
from careplan.acts.recovering import come_back
from careplan.acts.signing_in import TooManyTries
from careplan.web.access import Reader, open_to
from careplan.web.forms.text import keepable
from careplan.web.here import here
from careplan.web.words import _

recovery = Blueprint("recovery", __name__, url_prefix="/account")

_SHOWN = 300
_BOXES = ("email", "code")


@recovery.route("/lost", methods=["GET", "POST"])
@open_to(Reader.ANYONE)
def lost() -> Any:
    """I cannot get in: what to do, and the code that a team gave."""
    if request.method == "GET":
        return _lost({}, {})
    typed, password = _typed(), request.form.get("password", "")
    try:
        come_back(
            here().world,
            email=typed["email"],
            typed=typed["code"],
            password=password,
            at=here().now(),
        )
    except CodeNotGood:
        return _lost(typed, {"code": _not_good(_("more than 15 minutes old"))}), 422
    except BadAccount as problem:
        return _lost(typed, problem.problems), 422
    except TooManyTries:
        return _lost(typed, {"code": _too_many()}), 429
    return render_template("account/recovered.html", email=typed["email"].strip())


def _lost(typed: dict[str, str], errors: Mapping[str, str]) -> str:
    return render_template("account/lost.html", typed=typed, errors=errors)


@recovery.route("/invited", methods=["GET", "POST"])
@open_to(Reader.ANYONE)
def invited() -> Any:
    """A place in a team. Who had an account already is told what fits both."""
    if request.method == "GET":
        return _invited({}, {})
    typed, password = _typed(), request.form.get("password", "")
    try:
        take_up_invitation(
            here().world,
            email=typed["email"],
            typed=typed["code"],
            password=password,
            at=here().now(),
        )
    except InvitationNotGood:
        return _invited(typed, {"code": _not_good(_("more than 7 days old"))}), 422
    except BadAccount as problem:
        return _invited(typed, problem.problems), 422
    except TooManyTries:
        return _invited(typed, {"code": _too_many()}), 429
    return render_template(
        "account/sign_in.html", email=typed["email"].strip(), problem="", just_made=True, next=None
    )


def _invited(typed: dict[str, str], errors: Mapping[str, str]) -> str:
    return render_template("account/invited.html", typed=typed, errors=errors)


def _typed() -> dict[str, str]:
    """What is shown again after a mistake; the password is not."""
    return {name: keepable(request.form.get(name, "")[:_SHOWN]) for name in _BOXES}


def _not_good(age: str) -> str:
    return _(
        "This e-mail address and code do not open anything together. The code may have been used, "
        "or be %(age)s. Check both, or ask for a new code.",
        age=age,
    )


def _too_many() -> str:
    return _("Too many tries. Wait 15 minutes, then try again.")
