"""The small values a plan is made of: kept exactly as typed, checked, never computed with."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import NewType
from uuid import UUID

DecimalText = NewType("DecimalText", str)
"""A decimal as typed: "0.5", "61.5", "0". Text, so that 2.50 can never turn into 2.5."""

PartialDate = NewType("PartialDate", str)
"""A date as far as it is known: "2016", "2019-12" or "2019-12-04" (FHIR dateTime precision)."""

_DECIMAL = re.compile(r"(0|[1-9][0-9]{0,6})(\.[0-9]{0,3}[1-9])?")
_PARTIAL_DATE = re.compile(r"[0-9]{4}(-[0-9]{2}){0,2}")


def is_decimal_text(text: str) -> bool:
    """True for a number with a leading zero and no trailing zero (BNF, ISMP)."""
    return bool(_DECIMAL.fullmatch(text))


def is_partial_date(text: str) -> bool:
    """True for a year, a month of a year or a day that is in the calendar."""
    if not _PARTIAL_DATE.fullmatch(text):
        return False
    try:
        date.fromisoformat(f"{text}-01-01"[:10])
    except ValueError:
        return False
    return True


def nhs_number(text: str) -> str | None:
    """The ten digits of a valid NHS number (modulus 11, NHS Data Dictionary), or None."""
    digits = re.sub(r"[\s-]", "", text)
    if not re.fullmatch(r"[0-9]{10}", digits) or digits == "0" * 10:
        return None  # ten noughts would pass the sum and are nobody's number
    total = sum(
        int(digit) * weight for digit, weight in zip(digits[:9], range(10, 1, -1), strict=True)
    )
    check = 11 - total % 11
    return digits if (0 if check == 11 else check) == int(digits[9]) else None


def spaced(number: str) -> str:
    """An NHS number as people read it, 3-3-4."""
    return f"{number[:3]} {number[3:6]} {number[6:]}"


class DoseUnit(StrEnum):
    """The units a dose may be written in. "microgram" is never shortened (domain 2.3)."""

    MG = "mg"
    MICROGRAM = "microgram"
    G = "g"
    ML = "mL"
    MG_PER_KG = "mg/kg"
    MICROGRAM_PER_KG = "microgram/kg"
    UNIT = "unit"
    SACHET = "sachet"
    DROP = "drop"
    PUFF = "puff"
    MICROGRAM_PER_HOUR = "microgram/hour"
    SELF_ADMINISTERED = "self-administered"


_COUNTED = (DoseUnit.UNIT, DoseUnit.SACHET, DoseUnit.DROP, DoseUnit.PUFF)

_UNIT_WORDS = {
    "mm[Hg]": "mmHg",
    "10*9/L": "×10⁹/L",
    "umol/L": "micromol/L",
    "ug/L": "microgram/L",
    "mL/min/1.73m2": "mL/min/1.73 m²",
}


def unit_words(ucum: str) -> str:
    """A unit as people read it: the UCUM code is for machines, and "u" must not stand for micro."""
    return _UNIT_WORDS.get(ucum, ucum)


class Route(StrEnum):
    ORAL = "oral"
    SUBCUTANEOUS = "subcutaneous"
    INTRAVENOUS = "IV"
    INTRANASAL = "intranasal"
    BUCCAL = "buccal"
    SUBLINGUAL = "sublingual"
    TRANSDERMAL = "transdermal"
    INHALED = "inhaled"
    PCA_INTRAVENOUS = "PCA (IV)"
    PCA_SUBCUTANEOUS = "PCA (subcutaneous)"
    INTRAMUSCULAR = "IM"


class Formulation(StrEnum):
    IMMEDIATE = "immediate release"
    MODIFIED = "modified release"


@dataclass(frozen=True, slots=True)
class Dose:
    """A dose as a clinician typed it; `amount` and `amount_high` are decimal text."""

    unit: DoseUnit
    amount: DecimalText | None = None
    amount_high: DecimalText | None = None
    strength: str | None = None

    def __post_init__(self) -> None:
        """A reading may be nought, a dose never: raises ValueError."""
        if "0" in (self.amount, self.amount_high):
            raise ValueError("a dose of nothing")

    @property
    def words(self) -> str:
        """ "10 mg", "2 to 4 sachets", "10 mL of 3.1 g in 5 mL": exactly what was typed."""
        amount = " to ".join(part for part in (self.amount, self.amount_high) if part)
        unit = f"{self.unit}s" if self.unit in _COUNTED and amount != "1" else str(self.unit)
        if not amount:
            return ", ".join(part for part in (str(self.unit), self.strength) if part)
        return f"{amount} {unit} of {self.strength}" if self.strength else f"{amount} {unit}"

    @property
    def per_kilogram(self) -> bool:
        return self.unit in (DoseUnit.MG_PER_KG, DoseUnit.MICROGRAM_PER_KG)


class IntervalKind(StrEnum):
    EVERY = "every"
    SINGLE_DOSE = "single dose, do not repeat"
    SET_TIMES = "at set times"


class TimeUnit(StrEnum):
    MINUTE = "min"
    HOUR = "h"
    DAY = "day"
    WEEK = "week"


_TIME_WORDS = {
    TimeUnit.MINUTE: "minute",
    TimeUnit.HOUR: "hour",
    TimeUnit.DAY: "day",
    TimeUnit.WEEK: "week",
}
_MINUTES = {TimeUnit.MINUTE: 1, TimeUnit.HOUR: 60, TimeUnit.DAY: 1440, TimeUnit.WEEK: 10080}


@dataclass(frozen=True, slots=True)
class Interval:
    """How soon a dose may be given again, as typed."""

    kind: IntervalKind
    number: int | None = None
    unit: TimeUnit | None = None
    times: str | None = None

    @property
    def length(self) -> str:
        """ "30 minutes", "6 hours", "day": the bare length, for "every …" and "after …"."""
        if self.number is None or self.unit is None:
            return ""
        word = _TIME_WORDS[self.unit]
        if self.number == 1:
            return word if self.unit is not TimeUnit.MINUTE else "1 minute"
        return f"{self.number} {word}s"

    @property
    def words(self) -> str:
        if self.kind is IntervalKind.SINGLE_DOSE:
            return str(self.kind)
        if self.kind is IntervalKind.SET_TIMES:
            return self.times or str(self.kind)
        return f"every {self.length or '…'}"

    @property
    def complete(self) -> bool:
        if self.kind is IntervalKind.EVERY:
            return self.number is not None and self.number > 0 and self.unit is not None
        return self.kind is IntervalKind.SINGLE_DOSE or bool((self.times or "").strip())

    @property
    def minutes(self) -> int | None:
        """For the plausibility limit only (5 minutes to 24 hours between doses in a crisis)."""
        if self.number is None or self.unit is None:
            return None
        return self.number * _MINUTES[self.unit]


class Answer3(StrEnum):
    """Blank never means none: a thing is said to be so, not so, or not known."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "not known"


@dataclass(frozen=True, slots=True)
class Line:
    """One short thing in a list of them."""

    id: UUID
    text: str
