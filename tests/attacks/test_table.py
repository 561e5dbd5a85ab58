"""The table cannot rot: its tests exist, its controls stand where it says, and all are proved."""

from __future__ import annotations

import ast
import json
from functools import cache
from pathlib import Path

import pytest

from prove import guesses
from tests.attacks.table import ROOT, Attack, attacks

EVIDENCE = ROOT / "docs" / "evidence" / "attacks.json"
KINDS = {
    "photographed",
    "key leaks",
    "guessing",
    "revoked",
    "another host",
    "narrative",
    "ciphertext",
    "card",
    "enumeration",
    "framing",
    "sent page",
    "coercion",
    "another system",
    "what is typed",
    "signing in",
    "sessions",
    "headers",
    "whose it is",
    "trail",
    "keys and packages",
}
EACH = pytest.mark.parametrize("attack", attacks(), ids=lambda one: one.name)


def test_every_kind_of_attack_has_its_rows() -> None:
    assert {one.kind for one in attacks()} == KINDS
    names = [one.name for one in attacks()]
    assert len(set(names)) == len(names)


@EACH
def test_its_tests_are_there(attack: Attack) -> None:
    assert attack.tests
    for test in attack.tests:
        path, _, name = test.partition("::")
        assert name in _tests_in(ROOT / path), test


@EACH
def test_its_control_stands_where_it_can_be_switched_off(attack: Attack) -> None:
    assert attack.off
    for one in attack.off:
        assert (ROOT / one.file).read_text("utf-8").count(one.text) == 1, one.text
        assert one.text != one.instead


@EACH
def test_it_was_proved_as_it_is_now(attack: Attack) -> None:
    kept = json.loads(EVIDENCE.read_text("utf-8"))["attacks"].get(attack.name, {})
    proved = kept.get("covers") == attack.covers() and kept.get("proved") is True
    assert proved, "the control or its row has changed: run bin/prove attacks"


def test_the_long_guessing_was_of_the_code_as_it_is_now() -> None:
    kept = json.loads(EVIDENCE.with_name("guesses.json").read_text("utf-8"))
    assert kept["covers"] == guesses.covers(), "how guesses count has changed: bin/prove guesses"
    assert len(kept["found"]) == 2 * len(guesses.ASKED)


@cache
def _tests_in(path: Path) -> frozenset[str]:
    tree = ast.parse(path.read_text("utf-8"))
    return frozenset(one.name for one in tree.body if isinstance(one, ast.FunctionDef))
