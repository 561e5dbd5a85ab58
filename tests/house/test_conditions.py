"""A condition is data: every folder is whole, and no program names any but the first."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from careplan.plan.content import FIRST, condition_facts, installed
from careplan.plan.dictionary import Dictionary, dictionary
from careplan.plan.drugs import drugs
from careplan.plan.due import due_rows
from careplan.plan.rules.rulebook import RULES
from careplan.plan.rules.tables import lines, rule_table
from careplan.plan.rules.wording import stigma_terms
from careplan.summary.copies import copy_words
from careplan.summary.phrases import phrases
from careplan.web.forms.pages import first_five, patient_pages, team_pages
from careplan.web.forms.questions import questions

ROOT = Path(__file__).parent.parent.parent
SOURCES = [*(ROOT / "careplan").rglob("*.py"), *(ROOT / "bin").glob("*"), ROOT / "wsgi.py"]
OTHERS = [name for name in installed() if name != FIRST]


@pytest.mark.parametrize("condition", OTHERS)
def test_no_program_names_another_condition(condition: str) -> None:
    facts = condition_facts(condition)
    names = {condition, *facts["name"].split()[-1:], *facts["plan_title"].split()[1:-1]}
    named = re.compile("|".join(map(re.escape, names)), re.IGNORECASE)
    files = [path for path in SOURCES if path.is_file()]
    assert len(files) > 100
    assert [path for path in files if named.search(path.read_text("utf-8"))] == []


@pytest.mark.parametrize("condition", installed())
def test_every_file_of_a_folder_is_read(condition: str) -> None:
    words = dictionary(condition)
    assert drugs(condition).names
    assert set(rule_table(condition)) - set(RULES) <= {"R22"}
    for read in (lines, stigma_terms, due_rows):
        assert read(condition)
    assert phrases(words).red_flags
    assert copy_words(words).lines
    every = (*patient_pages(condition), *team_pages(condition))
    assert all(questions(page) for section in every for page in section.pages)
    assert {section.id for section in every}.isdisjoint(words.left_out)


@pytest.mark.parametrize("condition", installed())
def test_five_answers_come_first(condition: str) -> None:
    numbers = {page.first_five for page in first_five(condition)}
    assert numbers == {1, 2, 3, 4, 5}


@pytest.mark.parametrize("condition", OTHERS)
def test_nothing_asked_or_said_is_of_the_first_condition(condition: str) -> None:
    words, others = dictionary(condition), re.compile(r"sickle|crisis", re.IGNORECASE)
    said = [*_labels(words), *phrases(words).lines.values(), *copy_words(words).lines.values()]
    for section in (*patient_pages(condition), *team_pages(condition)):
        for page in section.pages:
            said += [page.heading, page.hint, page.why, *page.labels.values(), *page.hints.values()]
    said += [row[key] for row in rule_table(condition).values() for key in ("title", "source")]
    rows, told = due_rows(condition)
    said += [text for row in rows for text in (row.staff, row.person, row.source)]
    assert [text for text in said if others.search(text)] == []
    assert told.due


def _labels(words: Dictionary) -> list[str]:
    used = [one for one in words.fields.values() if one.path.split(".")[0] not in words.left_out]
    lists = [words.options[one.options] for one in used if one.options]
    return [*(one.label for one in used), *(text for one in lists for text in one.values())]
