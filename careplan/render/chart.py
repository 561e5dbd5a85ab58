"""Bars with their intervals, as an SVG that stands inside a page: no script, no style, no font, no
address of anybody, and every colour the page's own.

The picture adds nothing to the table beside it: the same rows, their words and figures in text.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from textwrap import wrap
from typing import Any
from xml.etree.ElementTree import Element, SubElement, register_namespace, tostring

import pygal
from pygal.style import Style

# For its maps, which we do not use, pygal has every later import in the program ask it first, in a
# way that Python 3.12 no longer knows and 3.11 warns of.
sys.meta_path[:] = [one for one in sys.meta_path if not isinstance(one, pygal.PluginImportFixer)]

WIDE = 320
"""The drawing's own width, that of the smallest phone: there it stands at its own size, and grows
with the page."""
_LETTER = 13
_LINE = 17
_BAR = 22
_MARGIN = 10
_LETTERS_A_LINE = 44
_SVG = "http://www.w3.org/2000/svg"
_INK = "currentColor"


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """`label` and `said` stand above the bar, whole: a long name takes more lines. `low` to `high`
    is the interval."""

    label: str
    said: str
    value: float
    low: float
    high: float


class _Bars(pygal.HorizontalBar):  # type: ignore[misc]
    """Thinner bars, so that there is room for words above each of them."""

    def __init__(self, share: float, **settings: Any) -> None:
        self._series_margin = (1 - share) / 2
        self._serie_margin = 0
        super().__init__(**settings)


def bar_chart(bars: Sequence[Bar], *, name: str, title: str, text: str, top: float) -> str:
    """The bars from the top down, on a scale from 0 to `top`. `title` and `text` are what is read
    aloud in the picture's place; `name` keeps their ids apart from another chart's."""
    if not bars:
        raise ValueError("a chart of nothing")
    lines = [_lines(bar) for bar in bars]
    words = max(map(len, lines)) * _LINE
    step = words + _BAR + _MARGIN
    plot, size = _drawn(bars, top=top, step=step)
    root = Element(f"{{{_SVG}}}svg", _frame(size, name))
    SubElement(root, f"{{{_SVG}}}title", {"id": f"{name}-title"}).text = title
    SubElement(root, f"{{{_SVG}}}desc", {"id": f"{name}-text"}).text = text
    drawing = SubElement(root, f"{{{_SVG}}}g", {"aria-hidden": "true", "fill": _INK})
    _scale(drawing, plot, size)
    _bars(drawing, plot, lines)
    register_namespace("", _SVG)
    return tostring(root, encoding="unicode")


def _lines(bar: Bar) -> list[str]:
    return [*wrap(bar.label, _LETTERS_A_LINE), bar.said]


def _drawn(bars: Sequence[Bar], *, top: float, step: int) -> tuple[Element, int]:
    """Where pygal puts everything. It draws from the bottom up, and so is handed the last first."""
    size = step * len(bars) + 2 * _LINE
    chart = _Bars(
        _BAR / step,
        width=WIDE,
        height=size,
        margin=0,
        spacing=0,
        range=(0, top),
        y_labels=[top * quarter / 4 for quarter in range(5)],
        value_formatter=lambda number: f"{number:g}",
        show_y_labels=False,
        truncate_label=9,
        show_legend=False,
        no_prefix=True,
        css=[],
        js=[],
        style=Style(font_family="inherit", label_font_size=_LETTER),
    )
    rows = list(reversed(bars))
    chart.add("", [{"value": bar.value, "ci": {"low": bar.low, "high": bar.high}} for bar in rows])
    return chart.render_tree(), size


def _frame(size: int, name: str) -> dict[str, str]:
    return {
        "viewBox": f"0 0 {WIDE} {size}",
        "role": "img",
        "aria-labelledby": f"{name}-title {name}-text",
        "font-size": str(_LETTER),
        "class": "measure-chart",
    }


# --- from pygal's drawing, only shapes ---------------------------------------------------------


def _scale(drawing: Element, plot: Element, size: int) -> None:
    """The lines of the scale and their numbers."""
    for guide in _of_class(plot, "guides"):
        number, line = _child(guide, "text"), _child(guide, "path")
        if number is None or line is None:
            continue
        at = float(number.get("x", "0"))
        lines = {"d": f"M{at:.1f} 0V{size - _LINE - 4}", "stroke": _INK, "stroke-opacity": ".35"}
        SubElement(drawing, f"{{{_SVG}}}path", lines)
        anchor = "start" if at < WIDE / 8 else "end" if at > WIDE * 7 / 8 else "middle"
        told = {"x": f"{at:.1f}", "y": str(size - 4), "text-anchor": anchor}
        SubElement(drawing, f"{{{_SVG}}}text", told).text = number.text


def _bars(drawing: Element, plot: Element, lines: Sequence[list[str]]) -> None:
    bars = [one for one in plot.iter() if str(one.tag).endswith("rect") and "rect" in _classes(one)]
    spans = [child for ci in _of_class(plot, "ci") for child in ci]
    drawn = list(zip(bars, spans, strict=True))
    for (bar, span), words in zip(reversed(drawn), lines, strict=True):
        above = float(bar.get("y", "0")) - 5 - _LINE * (len(words) - 1)
        for at, line in enumerate(words):
            place = {"x": "2", "y": f"{above + at * _LINE:.1f}"}
            if at == len(words) - 1:
                place["font-weight"] = "bold"
            SubElement(drawing, f"{{{_SVG}}}text", place).text = line
        shape = {name: bar.get(name, "0") for name in ("x", "y", "width", "height")}
        colours = {"fill-opacity": ".25", "stroke": _INK, "stroke-width": "1"}
        SubElement(drawing, f"{{{_SVG}}}rect", shape | colours)
        stroke = {"d": span.get("d", ""), "fill": "none", "stroke": _INK, "stroke-width": "2.5"}
        SubElement(drawing, f"{{{_SVG}}}path", stroke)


def _of_class(plot: Element, name: str) -> Iterable[Element]:
    return (one for one in plot.iter() if name in _classes(one))


def _classes(one: Element) -> list[str]:
    return one.get("class", "").split()


def _child(parent: Element, tag: str) -> Element | None:
    return next((one for one in parent if str(one.tag).endswith(tag)), None)
