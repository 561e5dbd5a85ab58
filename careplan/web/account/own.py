"""One's own account: where one is signed in, the password, and the second step."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Blueprint, redirect, render_template, request, url_for

from careplan.acts.own_password import NewPassword, WeakPassword, change_password
from careplan.acts.own_second_step import turn_off_second_step
from careplan.acts.own_sessions import end_other_sessions, end_own_session, own_sessions
from careplan.acts.signing_in import TooManyTries, WrongCode, WrongSignIn
from careplan.web.access import Reader, open_to
from careplan.web.account.again import asked_first
from careplan.web.here import here
from careplan.web.session import session_token, who
from careplan.web.words import _

own = Blueprint("own", __name__, url_prefix="/account")


@own.get("/sessions")
@open_to(Reader.SIGNED_IN)
def sessions() -> Any:
    return asked_first() or render_template(
        "account/sessions.html",
        sessions=own_sessions(here().world, by=who(), token=_token(), at=here().now()),
    )


@own.post("/sessions/<uuid:session_id>/end")
@open_to(Reader.SIGNED_IN)
def end(session_id: UUID) -> Any:
    end_own_session(here().world, by=who(), token=_token(), session_id=session_id, at=here().now())
    return redirect(url_for("own.sessions"))


@own.post("/sessions/end-others")
@open_to(Reader.SIGNED_IN)
def end_others() -> Any:
    end_other_sessions(here().world, by=who(), token=_token(), at=here().now())
    return redirect(url_for("own.sessions"))


@own.route("/password", methods=["GET", "POST"])
@open_to(Reader.SIGNED_IN)
def password() -> Any:
    if request.method == "GET":
        return _password_page({})
    given = (request.form.get(name, "") for name in ("old", "password", "code"))
    try:
        ended = change_password(
            here().world, by=who(), token=_token(), typed=NewPassword(*given), at=here().now()
        )
    except WrongSignIn:
        return _password_page({"old": _("That is not your password now. Check it.")}), 422
    except WeakPassword as weak:
        return _password_page({"password": _(weak.sentence)}), 422
    except WrongCode:
        problem = _("That code is not right, or it is too old. Wait for a new one and type that.")
        return _password_page({"code": problem}), 422
    except TooManyTries:
        return _password_page({"old": _("Too many tries. Wait 15 minutes, then try again.")}), 429
    return render_template("account/password_changed.html", ended=ended)


def _password_page(errors: dict[str, str]) -> str:
    return render_template(
        "account/new_password.html", errors=errors, asks_code=who().second_factor_set
    )


@own.post("/second-step/off")
@open_to(Reader.SIGNED_IN)
def second_step_off() -> Any:
    turn_off_second_step(here().world, by=who(), token=_token(), at=here().now())
    return redirect(url_for("account.home"))


def _token() -> str:
    return session_token() or ""
