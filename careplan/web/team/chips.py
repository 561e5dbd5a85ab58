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
    yield from _of_plan(standing, today)
    if standing.waiting_for_team:
        yield Chip(_("Waiting for us to answer"), "purple")
    if standing.signed_at is not None:
        yield from _of_signature(standing)
    if standing.unlinked:
        yield Chip(_("No account linked"), "grey")


def _of_plan(standing: Standing, today: date) -> Iterator[Chip]:
    if standing.signed_at is None:
        yield Chip(_("No plan signed"), "yellow")
    elif standing.dose_stopped:
        yield Chip(_("Dose stopped"), "red")
    elif overdue_since(standing, today):
        yield Chip(_("Review overdue"), "red")
    else:
        yield Chip(_("Current"), "green")


def _of_signature(standing: Standing) -> Iterator[Chip]:
    if standing.signer_left_at is not None:
        yield Chip(_("Signer has left"), "orange")
    if standing.disagreed:
        yield Chip(_("Patient does not agree"), "pink")
    if standing.answer_pending:
        yield Chip(_("Not yet seen by the patient"), "yellow")
    if standing.changed_since_signed:
        yield Chip(_("Changed by the patient since signed"), "blue")


def overdue_since(standing: Standing, today: date) -> date | None:
    """The day that has gone by: the review's, or the last on which the signature held."""
    due = standing.due_on
    return due if due is not None and due < today else None


def due_words(standing: Standing, today: date) -> str:
    due, past = standing.due_on, overdue_since(standing, today)
    if past is not None:
        days = (today - past).days
        if past != standing.review_due:
            return _("Signature ran out %(day)s (%(days)s days ago)", day=in_words(past), days=days)
        return _("%(day)s (%(days)s days ago)", day=in_words(past), days=days)
    return in_words(due) if due else _("No date set")


def task_words(standing: Standing, today: date, soon: date) -> str:
    """When a vaccine, a scan or another check falls due, once that is near."""
    due = standing.next_due
    if due is None or due > soon:
        return ""
    if due < today:
        return _("A check was due %(day)s", day=in_words(due))
    return _("A check is due %(day)s", day=in_words(due))
