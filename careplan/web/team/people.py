"""The team's list: the longest overdue first, narrowed by a filter, or whoever a search finds.

All that a page depends on stands in its address, so that Back, a bookmark and a second tab show
the same; a search stands there sealed, so that no log or history tells a name or a number.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from flask import redirect, render_template, request, url_for

from careplan.accounts.people import Role
from careplan.acts.arrivals import in_departments_now
from careplan.acts.listing import SOON, TeamPage, hide_search, shown_search, team_page
from careplan.acts.quietly import how_many_open
from careplan.acts.received import how_many_wait
from careplan.acts.replying import news_in_team
from careplan.store.lists import MOST, After, Listed, Only, due_of
from careplan.web.access import Reader, open_to
from careplan.web.forms.text import keepable
from careplan.web.forms.views import ErrorLine
from careplan.web.here import here
from careplan.web.session import who
from careplan.web.team.chips import Chip, chips_of, due_words, overdue_since, task_words
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
    hospital_number: str
    chips: tuple[Chip, ...]
    due: str
    task: str
    overdue: bool


@dataclass(frozen=True, slots=True)
class Filter:
    """`count` is in words: past `MOST` a number no longer helps, and "" has none."""

    words: str
    href: str
    count: str
    chosen: bool

    @property
    def empty(self) -> bool:
        return self.count == "0"


@dataclass(frozen=True, slots=True)
class Asked:
    """What the address asks for."""

    text: str = ""
    only: Only = Only.EVERYONE
    after: After | None = None


@open_to(Reader.TEAM)
def people() -> Any:
    """A search is posted, and comes back as an address in which it is sealed."""
    if request.method == "POST":
        return _search(keepable(request.form.get("search", "")).strip())
    hidden = request.args.get("find", "")
    asked = Asked(
        shown_search(here().world, by=who(), hidden=hidden) if hidden else "",
        _only(request.args.get("only", "")),
        _after(request.args.get("after", "")),
    )
    return _page(asked)


def _search(text: str) -> Any:
    if len(text) > MOST_SEARCHED:
        sentence = _("Search for %(most)s letters or fewer.", most=MOST_SEARCHED)
        return _page(Asked(text[:MOST_SEARCHED]), error=sentence), 422
    if not text:
        return redirect(url_for("team.people"), 303)
    found = hide_search(here().world, by=who(), text=text)
    return redirect(url_for("team.people", find=found), 303)


def _page(asked: Asked, *, error: str = "") -> str:
    today = here().today()
    page = _found(asked) if not error else TeamPage(())
    first = asked == Asked() and not error
    following = None
    if page.more and not asked.text:
        last = page.lines[-1].patient
        mark = _mark(due_of(last, asked.only), last.patient_id)
        following = url_for("team.people", only=_kebab(asked.only), after=mark)
    return render_template(
        "team/people.html",
        lines=[_line(one, today) for one in page.lines],
        filters=_filters(asked, page.counts),
        text=asked.text,
        error=error,
        search_error=ErrorLine("#search", error),
        cut=page.more and bool(asked.text),
        following=following,
        later_page=asked.after is not None,
        first_page=url_for("team.people", only=_kebab(asked.only)),
        title=_words()[asked.only],
        whole=asked.only is Only.EVERYONE,
        team=who().organisation or "",
        manages=Role.TEAM_ADMIN in who().roles,
        private=how_many_open(here().world, by=who()),
        arrivals=in_departments_now(here().world, by=who(), at=here().now()) if first else (),
        replies=news_in_team(here().world, by=who()),
        received=how_many_wait(here().world, by=who()),
    )


def _found(asked: Asked) -> TeamPage:
    return team_page(
        here().world,
        by=who(),
        text=asked.text,
        only=asked.only,
        after=asked.after,
        at=here().now(),
        today=here().today(),
    )


def _line(one: Listed, today: date) -> Line:
    standing, face = one.patient.standing, one.face
    return Line(
        href=url_for("team.overview", patient_id=one.patient.patient_id),
        name=(face.legal_name if face else "") or _("No name recorded"),
        known_as=(face.known_as if face else "") or "",
        born=born_words(face, today) if face else "",
        nhs_number=number_words(face) if face and face.nhs_number else "",
        plan_number=face.plan_number if face else "",
        hospital_number=(face.hospital_number if face else "") or "",
        chips=chips_of(standing, today),
        due=due_words(standing, today),
        task=task_words(standing, today, today + SOON),
        overdue=overdue_since(standing, today) is not None,
    )


def _words() -> Mapping[Only, str]:
    return {
        Only.EVERYONE: _("Everyone"),
        Only.OVERDUE: _("Overdue"),
        Only.DUE_SOON: _("Due in 60 days"),
        Only.WAITING: _("Waiting for us to answer"),
        Only.CHANGED_SINCE_SIGNED: _("Changed by the patient since signed"),
        Only.SIGNER_LEFT: _("Signer has left"),
        Only.DOSE_STOPPED: _("Dose stopped"),
        Only.DISAGREED: _("Patient does not agree"),
        Only.TASKS_DUE: _("Checks and vaccines due"),
        Only.ANSWER_PENDING: _("Not yet seen by the patient"),
        Only.NOT_SIGNED: _("Never signed"),
        Only.UNLINKED: _("No account linked"),
    }


def _filters(asked: Asked, counts: Mapping[Only, int]) -> list[Filter]:
    return [
        Filter(
            said,
            url_for("team.people", only=None if one is Only.EVERYONE else _kebab(one)),
            _count(counts.get(one)),
            one is asked.only and not asked.text,
        )
        for one, said in _words().items()
    ]


def _count(number: int | None) -> str:
    if number is None:
        return ""
    return str(number) if number <= MOST else _("%(most)s+", most=MOST)


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
