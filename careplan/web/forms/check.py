"""Check your answers: a whole section in words, with a way to change each answer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from careplan.plan.content import FIRST
from careplan.web.forms.pages import Body, section_pages
from careplan.web.forms.questions import questions
from careplan.web.forms.say import answer_words


@dataclass(frozen=True, slots=True)
class Row:
    """`lines` are the answer in words; a blank is said in words too."""

    label: str
    lines: tuple[str, ...]
    href: str


@dataclass(frozen=True, slots=True)
class CheckView:
    section: str
    title: str
    rows: tuple[Row, ...]


def check_of(
    section: str, body: Body, *, href: Callable[[str, str], str], condition: str = FIRST
) -> CheckView:
    """Every question of every page that applies."""
    found = section_pages(section, condition)
    rows: list[Row] = []
    for page in found.pages:
        if not page.applies(body):
            continue
        asked = questions(page)
        for question in asked:
            label = page.heading if len(asked) == 1 and not found.desk else question.label
            rows.append(Row(label, answer_words(question, body), href(section, page.id)))
    return CheckView(section, found.title, tuple(rows))
