"""Every requirement has a control that was switched off, and a test that names it."""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path

import pytest

from tests.attacks.requirements import (
    PAGE,
    Requirement,
    page,
    requirements,
    rows_for,
    threats,
)
from tests.attacks.table import ROOT, attacks

EACH = pytest.mark.parametrize("required", requirements(), ids=lambda one: one.id)


def test_no_requirement_is_twice_and_none_is_missing() -> None:
    ids = [one.id for one in requirements()]
    assert len(set(ids)) == len(ids)
    assert {one for row in attacks() for one in row.asvs} <= set(ids)


@EACH
def test_it_has_a_control_and_a_test_that_names_it(required: Requirement) -> None:
    rows = rows_for(required.id)
    assert rows, "no row of attacks.toml names it"
    tests = {test for row in rows for test in row.tests}
    assert any(required.id in named_by(test) for test in tests), tests


def test_every_threat_has_rows_that_are_there() -> None:
    names = {one.name for one in attacks()}
    for threat in threats():
        assert threat.rows, threat.name
        assert set(threat.rows) <= names, threat.name


def test_the_page_is_as_the_tables_say(request: pytest.FixtureRequest) -> None:
    if request.config.getoption("--write-docs"):
        PAGE.write_text(page(), "utf-8")
    assert PAGE.read_text("utf-8") == page(), "run this with --write-docs"


def named_by(test: str) -> set[str]:
    """The requirements that a test says it shows."""
    path, _, name = test.partition("::")
    return marks(ROOT / path).get(name, set())


@cache
def marks(path: Path) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for node in ast.parse(path.read_text("utf-8")).body:
        if isinstance(node, ast.FunctionDef):
            calls = [one for one in node.decorator_list if isinstance(one, ast.Call)]
            ids = {
                arg.value
                for one in calls
                if ast.unparse(one.func) == "pytest.mark.asvs"
                for arg in one.args
                if isinstance(arg, ast.Constant)
            }
            found[node.name] = {str(one) for one in ids}
    return found
