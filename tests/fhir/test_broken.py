"""A hundred broken documents: each fails for its one reason, at its place, and for no other."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import fhirpathpy
import pytest
from fhirpathpy.models import models

from careplan.fhir.bundle import to_bundle
from careplan.fhir.conform import Problem, Severity, check
from careplan.fhir.invariants import ELSEWHERE
from careplan.fhir.second_judge import refusals
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
    above = found[0].path.rpartition(".")[0] or found[0].path
    assert fhirpathpy.evaluate(tree, above, model=models["r4"]), "no FHIRPath into this file"


_SHAPE_RULES = (Rule.COUNT, Rule.TYPE, Rule.UNKNOWN)
_OF_BUNDLE = ("Bundle.type", "Bundle.timestamp")
SHAPES = tuple(one for one in BROKEN if one.rule in _SHAPE_RULES and one.where not in _OF_BUNDLE)
LET_PASS = {
    *("an empty list", "an empty object", "null", "blank text", "a bell in a name"),
    *("text for a number", "text for a truth", "no base64", "an abstract resource"),
    *("an address with a space", "a UUID of one digit"),
}
"""What an independent implementation of FHIR's shapes, made for R4B, takes for good."""


def _independently(tree: Any) -> list[str]:
    """Where that implementation refuses something, resource by resource."""
    return [
        broken.path
        for index, entry in enumerate(tree["entry"])
        for broken in refusals(entry["resource"], f"Bundle.entry[{index}].resource")
    ]


def test_an_independent_implementation_agrees_about_every_shape() -> None:
    assert _independently(good()) == []
    passed = set()
    for one in SHAPES:
        tree = good()
        one.edit(tree)
        if not _independently(tree):
            passed.add(one.name)
    assert passed == LET_PASS


def test_what_only_the_other_refuses_is_told_as_a_warning() -> None:
    """R4B changed Evidence, and the other reader knows only the later one: R4's stays R4's."""
    evidence = {
        "resourceType": "Evidence",
        "status": "active",
        "exposureBackground": {"reference": "EvidenceVariable/1"},
    }
    judged = check(json.dumps(evidence).encode())
    found = [one for one in judged if "fhir.resources" in one.text]
    assert "Evidence.exposureBackground" in {one.path for one in found}
    assert {one.severity for one in judged} == {Severity.WARNING}
    evidence["exposures"] = "x"
    assert not [one for one in check(json.dumps(evidence).encode()) if "fhir.res" in one.text]


def test_every_kind_of_rule_is_broken_and_no_two_alike() -> None:
    assert {one.rule for one in BROKEN} == set(Rule)
    assert len({one.name for one in BROKEN}) == len(BROKEN) >= 60


def test_the_page_about_it_counts_right() -> None:
    page = (Path(__file__).parents[2] / "docs" / "fhir" / "validating.md").read_text("utf-8")
    assert f"{len(BROKEN)} ways of breaking one good document" in page
    assert f"{_SPELT[len(ELSEWHERE)]} are checked by other means" in page
    assert f"except {_SPELT[len(LET_PASS)].lower()} that it is known to let pass" in page


_SPELT = {11: "Eleven", 12: "Twelve", 16: "Sixteen", 17: "Seventeen", 18: "Eighteen"}
