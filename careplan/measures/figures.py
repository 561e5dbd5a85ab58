"""The rows of one view: one measure by up to two splits, each with n, missing and interval.

Page, chart, CSV and MeasureReport are all drawn from these same rows.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from careplan.measures.holding_back import Group
from careplan.measures.intervals import ORDER, WILSON, wilson
from careplan.measures.measures import FAMILY_OF, KIN, MEDIANS, Measure
from careplan.measures.sheet import Cell, Sheet, SplitBy


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """`value`, `low` and `high` are per cent, or minutes or days of a median, where None is
    "longer than measured". `yes` is None of a median."""

    groups: tuple[Group, ...]
    n: int
    missing: int
    yes: int | None
    value: float | None
    low: float | None
    high: float | None

    @property
    def missing_percent(self) -> float:
        return 100 * self.missing / (self.n + self.missing)


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """`total` is None when not even the sum of all may be told, `rows` is empty when nothing by
    these splits may."""

    measure: Measure
    by: SplitBy
    total: Figure | None
    rows: tuple[Figure, ...]

    @property
    def is_median(self) -> bool:
        return self.measure in MEDIANS

    @property
    def method(self) -> str:
        return ORDER if self.is_median else WILSON

    def joined(self, at: int) -> tuple[Group, ...]:
        """The groups of this split that hold more than one value."""
        groups = dict.fromkeys(figure.groups[at] for figure in self.rows)
        return tuple(group for group in groups if len(group) > 1)


def view(sheet: Sheet, measure: Measure, by: SplitBy) -> View:
    """By two splits in either order; the page may have been asked for either."""
    family = FAMILY_OF[measure]
    total = sheet.table(family, ()).cells
    table = sheet.table(family, by)
    turned = len(by) == 2 and (family, by) not in sheet.tables
    if turned:
        table = sheet.table(family, (by[1], by[0]))
    rows = [_figure(cell, measure) for cell in table.cells] if by else []
    if turned:
        rows = _turned(rows)
    return View(
        measure=measure,
        by=by,
        total=_figure(total[0], measure) if total else None,
        rows=tuple(rows),
    )


def _turned(rows: list[Figure]) -> list[Figure]:
    seconds = list(dict.fromkeys(row.groups[1] for row in rows))
    rows = sorted(rows, key=lambda row: seconds.index(row.groups[1]))
    return [replace(row, groups=(row.groups[1], row.groups[0])) for row in rows]


def _figure(cell: Cell, measure: Measure) -> Figure:
    kin = KIN[FAMILY_OF[measure]]
    if measure is kin.median and cell.median is not None:
        middle, low, high = cell.median
        return Figure(
            groups=cell.groups,
            n=cell.n,
            missing=cell.missing,
            yes=None,
            value=middle,
            low=low,
            high=high,
        )
    yes = cell.yes[kin.measures.index(measure)]
    span = wilson(yes, cell.n)
    return Figure(
        groups=cell.groups,
        n=cell.n,
        missing=cell.missing,
        yes=yes,
        value=100 * span.middle,
        low=100 * span.low,
        high=100 * span.high,
    )
