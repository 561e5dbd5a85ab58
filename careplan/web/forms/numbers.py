"""Numbers as typed: whole numbers and decimals. Checked, never converted."""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal

from careplan.plan.dictionary import Field
from careplan.plan.values import is_decimal_text, unit_words
from careplan.web.forms.text import line, refuse
from careplan.web.words import _


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
    unit = unit_words(field.unit or "")
    shown = f"{value} {unit}".strip()
    if low is not None and found < Decimal(str(low)):
        return _("%(value)s is lower than most. Is it right?", value=shown)
    if high is not None and found > Decimal(str(high)):
        return _("%(value)s is higher than most. Is it right?", value=shown)
    return None
