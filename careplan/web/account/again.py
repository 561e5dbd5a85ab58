"""Asking again for the password, or for the second step, before somebody changes a way into their
account."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for

from careplan.acts.coming_in import own_outside
from careplan.acts.own_password import password_set_on
from careplan.acts.own_sessions import NotSure, is_sure, show_again
from careplan.acts.signing_in import TooManyTries, WrongCode, WrongSignIn
from careplan.acts.ways_in import SecondStepFirst, see_if_may_change
from careplan.web.access import Reader, open_to
from careplan.web.account.landing import wanted
from careplan.web.here import here
from careplan.web.session import session_token, signed_in, who
from careplan.web.words import _

again = Blueprint("again", __name__, url_prefix="/account")


def asked_first() -> Any:
    """The way to the question, for a page that only its owner may use; None when they have
    answered it a moment ago."""
    visitor = signed_in()
    if visitor is not None and is_sure(visitor.session, at=here().now()):
        return None
    return redirect(url_for("again.ask", next=request.path))


def second_step_first(*, first: bool = False) -> Any:
    """The same for a page that changes a way in, where they have a second step that they must give
    before that. Raises NotAllowed for whoever may change none."""
    try:
        see_if_may_change(here().world, by=who(), first=first)
    except SecondStepFirst:
        return redirect(url_for("account.second_step", next=request.path))
    return asked_first()


@again.app_errorhandler(SecondStepFirst)
def not_in_two_steps(_problem: SecondStepFirst) -> Any:
    """Nothing is done: the page asks for the second step, and then it comes anew."""
    return redirect(url_for("account.second_step", next=url_for("account.home")))


@again.app_errorhandler(NotSure)
def not_sure(_problem: NotSure) -> Any:
    """A page lay open for too long: nothing is done, and after the question it comes anew."""
    return redirect(url_for("again.ask", next=url_for("account.home")))


@again.route("/again", methods=["GET", "POST"])
@open_to(Reader.SIGNED_IN)
def ask() -> Any:
    if request.method == "GET":
        return _page({})
    try:
        show_again(
            here().world,
            by=who(),
            token=session_token() or "",
            password=request.form.get("password", ""),
            code=request.form.get("code", ""),
            at=here().now(),
        )
    except WrongSignIn:
        return _page({"password": _("That is not your password. Check it and try again.")}), 422
    except WrongCode:
        problem = _("That code is not right, or it is too old. Wait for a new one and type that.")
        return _page({"code": problem}), 422
    except TooManyTries:
        return _page({"password": _("Too many tries. Wait 15 minutes, then try again.")}), 429
    return redirect(wanted() or url_for("account.home"))


def _page(errors: dict[str, str]) -> str:
    joined = {one.kind for one in own_outside(here().world, by=who())}
    return render_template(
        "account/again.html",
        errors=errors,
        asks_password=password_set_on(here().world, by=who()) is not None,
        asks_code=who().second_factor_set,
        joined=[way for way in here().ways.values() if way.side in joined],
        next=wanted(),
    )
