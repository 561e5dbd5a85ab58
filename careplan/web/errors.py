"""What a person reads when something cannot be done: a clear sentence, never a stack trace."""

from __future__ import annotations

import logging
import traceback
from pathlib import Path

from flask import Flask, Response, current_app, jsonify, make_response, render_template, request
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException

from careplan.accounts.people import Who
from careplan.acts.signing_in import TooManyTries
from careplan.acts.standing import AccessEnded
from careplan.acts.world import NotAllowed, NotThere
from careplan.render.paper import DoesNotFit
from careplan.store.errors import Unavailable
from careplan.web import logs
from careplan.web.fhir_api.refusals import FHIR_DOORS, as_outcome
from careplan.web.logs import Event
from careplan.web.security import for_machines
from careplan.web.words import _

_OURS = Path(__file__).resolve().parents[1]
_PASSED_ON = ("Allow", "Retry-After")


def install(app: Flask) -> None:
    app.register_error_handler(NotThere, _not_there)
    app.register_error_handler(NotAllowed, _not_allowed)
    app.register_error_handler(AccessEnded, _access_ended)
    app.register_error_handler(TooManyTries, _too_many_tries)
    app.register_error_handler(CSRFError, _stale_form)
    app.register_error_handler(DoesNotFit, _does_not_fit)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(Exception, _unexpected)


def say(code: int, title: str, text: str) -> Response:
    """The error page, or a few words of JSON for a program; of FHIR for one that speaks it."""
    if request.path.startswith(FHIR_DOORS):
        answer = as_outcome(code, text)
    elif for_machines():
        answer = jsonify(error=title, detail=text)
    elif code >= 500:
        answer = make_response(_without_asking_who(title, text))
    else:
        answer = make_response(render_template("error.html", title=title, text=text))
    answer.status_code = code
    return answer


def _without_asking_who(title: str, text: str) -> str:
    """The usual page asks the database who is reading; this one must come up when that is down."""
    page = current_app.jinja_env.get_template("error.html")
    return page.render(title=title, text=text, who=Who.nobody())


def _not_there(_problem: NotThere) -> Response:
    text = _("There is nothing at this address, or you may not see it.")
    return say(404, _("Page not found"), text)


def _not_allowed(_problem: NotAllowed) -> Response:
    text = _("Your account is not allowed to do this. Ask your team.")
    return say(403, _("You may not do this"), text)


def _access_ended(_problem: AccessEnded) -> Response:
    text = _(
        "Your access ended while this page was open, so nothing was signed, published or changed. "
        "What you had saved is kept. Ask your team’s administrator."
    )
    return say(403, _("You may not do this any more"), text)


def _too_many_tries(_problem: TooManyTries) -> Response:
    return say(429, _("Too many tries"), _("Wait 15 minutes, then try again."))


def _does_not_fit(problem: DoesNotFit) -> Response:
    text = _("Nothing was changed and nothing is lost. Too long for paper: %(named)s")
    return say(422, _("This does not fit on paper"), text % {"named": problem.named})


def _stale_form(_problem: CSRFError) -> Response:
    text = _("This page was open for a long time. Go back, load it again and send it once more.")
    return say(400, _("Please send this again"), text)


def _http(problem: HTTPException) -> Response:
    code = problem.code or 500
    a_list = code == 413 and request.endpoint == "team.invite"
    words = _too_big_a_file() if a_list else _sentences(code)
    answer = say(code, *words)
    for name, value in problem.get_headers():
        if name in _PASSED_ON:
            answer.headers[name] = value
    return answer


def _too_big_a_file() -> tuple[str, str]:
    text = _(
        "The file may be 2 megabytes, which is about 10,000 people. Nothing was taken in. "
        "Split it into several files and give them in one after another."
    )
    return _("That file is too big"), text


def _sentences(code: int) -> tuple[str, str]:
    go_back = _("Go back and try again.")
    known = {
        400: (_("We could not read that"), go_back),
        403: (
            _("You may not do this"),
            _("Your account is not allowed to do this. Ask your team."),
        ),
        404: (
            _("Page not found"),
            _("There is nothing at this address, or you may not see it."),
        ),
        405: (_("That does not work here"), go_back),
        413: (
            _("That is too much at once"),
            _("Nothing was saved. Go back and make your text shorter."),
        ),
        415: (_("We could not read that"), _("It was sent in a form this page does not take.")),
        429: (_("Too many tries"), _("Wait half a minute and try again.")),
    }
    return known.get(code, (_("Something went wrong"), go_back))


def _unexpected(problem: Exception) -> Response:
    write_down(problem)
    text = _(
        "Try again in a minute. If somebody needs the plan now, use the paper or ring the team."
    )
    return say(500, _("Something went wrong here"), text)


def write_down(problem: Exception) -> None:
    """The kind of error and where in our code: a message or a value may hold a person's words."""
    logs.write(
        Event.UNAVAILABLE if isinstance(problem, Unavailable) else Event.BROKEN,
        level=logging.ERROR,
        error=type(problem),
        method=logs.method_of_request(),
        rule=logs.rule_of_request(),
        request=logs.request_id(),
        place=" < ".join(places(problem)) or "no place of ours",
    )


def places(problem: BaseException) -> list[str]:
    """ "web/account/routes.py:31", the innermost first; other people's code is left out."""
    frames = reversed(traceback.extract_tb(problem.__traceback__))
    ours = ((Path(frame.filename), frame.lineno) for frame in frames)
    return [
        f"{path.relative_to(_OURS)}:{line}" for path, line in ours if path.is_relative_to(_OURS)
    ]
