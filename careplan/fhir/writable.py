"""Which facts FHIR can carry unchanged. What it cannot is refused by name, before it is written.

FHIR text has no control characters but tab and line breaks, no halves of surrogate pairs, and is
never blank; codes hold no odd spaces; a date must be one that exists.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from typing import Any

from careplan.fhir.frame import Frame, Kind, Unwritable
from careplan.plan.care_plan import SECTIONS
from careplan.plan.codec import to_plain
from careplan.plan.values import is_decimal_text, is_partial_date

_BAD = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_CODE = re.compile(r"[^\s]+(\s[^\s]+)*")
_BIGGEST = 2**31 - 1
_RECORD_ONLY = {"reason", "signature.registration"}
_DECIMALS = {"value", "amount", "amount_high"}
"""Numbers inside a reading or a dose, which the dictionary knows as one thing."""


def text_problem(text: str) -> str | None:
    """Why FHIR cannot carry this text, or None."""
    found = _BAD.search(text)
    if found:
        return f"holds a character that FHIR cannot carry (U+{ord(found.group()):04X})"
    return None if text.strip() else "is blank"


def check(frame: Frame) -> None:
    version = frame.version
    for name in SECTIONS:
        for path, field, value in _leaves(frame.plain[name], name, name):
            _check_leaf(frame, path, field, value)
    for name in ("plan_number", "reason", "signature", "answer", "beside", "stop", "contributions"):
        for path, field, value in _leaves(to_plain(getattr(version, name)), name, name):
            if frame.kind is Kind.RECORD or field not in _RECORD_ONLY:
                _check_leaf(frame, path, field, value)
    if not 0 < version.number <= _BIGGEST:
        raise Unwritable("number", "a version number starts at 1")


def _leaves(value: Any, path: str, field: str) -> Iterator[tuple[str, str, Any]]:
    if isinstance(value, dict):
        for name, item in value.items():
            yield from _leaves(item, f"{path}.{name}", f"{field}.{name}")
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _leaves(item, f"{path}[{index}]", field)
    elif value is not None:
        yield path, field, value


def _check_leaf(frame: Frame, path: str, field: str, value: Any) -> None:
    if isinstance(value, bool):
        return
    if isinstance(value, int):
        if abs(value) > _BIGGEST:
            raise Unwritable(path, "is too large for FHIR")
        return
    _refuse(path, text_problem(value))
    name = field.rpartition(".")[2]
    known = frame.words.fields.get(field)
    kind = known.type if known else ""
    if kind in ("choice", "choices") and not _CODE.fullmatch(value):
        raise Unwritable(path, "is not a code: it has odd spaces")
    if (name in _DECIMALS or kind == "decimal") and not is_decimal_text(value):
        raise Unwritable(path, f"{value!r} is not a number as we write them")
    if kind == "partial_date":
        _refuse(path, _date_problem(value))


def _date_problem(text: str) -> str | None:
    parts = [*text.split("-"), "01", "01"][:3]
    try:
        date.fromisoformat("-".join(parts))
    except ValueError:
        return f"{text!r} is not a date"
    return None if is_partial_date(text) else f"{text!r} is not a date"


def _refuse(path: str, problem: str | None) -> None:
    if problem:
        raise Unwritable(path, problem)
