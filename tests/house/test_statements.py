"""Two habits that no single test of behaviour can prove: values are bound, randomness is real."""

from __future__ import annotations

import ast
import inspect
import secrets
from collections.abc import Iterator
from pathlib import Path

import pytest

from careplan.web.app import create_app

ROOT = Path(__file__).resolve().parents[2]
MADE_OF_TEXT = {"text", "literal_column", "exec_driver_sql", "execute_raw"}
OUR_OWN_WORDS = {
    "careplan/store/engines.py": {"begin"},
    "careplan/store/lists.py": {"MOST"},
    "careplan/store/tables.py": {"one"},
    # What the schema's owner says to PostgreSQL, made of the schema itself.
    "careplan/store/partitioning.py": {"statement"},
    "careplan/store/policies.py": {"statement", "schema", "digest", "_FUNCTION"},
    "careplan/store/roles.py": {"statement"},
}
"""Files that put a statement together from names of ours, and from which: none holds a value that
came from anybody."""
CHANCE = {"random", "secrets", "uuid", "numpy"}
ENTERS_IN = {
    "careplan/web/app.py": {"secrets"},
    "careplan/acts/simulating.py": {"random.Random"},
    "careplan/visits/invented.py": {"random.Random"},
}
"""Invented people are drawn from a seed, so that they are the same ones twice. Where all other
chance comes from: once, at the top. `uuid.UUID` and `uuid5` only give a shape to bytes that are
there."""


def sources() -> list[Path]:
    return sorted((ROOT / "careplan").rglob("*.py"))


def short(path: Path) -> str:
    return str(path.relative_to(ROOT))


def put_together(source: str, allowed: set[str]) -> Iterator[int]:
    """The lines at which a statement is made of anything but constants and these names."""
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Call) or not node.args:
            continue
        called = node.func.attr if isinstance(node.func, ast.Attribute) else node.func
        name = called.id if isinstance(called, ast.Name) else called
        if name not in MADE_OF_TEXT:
            continue
        names = {one.id for one in ast.walk(node.args[0]) if isinstance(one, ast.Name)}
        joined = any(isinstance(one, ast.JoinedStr) for one in ast.walk(node.args[0]))
        if names - allowed - {"str"} or (joined and not names):
            yield node.lineno


@pytest.mark.asvs("1.2.4")
def test_no_statement_is_put_together_from_text() -> None:
    found = [
        f"{short(path)}:{line}"
        for path in sources()
        if "migrations" not in path.parts and "store" in path.parts
        for line in put_together(path.read_text("utf-8"), OUR_OWN_WORDS.get(short(path), set()))
    ]
    assert found == []


@pytest.mark.parametrize(
    "source", ["text(f'SELECT {x}')", "sa.text('SELECT ' + x)", "c.exec_driver_sql(x)"]
)
def test_one_that_is_put_together_is_seen(source: str) -> None:
    assert list(put_together(source, set())) == [1]


@pytest.mark.asvs("11.5.1")
def test_randomness_is_the_operating_systems() -> None:
    """`secrets` asks the operating system; every code, key and id is drawn from what comes in."""
    taken = inspect.signature(create_app).parameters["entropy"].default
    assert taken is secrets.token_bytes
    for path in sources():
        names = {
            alias.name if isinstance(node, ast.Import) else f"{node.module}.{alias.name}"
            for node in ast.walk(ast.parse(path.read_text("utf-8")))
            if isinstance(node, ast.Import | ast.ImportFrom)
            for alias in node.names
        } - {"uuid.UUID", "uuid.uuid5"}
        chance = {name for name in names if name.split(".")[0] in CHANCE}
        assert chance <= ENTERS_IN.get(short(path), set()), short(path)
