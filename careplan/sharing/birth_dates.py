"""Reads a birth date however somebody in a hurry writes it, and lists the ways one is written.

A nurse copies it from a wristband, a passport or by ear; refusing a right date for its shape
would cost minutes, and would count against the link's limit of wrong answers.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import date
from itertools import product

MAX_LENGTH = 60
_MONTHS = [
    *("january", "february", "march", "april", "may", "june", "july"),
    *("august", "september", "october", "november", "december"),
]
_DAYS_OF_WEEK = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
_MONTH_NUMBER = {
    **{name: number for number, name in enumerate(_MONTHS, start=1)},
    **{name[:3]: number for number, name in enumerate(_MONTHS, start=1)},
    "sept": 9,
}
_PASSED_OVER = frozenset(
    ["of", "the", "st", "nd", "rd", "th", *_DAYS_OF_WEEK, *(name[:3] for name in _DAYS_OF_WEEK)]
)
_PIECE = re.compile(
    r"[0-9]+|(?<=[0-9])(?:st|nd|rd|th)|[a-z]+|[\s./,'\u2019\u2010-\u2015\u2212-]+|(?P<foreign>.)",
    re.DOTALL,
)

_D, _M, _Y = r"(?P<d>[0-9]{1,2})", r"(?P<m>[0-9]{1,2})", r"(?P<y>[0-9]{4}|[0-9]{2})"
_BRITISH = (
    rf"{_D}/m?{_M}/{_Y}",
    rf"m{_M}/{_D}/{_Y}",
    rf"(?P<y>[0-9]{{4}})/m?{_M}/{_D}",
    r"(?P<d>[0-9]{2})(?P<m>[0-9]{2})(?P<y>[0-9]{4}|[0-9]{2})",
    r"(?P<y>[0-9]{4})(?P<m>[0-9]{2})(?P<d>[0-9]{2})",
)
_AMERICAN = (rf"{_M}/{_D}/{_Y}", r"(?P<m>[0-9]{2})(?P<d>[0-9]{2})(?P<y>[0-9]{4}|[0-9]{2})")


def read_birth_date(text: str, *, latest: date = date.max) -> frozenset[date]:
    """Every date up to `latest` that the text can mean; empty when it is not a date.

    Day first (British) and year first (ISO) are read always; month first in figures only where
    day first is impossible, as in 03/14/1997. Reading 03/04/1997 both ways would give somebody
    guessing two dates for one answer, and people who know the date here write the day first.
    Two-figure years mean 1900s and 2000s, so one text never means more than two dates.
    """
    shape = _shape(text)
    if shape is None:
        return frozenset()
    found = _matching(shape, _BRITISH) or _matching(shape, _AMERICAN)
    return frozenset(day for day in found if day <= latest)


def _shape(text: str) -> str | None:
    """Figures, month names as m3, one slash between pieces; None if anything else is there."""
    if len(text) > MAX_LENGTH:
        return None
    plain = "".join(_western_digit(char) for char in unicodedata.normalize("NFKC", text))
    pieces = []
    for match in _PIECE.finditer(plain.casefold()):
        piece = match.group()
        if match["foreign"] is not None:
            return None
        if piece.isdigit():
            pieces.append(piece)
        elif piece in _MONTH_NUMBER:
            pieces.append(f"m{_MONTH_NUMBER[piece]}")
        elif piece.isalpha() and piece not in _PASSED_OVER:
            return None
    return "/".join(pieces)


def _western_digit(char: str) -> str:
    if unicodedata.category(char) == "Cf":  # direction marks that phones slip in beside Arabic
        return ""
    value = unicodedata.digit(char, None)
    return char if value is None else str(value)


def _matching(shape: str, patterns: tuple[str, ...]) -> frozenset[date]:
    found = (re.fullmatch(pattern, shape) for pattern in patterns)
    return frozenset(day for match in found if match for day in _dates(**match.groupdict()))


def _dates(*, d: str, m: str, y: str) -> list[date]:
    years = [int(y)] if len(y) == 4 else [1900 + int(y), 2000 + int(y)]
    dates = []
    for year in years:
        if not 1900 <= year <= 2099:
            continue
        try:
            dates.append(date(year, int(m), int(d)))
        except ValueError:
            continue
    return dates


def forms(day: date) -> list[str]:
    """Every common way to write a birth date, to prove that a private print holds none of them.

    Compare without regard to capitals.
    """
    numbers = {str(day.day), f"{day.day:02}"}
    months = {str(day.month), f"{day.month:02}"}
    years = {f"{day.year:04}", f"{day.year % 100:02}"}
    written = {f"{day:%d%m%Y}", f"{day:%d%m%y}", f"{day:%Y%m%d}", f"{day:%m%d%Y}"}
    for d, m, gap in product(numbers, months, "/-. "):
        written.add(gap.join((f"{day.year:04}", m, d)))
        written.update(gap.join(order) for y in years for order in ((d, m, y), (m, d, y)))
    written.update(_worded(day, numbers | {f"{day.day}{_ordinal(day.day)}"}, years))
    return sorted(written)


def _worded(day: date, numbers: set[str], years: set[str]) -> set[str]:
    name = _MONTHS[day.month - 1].capitalize()
    names = {name, name[:3]} | ({"Sept"} if day.month == 9 else set())
    written: set[str] = set()
    for d, month, y in product(numbers, names, years):
        written.update(gap.join((d, month, y)) for gap in (" ", "-", "/", ".", ""))
        written.update({f"{d} of {month} {y}", f"{d} {month}, {y}"})
        written.update({f"{month} {d} {y}", f"{month} {d}, {y}", f"{month}-{d}-{y}"})
        written.update({f"{day.year:04} {month} {d}", f"{day.year:04}-{month}-{d}"})
    return written


def _ordinal(number: int) -> str:
    if 11 <= number <= 13:
        return "th"
    return {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
