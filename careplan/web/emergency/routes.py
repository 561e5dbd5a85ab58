"""Asking for one person's emergency page without their card, and being shown it once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Response, render_template, request

from careplan.acts.break_glass import Asked, Looked, MustRest, NotShown, look_up
from careplan.acts.opening import chip_of
from careplan.plan.values import nhs_number
from careplan.sharing.birth_dates import read_birth_date
from careplan.sharing.staff_door import LIMITS, LONGEST_WORDS, Cause, Counted
from careplan.web.access import Reader, open_to
from careplan.web.forms.text import Refused, keepable, line
from careplan.web.here import here
from careplan.web.narratives import framed
from careplan.web.scan.frame import frame_style
from careplan.web.scan.replying import beside
from careplan.web.session import who
from careplan.web.words import _, ngettext

emergency = Blueprint("emergency", __name__)

_FIELDS = ("nhs_number", "birth_date", "because", "words")
_MOST_TYPED = 400


@dataclass(frozen=True)
class _Problem:
    """One sentence, and the box it belongs to."""

    box: str
    sentence: str


@emergency.route("/emergency", methods=["GET", "POST"])
@open_to(Reader.EMERGENCY)
def ask() -> Any:
    """Each look is asked for anew, with its own reason: nothing here can be listed or kept."""
    typed = {name: keepable(request.form.get(name, "")).strip()[:_MOST_TYPED] for name in _FIELDS}
    if request.method == "GET":
        return _page(typed)
    problems, asked = _read(typed)
    if asked is None:
        return _page(typed, problems), 422
    found = look_up(here().world, by=who(), asked=asked, at=here().now(), today=here().today())
    if isinstance(found, MustRest):
        page = _page(typed, (_Problem("nhs_number", _rest_words(found)),))
        return page, 429, {"Retry-After": str(found.seconds)}
    if isinstance(found, NotShown):
        return _page(typed, not_shown=True), 404
    return _shown(found)


def _page(
    typed: Mapping[str, str],
    problems: tuple[_Problem, ...] = (),
    *,
    not_shown: bool = False,
) -> str:
    return render_template(
        "emergency/ask.html",
        typed=typed,
        problems=problems,
        errors={one.box: one.sentence for one in problems},
        not_shown=not_shown,
        causes=[(one.value, words) for one, words in _causes().items()],
        most=LONGEST_WORDS,
        an_hour=LIMITS[Counted.PERSON_HOUR].most,
        me=who(),
    )


def _causes() -> Mapping[Cause, str]:
    return {
        Cause.CANNOT_SPEAK: _("They are with me and cannot speak for themself"),
        Cause.NOT_HERE: _("Their card or phone is not here"),
        Cause.LOCKED: _("Their link is locked"),
        Cause.OTHER: _("Something else"),
    }


def _read(typed: Mapping[str, str]) -> tuple[tuple[_Problem, ...], Asked | None]:
    """Every box is judged at once. Nothing here says whether there is anybody."""
    number, problems = nhs_number(typed["nhs_number"]), []
    if number is None:
        problems.append(_Problem("nhs_number", _number_words(typed["nhs_number"])))
    if not read_birth_date(typed["birth_date"], latest=here().today()):
        written = _("Write the date of birth, like 14 3 1997.")
        problems.append(_Problem("birth_date", written))
    if typed["because"] not in frozenset(Cause):
        problems.append(_Problem("because", _("Choose why you need the plan.")))
    words = ""
    try:
        words = line(typed["words"], LONGEST_WORDS)
        if not words:
            why = _("Write one sentence that says why. The person will read it.")
            problems.append(_Problem("words", why))
    except Refused as refused:
        problems.append(_Problem("words", str(refused)))
    if problems or number is None:
        return tuple(problems), None
    return (), Asked(number, typed["birth_date"], Cause(typed["because"]), words)


def _number_words(typed: str) -> str:
    digits = sum(letter.isdecimal() for letter in typed)
    if digits == 10:
        return _("That is not a whole NHS number: its last number does not fit. Check each one.")
    return _("Write the NHS number. It has 10 numbers, like 999 011 0212.")


def _rest_words(rest: MustRest) -> str:
    minutes = -(-rest.seconds // 60)
    most = LIMITS[rest.counted].most
    said = {
        Counted.PERSON_HOUR: _(
            "You have asked %(n)s times in one hour, the most we allow.", n=most
        ),
        Counted.PERSON_DAY: _("You have asked %(n)s times in one day, the most we allow.", n=most),
        Counted.HOSPITAL_HOUR: _(
            "Your hospital has asked %(n)s times in one hour, the most we allow.", n=most
        ),
        Counted.FAILED_HOUR: _("%(n)s tries in one hour found no plan, the most we allow.", n=most),
    }[rest.counted]
    return said + " " + _wait_words(minutes)


def _wait_words(minutes: int) -> str:
    if minutes > 90:
        hours = -(-minutes // 60)
        when = ngettext(
            "You can ask again in %(num)s hour.", "You can ask again in %(num)s hours.", hours
        ) % {"num": hours}
    else:
        when = ngettext(
            "You can ask again in %(num)s minute.", "You can ask again in %(num)s minutes.", minutes
        ) % {"num": minutes}
    return when + " " + _("Until then use the paper or card, or ring the haematology team.")


def _shown(found: Looked) -> Response:
    """The emergency document's page alone: no way on from here, to a record or anywhere else."""
    style, policy = frame_style()
    chip = chip_of(found.patient, here().today())
    body = render_template(
        "emergency/shown.html",
        plan=framed(found.narrative),
        notices=found.notices,
        chip=chip,
        now=here().now(),
        style=style,
        me=who(),
        **beside(
            found.reply,
            narrative=found.narrative,
            chip=chip,
            version=found.patient.current_version,
            notices=found.notices,
            going=found.going,
        ),
    )
    return Response(body, headers={"Content-Security-Policy": policy})
