"""What other machines ask of any site: is it up, may it be indexed, whom to tell of a weakness."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from flask import Blueprint, Response, current_app

from careplan.acts.late import either
from careplan.settings import Settings
from careplan.store.errors import CannotKeep, Unavailable
from careplan.web.access import Reader, open_to
from careplan.web.here import here

machines = Blueprint("machines", __name__)

_STILL_TRUE_FOR = timedelta(days=364)  # RFC 9116: less than a year


@machines.get("/healthz")
@open_to(Reader.ANYONE)
def healthz() -> Response:
    """The process answers; asks nobody else."""
    return _text("ok\n")


@machines.get("/readyz")
@open_to(Reader.ANYONE)
def readyz() -> Response:
    """The database answers and speaks of the same schema. A node that can still open links must go
    on being asked: it says so, and is ready."""
    world = here().world
    try:
        ready = either(world, world.store.head_matches, lambda store: store.head_matches())
    except (Unavailable, CannotKeep):  # the second: our role was given no rights
        ready = False
    if not ready:
        return _text("not ready\n", status=503)
    fallback = world.fallback
    return _text("ready, links only\n" if fallback and fallback.store.away else "ready\n")


@machines.get("/.well-known/security.txt")
@open_to(Reader.ANYONE)
def security_txt() -> Response:
    settings = here().settings
    until = here().now() + _STILL_TRUE_FOR
    return _text(
        f"Contact: {_contact(settings)}\n"
        f"Expires: {until:%Y-%m-%dT%H:%M:%SZ}\n"
        "Preferred-Languages: en\n"
        f"Canonical: {settings.base_url}/.well-known/security.txt\n"
    )


@machines.get("/robots.txt")
@open_to(Reader.ANYONE)
def robots() -> Response:
    return _text("User-agent: *\nDisallow: /\n")


@machines.get("/favicon.ico")
@open_to(Reader.ANYONE)
def favicon() -> Any:
    """For whoever asks by the old name; our pages name the drawing themselves."""
    return current_app.send_static_file("plan-icon.svg")


def _contact(settings: Settings) -> str:
    """SECURITY_CONTACT as a web or mail address; without it, the customary name at our host."""
    contact = settings.security_contact or f"security@{urlsplit(settings.base_url).hostname}"
    return contact if ":" in contact else f"mailto:{contact}"


def _text(text: str, *, status: int = 200) -> Response:
    return Response(text, status=status, mimetype="text/plain")
