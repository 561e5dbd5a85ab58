"""The primitive types of FHIR R4: which JSON value each may be, and how its text is written."""

from __future__ import annotations

import binascii
import re
from base64 import b64decode
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from careplan.fhir import codes, xhtml
from careplan.fhir.wire import Number
from careplan.fhir.writable import text_problem

_MOST_DIGITS = 18
_MOST_TEXT = 1024 * 1024
_ZONE = r"(Z|[+-]((0\d|1[0-3]):[0-5]\d|14:00))"
_TIME = r"([01]\d|2[0-3]):[0-5]\d:([0-5]\d|60)(\.\d+)?"
_YEAR = r"\d\d\d[1-9]|\d\d[1-9]0|\d[1-9]00|[1-9]000"
_DAY = r"(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])"
_PLAIN_UUID = r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"

_WRITTEN: Mapping[str, tuple[str, str]] = {
    "id": (r"[A-Za-z0-9.-]{1,64}", "an id: letters, digits, hyphens and dots, at most 64"),
    "code": (r"[^\s]+(\s[^\s]+)*", "a code: no spaces before, after or doubled inside"),
    "uri": (r"\S+", "an address: no spaces"),
    "url": (r"\S+", "an address: no spaces"),
    "canonical": (r"\S+", "an address: no spaces"),
    "oid": (rf"{codes.OID}[0-2](\.(0|[1-9]\d*))+", "an object identifier, as urn:oid:1.2.3"),
    "uuid": (rf"urn:uuid:{_PLAIN_UUID}", "a UUID, as urn:uuid: and 36 small digits"),
    "date": (rf"({_YEAR})(-(0[1-9]|1[0-2])|-{_DAY})?", "a date: YYYY, YYYY-MM or YYYY-MM-DD"),
    "dateTime": (
        rf"({_YEAR})(-(0[1-9]|1[0-2])|-{_DAY}(T{_TIME}{_ZONE})?)?",
        "a date, or a time to the second with its zone",
    ),
    "instant": (rf"({_YEAR})-{_DAY}T{_TIME}{_ZONE}", "a time to the second with its zone"),
    "time": (_TIME, "a time of day, as 09:30:00"),
}
_FORMS = {name: (re.compile(form, re.ASCII), what) for name, (form, what) in _WRITTEN.items()}
_UUID = re.compile(rf"urn:uuid:{_PLAIN_UUID}", re.ASCII)
_WHOLE = re.compile(r"-?(0|[1-9]\d*)", re.ASCII)
_DECIMAL = re.compile(r"-?(?P<whole>\d+)(\.(?P<part>\d+))?([eE](?P<shift>[+-]?\d+))?", re.ASCII)
_RANGES = {
    "integer": (-(2**31), 2**31 - 1),
    "unsignedInt": (0, 2**31 - 1),
    "positiveInt": (1, 2**31 - 1),
}


def problem(kind: str, value: Any) -> str | None:
    """Why this JSON value is none of that type, or None."""
    if kind == "boolean":
        return None if isinstance(value, bool) else "not true or false"
    if kind in _RANGES:
        return _whole(kind, value)
    if kind == "decimal":
        return _decimal(value)
    if not isinstance(value, str):
        return f"not a text, as {kind} must be"
    return _TEXTS.get(kind, _written)(kind, value)


def _whole(kind: str, value: Any) -> str | None:
    if not isinstance(value, Number):
        return "not a number"
    least, most = _RANGES[kind]
    fits = _WHOLE.fullmatch(value.text) and len(value.text) < 12
    if not fits or not least <= int(value.text) <= most:
        return f"{value.text[:40]} is no whole number from {least} to {most}"
    return None


def _decimal(value: Any) -> str | None:
    if not isinstance(value, Number):
        return "not a number"
    found = _DECIMAL.fullmatch(value.text)
    if not found:
        return f"{value.text[:40]} is not a number"
    whole, part, shift = found["whole"], found["part"] or "", found["shift"] or "0"
    if len(shift) > 4:
        return f"{value.text[:40]} is not safe: its power of ten is too great"
    before = max(len(whole) + int(shift), 1) if int(shift) > 0 else len(whole)
    after = max(len(part) - int(shift), 0)
    if before + after > _MOST_DIGITS:
        return f"{value.text[:40]} is not safe: FHIR keeps {_MOST_DIGITS} digits"
    return None


def _string(_: str, text: str) -> str | None:
    return "longer than one megabyte" if len(text) > _MOST_TEXT else text_problem(text)


def _narrative(_: str, text: str) -> str | None:
    return "; ".join(xhtml.problems(text, others=True)[:5]) or None


def _base64(_: str, text: str) -> str | None:
    try:
        b64decode("".join(text.split()), validate=True)
    except (binascii.Error, ValueError):
        return "not base64"
    return None if text.strip() else "is blank"


def _written(kind: str, text: str) -> str | None:
    form, what = _FORMS[kind]
    if not form.fullmatch(text):
        return f"{text[:40]!r} is not {what}"
    if kind in ("date", "dateTime", "instant"):
        return _real(text[:10])
    if kind == "uri" and text.startswith("urn:uuid:") and not _UUID.fullmatch(text):
        return f"{text[:60]!r} is not {_FORMS['uuid'][1]}"
    return text_problem(text)


def _real(day: str) -> str | None:
    if len(day) < 10:
        return None
    try:
        date.fromisoformat(day)
    except ValueError:
        return f"{day} is no day of the calendar"
    return None


_TEXTS: Mapping[str, Callable[[str, str], str | None]] = {
    "string": _string,
    "markdown": _string,
    "xhtml": _narrative,
    "base64Binary": _base64,
}

PRIMITIVE = frozenset(("boolean", "decimal", *_RANGES, *_TEXTS, *_FORMS))
