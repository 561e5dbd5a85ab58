"""What somebody typed to make an account: read, judged all at once, and shown again as it was."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from careplan.acts.accounts import NewPerson, problems_with
from careplan.plan.content import FIRST
from careplan.web.forms.dates import WrongDate, whole_date
from careplan.web.forms.text import Refused, keepable, line
from careplan.web.here import here
from careplan.web.words import _

KEPT = ("legal_name", "born-day", "born-month", "born-year", "nhs_number", "email", "condition")
"""The controls that are shown again after a mistake. The password is not among them."""
_ANCHORS = {"date_of_birth": "born-day"}
LONGEST_SHOWN = 2000


@dataclass(frozen=True)
class Problem:
    """One sentence by its question and in the summary; `anchor` is the control it goes to."""

    question: str
    anchor: str
    sentence: str


@dataclass(frozen=True)
class Asked:
    """The form as typed, and what must be put right before it makes an account."""

    typed: Mapping[str, str] = field(default_factory=dict)
    person: NewPerson | None = None
    problems: tuple[Problem, ...] = ()


def too_many_accounts() -> str:
    return _(
        "Too many accounts were made here in the last hour. Yours was not made. Wait an hour and "
        "send this again, or ask your team."
    )


def read_form(form: Mapping[str, str]) -> Asked:
    typed = {name: keepable(form.get(name, "")[:LONGEST_SHOWN]) for name in KEPT}
    born, misread = _born(typed)
    name, misread_name = _name(typed)
    person = NewPerson(
        email=typed["email"],
        password=form.get("password", ""),
        legal_name=name,
        date_of_birth=born,
        nhs_number=typed["nhs_number"] or None,
        condition=typed["condition"] or FIRST,
    )
    found = {
        question: Problem(question, _ANCHORS.get(question, question), _(sentence))
        for question, sentence in problems_with(
            person, today=here().today(), leaked=here().world.leaked
        ).items()
    }
    for better in (misread, misread_name):
        if better is not None:
            found[better.question] = better
    return Asked(typed, person, tuple(found.values()))


def _name(typed: Mapping[str, str]) -> tuple[str, Problem | None]:
    try:
        return line(typed["legal_name"]), None
    except Refused as refused:
        return "", Problem("legal_name", "legal_name", str(refused))


def _born(typed: Mapping[str, str]) -> tuple[date | None, Problem | None]:
    """Three boxes, read like every other date of the plan."""
    boxes = {f"-{part}": typed[f"born-{part}"] for part in ("day", "month", "year")}
    field = here().world.words.field("identity.date_of_birth")
    try:
        text = whole_date(boxes, field, here().today())
    except WrongDate as wrong:
        return None, Problem("date_of_birth", f"born{wrong.box}", wrong.sentence)
    return (date.fromisoformat(text) if text else None), None
