"""One tap back from whoever reads a plan, and the plain words of what was shown, for their notes.

Asked for with the ticket of one opening and nothing else: no account, no cookie, nothing typed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any, TypeVar

from flask import Blueprint, Response, render_template, request

from careplan.acts.opening import Chip
from careplan.acts.replying import NotTaken, say
from careplan.acts.visiting import GoingIn
from careplan.summary.plain import plain_text
from careplan.summary.wording import moment
from careplan.visits.reply import Because, Said
from careplan.web.access import Reader, open_to
from careplan.web.here import here
from careplan.web.scan.frame import frame_style
from careplan.web.words import _

replying = Blueprint("replying", __name__)

MOST_TICKET = 120
Words = Callable[[str], str]
Choice = TypeVar("Choice", bound=StrEnum)


def answers(_: Words) -> Mapping[Said, str]:
    return {
        Said.USED: _("Used it"),
        Said.COULD_NOT: _("Could not use it"),
        Said.NO_ANSWER: _("The 24-hour number was not answered"),
    }


def reasons(_: Words) -> Mapping[Because, str]:
    return {
        Because.NOT_STOCKED: _("The medicine is not here"),
        Because.SENIOR_SAID_NO: _("Somebody senior said no"),
        Because.PERSON_DIFFERENT: _("Something about the person today"),
        Because.NOT_CLEAR: _("The plan is not clear"),
        Because.NOT_SURE_IT_IS_REAL: _("Not sure that it is real"),
        Because.OTHER: _("Something else"),
    }


def asked(_: Words) -> Mapping[str, str]:
    """The same words with a script and without."""
    return {
        "used": _("Did you use this plan?"),
        "why": _("Why not?"),
        "thanks": _("Thank you. The patient and their team can see this."),
        "notTaken": _("This answer could not be taken."),
        "copy": _("Copy for notes"),
        "copied": _("Copied."),
        "copyThis": _("Copy this text:"),
        "going": _("From the person today. Not part of the plan."),
        "notes": _("Patient’s own plan, version {version}, read at {when}; check identity."),
    }


@replying.post("/reply")
@open_to(Reader.ANYONE)
def reply() -> Any:
    """The one tap, and the one more for why. An unknown ticket and an old one get the same."""
    because = _choice(Because, "because")
    said = Said.COULD_NOT if because else _choice(Said, "said")
    ticket = request.form.get("ticket", "")[:MOST_TICKET]
    found: object = NotTaken()
    if said is not None:
        found = say(here().world, ticket=ticket, said=said, because=because, at=here().now())
    taken = not isinstance(found, NotTaken)
    style, policy = frame_style()
    page = render_template(
        "scan/replied.html",
        words=asked(_),
        taken=taken,
        ticket=ticket,
        reasons=reasons(_) if taken and said is Said.COULD_NOT and because is None else {},
        style=style,
    )
    return Response(page, 200 if taken else 404, {"Content-Security-Policy": policy})


def _choice(kind: type[Choice], name: str) -> Choice | None:
    given = request.form.get(name, "")
    return kind(given) if given in frozenset(kind) else None


def beside(
    ticket: str,
    *,
    narrative: str,
    chip: Chip,
    version: int | None,
    notices: tuple[str, ...],
    going: GoingIn | None,
) -> Mapping[str, Any]:
    """What a page that needs no script shows under the plan; for its template."""
    now, lines = here().now(), going.lines if going else ()
    return {
        "ticket": ticket,
        "words": asked(_),
        "answers": answers(_),
        "going": lines,
        "notes": notes(narrative, chip, version, now, *notices, beside=lines),
    }


def notes(
    narrative: str,
    chip: Chip,
    version: int | None,
    at: datetime,
    *notices: str,
    beside: tuple[str, ...] = (),
) -> str:
    """What is shown, as text: every word of it and no other, but for the first line."""
    words = asked(_)
    first = words["notes"].format(version=version, when=moment(at))
    going = (words["going"], *beside) if beside else ()
    standing = f"{chip.label} {chip.words}".strip()
    return "\n".join((first, standing, *notices, plain_text(narrative), *going))
