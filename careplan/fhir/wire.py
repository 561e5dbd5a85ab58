"""JSON as FHIR needs it: numbers kept digit for digit, nothing read that could mean two things."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from json.encoder import encode_basestring
from typing import Any

from careplan.plan.codec import Unreadable

MAX_BYTES = 2_000_000
MAX_DEPTH = 40

_SURROGATE = re.compile(rb"\\u[dD][89a-fA-F]")


@dataclass(frozen=True, slots=True)
class Number:
    """A JSON number by its own digits, so that 2.50 never turns into 2.5, nor 1 into true."""

    text: str


def whole(number: int) -> Number:
    return Number(str(number))


def dumps(tree: Any) -> bytes:
    """UTF-8, no spaces, members in the order given."""
    parts: list[str] = []
    _write(tree, parts.append)
    return "".join(parts).encode()


def loads(data: bytes) -> Any:
    """The tree, with every number a Number. Raises Unreadable with as good a path as there is."""
    if len(data) > MAX_BYTES:
        raise Unreadable("document", f"larger than {MAX_BYTES} bytes")
    try:
        tree = json.loads(
            data.decode("utf-8"),
            object_pairs_hook=_members,
            parse_float=Number,
            parse_int=Number,
            parse_constant=_no_constant,
        )
    except UnicodeDecodeError as problem:
        raise Unreadable("document", f"not UTF-8 at byte {problem.start}") from problem
    except json.JSONDecodeError as problem:
        where = f"line {problem.lineno} column {problem.colno}"
        raise Unreadable("document", f"not JSON: {problem.msg} at {where}") from problem
    except RecursionError as problem:
        raise Unreadable("document", "nested too deeply") from problem
    _check(tree, "", depth=0, surrogates=_SURROGATE.search(data) is not None)
    return tree


def _write(value: Any, put: Any) -> None:
    if isinstance(value, Number):
        put(value.text)
    elif isinstance(value, str):
        put(encode_basestring(value))
    elif isinstance(value, dict):
        before = "{"
        for name, item in value.items():
            put(f'{before}"{name}":')
            _write(item, put)
            before = ","
        put("}" if value else "{}")
    elif isinstance(value, list):
        before = "["
        for item in value:
            put(before)
            _write(item, put)
            before = ","
        put("]" if value else "[]")
    elif isinstance(value, bool):
        put("true" if value else "false")
    else:
        raise TypeError(type(value).__name__)


def _members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) != len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise Unreadable("document", f"the member {twice!r} stands twice in one object")
    return made


def _no_constant(text: str) -> None:
    raise Unreadable("document", f"{text} is not JSON")


def _check(value: Any, path: str, *, depth: int, surrogates: bool) -> None:
    if depth > MAX_DEPTH:
        raise Unreadable(path[:200], "nested too deeply")
    if isinstance(value, dict):
        for name, item in value.items():
            if surrogates:
                _check_text(name, path)
            _check(item, f"{path}.{name}" if path else name, depth=depth + 1, surrogates=surrogates)
    elif isinstance(value, list):
        for index, item in enumerate(value):
            _check(item, f"{path}[{index}]", depth=depth + 1, surrogates=surrogates)
    elif surrogates and isinstance(value, str):
        _check_text(value, path)


def _check_text(text: str, path: str) -> None:
    try:
        text.encode()
    except UnicodeEncodeError as problem:
        raise Unreadable(path, "half of a surrogate pair") from problem
