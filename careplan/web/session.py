"""Signing in as the browser sees it: one cookie that names a row; Flask-Login only as glue.

The row dies at sign-out, so a copied cookie opens nothing afterwards. Flask's own signed cookie
carries the form token and one-off messages only.
"""

from __future__ import annotations

from typing import Any, cast

from flask import Flask, Request, Response, request
from flask_login import LoginManager, UserMixin, current_user

from careplan.accounts.people import Who
from careplan.acts.signing_in import SignedIn, recognise
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


def install(app: Flask) -> None:
    manager = LoginManager(app)
    manager.session_protection = None  # sessions are rows; see sessions.py

    @manager.request_loader  # type: ignore[untyped-decorator]
    def load(incoming: Request) -> Visitor | None:
        token = incoming.cookies.get(cookie_name())
        if not token:
            return None
        found = recognise(here().world, token=token, at=here().now())
        return Visitor(found) if found else None


def who() -> Who:
    """Whoever is asking; Who.nobody() for a stranger."""
    return current_user.who if current_user.is_authenticated else Who.nobody()


def signed_in() -> SignedIn | None:
    return cast("SignedIn | None", getattr(current_user, "signed_in", None))


def remember(response: Response, token: str) -> Response:
    """Set the session cookie: not readable by script, not sent from elsewhere."""
    settings = here().settings
    options: dict[str, Any] = {"httponly": True, "samesite": "Lax", "secure": settings.https, "path": "/"}
    response.set_cookie(cookie_name(), token, **options)
    return response


def forget(response: Response) -> Response:
    response.delete_cookie(cookie_name(), path="/", secure=here().settings.https, httponly=True, samesite="Lax")
    return response


def session_token() -> str | None:
    return request.cookies.get(cookie_name())
