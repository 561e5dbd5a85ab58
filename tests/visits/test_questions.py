"""What is asked after a visit: every answer of a report, once, in plain words."""

from __future__ import annotations

from pathlib import Path

import pytest

from careplan.plan.content import BadContent
from careplan.visits.questions import FILE, asked
from careplan.visits.report import VisitReport
from tests.web.forms.reading_age import grade

CONTENT = asked()
HARDEST = 6
"""Years of school."""
NOT_ASKED = {
    "patient_id", "report_id", "visit_id", "source", "given_at", "withdrawn_at",
    "hospital_words", "on_day", "no_relief",
}  # fmt: skip
"""Ours, or asked as part of another question."""


def test_every_answer_of_a_report_is_asked_once() -> None:
    ids = [one.id for one in CONTENT.questions]
    assert len(ids) == len(set(ids))
    assert set(ids) | NOT_ASKED == set(VisitReport.__dataclass_fields__)


def test_pages_lead_to_one_another() -> None:
    for page, following in zip(CONTENT.pages, CONTENT.pages[1:], strict=False):
        assert CONTENT.after(page.id) is following
        assert CONTENT.before(following.id) is page
    assert CONTENT.after(CONTENT.pages[-1].id) is None
    assert CONTENT.before(CONTENT.pages[0].id) is None
    assert CONTENT.page("nowhere") is None


def test_somebody_who_speaks_for_the_person_is_not_called_you() -> None:
    for question in CONTENT.questions:
        asked_of_them = f" {question.asked(of_them=True)} {question.hinted(of_them=True)} "
        assert " you " not in asked_of_them.replace("?", " ").lower(), question.id
        assert " your " not in asked_of_them.lower(), question.id


def test_everything_is_said_in_plain_words() -> None:
    said = [
        f"{one.asked(of_them=of_them)} {one.hinted(of_them=of_them)}"
        for one in CONTENT.questions
        for of_them in (False, True)
    ]
    said += [*CONTENT.audience_hints.values(), *(one.text for one in CONTENT.beside)]
    assert [text for text in said if grade(text) > HARDEST] == []


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('id = "eased"', 'id = "dose"'),
        ('a_little = "A little"', 'lots = "A lot"'),
        ("[choices.eased]", "[choices.hardly]"),
        ('team = "They read', 'ward = "They read'),
    ],
)
def test_a_slip_in_the_content_is_told_at_start(old: str, new: str, tmp_path: Path) -> None:
    changed = tmp_path / "report.toml"
    text = FILE.read_text("utf-8")
    assert old in text
    changed.write_text(text.replace(old, new, 1), "utf-8")
    with pytest.raises(BadContent):
        asked(changed)
