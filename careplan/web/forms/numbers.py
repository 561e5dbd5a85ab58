"""Numbers as typed: whole numbers, decimals, measured values, doses and intervals.
Checked, never converted.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from decimal import Decimal

from careplan.plan.dictionary import Field
from careplan.plan.values import DoseUnit, IntervalKind, TimeUnit, is_decimal_text
from careplan.web.forms.text import line, refuse
from careplan.web.words import _

_WHOLE = re.compile(r"[0-9]{1,9}")
_SIGNED = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?")
_MINUTES = {
    TimeUnit.MINUTE: 1,
    TimeUnit.HOUR: 60,
    TimeUnit.DAY: 1440,
    TimeUnit.WEEK: 10080,
}
UNIT_WORDS = {
    "10*9/L": "×10⁹/L",
    "umol/L": "micromol/L",
    "ug/L": "microgram/L",
    "mm[Hg]": "mmHg",
    "mL/min/1.73m2": "mL/min/1.73 m²",
}


def unit_words(unit: str | None) -> str:
    return UNIT_WORDS.get(unit or "", unit or "")


def number(raw: str, field: Field) -> int | None:
    text = line(raw)
    if not text:
        return None
    if not text.isdecimal() or len(text) > 9:
        refuse(_("Write a whole number, like 3."))
    value = int(text)
    in_range(Decimal(value), field)
    return value


def decimal(raw: str, field: Field) -> str | None:
    """Decimal text exactly as typed, without a trailing zero, with a leading one."""
    text = line(raw)
    if not text:
        return None
    well_written(text, like="0.5")
    if field.trap and Decimal(str(field.trap.low)) <= Decimal(text) < Decimal(
        str(field.trap.below)
    ):
        refuse(
            _(
                "You typed %(value)s. %(question)s We have not changed your number.",
                value=text,
                question=field.trap.text,
            )
        )
    in_range(Decimal(text), field)
    return text


def well_written(text: str, *, like: str) -> None:
    """Raises Refused unless the number is written so that nobody can misread it (BNF, ISMP)."""
    if text.isascii() and is_decimal_text(text):
        return
    for wrong, sentence in _BADLY_WRITTEN:
        if wrong(text):
            refuse(sentence())
    refuse(_("Write a number, like %(like)s, with up to four figures after the point.", like=like))


_BADLY_WRITTEN: tuple[tuple[Callable[[str], bool], Callable[[], str]], ...] = (
    (
        lambda text: text[:1] in ("+", "-", "\N{MINUS SIGN}"),
        lambda: _("Leave out the sign in front of the number."),
    ),
    (
        lambda text: bool(re.fullmatch(r"\.[0-9]+", text)),
        lambda: _("Put a zero in front of the point, as in 0.5. A bare point is easily missed."),
    ),
    (
        lambda text: bool(re.fullmatch(r"[0-9]+\.[0-9]*0|[0-9]+\.", text)),
        lambda: _("Leave out zeros after the point. 5.0 can be misread as 50."),
    ),
    (
        lambda text: "," in text,
        lambda: _("Leave out commas. Use a point for parts of one, as in 0.5."),
    ),
    (
        lambda text: bool(re.fullmatch(r"0[0-9.]+", text)) and not text.startswith("0."),
        lambda: _("Leave out the zeros in front."),
    ),
    (
        lambda text: bool(re.match(r"[0-9.]+ *[^0-9.\s]", text)),
        lambda: _("Write only the number here. The unit has its own place."),
    ),
)


def in_range(value: Decimal, field: Field) -> None:
    low, high = field.min, field.max
    if (low is None or value >= Decimal(str(low))) and (
        high is None or value <= Decimal(str(high))
    ):
        return
    if low is None or high is None:
        sentence = _("Write a number of %(low)s or more.", low=plainly(low)) if high is None else ""
        refuse(sentence or _("Write a number of %(high)s or less.", high=plainly(high)))
    refuse(_("Write a number from %(low)s to %(high)s.", low=plainly(low), high=plainly(high)))


def plainly(value: float | None) -> str:
    return f"{value:g}" if value is not None else ""


def unusual(value: str, field: Field) -> str | None:
    """The question to ask about a value that can be right and seldom is."""
    found = Decimal(value)
    low, high = field.ask_below, field.ask_above
    unit = unit_words(field.unit)
    shown = f"{value} {unit}".strip()
    if low is not None and found < Decimal(str(low)):
        return _("%(value)s is lower than most. Is it right?", value=shown)
    if high is not None and found > Decimal(str(high)):
        return _("%(value)s is higher than most. Is it right?", value=shown)
    return None


def dose(raw: Mapping[str, str]) -> tuple[dict[str, str] | None, dict[str, str]]:
    """The dose as plain values, and the sentence for each control that is wrong."""
    typed, wrong = _lines(raw, most=60)
    if not any(raw_text.strip() for raw_text in raw.values()):
        return None, {}
    unit = typed.get("-unit", "")
    if "-unit" not in wrong and unit not in set(DoseUnit):
        wrong["-unit"] = _("Choose the unit.")
    _amounts(typed, wrong, unit)
    if unit == DoseUnit.ML and not typed.get("-strength") and "-strength" not in wrong:
        wrong["-strength"] = _(
            "Write the strength too, like 10 mg/5 mL. A volume alone is not a dose."
        )
    found = {name.removeprefix("-"): text for name, text in typed.items() if text}
    return (None if wrong else found), wrong


def _amounts(typed: Mapping[str, str], wrong: dict[str, str], unit: str) -> None:
    amount, high = typed.get("-amount", ""), typed.get("-amount_high", "")
    for name, text in (("-amount", amount), ("-amount_high", high)):
        if text and name not in wrong:
            _note(wrong, name, lambda text=text: _amount(text))  # type: ignore[misc]
    if unit == DoseUnit.SELF_ADMINISTERED:
        return
    if not amount and "-amount" not in wrong:
        wrong["-amount"] = _("Write how much.")
    if amount and high and not wrong and Decimal(high) <= Decimal(amount):
        wrong["-amount_high"] = _("The second number must be more than the first.")


def _amount(text: str) -> None:
    """Unlike a reading, a dose is never nought."""
    if _SIGNED.fullmatch(text) and Decimal(text) <= 0:
        refuse(_("Write a number above zero."))
    well_written(text, like="0.5")


def interval(
    raw: Mapping[str, str], field: Field
) -> tuple[dict[str, str | int] | None, dict[str, str]]:
    typed, wrong = _lines(raw, most=60)
    if not any(text.strip() for text in raw.values()):
        return None, {}
    kind = typed.get("-kind", "")
    if kind not in set(IntervalKind):
        wrong["-kind"] = _("Choose how this is given: every so often, once, or at set times.")
    count = _count(typed.get("-number", ""), wrong)
    unit, times = typed.get("-unit", ""), typed.get("-times", "")
    if unit and unit not in set(TimeUnit):
        wrong["-unit"] = _("Choose minutes, hours, days or weeks.")
    _fitting(kind, (count, unit, times), wrong)
    if not wrong and count is not None and unit:
        _plausible(count, TimeUnit(unit), field, wrong)
    if wrong:
        return None, wrong
    found: dict[str, str | int] = {"kind": kind}
    found |= {"number": count} if count is not None else {}
    found |= {name: text for name, text in (("unit", unit), ("times", times)) if text}
    return found, {}


def _count(text: str, wrong: dict[str, str]) -> int | None:
    if not text:
        return None
    if not _WHOLE.fullmatch(text) or not 0 < int(text) <= 1440:
        wrong["-number"] = _("Write a whole number above zero, like 30.")
        return None
    return int(text)


def _fitting(kind: str, given: tuple[int | None, str, str], wrong: dict[str, str]) -> None:
    """Each kind has its own parts and no others:
    nothing typed is dropped, nothing missing is guessed.
    """
    count, unit, times = given
    every, set_times = kind == IntervalKind.EVERY, kind == IntervalKind.SET_TIMES
    if every and count is None:
        wrong.setdefault("-number", _("Write how many minutes, hours or days."))
    if every and not unit:
        wrong.setdefault("-unit", _("Choose minutes, hours, days or weeks."))
    if set_times and not times:
        wrong.setdefault("-times", _("Write the times, like at night."))
    if kind in set(IntervalKind) and not every and (count is not None or unit):
        wrong.setdefault("-number", _("Empty the number and its unit, or choose “every”."))
    if kind in set(IntervalKind) and not set_times and times:
        wrong.setdefault("-times", _("Empty this, or choose “at set times”."))


def _plausible(count: int, unit: TimeUnit, field: Field, wrong: dict[str, str]) -> None:
    """The dictionary's limits of an interval are in minutes."""
    if field.min is None or field.max is None:
        return
    if not field.min <= count * _MINUTES[unit] <= field.max:
        wrong["-number"] = _(
            "Write a time from %(low)s to %(high)s.",
            low=_time_words(int(field.min)),
            high=_time_words(int(field.max)),
        )


def _time_words(minutes: int) -> str:
    if minutes % 60:
        return _("%(count)s minutes", count=minutes)
    return _("%(count)s hours", count=minutes // 60)


def pressure(raw: Mapping[str, str]) -> tuple[dict[str, int] | None, dict[str, str]]:
    """Systolic and diastolic, mmHg: 50-260 over 20-160 (plausibility, not reference ranges)."""
    typed, wrong = _lines(raw, most=10)
    found: dict[str, int] = {}
    for name, low, high in (("-systolic", 50, 260), ("-diastolic", 20, 160)):
        text = typed.get(name, "")
        if name in wrong:
            continue
        if not _WHOLE.fullmatch(text) or not low <= int(text) <= high:
            wrong[name] = _("Write a whole number from %(low)s to %(high)s.", low=low, high=high)
        else:
            found[name.removeprefix("-")] = int(text)
    if not wrong and found["systolic"] <= found["diastolic"]:
        wrong["-systolic"] = _("The first number must be higher than the second.")
    return (None if wrong else found), wrong


def _lines(raw: Mapping[str, str], most: int) -> tuple[dict[str, str], dict[str, str]]:
    typed: dict[str, str] = {}
    wrong: dict[str, str] = {}
    for name, text in raw.items():
        _note(wrong, name, lambda name=name, text=text: typed.update({name: line(text, most)}))  # type: ignore[misc]
    return typed, wrong


def _note(wrong: dict[str, str], name: str, check: Callable[[], None]) -> None:
    try:
        check()
    except ValueError as refused:
        wrong[name] = str(refused)
