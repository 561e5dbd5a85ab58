"""A helper's addresses, all on one page: each names the person it is for."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from flask import Blueprint, make_response, render_template, request
from werkzeug.wrappers import Response

from careplan.acts.carers import here_for
from careplan.acts.standing import AccessEnded
from careplan.acts.world import NotThere
from careplan.web.carer.answering import answer, child, child_answer, number
from careplan.web.carer.choosing import choose, code, new_account
from careplan.web.carer.helping import arrived, home, publish, read
from careplan.web.carer.talking import (
    talk_about,
    talk_home,
    talk_new,
    talk_section,
    talk_thread,
)
from careplan.web.carer.writing import check, write
from careplan.web.drafts import AUTOSAVE
from careplan.web.errors import say
from careplan.web.forms.text import keepable
from careplan.web.here import here
from careplan.web.security import for_machines
from careplan.web.session import who
from careplan.web.words import _

carer = Blueprint("carer", __name__)

BOTH = ("GET", "POST")
_FOR = "/for/<uuid:patient_id>"
_OURS = frozenset({"csrf_token", "revision", "action", "version"})

carer.add_url_rule("/helping", view_func=choose)
carer.add_url_rule("/helping/code", view_func=code, methods=BOTH)
carer.add_url_rule("/account/new-helper", view_func=new_account, methods=BOTH)
carer.add_url_rule(_FOR, view_func=home)
carer.add_url_rule(f"{_FOR}/arrived", view_func=arrived)
carer.add_url_rule(f"{_FOR}/read", view_func=read)
carer.add_url_rule(f"{_FOR}/write/<section>", view_func=check)
carer.add_url_rule(f"{_FOR}/write/<section>/<page_id>", view_func=write, methods=BOTH)
carer.add_url_rule(f"{_FOR}/publish", view_func=publish, methods=BOTH)
carer.add_url_rule(f"{_FOR}/answer", view_func=answer, methods=BOTH)
carer.add_url_rule(f"{_FOR}/my-number", view_func=number, methods=BOTH)
carer.add_url_rule(f"{_FOR}/child", view_func=child, methods=BOTH)
carer.add_url_rule(f"{_FOR}/child/answer", view_func=child_answer, methods=BOTH)
carer.add_url_rule(f"{_FOR}/talk", view_func=talk_home)
carer.add_url_rule(f"{_FOR}/talk/about", view_func=talk_about)
carer.add_url_rule(f"{_FOR}/talk/about/<section>", view_func=talk_section)
carer.add_url_rule(f"{_FOR}/talk/new/<where>", view_func=talk_new, methods=BOTH)
carer.add_url_rule(f"{_FOR}/talk/<uuid:thread_id>", view_func=talk_thread, methods=BOTH)


@carer.errorhandler(AccessEnded)
def ended(_problem: AccessEnded) -> Response:
    """One page whatever ended it: it says whom to ask, and gives back what was typed."""
    words = _("You cannot open or change this plan just now. Nothing was saved.")
    if AUTOSAVE in request.headers or for_machines():
        answer = make_response({"saved": False, "error": words})
    else:
        typed = list(_typed())
        answer = make_response(render_template("carer/ended.html", typed=typed, words=words))
    answer.status_code = 403
    return answer


def _typed() -> Iterator[str]:
    """What was in the form, to copy: it is not lost with the access."""
    for name in request.form:
        if name not in _OURS:
            yield from filter(str.strip, map(keepable, request.form.getlist(name)))


@carer.errorhandler(NotThere)
def not_there(_problem: NotThere) -> Any:
    """Access that ended between the door and the act is told as such."""
    patient_id = (request.view_args or {}).get("patient_id")
    if patient_id is not None and who().grant is not None:
        try:
            here_for(here().world, by=who(), patient_id=patient_id, at=here().now())
        except AccessEnded as problem:
            return ended(problem)
        except NotThere:
            pass
    text = _("There is nothing at this address, or you may not see it.")
    return say(404, _("Page not found"), text)
