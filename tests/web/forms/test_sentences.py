"""What the pages say: every question has its label, every error is a plain, whole sentence."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import careplan.web.forms
from careplan.web.forms.pages import team_pages
from careplan.web.forms.questions import Question, questions
from tests.web.forms.kit import pages, post
from tests.web.forms.reading_age import grade

KIT = Path(careplan.web.forms.__file__).parent
REFUSING = ("answers", "dates", "numbers", "parts", "read", "reader", "text", "together")
PART_OF_A_SENTENCE = {"%(count)s minutes", "%(count)s hours"}


def every(asked: tuple[Question, ...]) -> Iterator[Question]:
    for question in asked:
        yield question
        yield from every(question.children)


@pytest.mark.parametrize(
    "page", [page for section in team_pages() for page in section.pages], ids=lambda page: page.id
)
def test_every_question_at_the_desk_has_its_label(page):
    for question in every(questions(page)):
        assert question.label.strip(), question.path
        assert (
            question.label[0].isupper() or question.label[0].isdigit() or question.label == "eGFR"
        )
        assert not question.label.endswith((":", ".")), question.path


def sentences() -> Iterator[tuple[str, str]]:
    for file in REFUSING:
        for node in ast.walk(ast.parse((KIT / f"{file}.py").read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                said = node.args[0] if node.func.id == "_" else None
                if isinstance(said, ast.Constant) and said.value not in PART_OF_A_SENTENCE:
                    yield file, str(said.value)


@pytest.mark.parametrize(("file", "said"), sorted(set(sentences())))
def test_what_is_wrong_is_said_in_a_plain_whole_sentence(file, said):
    """A question ("Is it right?") is asked about a value that can be right."""
    assert said.endswith("." if not re.search(r"Is (it|the)\b", said) else "?")
    assert re.match(r"[A-Z]|%\(", said)
    assert "'" not in said
    assert '"' not in said
    assert grade(re.sub(r"%\(\w+\)s", "10", said)) <= 6, said


def test_nothing_else_of_the_kit_refuses():
    """A new file that refuses answers joins the list above."""
    found = {
        path.stem
        for path in KIT.glob("*.py")
        if re.search(r"\b(refuse|WrongDate|FieldError|SoftQuery)\(", path.read_text())
    }
    assert found - {"reading"} <= {*REFUSING}


@pytest.mark.parametrize("typed", ["x", "-1", "1.50", "9" * 12, "1,5", "\x00", "0" * 300])
def test_every_question_that_refuses_says_so_in_a_sentence(typed):
    """As it comes out, with everything filled in."""
    for page in pages():
        form = {question.name + end: typed for question in questions(page)
                for end in question.endings}  # fmt: skip
        for error in post(page, form).errors:
            assert re.fullmatch(r"[A-Z].*[.]", error.text), error
            assert "%(" not in error.text
