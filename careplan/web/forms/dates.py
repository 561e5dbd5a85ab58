"""Dates in three boxes, as people write them: day, month and year, or only as much as is known."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from careplan.plan.dictionary import Field
from careplan.web.forms.text import Refused, line
from careplan.web.words import _

BOXES = ("-day", "-month", "-year")
MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
EARLIEST, LATEST = 1900, 2100


class WrongDate(Exception):
    """`box` is the one to go to first."""

    def __init__(self, box: str, sentence: str) -> None:
        super().__init__(sentence)
        self.box, self.sentence = box, sentence


def whole_date(raw: Mapping[str, str], field: Field, today: date) -> str | None:
    """An ISO date, None when nothing was typed. Raises WrongDate."""
    day, month, year = _boxes(raw)
    if not (day or month or year):
        return None
    if not (day and month and year):
        box = BOXES[[bool(day), bool(month), bool(year)].index(False)]
        raise WrongDate(box, _("Write the day, the month and the year, like 14 3 1997."))
    return _checked(_year(year), _month(month), _day(day), field, today).isoformat()


def partial_date(raw: Mapping[str, str], field: Field, today: date) -> str | None:
    """ "2016", "2019-12" or "2019-12-04". Raises WrongDate."""
    day, month, year = _boxes(raw)
    if not (day or month or year):
        return None
    if not year:
        raise WrongDate("-year", _("Write the year too. The day and the month may stay empty."))
    if day and not month:
        raise WrongDate("-month", _("Write the month too, or take out the day."))
    number = _year(year)
    if not month:
        _checked(number, 1, 1, field, today)
        return f"{number:04}"
    named = _month(month)
    if not day:
        _checked(number, named, 1, field, today)
        return f"{number:04}-{named:02}"
    return _checked(number, named, _day(day), field, today).isoformat()


def in_words(text: str) -> str:
    """ "14 March 1997", "December 2019", "2016";
    text that is no date is given back as it stands.
    """
    parts = text.split("-")
    if not all(part.isdecimal() for part in parts) or not 1 <= len(parts) <= 3:
        return text
    if len(parts) == 1:
        return text
    month = int(parts[1])
    if not 1 <= month <= 12:
        return text
    day = f"{int(parts[2])} " if len(parts) == 3 else ""
    return f"{day}{_(MONTHS[month - 1])} {parts[0]}"


def _boxes(raw: Mapping[str, str]) -> tuple[str, str, str]:
    found = []
    for box in BOXES:
        try:
            found.append(line(raw.get(box, ""), 20))
        except Refused as refused:
            raise WrongDate(box, str(refused)) from refused
    return found[0], found[1], found[2]


def _day(text: str) -> int:
    if not text.isdecimal() or len(text) > 2:
        raise WrongDate("-day", _("Write the day as a number, like 14."))
    return int(text)


def _month(text: str) -> int:
    """A number, or a month's name or its first three letters."""
    if text.isdecimal() and len(text) <= 2:
        return int(text)
    asked = text.casefold().rstrip(".")
    for index, name in enumerate(MONTHS, start=1):
        if asked in (name.casefold(), name[:3].casefold(), _(name).casefold()):
            return index
    raise WrongDate("-month", _("Write the month as a number, like 3, or by its name."))


def _year(text: str) -> int:
    if not text.isdecimal() or len(text) != 4:
        raise WrongDate("-year", _("Write the year with 4 numbers, like 1997."))
    year = int(text)
    if not EARLIEST <= year <= LATEST:
        raise WrongDate(
            "-year",
            _("Write a year from %(low)s to %(high)s.", low=EARLIEST, high=LATEST),
        )
    return year


def _checked(year: int, month: int, day: int, field: Field, today: date) -> date:
    if not 1 <= month <= 12:
        raise WrongDate("-month", _("There are 12 months. Write a number from 1 to 12."))
    try:
        found = date(year, month, day)
    except ValueError as problem:
        raise WrongDate(
            "-day", _("%(month)s %(year)s has no day %(day)s. Check the day.",
                      month=_(MONTHS[month - 1]), year=year, day=day)
        ) from problem  # fmt: skip
    if field.past and found > today:
        raise WrongDate("-year", _("This date is in the future. Check the year."))
    if field.max_years is not None and year < today.year - field.max_years:
        raise WrongDate(
            "-year",
            _("This is more than %(years)s years ago. Check the year.", years=field.max_years),
        )
    return found
