"""One door per dependency, none without a door, and a plan that needs nothing but Python."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

# Who may import what from outside. The floors between our own rooms are in pyproject.toml.
DOORS: dict[str, set[str]] = {
    "flask": {"web"},
    "flask_login": {"web"},
    "flask_wtf": {"web"},
    "wtforms": {"web"},
    "werkzeug": {"web"},
    "click": {"web"},
    "nhsuk_frontend_jinja": {"web"},
    "prometheus_client": {"web"},
    "sqlalchemy": {"store"},
    "alembic": {"store"},
    "psycopg": {"store"},
    "fhir": {"fhir"},
    "pydantic": {"fhir"},
    "fhirpathpy": {"fhir"},
    "weasyprint": {"render"},
    "segno": {"render"},
    "pygal": {"render"},
    "PIL": {"render"},
    "notifications_python_client": {"notify"},
    "smtplib": {"notify"},
    "requests": {"partners"},
    "cryptography": {"keys"},
    "joserfc": {"keys"},
    "backports": {"keys"},
    "zopfli": {"keys"},
    "compression": {"keys"},  # where the standard library keeps zstd from 3.14
    "argon2": {"accounts"},
    "pyotp": {"accounts"},
    "webauthn": {"accounts"},
    "zxcvbn": {"accounts"},
    "jinja2": {"summary", "render", "web"},
    "markupsafe": {"summary", "render", "web"},
}
SETTINGS = {"careplan.settings", "careplan.variables", "careplan.environment"}
AT_THE_TOP = {*SETTINGS, "careplan.clock"}


def modules() -> list[Path]:
    return sorted((ROOT / "careplan").rglob("*.py"))


def room_of(path: Path) -> str:
    return path.relative_to(ROOT / "careplan").parts[0].removesuffix(".py")


def imports(tree: ast.AST) -> Iterator[str]:
    """Dotted names, as `from careplan import clock` would be written in full."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def refusals(source: str, room: str) -> set[str]:
    """What a file in that room must not import."""
    refused = set()
    for name in imports(ast.parse(source)):
        first = name.split(".")[0]
        if first == "careplan":
            if (
                room != "web"
                and f"careplan.{room}" not in SETTINGS
                and any(name == top or name.startswith(f"{top}.") for top in AT_THE_TOP)
            ):
                refused.add(".".join(name.split(".")[:2]))
        elif first not in sys.stdlib_module_names and room not in DOORS.get(first, set()):
            refused.add(first)
    return refused


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(ROOT)))
def test_imports_go_through_their_door(path: Path) -> None:
    assert refusals(path.read_text(encoding="utf-8"), room_of(path)) == set()


@pytest.mark.parametrize(
    ("source", "room", "refused"),
    [
        ("import flask", "plan", {"flask"}),
        ("def f():\n    from flask import g", "acts", {"flask"}),
        ("import requests", "web", {"requests"}),
        ("from careplan import clock", "plan", {"careplan.clock"}),
        ("from careplan.settings import Settings", "acts", {"careplan.settings"}),
        ("from careplan import clock\nimport flask, json", "web", set()),
        ("import sqlalchemy.orm", "store", set()),
    ],
)
def test_a_wrong_import_is_seen(source: str, room: str, refused: set[str]) -> None:
    assert refusals(source, room) == refused
