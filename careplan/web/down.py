"""What people and programs read while the database is away, is full, or takes no writes: what
happened, what still works, what to use now. What somebody typed stays on their page.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from flask import Flask, Response, current_app, jsonify, make_response, request

from careplan.accounts.people import Who
from careplan.store.errors import Busy, CannotWriteDown, Full, ReadOnly, Unavailable
from careplan.web.access import Reader
from careplan.web.errors import say, write_down
from careplan.web.fhir_api.refusals import FHIR_DOORS
from careplan.web.here import here
from careplan.web.security import for_machines
from careplan.web.words import _

_SOON, _LATER = 30, 300
_OPENING = ("machine", "scan")
_SECRET = re.compile("passw|passcode|code|token|secret|answer", re.IGNORECASE)
_WORTH_SHOWING = 20
"""Letters: what is shorter is typed again in no time, and what has no spaces is no sentence."""


def install(app: Flask) -> None:
    app.register_error_handler(Unavailable, answer)
    app.register_error_handler(ReadOnly, answer)


@dataclass(frozen=True, slots=True)
class Said:
    title: str
    happened: str
    after: int = _SOON


def answer(problem: Unavailable | ReadOnly) -> Response:
    """503 in words, and when to come again."""
    if not isinstance(problem, ReadOnly):
        write_down(problem)
    said = _said(problem)
    if for_machines():
        made = say(503, said.title, f"{said.happened} {_use_paper()}")
        if isinstance(problem, CannotWriteDown) and not request.path.startswith(FHIR_DOORS):
            made.set_data(jsonify({**(made.json or {}), "phone": problem.phone}).data)
    else:
        made = make_response(_page(said), 503)
    made.headers["Retry-After"] = str(said.after)
    return made


def _said(problem: Unavailable | ReadOnly) -> Said:
    if isinstance(problem, ReadOnly) and _only_looks():
        return Said(
            _("This cannot be shown just now"),
            _(
                "We are looking after this service. We always write down who looked at a plan, "
                "and nothing can be written down for a while."
            ),
            _LATER,
        )
    if isinstance(problem, ReadOnly):
        return Said(
            _("You cannot change anything just now"),
            _("We are looking after this service, so nothing can be saved for a while."),
            _LATER,
        )
    if isinstance(problem, CannotWriteDown):
        return Said(
            _("This plan cannot be opened just now"),
            _(
                "Our main computer is not answering, and we cannot write down that somebody "
                "looked. Use the paper card or page, or ring the 24-hour number printed on it."
            ),
        )
    if isinstance(problem, Full):
        return Said(
            _("You cannot change anything just now"),
            _("Our computer has no room left. The people who look after it must make some."),
            _LATER,
        )
    if isinstance(problem, Busy):
        return Said(_("Try again in a minute"), _("Very many people are using this just now."))
    return Said(
        _("Try again in a minute"),
        _("Our main computer is not answering just now."),
    )


def _only_looks() -> bool:
    """Whoever wanted to read is not told of saving: a page, or a link's own doors."""
    return request.method in ("GET", "HEAD") or request.blueprint in _OPENING


def _use_paper() -> str:
    return _(
        "Use the paper plan or card, or ring the 24-hour number printed on it. Nothing that was "
        "saved before is lost."
    )


def still_works() -> str:
    """What a reader of a card can still do, where there is something to fall back to."""
    if here().world.fallback is None:
        return ""
    return _("Scanning a card or page, and typing its short code, still open a plan.")


def _page(said: Said) -> str:
    """Asks the database nothing, not even who is reading."""
    kept, whole = _typed()
    return current_app.jinja_env.get_template("down.html").render(
        said=said,
        use_paper=_use_paper(),
        still_works=still_works(),
        wrote=request.method == "POST",
        kept=kept,
        again=request.full_path.rstrip("?") if whole and kept else None,
        who=Who.nobody(),
    )


@dataclass(frozen=True, slots=True)
class Kept:
    """One box of the form that could not be saved. `long`: worth showing."""

    name: str
    value: str
    long: bool


def _typed() -> tuple[Sequence[Kept], bool]:
    """What was sent, for whoever was signed in to send it, and whether that is all of it: a form
    without its secrets and files is shown, but is not sent again."""
    view = current_app.view_functions.get(request.endpoint or "")
    reader = getattr(view, "reader", None)
    if request.method != "POST" or reader in (None, Reader.ANYONE, Reader.DEMO, Reader.PARTNER):
        return (), False
    sent = list(request.form.items(multi=True))
    kept = [
        Kept(name, value, len(value) > _WORTH_SHOWING and " " in value)
        for name, value in sent
        if name == "csrf_token" or not _SECRET.search(name)
    ]
    return kept, len(kept) == len(sent) and not request.files
