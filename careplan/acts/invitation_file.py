"""Reads a list of people from a spreadsheet's CSV file, and says in words what is wrong with it.

A file that cannot be read is refused whole, with the way to save it rightly. A row that cannot be
used is refused alone, and the others go on. Nothing is guessed: a wrong letter in a name, or a
day taken for a month, would be worse than a row to type again.
"""

from __future__ import annotations

import csv
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from io import StringIO

from careplan.plan.content import FIRST, condition_facts, installed
from careplan.plan.lifecycle import in_words
from careplan.plan.values import nhs_number
from careplan.sharing.birth_dates import read_birth_date

MOST_ROWS = 10_000
MOST_BYTES = 2 * 1024 * 1024
LONGEST_NAME = 70
LONGEST_NUMBER = 20
OLDEST_YEARS = 120
_LONGEST_CELL = 300
_TITLES: Mapping[str, tuple[str, ...]] = {
    "name": ("name", "fullname", "legalname", "patientname", "patient"),
    "born": ("dateofbirth", "dob", "birthdate", "born"),
    "nhs": ("nhsnumber", "nhsno", "nhs"),
    "hospital": ("hospitalnumber", "hospitalno", "hospitalid", "mrn", "localnumber"),
    "condition": ("condition",),
}
_NEEDED = {"name": "name", "born": "date of birth"}
_BETWEEN = (",", ";", "\t")
_FORMULA = "=+-@\uff1d\uff0b\uff0d\uff20"
_EXCELS_OWN = re.compile(r"sep=.", re.IGNORECASE)
_TWO_FIGURE_YEAR = re.compile(r"(?<![0-9])[0-9]{1,2}[./\s-]+[0-9]{1,2}[./\s-]+[0-9]{2}$")


class BadFile(ValueError):
    """The whole file cannot be used; the sentence says why and what to do."""


class BadRow(ValueError):
    """This row cannot be used; the sentence says why. The others go on."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row as typed. `number` is the spreadsheet's own, so that it can be found again."""

    number: int
    name: str = ""
    born: str = ""
    nhs: str = ""
    hospital: str = ""
    condition: str = ""
    extra: bool = False


@dataclass(frozen=True, slots=True)
class Invited:
    """Somebody to start a plan for, each fact read and checked."""

    name: str
    born: date
    nhs_number: str | None
    hospital_number: str | None
    condition: str = FIRST


def read_list(data: bytes) -> tuple[Row, ...]:
    """Every row that is not blank, in order. Raises BadFile."""
    text = _text(data)
    first, _end, rest = text.partition("\n")
    if _EXCELS_OWN.fullmatch(first.strip()):
        text, first = f"\n{rest}", rest.split("\n", 1)[0]
    try:
        between = max(_BETWEEN, key=lambda one: len(_columns(_cells(first, one))))
        lines = list(_numbered(text, between))
    except csv.Error:
        raise BadFile("This is not a list that can be read. Save it as CSV again.") from None
    columns = _columns(lines[0][1]) if lines else {}
    missing = [said for name, said in _NEEDED.items() if name not in columns]
    if missing:
        raise BadFile(
            f"The first row must name the columns, and there is none called {_and(missing)}."
        )
    rows = tuple(_row(number, cells, columns, len(lines[0][1])) for number, cells in lines[1:])
    if not rows:
        raise BadFile("There is nobody in this file: it has no row below the first.")
    if len(rows) > MOST_ROWS:
        raise BadFile(
            f"This file has {len(rows):,} rows, and {MOST_ROWS:,} are the most at once. "
            "Split it into several files."
        )
    return rows


def _text(data: bytes) -> str:
    if not data.strip():
        raise BadFile("This file is empty.")
    if data.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        raise BadFile("This is a workbook. In Excel choose Save as, then “CSV UTF-8”.")
    if data.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\0" in data:
        raise BadFile("This file is not CSV in UTF-8. In Excel choose Save as, then “CSV UTF-8”.")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise BadFile(
            "Some letters in this file cannot be read, and a name must not be guessed. "
            "In Excel choose Save as, then “CSV UTF-8”."
        ) from None
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _numbered(text: str, between: str) -> list[tuple[int, list[str]]]:
    """Rows that hold something, each with its number in the spreadsheet."""
    reader = csv.reader(StringIO(text), delimiter=between, strict=True)
    return [
        (number, cells)
        for number, cells in enumerate(reader, start=1)
        if any(cell.strip() for cell in cells)
    ]


def _cells(line: str, between: str) -> list[str]:
    return next(csv.reader([line], delimiter=between), [])


def _columns(titles: list[str]) -> dict[str, int]:
    """Which column holds what. Raises BadFile when two say they hold the same."""
    found: dict[str, int] = {}
    for place, title in enumerate(titles):
        plain = "".join(char for char in title.casefold() if char.isalnum())
        name = next((name for name, spelt in _TITLES.items() if plain in spelt), None)
        if name is None:
            continue
        if name in found:
            raise BadFile(f"Two columns are called “{title.strip()[:40]}”. Keep one.")
        found[name] = place
    return found


def _row(number: int, cells: list[str], columns: Mapping[str, int], width: int) -> Row:
    typed = {
        name: cells[place].strip() if place < len(cells) else "" for name, place in columns.items()
    }
    kept = {name: text[: _LONGEST_CELL + 1] for name, text in typed.items()}
    return Row(number, **kept, extra=any(cell.strip() for cell in cells[width:]))


def _and(names: list[str]) -> str:
    return " and none called ".join(f"“{name}”" for name in names)


# --- one row -----------------------------------------------------------------------------------


def read_row(row: Row, *, today: date) -> Invited:
    """Raises BadRow with the first thing that is wrong."""
    if row.extra:
        raise BadRow("It has more columns than the first row. A name with a comma needs “quotes”.")
    for what, text in (("name", row.name), ("date of birth", row.born),
                       ("NHS number", row.nhs), ("hospital number", row.hospital),
                       ("condition", row.condition)):  # fmt: skip
        _refuse_formula(what, text)
    return Invited(
        _name(row.name),
        _born(row.born, today),
        _nhs(row.nhs),
        _hospital(row.hospital),
        _condition(row.condition),
    )


def _refuse_formula(what: str, text: str) -> None:
    if text and text[0] in _FORMULA:
        raise BadRow(
            f"The {what} begins with “{text[0]}”: a spreadsheet would run it as a formula, "
            "so it was kept out."
        )


def _name(text: str) -> str:
    if not text:
        raise BadRow("It has no name.")
    if len(text) > LONGEST_NAME:
        raise BadRow(f"The name is longer than {LONGEST_NAME} letters.")
    unseen = any(unicodedata.category(char) in ("Cc", "Cs", "Zl", "Zp") for char in text)
    if unseen or not any(char.isalpha() for char in text):
        raise BadRow("The name is not written in letters.")
    return text


def _born(text: str, today: date) -> date:
    if not text:
        raise BadRow("It has no date of birth.")
    if _TWO_FIGURE_YEAR.search(text):
        raise BadRow("The year of birth needs four figures, as in 14/03/1997.")
    found = read_birth_date(text)
    if len(found) != 1:
        raise BadRow("The date of birth cannot be read. Write it like 14/03/1997.")
    (born,) = found
    if born > today:
        raise BadRow(f"The date of birth, {in_words(born)}, is in the future.")
    if born.year < today.year - OLDEST_YEARS:
        raise BadRow(f"The date of birth, {in_words(born)}, is too long ago. Check the year.")
    return born


def _nhs(text: str) -> str | None:
    if not text:
        return None
    number = nhs_number(text)
    if number is None:
        raise BadRow("The NHS number is not right: its last figure does not fit the others.")
    return number


def _hospital(text: str) -> str | None:
    if not text:
        return None
    fits = len(text) <= LONGEST_NUMBER and re.fullmatch(r"[0-9A-Za-z][0-9A-Za-z /.-]*", text)
    if not fits or not any(char.isdecimal() for char in text):
        raise BadRow("The hospital number is not right: it holds figures, and perhaps letters.")
    return text


def condition_names() -> tuple[str, ...]:
    """What the column may hold: the conditions there are plans for."""
    return tuple(condition_facts(one)["name"] for one in installed())


def _condition(text: str) -> str:
    """Blank is the first: most lists are of one team's one condition."""
    if not text:
        return FIRST
    for one in installed():
        if text.casefold() in (one, condition_facts(one)["name"].casefold()):
            return one
    raise BadRow(f"The condition must be one of: {', '.join(condition_names())}.")


# --- what goes out again -----------------------------------------------------------------------


def safe_cell(text: str) -> str:
    """As a spreadsheet may open it: what would run as a formula begins with an apostrophe."""
    return f"'{text}" if text[:1] in _FORMULA + "\t\r" and text else text


def report_csv(lines: list[tuple[str, ...]]) -> bytes:
    """With the mark by which Excel knows UTF-8, and every cell harmless."""
    page = StringIO()
    writer = csv.writer(page)
    writer.writerows(tuple(safe_cell(cell) for cell in line) for line in lines)
    return page.getvalue().encode("utf-8-sig")
