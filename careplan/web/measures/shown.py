"""One view of the measures in words: what page, chart and CSV all show, line by line the same."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from io import StringIO
from math import ceil

from careplan.measures.figures import Figure, View, view
from careplan.measures.holding_back import Group
from careplan.measures.sheet import Period, Sheet
from careplan.measures.splits import Split
from careplan.measures.words import MEANS, MEASURES, NEVER, SENTENCES, SPLITS, group_words
from careplan.render.chart import Bar, bar_chart
from careplan.summary.wording import day
from careplan.web.measures.asked import Asked
from careplan.web.words import _, gettext

_SCALE = 60.0
"""A median's chart ends at a whole number of these, so that a quarter of it is a round number."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A row of the table. `groups`: its name in each split."""

    groups: tuple[str, ...]
    n: int
    yes: int | None
    value: str
    interval: str
    missing: str
    figure: Figure


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """`sentence` is empty when not even the sum of all may be told."""

    asked: Asked
    view: View
    title: str
    means: str
    sentence: str
    period: str
    total: Line | None
    lines: tuple[Line, ...]
    together: tuple[tuple[str, tuple[str, ...]], ...]
    """For each group made of several: the split's name, and what was counted together."""
    sheet: Sheet

    @property
    def unit(self) -> str:
        if not self.view.is_median:
            return _("of 100")
        return _("days") if self.asked.about == "service" else _("minutes")

    @property
    def held_back(self) -> bool:
        return bool(self.asked.by) and not self.lines

    def chart(self) -> str:
        """The picture of exactly these lines; empty when there are none to draw."""
        lines = [line for line in (self.lines or ([self.total] if self.total else [])) if line]
        if not lines:
            return ""
        top = self._top(lines)
        bars = [self._bar(line, top) for line in lines]
        text = " ".join(f"{bar.label}: {bar.said}." for bar in bars)
        title = _("%(measure)s, %(unit)s", measure=self.title, unit=self.unit)
        return bar_chart(bars, name="chart", title=title, text=text, top=top)

    def _top(self, lines: Sequence[Line]) -> float:
        """Where the scale ends: past all that was measured, so that what is longer reaches it."""
        if not self.view.is_median:
            return 100.0
        figures = [line.figure for line in lines]
        ends = [end for one in figures for end in (one.low, one.value, one.high)]
        past = 1 if None in ends else 0
        highest = max((end for end in ends if end is not None), default=0.0) + past
        return max(1, ceil(highest / _SCALE)) * _SCALE

    def _bar(self, line: Line, top: float) -> Bar:
        """What was longer than any is drawn to the end of the scale, and said so in its words."""
        figure = line.figure
        value, low, high = (
            top if one is None else one for one in (figure.value, figure.low, figure.high)
        )
        said = _("%(value)s (%(interval)s)", value=line.value, interval=line.interval)
        return Bar(label=", ".join(line.groups), said=said, value=value, low=low, high=high)

    def csv(self) -> str:
        """What is shown, and nothing else; a group that was counted together says with whom."""
        made = StringIO(newline="")
        writer = csv.writer(made, lineterminator="\r\n")
        splits = [gettext(SPLITS[one]) for one in self.asked.by]
        unit = "percent" if not self.view.is_median else self.unit
        columns = ["n", "of them", unit, "low 95 %", "high 95 %", "not known", "not known %"]
        writer.writerow(["measure", *splits, *columns, "method", "time"])
        for line in (*([self.total] if self.total else []), *self.lines):
            groups = line.groups if self.asked.by else ()
            row = [self.title, *map(_plain, groups), *_numbers(line.figure)]
            writer.writerow([*row, self.view.method, self.period])
        return made.getvalue()


def show(sheet: Sheet, asked: Asked) -> Shown:
    found = view(sheet, asked.measure, asked.by)
    everyone = tuple(_("All") for _split in asked.by) or (_("All"),)
    total = None if found.total is None else _line(found.total, everyone)
    sentence = ""
    if total is not None:
        sentence = _sentence(asked, total)
    return Shown(
        asked=asked,
        view=found,
        title=gettext(MEASURES[asked.measure]),
        means=gettext(MEANS[asked.measure]),
        sentence=sentence,
        period=_period(sheet.period),
        total=total,
        lines=tuple(_line(row, _names(asked, row, sheet)) for row in found.rows),
        together=tuple(_together(found, sheet)),
        sheet=sheet,
    )


def _sentence(asked: Asked, total: Line) -> str:
    if total.figure.value is None:
        return gettext(NEVER[asked.measure])
    return gettext(SENTENCES[asked.measure]) % {"value": total.value}


def _line(figure: Figure, groups: tuple[str, ...]) -> Line:
    low, high = _number(figure.low), _number(figure.high)
    return Line(
        groups=groups,
        n=figure.n,
        yes=figure.yes,
        value=_number(figure.value),
        interval=_("%(low)s to %(high)s", low=low, high=high),
        missing=f"{figure.missing_percent:.0f} %",
        figure=figure,
    )


def _number(value: float | None) -> str:
    """Whole numbers: a decimal would claim more than is known."""
    if value is None:
        return _("longer than any")
    return f"{value:.0f}"


def _names(asked: Asked, row: Figure, sheet: Sheet) -> tuple[str, ...]:
    pairs = zip(asked.by, row.groups, strict=True)
    return tuple(_group_name(split, group, sheet) for split, group in pairs)


def _group_name(split: Split, group: Group, sheet: Sheet) -> str:
    first, *others = (gettext(words) for words in group_words(split, group, sheet.names))
    if not others:
        return first
    return _("%(first)s, together with %(others)s", first=first, others="; ".join(others))


def _together(found: View, sheet: Sheet) -> Iterator[tuple[str, tuple[str, ...]]]:
    for at, split in enumerate(found.by):
        for group in found.joined(at):
            words = group_words(split, group, sheet.names)
            yield gettext(SPLITS[split]), tuple(gettext(one) for one in words)


def _period(period: Period) -> str:
    last = day(period.until - timedelta(days=1))
    if period.since is None:
        return _("until %(last)s", last=last)
    return _("from %(first)s to %(last)s", first=day(period.since), last=last)


def _numbers(figure: Figure) -> list[str]:
    counted = [str(figure.n), "" if figure.yes is None else str(figure.yes)]
    ends = (figure.value, figure.low, figure.high)
    spans = [_number(one) if one is None else f"{one:.1f}" for one in ends]
    return [*counted, *spans, str(figure.missing), f"{figure.missing_percent:.1f}"]


def _plain(cell: str) -> str:
    """A spreadsheet would work out what begins like a sum; a hospital's name is not ours."""
    return f"'{cell}" if cell.startswith(("=", "+", "-", "@", "\t", "\r")) else cell
