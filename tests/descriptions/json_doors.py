"""Finds every door that can answer JSON by reading the code: what its view calls, and what that
calls, down to whatever makes JSON. Names are followed within the web room only, and rather one too
many than one too few."""

from __future__ import annotations

import ast
import inspect
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from flask import Flask

WEB = Path("careplan/web")
ROOM = "careplan.web"
_MEDIA = re.compile(r"application/([a-z.-]+\+)?(json|jose)(;|$)")
Name = tuple[str, str]
"""A module, and a function, class or constant of it."""
MAKES_JSON: Name = ("flask", "jsonify")
SAYS_JSON: Name = ("", "a media type of JSON")


def json_doors(app: Flask) -> set[str]:
    """The endpoints whose answer may be JSON."""
    return {
        endpoint
        for endpoint, view in app.view_functions.items()
        if endpoint != "static" and _reaches_json(_name_of(view))
    }


def _name_of(view: object) -> Name:
    plain = inspect.unwrap(view)  # type: ignore[arg-type]
    return plain.__module__, plain.__qualname__.partition(".")[0]


def _reaches_json(start: Name) -> bool:
    seen, ahead = set(), [start]
    while ahead:
        name = ahead.pop()
        if name in (MAKES_JSON, SAYS_JSON):
            return True
        if name not in seen:
            seen.add(name)
            ahead.extend(_uses(name))
    return False


def _uses(name: Name) -> frozenset[Name]:
    return _module(name[0]).get(name[1], frozenset())


@cache
def _module(name: str) -> dict[str, frozenset[Name]]:
    """Each top-level name of a module of the web room, and what it uses; nothing of others'."""
    if not name.startswith(ROOM):
        return {}
    path = Path(*name.split("."))
    path = path / "__init__.py" if path.is_dir() else path.with_suffix(".py")
    if not path.exists():  # an attribute of a class, not of a module
        return {}
    tree = ast.parse(path.read_text("utf-8"))
    brought = dict(_imports(tree))
    own = {one for node in tree.body for one in _defines(node)}
    return {
        one: frozenset(_used(node, name, own, brought))
        for node in tree.body
        for one in _defines(node)
    } | {one: frozenset({where}) for one, where in brought.items()}


def _imports(tree: ast.Module) -> Iterator[tuple[str, Name]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module:
            for one in node.names:
                yield one.asname or one.name, (node.module, one.name)


def _defines(node: ast.stmt) -> list[str]:
    if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
        return [node.name]
    if isinstance(node, ast.Assign):
        return [one.id for one in node.targets if isinstance(one, ast.Name)]
    if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
        return [node.target.id]
    return []


def _used(node: ast.stmt, module: str, own: set[str], brought: dict[str, Name]) -> Iterator[Name]:
    for one in ast.walk(node):
        if isinstance(one, ast.Name):
            yield from _meant(one.id, module, own, brought)
        elif isinstance(one, ast.Attribute) and isinstance(one.value, ast.Name):
            where = brought.get(one.value.id)
            if where is not None:
                yield ".".join(where), one.attr
        elif isinstance(one, ast.Constant) and _MEDIA.match(str(one.value)):
            yield SAYS_JSON


def _meant(name: str, module: str, own: set[str], brought: dict[str, Name]) -> Iterator[Name]:
    if name in own:
        yield module, name
    elif name in brought:
        yield brought[name]
