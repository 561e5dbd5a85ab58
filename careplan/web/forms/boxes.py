"""The boxes of a question that has several: a date's day, a dose's unit."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from careplan.web.forms.questions import DOSE_UNITS, INTERVAL_KINDS, TIME_UNITS, Option, Question
from careplan.web.forms.raw import PICKS
from careplan.web.forms.views import BoxView, OptionView
from careplan.web.words import _


def boxes_of(
    question: Question, name: str, raw: Mapping[str, Sequence[str]], errors: Mapping[str, str]
) -> tuple[BoxView, ...]:
    """None for a question that has one control."""
    if question.in_order:
        return tuple(_picks(question, _Boxes(name, raw, errors)))
    make = _BOXES.get(question.kind)
    return tuple(make(_Boxes(name, raw, errors))) if make else ()


@dataclass(frozen=True, slots=True)
class _Boxes:
    """`name` is the question's; each box adds its ending."""

    name: str
    raw: Mapping[str, Sequence[str]]
    errors: Mapping[str, str]

    def box(
        self,
        ending: str,
        label: str,
        *,
        width: str = "",
        numeric: bool = False,
        options: tuple[Option, ...] = (),
    ) -> BoxView:
        name = self.name + ending
        value = (list(self.raw.get(name, ())) or [""])[-1]
        choices = tuple(OptionView(one.code, one.words, one.code == value) for one in options)
        if choices:
            choices = (OptionView("", _("Choose"), not value), *choices)
        return BoxView(
            name=name,
            label=label,
            value=value,
            wrong=name in self.errors,
            width=width,
            numeric=numeric,
            error=self.errors.get(name, ""),
            options=choices,
        )


def _picks(question: Question, boxes: _Boxes) -> Iterator[BoxView]:
    """One list after the other: they are posted under one name, so their order is kept."""
    picked = [value for value in boxes.raw.get(boxes.name, ()) if value]
    error = boxes.errors.get(boxes.name, "")
    for place in range(max(PICKS, len(picked))):
        value = picked[place] if place < len(picked) else ""
        options = [OptionView(one.code, one.words, one.code == value) for one in question.options]
        blank = _("No other") if place else _("Choose")
        yield BoxView(
            name=boxes.name,
            label=_("or") if place else question.label,
            value=value,
            wrong=bool(error),
            error="" if place else error,
            options=(OptionView("", blank, not value), *options),
            later=str(place + 1) if place else "",
            quiet=not place,
        )


def _date(boxes: _Boxes) -> Iterator[BoxView]:
    yield boxes.box("-day", _("Day"), width="2", numeric=True)
    yield boxes.box("-month", _("Month"), width="2", numeric=True)
    yield boxes.box("-year", _("Year"), width="4", numeric=True)


def _dose(boxes: _Boxes) -> Iterator[BoxView]:
    yield boxes.box("-amount", _("Amount"), width="5", numeric=True)
    yield boxes.box("-amount_high", _("to (if a range)"), width="5", numeric=True)
    yield boxes.box("-unit", _("Unit"), options=DOSE_UNITS)
    yield boxes.box("-strength", _("Strength (needed for mL)"), width="10")


def _interval(boxes: _Boxes) -> Iterator[BoxView]:
    yield boxes.box("-kind", _("How often"), options=INTERVAL_KINDS)
    yield boxes.box("-number", _("Number"), width="3", numeric=True)
    yield boxes.box("-unit", _("of"), options=TIME_UNITS)
    yield boxes.box("-times", _("Set times"), width="10")


def _reading(boxes: _Boxes) -> Iterator[BoxView]:
    yield boxes.box("-value", _("Value"), width="5", numeric=True)
    yield from _date(boxes)


def _pressure(boxes: _Boxes) -> Iterator[BoxView]:
    yield boxes.box("-systolic", _("Systolic"), width="3", numeric=True)
    yield boxes.box("-diastolic", _("Diastolic"), width="3", numeric=True)
    yield from _date(boxes)


_BOXES: Mapping[str, Callable[[_Boxes], Iterator[BoxView]]] = {
    "date": _date,
    "partial_date": _date,
    "dose": _dose,
    "interval": _interval,
    "reading": _reading,
    "blood_pressure": _pressure,
}
BOXED = frozenset(_BOXES)
