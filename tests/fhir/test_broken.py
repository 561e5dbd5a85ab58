"""A hundred broken documents: each fails for its one reason, at its place, and for no other."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

import pytest

from careplan.fhir.bundle import to_bundle
from careplan.fhir.conform import Problem, Severity, check
from careplan.plan.dictionary import dictionary
from tests import make
from tests.fhir.broken import BROKEN, DIV, Broken, Rule, index_of


@cache
def _written() -> bytes:
    return to_bundle(make.a_version(), dictionary(), narrative=DIV)


def good() -> Any:
    return json.loads(_written())


def errors(tree: Any) -> list[Problem]:
    judged = check(json.dumps(tree).encode())
    return [one for one in judged if one.severity is Severity.ERROR]


def place(where: str, tree: Any) -> str:
    """`Goal.note` as the FHIRPath from the root of the file."""
    kind, dot, rest = where.partition(".")
    sections = len(tree["entry"][0]["resource"].get("section", ()))
    rest = rest.format(last=len(tree["entry"]) - 1, section=sections - 1) if "{" in rest else rest
    root = "Bundle" if kind == "Bundle" else f"Bundle.entry[{index_of(good(), kind)}].resource"
    return root + dot + rest


def test_the_good_one_is_good() -> None:
    assert check(_written()) == []


@pytest.mark.parametrize("one", BROKEN, ids=lambda one: f"{one.rule}: {one.name}")
def test_it_fails_for_its_one_reason(one: Broken) -> None:
    tree = good()
    one.edit(tree)
    found = errors(tree)
    assert [problem.path for problem in found] == [place(one.where, tree)], found
    assert one.says in found[0].text


def test_every_kind_of_rule_is_broken_and_no_two_alike() -> None:
    assert {one.rule for one in BROKEN} == set(Rule)
    assert len({one.name for one in BROKEN}) == len(BROKEN) >= 60
