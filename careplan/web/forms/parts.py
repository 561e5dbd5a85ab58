"""Answers typed in several boxes: doses, intervals and blood pressure.
Each sentence goes to the box it is about; nothing is converted.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from decimal import Decimal

from careplan.plan.dictionary import Field
from careplan.plan.values import DoseUnit, Interval, IntervalKind, TimeUnit
from careplan.web.forms.numbers import well_written
from careplan.web.forms.text import line, refuse
from careplan.web.words import _

_WHOLE = re.compile(r"[0-9]{1,9}")
_SIGNED = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?")


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
        wrong.setdefault("-number", _("Empty the number and its unit. Or choose “every”."))
    if kind in set(IntervalKind) and not set_times and times:
        wrong.setdefault("-times", _("Empty this, or choose “at set times”."))


def _plausible(count: int, unit: TimeUnit, field: Field, wrong: dict[str, str]) -> None:
    """The dictionary's limits of an interval are in minutes."""
    if field.min is None or field.max is None:
        return
    minutes = Interval(IntervalKind.EVERY, count, unit).minutes or 0
    if not field.min <= minutes <= field.max:
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
