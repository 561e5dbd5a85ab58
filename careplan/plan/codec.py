"""Plan objects to plain JSON values and back, strictly; and the canonical bytes a clinician signs."""

from __future__ import annotations

import json
import types
from dataclasses import MISSING, fields, is_dataclass
from datetime import UTC, date, datetime
from enum import StrEnum
from functools import cache
from typing import Any, TypeVar, Union, cast, get_args, get_origin, get_type_hints
from uuid import UUID

T = TypeVar("T")
Plain = dict[str, Any] | list[Any] | str | int | bool | None


class Unreadable(ValueError):
    """Stored or received plan data that this program does not understand; `path` says where."""

    def __init__(self, path: str, problem: str) -> None:
        super().__init__(f"{path}: {problem}")
        self.path, self.problem = path, problem


def to_plain(value: object) -> Any:
    """Text, whole numbers, truth values, lists and objects only; what is blank is left out."""
    if is_dataclass(value) and not isinstance(value, type):
        pairs = ((f.name, to_plain(getattr(value, f.name))) for f in fields(value))
        return {name: plain for name, plain in pairs if plain is not None and plain != []}
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, UUID | StrEnum):
        return str(value)
    if isinstance(value, tuple | list):
        return [to_plain(item) for item in value]
    if value is None or isinstance(value, str | bool | int):
        return value
    raise TypeError(type(value).__name__)


def from_plain(cls: type[T], data: object, path: str = "") -> T:
    """The object again. Raises Unreadable with the path of an unknown, missing or ill-formed value."""
    return cast("T", _read(cls, data, path or cls.__name__))


def canonical(plain: Plain) -> bytes:
    """Sorted keys, no spaces, UTF-8: the same plan always gives the same bytes."""
    return json.dumps(plain, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()


@cache
def _hints(cls: type) -> dict[str, Any]:
    return get_type_hints(cls)


def _read(kind: Any, data: Any, path: str) -> Any:
    kind = getattr(kind, "__supertype__", kind)
    origin = get_origin(kind)
    if origin in (Union, types.UnionType):
        if data is None:
            return None
        (kind,) = (arg for arg in get_args(kind) if arg is not type(None))
        return _read(kind, data, path)
    if origin is tuple:
        return _read_list(get_args(kind)[0], data, path)
    if is_dataclass(kind):
        return _read_object(kind, data, path)
    return _read_leaf(kind, data, path)


def _read_list(kind: Any, data: Any, path: str) -> tuple[Any, ...]:
    if not isinstance(data, list):
        raise Unreadable(path, "a list was expected")
    return tuple(_read(kind, item, f"{path}[{index}]") for index, item in enumerate(data))


def _read_object(cls: Any, data: Any, path: str) -> Any:
    if not isinstance(data, dict):
        raise Unreadable(path, "an object was expected")
    hints = _hints(cls)
    for name in data:
        if name not in hints:
            raise Unreadable(f"{path}.{name}", "unknown element")
    values = {}
    for f in fields(cls):
        if data.get(f.name) is not None:
            values[f.name] = _read(hints[f.name], data[f.name], f"{path}.{f.name}")
        elif f.default is MISSING and f.default_factory is MISSING:
            raise Unreadable(f"{path}.{f.name}", "missing")
    return cls(**values)


def _read_leaf(kind: Any, data: Any, path: str) -> Any:
    if kind in (str, bool, int):
        if type(data) is not kind:
            raise Unreadable(path, f"{kind.__name__} was expected")
        return data
    if not isinstance(data, str):
        raise Unreadable(path, "text was expected")
    try:
        if kind is date:
            return date.fromisoformat(data)
        if kind is datetime:
            return datetime.fromisoformat(data)
        return kind(data)
    except ValueError as problem:
        raise Unreadable(path, f"{data!r} is not a {kind.__name__}") from problem
