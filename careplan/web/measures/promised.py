"""Promises as the pages show them: who, what, by when, and whether it is done, late or to come."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from careplan.measures.measures import Measure
from careplan.measures.words import MEASURES
from careplan.store.measures import Promise
from careplan.summary.wording import day
from careplan.web.measures.asked import Asked
from careplan.web.words import _, gettext


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    promise_id: UUID
    measure: str
    owner: str
    action: str
    due: str
    state: str
    """Done, late or to come, in words."""
    colour: str
    done: bool
    public: bool
    here: bool
    """Made about the measure that this page shows."""


def told(made: Sequence[Promise], *, today: date, about: Asked | None = None) -> list[Told]:
    """Those about the measure of this page first."""
    lines = [_told(one, today=today, about=about) for one in made]
    return sorted(lines, key=lambda line: not line.here)


def _told(one: Promise, *, today: date, about: Asked | None) -> Told:
    state, colour = _("To come"), "blue"
    if one.done_on is not None:
        state, colour = _("Done on %(day)s", day=day(one.done_on)), "green"
    elif one.due_on < today:
        state, colour = _("Late: not done yet"), "red"
    return Told(
        promise_id=one.promise_id,
        measure=gettext(MEASURES[Measure(one.measure)]),
        owner=one.owner,
        action=one.action,
        due=day(one.due_on),
        state=state,
        colour=colour,
        done=one.done_on is not None,
        public=one.public,
        here=about is not None and one.measure == about.measure,
    )
