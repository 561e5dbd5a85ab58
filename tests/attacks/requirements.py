"""The requirements and threats of `requirements.toml` as values, and the page made of them."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.attacks.table import ROOT, Attack, attacks

SOURCE = Path(__file__).with_name("requirements.toml")
PAGE = ROOT / "docs" / "security-controls.md"
EVIDENCE = ROOT / "docs" / "evidence" / "attacks.json"

_HEAD = """# Security: what is required, what meets it, what proves it
Written from `tests/attacks/` by `bin/test tests/attacks/test_requirements.py --write-docs`.

Each control below is a row of [attacks.toml](../tests/attacks/attacks.toml): the tests that show
it, and the mutation that switches it off in a copy of the tree, whereupon one of those tests must
fail. `bin/prove attacks` does that for every row; what it found, with commit and machine, is in
[evidence/attacks.md](evidence/attacks.md), and a test fails when a control has changed since.
Requirements are those of OWASP ASVS 5.0 that we hold ourselves to, in our own words.
"""


@dataclass(frozen=True)
class Requirement:
    id: str
    level: int
    says: str


@dataclass(frozen=True)
class Threat:
    name: str
    rows: tuple[str, ...]


def requirements() -> tuple[Requirement, ...]:
    return tuple(Requirement(**one) for one in _said("requirement"))


def threats() -> tuple[Threat, ...]:
    return tuple(Threat(one["name"], tuple(one["rows"])) for one in _said("threat"))


def _said(what: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = tomllib.loads(SOURCE.read_text("utf-8"))[what]
    return found


def rows_for(requirement: str) -> tuple[Attack, ...]:
    return tuple(one for one in attacks() if requirement in one.asvs)


def page() -> str:
    return "\n".join((_HEAD, *_required(), "", *_threatened(), ""))


def _required() -> Iterator[str]:
    yield "## Requirements"
    yield "| ASVS | level | what it asks | control | tests | proved |"
    yield "|---|---|---|---|---|---|"
    for one in requirements():
        for number, row in enumerate(rows_for(one.id)):
            first = (one.id, str(one.level), one.says) if number == 0 else ("", "", "")
            yield _line((*first, row.control, _tests(row), _proved(row)))


def _threatened() -> Iterator[str]:
    by_name = {one.name: one for one in attacks()}
    yield "## What somebody might try"
    yield "| threat | control | tests | proved |"
    yield "|---|---|---|---|"
    for threat in threats():
        for number, name in enumerate(threat.rows):
            row = by_name[name]
            said = threat.name if number == 0 else ""
            yield _line((said, row.control, _tests(row), _proved(row)))


def _tests(row: Attack) -> str:
    return "<br>".join(f"`{test.removeprefix('tests/')}`" for test in row.tests)


def _proved(row: Attack) -> str:
    """When its control was last switched off: the page must not say more than was done."""
    kept = json.loads(EVIDENCE.read_text("utf-8"))["attacks"].get(row.name, {})
    return "yes" if kept.get("proved") and kept.get("covers") == row.covers() else "**not yet**"


def _line(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"
