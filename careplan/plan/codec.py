"""Plan objects to plain JSON values and back, strictly; and the bytes a clinician signs."""

from __future__ import annotations

import json
import types
from collections.abc import Callable
from dataclasses import MISSING, fields, is_dataclass
from datetime import UTC, date, datetime
from enum import StrEnum
from functools import cache
from typing import Any, TypeVar, Union, cast, get_args, get_origin, get_type_hints
from uuid import UUID

from careplan.plan.values import DecimalText, PartialDate, is_decimal_text, is_partial_date

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
        if value.tzinfo is None:
            raise TypeError("a moment without a time zone")
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
    """The object again. Raises Unreadable with the path of what is unknown or ill-formed."""
    return cast("T", _read(cls, data, path or cls.__name__))


def canonical(plain: Plain) -> bytes:
    """Sorted keys, no spaces, UTF-8: the same plan always gives the same bytes."""
    return json.dumps(plain, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()


@cache
def _hints(cls: type) -> dict[str, Any]:
    return get_type_hints(cls)


def _read(kind: Any, data: Any, path: str) -> Any:
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
    try:
        return cls(**values)
    except ValueError as problem:
        raise Unreadable(path, str(problem)) from problem


def _read_leaf(kind: Any, data: Any, path: str) -> Any:
    wanted = getattr(kind, "__supertype__", kind)
    if wanted not in (bool, int):
        _must_be_text(data, path)
    elif type(data) is not wanted:
        raise Unreadable(path, f"{wanted.__name__} was expected")
    if kind in (str, bool, int):
        return data
    try:
        made = _MAKE.get(kind, kind)(data)
    except ValueError as problem:
        raise Unreadable(path, f"{data!r} is not a {kind.__name__}") from problem
    return made


def _must_be_text(data: Any, path: str) -> None:
    if not isinstance(data, str):
        raise Unreadable(path, "text was expected")
    try:
        data.encode()
    except UnicodeEncodeError as problem:
        raise Unreadable(path, "text with half a character in it") from problem


def _day(text: str) -> date:
    """Only 2026-11-23: one day is written in one way, so that its bytes are always the same."""
    day = date.fromisoformat(text)
    if day.isoformat() != text:
        raise ValueError(text)
    return day


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError(text)
    return moment


def _identity(text: str) -> UUID:
    made = UUID(text)
    if str(made) != text:
        raise ValueError(text)
    return made


def _as_typed(text: str) -> str:
    """A number nobody can misread, or nothing: 2.50 and .5 are refused, never tidied."""
    if not is_decimal_text(text):
        raise ValueError(text)
    return text


def _as_known(text: str) -> str:
    if not is_partial_date(text):
        raise ValueError(text)
    return text


_MAKE: dict[Any, Callable[[str], Any]] = {
    date: _day,
    datetime: _moment,
    UUID: _identity,
    DecimalText: _as_typed,
    PartialDate: _as_known,
}
