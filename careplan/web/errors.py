"""What a person reads when something cannot be done: a clear sentence, a way on, never a stack trace."""

from __future__ import annotations

import logging

from flask import Flask, render_template, request
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException

from careplan.acts.world import NotAllowed, NotThere
from careplan.web.words import _

log = logging.getLogger("careplan.web")

Answer = tuple[str, int]


def install(app: Flask) -> None:
    app.register_error_handler(NotThere, _not_there)
    app.register_error_handler(NotAllowed, _not_allowed)
    app.register_error_handler(CSRFError, _stale_form)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(Exception, _unexpected)


def say(code: int, title: str, text: str) -> Answer:
    return render_template("error.html", title=title, text=text), code


def _not_there(_problem: NotThere) -> Answer:
    return say(404, _("Page not found"), _("There is nothing at this address, or you may not see it."))


def _not_allowed(_problem: NotAllowed) -> Answer:
    return say(403, _("You may not do this"), _("Your account is not allowed to do this. Ask your team."))


def _stale_form(_problem: CSRFError) -> Answer:
    text = _("This page was open for a long time. Go back, load it again and send it once more.")
    return say(400, _("Please send this again"), text)


def _http(problem: HTTPException) -> Answer:
    code = problem.code or 500
    if code == 404:
        return _not_there(NotThere())
    texts = {
        400: (_("We could not read that"), _("Go back and try again.")),
        403: (_("You may not do this"), _("Your account is not allowed to do this. Ask your team.")),
        405: (_("That does not work here"), _("Go back and try again.")),
        413: (_("That is too much at once"), _("Nothing was saved. Go back and make your text shorter.")),
        415: (_("We could not read that"), _("It was sent in a form this page does not take.")),
        429: (_("Too many tries"), _("Wait half a minute and try again.")),
    }
    title, text = texts.get(code, (_("Something went wrong"), _("Go back and try again.")))
    return say(code, title, text)


def _unexpected(problem: Exception) -> Answer:
    """Logged by type and place only: a message may hold a person's words."""
    log.error("unexpected %s at %s", type(problem).__name__, request.endpoint, exc_info=None)
    text = _("Nothing was lost. Try again in a minute. If somebody needs the plan now, use the paper or ring.")
    return say(500, _("Something went wrong here"), text)
