"""How a plan stands, in a few words, from the columns kept in clear for it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from careplan.plan.lifecycle import in_words
from careplan.store.patients import Standing
from careplan.web.words import _


@dataclass(frozen=True, slots=True)
class Chip:
    """`colour` is one of the tag component's, and only repeats the words."""

    words: str
    colour: str


def chips_of(standing: Standing, today: date) -> tuple[Chip, ...]:
    """What matters most comes first. Worked out when looked at (design 1.8)."""
    return tuple(_chips(standing, today))


def _chips(standing: Standing, today: date) -> Iterator[Chip]:
    if standing.signed_at is None:
        yield Chip(_("No plan signed"), "yellow")
        return
    if standing.dose_stopped:
        yield Chip(_("Dose stopped"), "red")
    elif overdue_since(standing, today):
        yield Chip(_("Review overdue"), "red")
    else:
        yield Chip(_("Current"), "green")
    if standing.answer_pending:
        yield Chip(_("Not yet seen by the patient"), "yellow")
    if standing.changed_since_signed:
        yield Chip(_("Changed by the patient since signed"), "blue")


def overdue_since(standing: Standing, today: date) -> date | None:
    """The day that has gone by: the review's, or the last on which the signature held."""
    days = (standing.review_due, standing.valid_to)
    return min((day for day in days if day is not None and day < today), default=None)


def review_words(standing: Standing, today: date) -> str:
    due, past = standing.review_due, overdue_since(standing, today)
    if past is not None:
        days = (today - past).days
        if past != due:
            return _("Signature ran out %(day)s (%(days)s days ago)", day=in_words(past), days=days)
        return _("%(day)s (%(days)s days ago)", day=in_words(past), days=days)
    return in_words(due) if due else _("No date set")
