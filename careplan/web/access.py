"""Every route says who it is for; one that does not is refused at start (and by a test)."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from functools import wraps
from typing import Any, TypeVar, cast
from uuid import UUID

from flask import Flask, abort, redirect, request, url_for

from careplan.accounts.people import CARE_TEAM, Role, Who
from careplan.web.session import who

View = TypeVar("View", bound=Callable[..., Any])


class Reader(StrEnum):
    """Who may come through a door. Which plan they may see is asked again inside, of the act."""

    ANYONE = "anyone"
    SIGNED_IN = "anyone signed in"
    PATIENT = "the patient"
    TEAM = "the care team, second factor given"
    DEMO = "anyone, in the demonstration only"


_EVERYBODY = frozenset({Reader.ANYONE, Reader.DEMO})


def open_to(reader: Reader) -> Callable[[View], View]:
    """Declare and enforce a route's reader. Strangers sign in; others get 403 in words."""

    def declare(view: View) -> View:
        @wraps(view)
        def guarded(*args: Any, **kwargs: Any) -> Any:
            if reader in _EVERYBODY:  # then who it is need not be looked up
                return view(*args, **kwargs)
            refusal = _refusal(reader, who())
            return refusal if refusal is not None else view(*args, **kwargs)

        guarded.reader = reader  # type: ignore[attr-defined]
        return cast("View", guarded)

    return declare


def _refusal(reader: Reader, visitor: Who) -> Any:
    if not visitor.known:
        return redirect(url_for("account.sign_in", next=_here()))
    if reader is Reader.PATIENT and (Role.PATIENT not in visitor.roles or not visitor.patient_id):
        abort(403)
    if reader is Reader.TEAM:
        if not visitor.roles & CARE_TEAM:
            abort(403)
        if not visitor.second_factor:
            return redirect(url_for("account.second_step", next=_here()))
    return None


def _here() -> str | None:
    return request.path if request.method == "GET" else None


def own_patient() -> UUID:
    """The plan of the patient signed in."""
    return UUID(who().patient_id)


def routes(app: Flask) -> list[tuple[str, str, str]]:
    """Address, methods and reader of every route; a route without a reader raises."""
    found = []
    for rule in sorted(app.url_map.iter_rules(), key=lambda one: one.rule):
        view = app.view_functions[rule.endpoint]
        reader = "anyone" if rule.endpoint == "static" else getattr(view, "reader", None)
        if reader is None:
            raise LookupError(f"{rule.rule} ({rule.endpoint}) does not say who it is for")
        methods = " ".join(sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}))
        found.append((rule.rule, methods, str(reader)))
    return found
