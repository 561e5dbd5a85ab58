"""The team's list: the longest overdue first, narrowed by a filter, or whoever a search finds."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from flask import render_template, request, url_for

from careplan.acts.reading import PAGE, team_page
from careplan.store.patients import After, Listed, Only
from careplan.web.access import Reader, open_to
from careplan.web.forms.text import keepable
from careplan.web.forms.views import ErrorLine
from careplan.web.here import here
from careplan.web.session import who
from careplan.web.team.chips import Chip, chips_of, overdue_since, review_words
from careplan.web.team.header import born_words, number_words
from careplan.web.words import _

MOST_SEARCHED = 100


@dataclass(frozen=True, slots=True)
class Line:
    """One person of the list."""

    href: str
    name: str
    known_as: str
    born: str
    nhs_number: str
    plan_number: str
    chips: tuple[Chip, ...]
    review: str
    overdue: bool


@dataclass(frozen=True, slots=True)
class Filter:
    words: str
    href: str
    chosen: bool


@open_to(Reader.TEAM)
def people() -> Any:
    """A search is posted, so that no name, birth date or number stands in an address or a log."""
    text = keepable(request.form.get("search", "")).strip() if request.method == "POST" else ""
    if len(text) > MOST_SEARCHED:
        sentence = _("Search for %(most)s letters or fewer.", most=MOST_SEARCHED)
        return _page((), text[:MOST_SEARCHED], Only.EVERYONE, error=sentence), 422
    only = _only(request.args.get("only", ""))
    found = team_page(
        here().world,
        by=who(),
        text=text,
        only=only,
        after=_after(request.args.get("after", "")),
        at=here().now(),
        today=here().today(),
    )
    return _page(found, text, only)


def _page(found: tuple[Listed, ...], text: str, only: Only, *, error: str = "") -> str:
    today = here().today()
    following = None
    if len(found) == PAGE and not text:
        last = found[-1].patient
        following = url_for(
            "team.people", only=_kebab(only), after=_mark(last.standing.review_due, last.patient_id)
        )
    return render_template(
        "team/people.html",
        lines=[_line(one, today) for one in found],
        filters=_filters(only, searching=bool(text)),
        only=only,
        text=text,
        error=error,
        search_error=ErrorLine("#search", error),
        cut=len(found) == PAGE and bool(text),
        following=following,
        later_page="after" in request.args,
        first_page=url_for("team.people", only=_kebab(only)),
        team=who().organisation or "",
    )


def _line(one: Listed, today: date) -> Line:
    standing, face = one.patient.standing, one.face
    return Line(
        href=url_for("team.overview", patient_id=one.patient.patient_id),
        name=(face.legal_name if face else "") or _("No name recorded"),
        known_as=(face.known_as if face else "") or "",
        born=born_words(face, today) if face else "",
        nhs_number=number_words(face) if face else "",
        plan_number=face.plan_number if face else "",
        chips=chips_of(standing, today),
        review=review_words(standing, today),
        overdue=overdue_since(standing, today) is not None,
    )


def _filters(chosen: Only, *, searching: bool) -> list[Filter]:
    words = {
        Only.EVERYONE: _("Everyone"),
        Only.REVIEW_DUE: _("Review due"),
        Only.NOT_SIGNED: _("No plan signed"),
        Only.ANSWER_PENDING: _("Not yet seen by the patient"),
        Only.CHANGED_SINCE_SIGNED: _("Changed by the patient since signed"),
        Only.DOSE_STOPPED: _("Dose stopped"),
    }
    return [
        Filter(
            said,
            url_for("team.people", only=None if one is Only.EVERYONE else _kebab(one)),
            one is chosen and not searching,
        )
        for one, said in words.items()
    ]


def _kebab(only: Only) -> str:
    return only.value.replace("_", "-")


def _only(text: str) -> Only:
    """A filter nobody knows is no filter."""
    return {_kebab(one): one for one in Only}.get(text, Only.EVERYONE)


def _mark(due: date | None, patient_id: UUID) -> str:
    return f"{due.isoformat() if due else 'none'}.{patient_id}"


def _after(text: str) -> After | None:
    """Where the page before ended; a mark that cannot be read is the list's beginning."""
    due, _dot, patient_id = text.partition(".")
    try:
        return After(None if due == "none" else date.fromisoformat(due), UUID(patient_id))
    except ValueError:
        return None
