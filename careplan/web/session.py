"""Signing in as the browser sees it: one cookie that names a row; Flask-Login only as glue.

The row dies at sign-out, so a copied cookie opens nothing afterwards. Flask's own signed cookie
carries the form token and one-off messages only.
"""

from __future__ import annotations

from typing import Any, cast

from flask import Flask, Request, g, request
from flask import session as form_cookie
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface
from flask_login import LoginManager, UserMixin, current_user
from werkzeug.wrappers import Response

from careplan.accounts.people import Who
from careplan.acts.signing_in import SignedIn, recognise
from careplan.store.errors import Unavailable
from careplan.web.here import here


class Visitor(UserMixin):  # type: ignore[misc]
    """What Flask-Login wants to hold; `who` is what we ask."""

    def __init__(self, signed_in: SignedIn) -> None:
        self.signed_in = signed_in
        self.who = signed_in.who

    def get_id(self) -> str:
        return self.who.account_id


def cookie_name() -> str:
    """`__Host-` needs https; on plain http a browser would refuse it."""
    return "__Host-careplan" if here().settings.https else "careplan"


class FormCookie(SecureCookieSessionInterface):
    """Flask's own, but for whoever sends none there is nothing to check a signature of."""

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        if self.get_cookie_name(app) not in request.cookies:
            return self.session_class()
        return super().open_session(app, request)


def install(app: Flask) -> None:
    app.session_interface = FormCookie()
    manager = LoginManager(app)
    manager.session_protection = None  # sessions are rows; see acts/signing_in.py

    @manager.request_loader  # type: ignore[untyped-decorator]
    def load(incoming: Request) -> Visitor | None:
        token = incoming.cookies.get(cookie_name())
        if not token:
            return None
        found = recognise(here().world, token=token, at=here().now())
        return Visitor(found) if found else None


def who() -> Who:
    """Whoever is asking, as they act at this address; Who.nobody() for a stranger."""
    acting = cast("Who | None", g.get("acting"))
    if acting is not None:
        return acting
    return current_user.who if current_user.is_authenticated else Who.nobody()


def greeted() -> Who:
    """Whose name stands on a page that is for anyone: nobody's while the database cannot say, for
    such a page may be the way to a plan."""
    try:
        return who()
    except Unavailable:
        return Who.nobody()


def act_as(who: Who) -> None:
    """For the rest of this request, a helper is nobody but the helper of this one person."""
    g.acting = who


def signed_in() -> SignedIn | None:
    return cast("SignedIn | None", getattr(current_user, "signed_in", None))


def remember(response: Response, token: str) -> Response:
    """Set the session cookie: not readable by script, not sent from elsewhere.

    Form tokens from before this moment die with it: they belonged to whoever came before.
    """
    form_cookie.clear()
    response.set_cookie(cookie_name(), token, **_options())
    return response


def forget(response: Response, *, at_desk: bool = False) -> Response:
    form_cookie.clear()
    response.delete_cookie(cookie_name(), **_options())
    # What the browser kept of us goes too; cookies of the form token are cleared above.
    response.headers["Clear-Site-Data"] = '"cache"' if at_desk else '"cache", "storage"'
    return response


def session_token() -> str | None:
    return request.cookies.get(cookie_name())


def _options() -> dict[str, Any]:
    """The same for setting and deleting, or the browser would keep the cookie."""
    secure = here().settings.https
    return {"httponly": True, "samesite": "Lax", "secure": secure, "path": "/"}
