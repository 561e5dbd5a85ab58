"""The small values a plan is made of: kept exactly as typed, checked, never computed with."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import NewType

DecimalText = NewType("DecimalText", str)
"""A positive decimal as typed: "0.5", "61.5". Text, so that 2.50 can never turn into 2.5."""

PartialDate = NewType("PartialDate", str)
"""A date as far as it is known: "2016", "2019-12" or "2019-12-04" (FHIR dateTime precision)."""

_DECIMAL = re.compile(r"(0|[1-9]\d{0,6})(\.\d{0,3}[1-9])?")
_PARTIAL_DATE = re.compile(r"(\d{4})(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?")


def is_decimal_text(text: str) -> bool:
    """True for a number with a leading zero and no trailing zero (BNF, ISMP prescription writing)."""
    return bool(_DECIMAL.fullmatch(text)) and text != "0"


def is_partial_date(text: str) -> bool:
    return bool(_PARTIAL_DATE.fullmatch(text))


def nhs_number(text: str) -> str | None:
    """The ten digits of a valid NHS number (modulus 11, NHS Data Dictionary), or None."""
    digits = re.sub(r"[\s-]", "", text)
    if not re.fullmatch(r"[0-9]{10}", digits):
        return None
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
    """A dose as a clinician typed it. Units: DoseUnit; `amount` and `amount_high` are decimal text."""

    unit: DoseUnit
    amount: DecimalText | None = None
    amount_high: DecimalText | None = None
    strength: str | None = None

    @property
    def words(self) -> str:
        if self.amount is None:
            return str(self.unit)
        amount = self.amount if self.amount_high is None else f"{self.amount} to {self.amount_high}"
        unit = str(self.unit)
        if (
            self.unit in (DoseUnit.UNIT, DoseUnit.SACHET, DoseUnit.DROP, DoseUnit.PUFF)
            and amount != "1"
        ):
            unit += "s"
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
            return self.times or ""
        return f"every {self.length}"

    @property
    def complete(self) -> bool:
        if self.kind is IntervalKind.EVERY:
            return self.number is not None and self.unit is not None
        return self.kind is IntervalKind.SINGLE_DOSE or bool(self.times)

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
